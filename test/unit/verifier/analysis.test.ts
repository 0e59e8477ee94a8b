import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findSections, findVerdict, SECTION_NAMES } from '../../../src/core/verifier/analysis.ts';
import { VERDICT_MARKER, verifierPrompt } from '../../../src/core/verifier/prompt.ts';
import { scoreKey } from '../../../src/core/verifier/key.ts';
import { DEFAULT_VERIFIER_SETTINGS, type PromptForm } from '../../../src/core/verifier/settings.ts';

const ANALYSIS = `Analysis:
**Previous Steps Analysis**: Steps 1 to 4 are correct. The last result is 84.
**Now Step Analysis**: The Now Step states the answer.
**Data Source Analysis**: The result of Step 4 is 84.
**Consistency Analysis**: The Now Step says 85. This is not consistent.
Conclusion: The Now Step is wrong.
Verification: Is the step correct (Yes/No)? No`;

describe('analysis', () => {
  it('finds the sections that are there, with the exact span of each body', () => {
    const sections = findSections(ANALYSIS);
    assert.deepEqual(sections.map(({ name }) => name), SECTION_NAMES.slice(0, 4));
    assert.deepEqual(
      sections.map(({ span }) => ANALYSIS.slice(span.start, span.end)),
      ['Steps 1 to 4 are correct. The last result is 84.', 'The Now Step states the answer.', 'The result of Step 4 is 84.', 'The Now Step says 85. This is not consistent.'],
    );
  });

  it('reads headings that larger models write: on a line of their own, colon inside the stars, lists below', () => {
    const text = '**Previous Steps Analysis:**\nAll good.\n\n**Calculation Analysis**\n- 2 + 2 = 4\n- fine\n\n**Conclusion**: correct.\n**Verification**: Is the step correct (Yes/No)? **Yes**';
    assert.deepEqual(findSections(text).map(({ name, span }) => [name, text.slice(span.start, span.end)]), [
      ['Previous Steps Analysis', 'All good.'],
      ['Calculation Analysis', '- 2 + 2 = 4\n- fine'],
    ]);
    assert.equal(findVerdict(text), 'yes');
  });

  it('takes the last verdict, and none where there is none', () => {
    assert.equal(findVerdict(ANALYSIS), 'no');
    assert.equal(findVerdict(`${VERDICT_MARKER} Yes ... but ${VERDICT_MARKER} no`), 'no');
    for (const text of ['', 'Verification:', VERDICT_MARKER, `${VERDICT_MARKER} Maybe`, `${VERDICT_MARKER} Nothing`, 'Yes']) assert.equal(findVerdict(text), undefined, text);
  });

  it('counts only what a reasoner says after its thinking', () => {
    const thought = `**Now Step Analysis**: hm. ${VERDICT_MARKER} Yes? No, ${VERDICT_MARKER} No.`;
    const said = `**Now Step Analysis**: fine.\nConclusion: right.\nVerification: ${VERDICT_MARKER} Yes`;
    for (const text of [`<think>\n${thought}\n</think>\n\n${said}`, `${thought}\n</think>\n\n${said}`]) {
      for (const opened of [true, false]) {
        assert.equal(findVerdict(text, opened), 'yes');
        assert.deepEqual(findSections(text, opened).map(({ span }) => text.slice(span.start, span.end)), ['fine.']);
      }
    }
    // Cut off while it thinks: nothing counts. That it thinks is known from the text, or from the prompt.
    for (const [text, opened] of [[`<think>${thought}`, false], [thought, true], [`<think>${thought}</think> I cannot tell.`, false]] as const) {
      assert.equal(findVerdict(text, opened), undefined);
      assert.deepEqual(findSections(text, opened), []);
    }
    assert.equal(findVerdict(thought), 'no');
  });

  it('never throws, and keeps spans ordered and inside the text', () => {
    const piece = fc.constantFrom('**Now Step Analysis**', '**X Analysis:**', ':', '\n', 'Conclusion', 'Verification', VERDICT_MARKER, ' Yes', ' No', 'text', '**', ' ');
    fc.assert(
      fc.property(fc.array(piece).map((list) => list.join('')), (text) => {
        findVerdict(text);
        let last = 0;
        for (const { span } of findSections(text)) {
          assert.ok(span.start >= last && span.end >= span.start && span.end <= text.length);
          last = span.end;
        }
      }),
    );
  });
});

