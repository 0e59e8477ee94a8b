import assert from 'node:assert/strict';
import { decide, type RoundOutcome } from '../../../src/core/search/controller.ts';
import { defaultSearchSettings, PENALTIES, THINKING_MODES, type Penalty } from '../../../src/core/search/settings.ts';

const BASE = defaultSearchSettings('pats');
const within = (penalty: Penalty) => ({ ...BASE, penalty });

/** mode, best score (or why there is none), the step was discarded before → once | none | infinite; `!`: discarded, made again. */
const TABLE: readonly (readonly [RoundOutcome['mode'], RoundOutcome['best'], boolean, string, string, string])[] = [
  ['complex', 1, false, 'good medium', 'good medium', 'good medium'],
  ['complex', 0.85, false, 'good medium', 'good medium', 'good medium'],
  ['medium', 0.85, false, 'good simple', 'good simple', 'good simple'],
  ['simple', 0.85, false, 'good simple', 'good simple', 'good simple'],
  ['complex', 0.8499, false, 'keep complex', 'keep complex', 'keep complex'],
  ['medium', 0.8, false, 'keep medium', 'keep medium', 'keep medium'],
  ['simple', 0.75, false, 'keep simple', 'keep simple', 'keep simple'],
  ['simple', 0.7499, false, 'low complex', 'low complex', 'low complex'],
  ['medium', 0.6, false, 'low complex', 'low complex', 'low complex'],
  ['complex', 0.4, false, 'low complex', 'low complex', 'low complex'],
  ['simple', 0.3999, false, 'penalty complex!', 'low complex', 'penalty complex!'],
  ['complex', 0, false, 'penalty complex!', 'low complex', 'penalty complex!'],
  ['complex', 0, true, 'accepted-after-penalty complex', 'accepted-after-penalty complex', 'penalty complex!'],
  ['complex', 0.3999, true, 'accepted-after-penalty complex', 'accepted-after-penalty complex', 'penalty complex!'],
  ['complex', 0.4, true, 'low complex', 'low complex', 'low complex'],
  ['complex', 0.75, true, 'keep complex', 'keep complex', 'keep complex'],
  ['complex', 0.9, true, 'good medium', 'good medium', 'good medium'],
  ['medium', 'none-left', false, 'none-left medium-', 'none-left medium-', 'none-left medium-'],
  ['complex', 'none-left', true, 'none-left complex-!', 'none-left complex-!', 'none-left complex-!'],
  ['simple', 'unscored', false, 'unscored simple-', 'unscored simple-', 'unscored simple-'],
  ['complex', 'unscored', true, 'unscored complex-!', 'unscored complex-!', 'unscored complex-!'],
];

describe('mode controller of PATS', () => {
  for (const [mode, best, regeneration, once, none, infinite] of TABLE) {
    it(`${mode}, ${best}${regeneration ? ', discarded before' : ''}: ${once}`, () => {
      for (const [penalty, expected] of [['once', once], ['none', none], ['infinite', infinite]] as const) {
        for (const final of [false, true]) {
          const { rule, nextMode, accepted, regenerate, stop } = decide({ mode, best, regeneration, final }, within(penalty));
          const discarded = rule === 'penalty' || typeof best === 'string';
          assert.equal(`${rule} ${nextMode}${typeof best === 'string' ? '-' : ''}${regenerate ? '!' : ''}`, expected, penalty);
          assert.equal(accepted, !discarded);
          assert.equal(stop, final && accepted, 'only an accepted final step ends the solution');
        }
      }
    });
  }

  it('is total, and never simpler after a worse score', () => {
    const scores = Array.from({ length: 101 }, (_, index) => index / 100);
    for (const penalty of PENALTIES) {
      for (const mode of THINKING_MODES) {
        for (const regeneration of [false, true]) {
          const next = scores.map((best) => decide({ mode, best, regeneration, final: false }, within(penalty)));
          const widths = next.map(({ nextMode }) => BASE.widths[nextMode]);
          widths.slice(1).forEach((width, at) => assert.ok(width <= (widths[at] ?? 0), `${penalty} ${mode} ${at / 100}`));
          for (const { accepted, regenerate } of next) assert.equal(regenerate, !accepted);
        }
      }
    }
  });
});
