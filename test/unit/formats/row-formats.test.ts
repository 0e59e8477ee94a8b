import assert from 'node:assert/strict';
import { stepTexts, type Trace } from '../../../src/core/trace/trace.ts';
import { openTraces } from '../../../src/formats/open.ts';
import type { TraceFile } from '../../../src/formats/trace-file.ts';
import type { OpenOptions } from '../../../src/formats/trace-rows.ts';
import { checkTrace } from './check-trace.ts';

function opened(rows: readonly unknown[], options: OpenOptions = {}): TraceFile {
  const file = openTraces('a.jsonl', new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join('\n')), options);
  assert.ok(file.ok, file.ok ? '' : file.error.message);
  return file.value;
}

/** The trace of a single row, which must be recognised as `format`. */
function read(format: string, row: unknown, variant?: string): Trace {
  const file = opened([row]);
  assert.equal(file.rowFormat.id, format, JSON.stringify(file.rowFormat));
  const trace = file.trace(0, variant);
  assert.ok(trace.ok, trace.ok ? '' : trace.error.message);
  checkTrace(trace.value);
  return trace.value;
}

function refusal(row: unknown, options: OpenOptions = {}): string {
  const trace = opened([row], options).trace(0);
  return trace.ok ? 'a trace' : `${trace.error.reason}: ${trace.error.message}`;
}

describe('ProcessBench', () => {
  const row = { id: 'gsm8k-3', generator: 'Qwen2-7B-Instruct', problem: 'p', steps: ['a', 'b'], final_answer_correct: false, label: 1 };
  it('has a 0-based human label, -1 for none', () => {
    const trace = read('processbench', row);
    assert.deepEqual(trace.label, { firstError: 1, field: 'label', madeBy: 'human', indexBase: 0 });
    assert.equal(read('processbench', { ...row, label: -1 }).label?.firstError, undefined);
    assert.deepEqual([trace.given?.generator?.value, trace.given?.answerCorrect?.value, trace.given?.subset?.value], ['Qwen2-7B-Instruct', false, 'gsm8k']);
  });
  it('says of a label that it names no step, and does not use it', () => {
    const trace = read('processbench', { ...row, label: 2 });
    assert.equal(trace.label, undefined);
    assert.deepEqual(trace.given?.remarks, ['"label" is not used: it names no step of the 2.']);
  });
});

describe('PRMBench', () => {
  const row = { original_question: 'p', modified_question: 'q', original_process: ['a', 'b'], modified_process: ['a', 'x', 'y '], error_steps: [3, 2], reason: 'r', classification: 'circular', idx: 'i' };
  it('counts from 1 and has two traces a row', () => {
    assert.deepEqual(opened([row]).variants(0), ['modified', 'original']);
    const trace = read('prmbench', row);
    assert.deepEqual(stepTexts(trace), ['a', 'x', 'y ']);
    assert.deepEqual(trace.label, { firstError: 1, field: 'error_steps', madeBy: 'model', indexBase: 1 });
    assert.deepEqual(trace.given?.ratings?.[0]?.values, [1, -1, -1]);
    assert.deepEqual(trace.source, { file: 'a.jsonl', row: 0, id: 'i', variant: 'modified' });
    const original = read('prmbench', row, 'original');
    assert.deepEqual([original.problem, stepTexts(original), original.label, original.given?.ratings], ['p', ['a', 'b'], undefined, undefined]);
  });
  it('has no wrong step where the list is empty', () => {
    const { label, given } = read('prmbench', { ...row, error_steps: [] });
    assert.ok(label && label.firstError === undefined);
    assert.deepEqual(given?.ratings?.[0]?.values, [1, 1, 1]);
  });
  it('keeps what is usable of steps beyond the end, and no label where nothing is', () => {
    const some = read('prmbench', { ...row, error_steps: [2, 9, 0] });
    assert.equal(some.label?.firstError, 1);
    assert.match(some.given?.remarks?.[0] ?? '', /^"error_steps" names steps that the process of 3 steps does not have: 9, 0\.$/);
    const none = read('prmbench', { ...row, error_steps: [9] });
    assert.deepEqual([none.label, none.given?.ratings], [undefined, undefined]);
  });
  it('refuses an unknown variant by name', () => {
    const trace = opened([row]).trace(0, 'third');
    assert.ok(!trace.ok);
    assert.equal(trace.error.message, 'a.jsonl row 0 (line 1) has no trace "third": it has modified, original.');
  });
});

