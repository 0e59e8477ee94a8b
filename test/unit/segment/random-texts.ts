import fc from 'fast-check';

/** Pieces that mean something to a segmenter, so that random texts are full of them. */
const piece = fc.constantFrom(
  'a', 'So 2 + 2 = 4.', 'Wait, no. ', ' ', '  ', '\t', '\n', '\n', '\n\n', '\r\n', '\r\n\r\n', '\u00a0', '\ufeff', '```', '```py', '````', '~~~', '$$', '$', '$x$', '$5',
  '\\[', '\\]', '\\(', '\\)', '\\\\[', '\\begin{x}', '\\end{x}', '\\begin{', '[asy]', '[/asy]', '## H', '---', '***', 'Step 1: ', 'Step 2: ', '\nStep 2: ', '**Step 3:**', '### Step 4',
  '1. ', '\n1. ', '\n2. ', '\n  2) ', '\n3) ', '\n(a) ', '\n(b) ', '(i) ', '\n- ', '\n* ', '  - ', '步骤1：', '第二步：', '所以', '。', '<think>', '\ud83d', '😀', '.', '!', '?', '5!', ' 3.5 ', 'e.g. ', 'Dr. ',
  'J. K. ', '**', '"', ')', 'the rest', 'ดังนั้น', 'กข', '|', '\n|---|\n', 'a | b', '`',
);

export const anyText = fc.oneof(
  { weight: 4, arbitrary: fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
);