describe('verifier prompt', () => {
  it('says that the first step has none before it, and numbers the others', () => {
    assert.equal(
      verifierPrompt(' Q? ', ['one', 'two'], 0, 'direct'),
      'Question: Q?\nPrevious Steps: Since the Now Step is the first step, there are no Previous Steps.\nNow Step: Step 1: one\nPlease carefully analyze the correctness of the Now Step.\nReply: Verification: Is the step correct (Yes/No)?',
    );
    assert.equal(
      verifierPrompt('Q?', ['one', 'two', 'three'], 2, 'reasoned'),
      'Question: Q?\nPrevious Steps: Step 1: one\nStep 2: two\nNow Step: Step 3: three\nPlease carefully analyze the correctness of the Now Step.\nReply: ',
    );
  });

  it('does not number a step twice', () => {
    for (const text of ['Step 2: add', 'step 2. add', '**Step 2:** add', '### Step 2: add', '2. add', '2) add', 'Schritt 2: add', '步骤2：add']) {
      assert.match(verifierPrompt('Q?', ['x', text], 1, 'reasoned'), /\nNow Step: Step 2: add\n/, text);
    }
    // These only look like labels.
    for (const text of ['2.5 is half of 5', '12 + 5 = 17', 'Step back and think']) assert.ok(verifierPrompt('Q?', [text], 0, 'reasoned').includes(`Step 1: ${text}\n`), text);
  });

  it('keys a score by everything that made it, and by nothing else', () => {
    const key = (step: number, steps: readonly string[], settings = DEFAULT_VERIFIER_SETTINGS, model = 'm') => scoreKey('Q?', steps, step, { hash: model }, settings);
    assert.equal(key(1, ['a', 'b', 'c']), key(1, ['a', 'b', 'changed later step']));
    assert.notEqual(key(1, ['a', 'b']), key(1, ['changed', 'b']));
    assert.notEqual(key(1, ['a', 'b']), key(1, ['a', 'b'], DEFAULT_VERIFIER_SETTINGS, 'other'));
    const sampled = { ...DEFAULT_VERIFIER_SETTINGS, k: 4 };
    assert.equal(key(0, ['a'], sampled), key(0, ['a'], { ...sampled, k: 8 }), 'more samples continue the stream');
    assert.notEqual(key(0, ['a'], sampled), key(0, ['a']), 'greedy is another stream');
    for (const change of [{ seed: 1 }, { temperature: 0.5 }, { topP: 0.5 }, { maxNewTokens: 5 }]) assert.notEqual(key(0, ['a'], sampled), key(0, ['a'], { ...sampled, ...change }));
    assert.equal(key(0, ['a'], sampled), key(0, ['a'], { ...sampled, threshold: 0.9 }), 'the threshold reads a score, it does not make one');
    assert.equal(key(0, ['a']), key(0, ['a'], { ...DEFAULT_VERIFIER_SETTINGS, seed: 9 }), 'greedy has no seed');
    const withTemplate = (template: string | undefined, prompt: PromptForm) => scoreKey('Q?', ['a'], 0, { hash: 'm', ...(template === undefined ? {} : { template }) }, { ...DEFAULT_VERIFIER_SETTINGS, prompt });
    assert.equal(withTemplate('t', 'plain'), key(0, ['a']), 'a template that is not used changes nothing');
    assert.equal(new Set([key(0, ['a']), withTemplate('t', 'chat'), withTemplate('u', 'chat'), withTemplate(undefined, 'chat')]).size, 4);
    // Scores that were stored before there was a chat form are found again.
    assert.equal(key(0, ['a']), JSON.stringify({ modelHash: 'm', promptVersion: 'r-prm-1', mode: 'reasoned', maxNewTokens: 4096, temperature: 0, prompt: verifierPrompt('Q?', ['a'], 0, 'reasoned') }));
  });
});