describe('PRM800K', () => {
  const completion = (text: string, rating: number | null) => ({ text, rating, flagged: false });
  const place = (completions: object[] | null, chosen: number | null, human: string | null = null) => ({ completions, chosen_completion: chosen, human_completion: human === null ? null : { text: human, rating: null } });
  const row = (steps: object[], preGenerated?: string[]) => ({ labeler: 'L', question: { problem: 'p', ground_truth_answer: '29', ...(preGenerated && { pre_generated_steps: preGenerated }) }, label: { steps, finish_reason: 'solution' } });
  it('takes what was chosen, with its rating; the rest are alternatives', () => {
    const trace = read('prm800k', row([place([completion('a', 1)], 0), place([completion('b', -1), completion('c', 0)], 1)]));
    assert.deepEqual(stepTexts(trace), ['a', 'c']);
    assert.deepEqual(trace.given?.ratings?.[0], { field: 'label.steps[].completions[].rating', madeBy: 'human', maker: 'L', values: [1, 0] });
    assert.ok(trace.label && trace.label.firstError === undefined);
    assert.deepEqual(trace.given.alternatives?.map(({ step, text, rating }) => [step, text, rating]), [[1, 'b', -1]]);
    assert.equal(trace.given.goldAnswer?.value, '29');
  });
  it("takes the labeller's own text, which has no rating, so that no label can be concluded", () => {
    const trace = read('prm800k', row([place([completion('a', 1)], 0), place([completion('b', -1)], null, 'h'), place([completion('c', 1)], 0)]));
    assert.deepEqual([stepTexts(trace), trace.given?.ratings?.[0]?.values, trace.label], [['a', 'h', 'c'], [1, undefined, 1], undefined]);
  });
  it('ends with the pre-generated step that the error was found in', () => {
    const trace = read('prm800k', row([place([completion('a', 0)], 0), place([completion('b', -1), completion('c', 1)], null)], ['a', 'b']));
    assert.deepEqual([stepTexts(trace), trace.label?.firstError], [['a', 'b'], 1]);
  });
  it('ends where nothing was taken', () => {
    const trace = read('prm800k', row([place([completion('a', 1)], 0), place([completion('b', -1)], null), place(null, null)]));
    assert.deepEqual(stepTexts(trace), ['a']);
    assert.equal(trace.given?.alternatives?.length, 1);
    assert.match(refusal(row([place(null, null)])), /^no-steps: a\.jsonl row 0 \(line 1\) has no step that was chosen/);
  });
});

describe('Math-Shepherd', () => {
  const row = { input: 'How many? Step 1: 1+1=<<1+1=2>>2. ки\nStep 2: два кита. ки\nStep 3: 3 ки', label: 'How many? Step 1: 1+1=<<1+1=2>>2. +\nStep 2: два кита. -\nStep 3: 3 -', task: 'GSM8K' };
  it('keeps the text with its marks, which belong to no step', () => {
    const trace = read('math-shepherd', row);
    assert.deepEqual(stepTexts(trace), ['Step 1: 1+1=<<1+1=2>>2.', 'Step 2: два кита.', 'Step 3: 3']);
    assert.equal(`How many? ${trace.response}`, row.input);
    assert.deepEqual(trace.given?.ratings?.[0]?.values, [1, -1, -1]);
    assert.deepEqual(trace.label, { firstError: 1, field: 'label', madeBy: 'rollouts' });
    assert.deepEqual(trace.given.calculations?.map(({ expression, result }) => [expression, result]), [['1+1', '2']]);
  });
  it('refuses a label that is another text', () => {
    assert.match(refusal({ ...row, label: row.label.replace('два', 'три') }), /^unknown-shape: .* has a "label" that is not "input" with \+ or -/);
    assert.match(refusal({ ...row, label: row.label.slice(0, -1) }), /^unknown-shape/);
  });
});

