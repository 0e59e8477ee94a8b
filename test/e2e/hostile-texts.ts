import { importedSearch } from '../../src/core/search/imported.ts';
import { defaultSearchSettings } from '../../src/core/search/settings.ts';
import { runLogText } from '../../src/core/run/run-log.ts';

/** Nothing but a hostile text names it. */
export const HOST = 'hostile.invalid';
/** What a script of a hostile text would do. */
const RUN = 'globalThis.stepscopeIntruded=true';

/** HTML that runs or loads something, links of all kinds, colours of a terminal, reversed letters, a null character and an icon. */
export const HOSTILE = [
  `<img src=x onerror=${RUN}> <img src="https://${HOST}/a.png"> <script>${RUN}</script> <svg onload=${RUN}></svg> <iframe src="https://${HOST}/f"></iframe> <style>@import url(https://${HOST}/s.css)</style>`,
  `<a href="javascript:${RUN}">a</a> javascript:${RUN} [b](javascript:${RUN}) [c](command:workbench.action.closeAllEditors) ![d](https://${HOST}/d.png) [e](https://${HOST}/e) <https://${HOST}/g>`,
  '\u001b[31mred\u001b[0m \u202Egnp.exe\u202C \u0000 \u200B $(sync~spin) </textarea></title> &lt;b&gt; {{7*7}}',
].join(' ');
const LONG_LINE = 'word '.repeat(4000) + 'x'.repeat(20_000);

/** A row of our own format with hostile text in all of its fields that hold text, and one very long line. */
export function hostileRow(): string {
  const steps = [`Step one ${HOSTILE}`, `Step two ${HOSTILE} ${LONG_LINE}`, 'So the answer is 4.'];
  const response = steps.join('\n\n');
  const analysis = `Analysis:\n**Now Step Analysis**: ${HOSTILE} "Step one" ${LONG_LINE}\nVerification: Is the step correct (Yes/No)? No`;
  const provenance = { model: HOSTILE, modelHash: HOSTILE, weights: HOSTILE, mode: 'reasoned', k: 2, temperature: 1, topP: 1, maxNewTokens: 9, seed: 0, prompt: 'plain', promptVersion: HOSTILE, threshold: 0.5, date: '2026-01-02T03:04:05.000Z' };
  const sample = { pYes: 0.2, verdict: 'no', analysis, sections: [{ name: HOSTILE, span: { start: 32, end: 32 + HOSTILE.length } }], tokens: 9 };
  const score = { pYes: 0.2, hard: 0, spread: 0, samples: [sample, sample], unparsed: 0, provenance };
  let at = 0;
  return JSON.stringify({
    schema: 'stepscope.trace',
    version: 1,
    source: { file: HOSTILE, row: 0, id: HOSTILE },
    problem: `How many? ${HOSTILE}`,
    response,
    steps: steps.map((step) => [at, (at += step.length + 2) - 2]),
    stepsGiven: true,
    label: { firstError: 1, field: HOSTILE, madeBy: 'human', maker: HOSTILE },
    given: { generator: { field: HOSTILE, madeBy: 'model', value: HOSTILE }, errorReason: { field: HOSTILE, madeBy: 'human', value: HOSTILE }, metrics: [{ field: HOSTILE, madeBy: 'program', name: HOSTILE, value: HOSTILE, explanation: HOSTILE }], remarks: [HOSTILE] },
    scores: steps.map(() => score),
    notes: [{ step: 0, mark: 'wrong', comment: HOSTILE, author: HOSTILE }],
  });
}

/** A result file of the PATS code with hostile text. */
export function hostileResult(): string {
  const round = (iteration: number, last: boolean): object => ({ iteration, phase: 2, candidates: [1, 2].map((at) => ({ step: `${at} ${HOSTILE}`, reward: 1 / at, valid: true })), selected: { step: `1 ${HOSTILE}`, reward: 1, accepted: true }, new_phase: 2, terminated: last });
  return JSON.stringify([{ question: `Imported ${HOSTILE}`, history: [round(0, false), round(1, true)], final_steps: [`1 ${HOSTILE}`, `1 ${HOSTILE}`], success: true }]);
}

/** What a log says of a model. */
export const HOSTILE_MODEL = { name: HOSTILE, hash: HOSTILE, weights: HOSTILE, parameters: 1, context: 1, demonstration: HOSTILE };

/** The log of a search with hostile text in its title, models, question, candidates, answers and notes. */
export function hostileSearch(id: string): string {
  const round = { mode: 'simple' as const, candidates: [{ text: `1 ${HOSTILE}`, score: 0.9 }, { text: `2 ${HOSTILE}`, score: 0.1 }], selected: { text: `1 ${HOSTILE}`, score: 0.9, accepted: true }, nextMode: 'simple' as const };
  const events = importedSearch({ question: HOSTILE, gold: HOSTILE, id: HOSTILE }, [{ ...round, terminated: false }, { ...round, terminated: true }], HOSTILE);
  return runLogText({
    header: { type: 'run', version: 1, kind: 'search', id, title: `${id} ${HOSTILE}`, started: '2026-01-02T03:04:05.000Z', models: [{ role: 'policy', info: HOSTILE_MODEL }, { role: 'verifier', info: HOSTILE_MODEL }], settings: defaultSearchSettings('pats'), data: { file: HOSTILE, rows: [0] } },
    events: [...events.slice(0, -1), { type: 'note', problem: 0, message: HOSTILE }, ...events.slice(-1)],
    end: { type: 'run-end', reason: 'failed', message: HOSTILE, headline: HOSTILE, ended: '2026-01-02T03:04:06.000Z' },
  });
}
