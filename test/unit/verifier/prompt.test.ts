import assert from 'node:assert/strict';
import { verifierPrompt } from '../../../src/core/verifier/prompt.ts';

describe('the prompt about a step', () => {
  const previous = (steps: readonly string[], step: number): string => /^Previous Steps: (.*)\nNow Step: /ms.exec(verifierPrompt('How many?', steps, step, 'reasoned'))?.[1] ?? '';

  it('numbers the steps itself, whatever they number themselves', () => {
    assert.equal(previous(['Step 1: One.', '2. Two.', 'Three.'], 2), 'Step 1: One.\nStep 2: Two.');
  });

  it('has the steps as they are now, also where one was taken back, changed or added since it was last made', () => {
    const steps = ['One.', 'Two.', 'Three.'];
    assert.equal(previous(steps, 2), 'Step 1: One.\nStep 2: Two.');
    steps.splice(1, 2, 'Step 2: Zwei.', 'Drei.');
    assert.equal(previous(steps, 2), 'Step 1: One.\nStep 2: Zwei.');
    steps.push('Vier.');
    assert.equal(previous(steps, 3), 'Step 1: One.\nStep 2: Zwei.\nStep 3: Drei.');
    assert.equal(previous(steps, 1), 'Step 1: One.');
  });
});