describe('MR-GSM8K', () => {
  const row = { uuid: 'u', question: 'p', ground_truth_answer: 5, model_output_steps: ['a', 'b', 'c'], model_output_answer_correctness: 'wrong', model_output_solution_correctness: 'wrong', model_output_solution_first_error_step: 2, model_output_solution_first_error_reason: 'r', claude2_eval_output: { error_step_pred: '3', correctness_pred: 'incorrect' } };
  it('counts from 1; the evaluated model predicts, the person labels', () => {
    const trace = read('mr-gsm8k', row);
    assert.deepEqual(trace.label, { firstError: 1, field: 'model_output_solution_first_error_step', madeBy: 'human', indexBase: 1 });
    assert.deepEqual(trace.given?.predictions, [{ firstError: 2, field: 'claude2_eval_output.error_step_pred', madeBy: 'model', maker: 'claude2', indexBase: 1 }]);
    assert.deepEqual([trace.given.errorReason?.value, trace.given.goldAnswer?.value, trace.given.answerCorrect?.value], ['r', '5', false]);
  });
  it('has no wrong step where the solution is correct, and no label for N/A', () => {
    const right = read('mr-gsm8k', { ...row, model_output_solution_correctness: 'correct', model_output_solution_first_error_step: 'N/A' });
    assert.ok(right.label && right.label.firstError === undefined);
    assert.equal(read('mr-gsm8k', { ...row, model_output_solution_first_error_step: 'N/A' }).label, undefined);
    assert.equal(read('mr-gsm8k', { ...row, model_output_solution_first_error_step: 0 }).label, undefined);
  });
});

describe('BIG-Bench Mistake', () => {
  const row = { input: 'p', target: '4', answer: '5', steps: ['a', 'b'], mistake_index: 0 };
  it('counts from 0, null for none', () => {
    const trace = read('bigbench-mistake', row);
    assert.deepEqual(trace.label, { firstError: 0, field: 'mistake_index', madeBy: 'human', indexBase: 0 });
    const right = read('bigbench-mistake', { ...row, mistake_index: null });
    assert.ok(right.label && right.label.firstError === undefined);
    assert.deepEqual([trace.given?.goldAnswer?.value, trace.given?.finalAnswer?.value], ['4', '5']);
  });
});

describe('GSM8K', () => {
  it('has a step a line; annotations stay in the text, the #### line is the answer', () => {
    const answer = 'Half is 48/2 = <<48/2=24>>24.\r\nAll: 48+24 = <<48+24=72>>72.\n#### 72';
    const trace = read('gsm8k', { question: 'p', answer });
    assert.equal(trace.response, answer);
    assert.deepEqual(stepTexts(trace), ['Half is 48/2 = <<48/2=24>>24.', 'All: 48+24 = <<48+24=72>>72.']);
    assert.equal(answer.slice(trace.answer?.start, trace.answer?.end), '#### 72');
    assert.equal(trace.given?.goldAnswer?.value, '72');
    assert.deepEqual(trace.given.calculations?.map(({ span }) => answer.slice(span.start, span.end)), ['<<48/2=24>>', '<<48+24=72>>']);
  });
  it('has a trace for each model of the published solutions', () => {
    const row = { question: 'p', ground_truth: '1+1=2\nA: 2', '6b': { is_correct: false, solution: '1+1=3\nA: 3' }, '175b': { is_correct: true, solution: '2\nA: 2' } };
    assert.deepEqual(opened([row]).variants(0), ['6b', '175b', 'ground_truth']);
    const trace = read('gsm8k-solutions', row, '6b');
    assert.deepEqual([stepTexts(trace), trace.given?.answerCorrect?.value, trace.given?.finalAnswer?.value, trace.given?.goldAnswer?.value], [['1+1=3'], false, '3', '2']);
    assert.deepEqual([stepTexts(read('gsm8k-solutions', row, 'ground_truth'))], [['1+1=2']]);
  });
});

