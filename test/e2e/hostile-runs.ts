import { comparePair } from '../../src/core/bias/compare.ts';
import type { BiasEvent, Guesses, TraceMeasure } from '../../src/core/bias/events.ts';
import { deviationOf, guessDistribution } from '../../src/core/bias/guesses.ts';
import { traceReader } from '../../src/core/bias/measure-trace.ts';
import type { MaskPlan } from '../../src/core/bias/plan.ts';
import { DEFAULT_BIAS_SETTINGS, type BiasSettings } from '../../src/core/bias/settings.ts';
import type { EvalSettings } from '../../src/core/eval/eval.ts';
import type { EvalEvent } from '../../src/core/eval/events.ts';
import { runLogText } from '../../src/core/run/run-log.ts';
import type { RunHeader, RunKind } from '../../src/core/run/run.ts';
import { DEFAULT_VERIFIER_SETTINGS } from '../../src/core/verifier/settings.ts';
import { HOST, HOSTILE, HOSTILE_MODEL } from './hostile-texts.ts';

const PLANS: readonly MaskPlan[] = [
  { target: { kind: 'question' }, start: { kind: 'first' }, method: 'mask' },
  { target: { kind: 'random', like: 'question' }, start: { kind: 'first' }, method: 'mask' },
];
const SETTINGS: BiasSettings = { ...DEFAULT_BIAS_SETTINGS, system: HOSTILE, plans: PLANS, attention: 1 };
const THINKING = `1 + 1 = 2 ${HOSTILE}.\n\nSo the answer is 2.\n\nWait, ${HOSTILE}.\n\n1 + 1 = 2.\n</think>\n\n`;
const reader = traceReader(SETTINGS.detectors);

/** The log of an experiment on internal bias: in its title, models, questions, answers, guesses, tokens and messages. */
export function hostileBias(id: string): string {
  const rows = [0, 1, 2, 3];
  const events: readonly BiasEvent[] = [
    { type: 'started', rows, questions: rows.map((row) => ({ row, question: HOSTILE, gold: HOSTILE })), estimate: { mostTokens: 9, likelyTokens: 9, samples: 9 } },
    { type: 'lack', part: 'attention', message: HOSTILE },
    ...rows.flatMap((row) => rowEvents(row)),
    { type: 'failed', row: 3, part: 'attention', message: HOSTILE },
  ];
  return logText(id, 'bias', rows, SETTINGS, events);
}

/** The log of a trace whose input was hidden. */
export function hostileMasking(id: string): string {
  return logText(id, 'masking', [0], SETTINGS, rowEvents(0).filter(({ type }) => type === 'trace' || type === 'masked' || type === 'not-applicable'));
}

/** Rows with a result: more than a report shows at once. */
export const EVALUATED = 20;

/** The log of an evaluation; its data is said to be at an address of the network. */
export function hostileEval(id: string): string {
  const settings: EvalSettings = { eval: 'processbench', verifier: DEFAULT_VERIFIER_SETTINGS, options: {}, scores: [HOSTILE] };
  const rows = Array.from({ length: EVALUATED + 1 }, (_, row) => row);
  const events: readonly EvalEvent[] = [
    { type: 'started', rows: rows.length },
    { type: 'note', message: HOSTILE },
    ...rows.slice(1).map((row): EvalEvent => ({ type: 'row', row: { row, id: `${row} ${HOSTILE}`, subset: `${row % 2} ${HOSTILE}`, item: { label: row % 3 === 0 ? 1 : null, steps: 2, scores: { soft: [0.9, row / (EVALUATED + 1)], tokens: 4 } } } })),
    { type: 'row-failed', row: 0, id: HOSTILE, reason: 'misfit', message: HOSTILE },
  ];
  return logText(id, 'eval', rows, settings, events);
}

function logText(id: string, kind: RunKind, rows: readonly number[], settings: unknown, events: readonly (BiasEvent | EvalEvent)[]): string {
  const models: RunHeader['models'] = [{ role: kind === 'eval' ? 'verifier' : 'policy', info: HOSTILE_MODEL }];
  const header: RunHeader = { type: 'run', version: 1, kind, id, title: `${id} ${HOSTILE}`, started: '2026-01-02T03:04:05.000Z', models, settings, data: { file: HOSTILE, rows, uri: `https://${HOST}/data.jsonl` } };
  return runLogText({ header, events, end: { type: 'run-end', reason: 'failed', message: HOSTILE, headline: HOSTILE, ended: '2026-01-02T03:04:06.000Z' } });
}

/** A question with guesses that differ from what it comes to, its attention, one plan that is done and one that is not applicable. */
function rowEvents(row: number): BiasEvent[] {
  const guesses: Guesses = { distributions: [guessDistribution('closed', 1, row % 2 === 0 ? [HOSTILE, '3', undefined] : ['2', '2'])], greedy: row % 2 === 0 ? HOSTILE : '2', tokens: 3 };
  const [trace, masked] = [measured(`${THINKING}The answer is \\boxed{2}. ${HOSTILE}`, 90 + row), measured(`${THINKING}${HOSTILE} The answer is \\boxed{<script>}.`, 70)];
  const layer = { question: 1, results: 1, others: 1, tokens: 3 };
  return [
    { type: 'guesses', row, guesses },
    { type: 'trace', row, question: `${row} ${HOSTILE}`, gold: HOSTILE, trace, deviation: deviationOf(guesses, '2') },
    { type: 'attention', row, summary: { reflecting: [layer], others: [layer], steps: [], question: [] }, lens: { guess: HOSTILE, own: HOSTILE, common: HOSTILE, probabilities: [{ guess: 0.5, own: 0.5 }] } },
    { type: 'masked', row, plan: 0, mask: { method: 'mask', hidden: [{ position: 3, text: HOSTILE }], from: 9, kept: 4 }, trace: masked, comparison: comparePair(trace, masked, { original: [HOSTILE, '1'], masked: [HOSTILE, '2'] }) },
    { type: 'not-applicable', row, plan: 1, message: HOSTILE },
  ];
}

function measured(text: string, tokens: number): TraceMeasure {
  return { ...reader.measure(text, '2'), finish: 'end', tokens, pFirst: 20 };
}