describe('OmegaPRM trees', () => {
  const node = (text: string, value: number, children: object[] = []) => ({ text, mc_value: value, children });
  it('follows the spine; siblings are alternatives with their values', () => {
    const tree = node('p', 0.5, [node('a', 1), node('b', 0.5, [node('c', 1), node('d', 0)])]);
    const trace = read('math-aps', { question: 'p', final_answer: '3', reasoning_steps: tree, question_id: 7 });
    assert.deepEqual([stepTexts(trace), trace.given?.scores?.[0]?.values], [['b', 'd'], [0.5, 0]]);
    assert.deepEqual(trace.given?.alternatives?.map(({ step, text, score }) => [step, text, score]), [[0, 'a', 1], [1, 'c', 1]]);
  });
  it('reads lists of prefixes as the tree that they are', () => {
    const prefixes = [['p', 0.5], ['p\n\nb\n\nd', 0], ['p\n\na', 1], ['p\n\nb', 0.5], ['p\n\nb\n\nc', 1]].map(([text, value]) => ({ solution_prefix: text, mc_value: value }));
    const trace = read('math-aps', { question: 'p', final_answer: '3', reasoning_steps: prefixes });
    assert.deepEqual([stepTexts(trace), trace.given?.scores?.[0]?.values, trace.given?.alternatives?.length], [['b', 'd'], [0.5, 0], 2]);
  });
});

describe('R-PRM outputs', () => {
  const row = { id: 5, query: 'p', previous_steps: 'Step 1: a\nb\nStep 2: c', now_step: 'Step 3: d', 'PRM-CoT': ['x', 'y'], yes_probabilities: [0.2, 0.4], yes_probability_average: 0.3 };
  it('have the score at the now step', () => {
    const trace = read('r-prm', row);
    assert.deepEqual(stepTexts(trace), ['Step 1: a\nb', 'Step 2: c', 'Step 3: d']);
    assert.deepEqual(trace.given?.scores, [{ field: 'yes_probability_average', madeBy: 'model', quantity: 'P(Yes)', values: [undefined, undefined, 0.3], samples: [[], [], [0.2, 0.4]], analyses: [[], [], ['x', 'y']] }]);
  });
  it('have one step where it is the first, and no score where there was no sample', () => {
    const trace = read('r-prm', { ...row, previous_steps: 'Since the Now Step is the first step, there are no Previous Steps.', now_step: 'Step 1: a', 'PRM-CoT': [], yes_probabilities: [], yes_probability_average: 0 });
    assert.deepEqual([stepTexts(trace), trace.given?.scores?.[0]?.values], [['Step 1: a'], [undefined]]);
  });
  it('merged by trace have a score and an analysis a step', () => {
    const trace = read('r-prm', { id: 'math-1', question: 'p', steps: ['a', 'b', 'c'], label: 1, yes_probability_average: [0.9, 0.1], 'PRM-CoT': ['x', 'y'], predict: 1 });
    assert.deepEqual(trace.given?.scores?.map(({ values, analyses }) => [values, analyses]), [[[0.9, 0.1, undefined], [['x'], ['y'], []]]]);
    assert.deepEqual([trace.label?.firstError, trace.given.predictions?.[0]?.firstError], [1, 1]);
  });
  it('without a question are refused by name', () => {
    assert.match(refusal({ id: 1, now_steps: ['a'], yes_probability_average: [1] }), /^no-question: .*join the two files by "id"/);
  });
});

describe('PATS result files', () => {
  const candidate = (step: string, reward: number) => ({ step, reward, valid: true });
  const row = {
    question: 'p',
    history: [
      { iteration: 1, phase: 0, candidates: [candidate('a', 0.9), candidate('x', 0.1)], selected: { step: 'a', reward: 0.9, accepted: true }, new_phase: 1, terminated: false },
      { iteration: 2, phase: 1, candidates: [candidate('z', 0.2)], selected: { step: 'z', reward: 0.2, accepted: false }, new_phase: 1, terminated: false },
      { iteration: 3, status: 'failed', phase: 0 },
      { iteration: 4, phase: 0, candidates: [candidate('b<|eot_id|>', 0.8)], selected: { step: 'b<|eot_id|>', reward: 0.8, accepted: true }, new_phase: 0, terminated: true },
    ],
    final_steps: ['a', 'b<|eot_id|>'],
    success: true,
  };
  it('open as a run', () => {
    const trace = read('pats', row);
    assert.deepEqual(stepTexts(trace), ['a', 'b']);
    assert.equal(trace.response, 'a\n\nb<|eot_id|>');
    assert.deepEqual(trace.given?.scores?.[0]?.values, [0.9, 0.8]);
    assert.deepEqual(trace.given.rounds?.map(({ mode, nextMode, candidates, selected, terminated }) => [mode, nextMode, candidates.length, selected?.accepted, terminated]), [
      ['complex', 'medium', 2, true, false],
      ['medium', 'medium', 1, false, false],
      ['complex', 'complex', 0, undefined, false],
      ['complex', 'complex', 1, true, true],
    ]);
  });
  it('say where the rounds are not those of the steps', () => {
    const trace = read('pats', { ...row, final_steps: ['a', 'c'], history: [...row.history, { phase: 7 }] });
    assert.equal(trace.given?.scores, undefined);
    assert.equal(trace.given?.remarks?.length, 2);
  });
});

describe('chats and logs of servers', () => {
  it('take reasoning_content, reasoning, and parts of the content', () => {
    for (const message of [{ reasoning_content: 't1', content: 'x' }, { reasoning: 't1', content: 'x' }, { content: [{ type: 'reasoning', reasoning: 't1' }, { type: 'text', text: 'x' }] }, { content: [{ type: 'thinking', thinking: 't1' }, { type: 'text', text: 'x' }] }]) {
      const trace = read('rows', { messages: [{ role: 'user', content: 'p' }, { role: 'assistant', ...message }] });
      assert.equal(trace.response, '<think>\nt1\n</think>\n\nx');
      assert.deepEqual(stepTexts(trace), ['t1']);
    }
  });
  it('give each answer of a longer chat', () => {
    const messages = [{ role: 'user', content: 'p' }, { role: 'assistant', content: 'a' }, { role: 'user', content: 'q' }, { role: 'assistant', content: 'b' }];
    assert.deepEqual(opened([{ messages }]).variants(0), ['turn 1', 'turn 2']);
    assert.deepEqual([read('rows', { messages }).response, read('rows', { messages }, 'turn 2').response], ['a', 'b']);
    const conversations = messages.map(({ role, content }) => ({ from: role === 'user' ? 'human' : 'gpt', value: content }));
    const trace = read('sharegpt', { id: 's', conversations: [{ from: 'system', value: 'x' }, ...conversations] }, 'turn 2');
    assert.deepEqual([trace.problem, trace.response, trace.source.id], ['q', 'b', 's']);
  });
  it('read request and response wherever they stand in a row', () => {
    const messages = [{ role: 'user', content: 'p' }];
    const choices = [{ message: { role: 'assistant', content: 'a', reasoning: 't' } }, { message: { role: 'assistant', content: 'b' } }];
    for (const row of [{ messages, choices }, { request: { messages }, response: { choices, model: 'm' } }, { request: { body: { messages } }, response: { body: { choices } } }, { prompt: 'p', choices }]) {
      assert.deepEqual(opened([row]).variants(0), ['choice 1', 'choice 2']);
      assert.deepEqual([read('openai-log', row).response, read('openai-log', row, 'choice 2').response], ['<think>\nt\n</think>\n\na', 'b']);
    }
    const responses = { input: 'p', output: [{ type: 'reasoning', summary: [{ type: 'summary_text', text: 't' }] }, { type: 'message', content: [{ type: 'output_text', text: 'a' }] }] };
    assert.equal(read('openai-log', responses).response, '<think>\nt\n</think>\n\na');
    assert.match(refusal({ custom_id: 'c', response: { body: { choices } } }), /^no-question/);
  });
  it('put thinking from a field of its own in front', () => {
    const trace = read('thinking', { problem: 'p', message_thinking: 'a\n\nb', message_content: 'c', gtruth_answer: '4' });
    assert.deepEqual([stepTexts(trace), trace.response.slice(trace.answer?.start), trace.given?.goldAnswer?.value], [['a', 'b'], 'c', '4']);
  });
});

describe('lm-evaluation-harness logs', () => {
  const row = { doc_id: 16, doc: { question: 'p' }, target: 'so 2\n#### 2', arguments: { gen_args_0: { arg_0: 'x', arg_1: {} } }, resps: [['one\n#### 2', 'two']], filtered_resps: ['2', '[invalid]'], filter: 'strict-match', metrics: ['exact_match'], exact_match: 1 };
  it('have the filter in the id, a trace a repeat, metrics and answers', () => {
    const trace = read('lm-eval', row);
    assert.equal(trace.source.id, '16/strict-match');
    assert.deepEqual([stepTexts(trace), trace.given?.goldAnswer?.value, trace.given?.finalAnswer?.value, trace.given?.answerCorrect?.value], [['one'], '2', '2', true]);
    const second = read('lm-eval', row, 'response 2');
    assert.deepEqual([second.response, second.given?.finalAnswer], ['two', undefined]);
  });
  it('of old versions have the prompt as the question', () => {
    const old = { doc_id: 1, doc: { x: 1 }, target: '4', arguments: [['Q: 2+2\nA:', { until: [] }]], resps: [['4']], filtered_resps: ['4'], acc: 0 };
    assert.deepEqual([read('lm-eval', old).problem, read('lm-eval', old).given?.answerCorrect?.value], ['Q: 2+2\nA:', false]);
    const chat = { ...old, arguments: { gen_args_0: { arg_0: [JSON.stringify([{ role: 'system', content: 's' }, { role: 'user', content: 'p' }])] } } };
    assert.equal(read('lm-eval', chat).problem, 'p');
  });
  it('without text are refused by name', () => {
    assert.match(refusal({ ...row, resps: [[['-1.5', 'False']]] }), /^no-text: .* holds log-likelihoods and no text/);
  });
});

describe('formats', () => {
  it('can be forced, and then say what a row lacks', () => {
    const row = { problem: 'p', steps: ['a'], label: 0 };
    assert.match(refusal(row, { format: 'prmbench' }), /^no-question: .*"modified_question", "question" or "original_question"/);
    const file = opened([row], { format: 'rows' });
    assert.deepEqual([file.rowFormat.id, file.rowFormat.confidence], ['rows', 1]);
    const text = openTraces('a.jsonl', new TextEncoder().encode('p\n\na'), { format: 'markdown' });
    assert.ok(text.ok && text.value.format === 'markdown');
    const unknown = openTraces('a.json', new TextEncoder().encode('[{}]'), { format: 'excel' });
    assert.ok(!unknown.ok && unknown.error.reason === 'unknown-format');
  });
  it('are recognised with a reason, and a row of another shape is read as what it is', () => {
    const bench = { problem: 'p', steps: ['a'], label: 0 };
    const file = opened([bench, { messages: [{ role: 'user', content: 'p' }, { role: 'assistant', content: 'b' }] }, bench]);
    assert.deepEqual(file.rowFormat, { id: 'processbench', confidence: 0.6, reason: '2 of the 3 rows looked at: have "problem", a list of "steps" and a whole number as "label".' });
    const chat = file.trace(1);
    assert.ok(chat.ok && chat.value.response === 'b');
  });
});
