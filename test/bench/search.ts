/**
 * Strategies of search on the same problems: npm run bench -- search [N] [--resume] [--data FILE]. Runs in blocks of problems
 * and writes each block when it is complete, so that --resume goes on after the last one; the tables are over what there is.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { LanguageModel } from '../../src/core/model.ts';
import type { RoundRecord } from '../../src/core/search/events.ts';
import { solveTogether, type RunProblem } from '../../src/core/search/lockstep.ts';
import type { ScoreMemory } from '../../src/core/search/judge.ts';
import { defaultSearchSettings } from '../../src/core/search/settings.ts';
import { bundledModelDirectory } from '../../src/models/catalog.ts';
import { createEngine, type Engine } from '../../src/models/onnx/engine.ts';
import { ARMS, type Arm } from './search-arms.ts';
import { controllerTable, linesOf, searchTable, type SearchResult } from './search-results.ts';

const OUT = path.join('out', 'bench-search');
const DATA = path.join('..', 'shared', 'data', 'synthetic', 'problems.jsonl');
/** Problems that are solved at once: a block's numbers do not depend on what ran before it. */
const BLOCK = 20;
/** Of these, how many at once: more prompts in a batch than this made every row of it slower than they filled it (16 problems of PATS on two cores: 759 tokens/s one at a time, 968 with 3, 912 with 4, 735 with 6, 647 with 16). */
const OPEN = 4;

interface Models {
  readonly engine: Engine;
  readonly policy: LanguageModel;
  readonly verifier: LanguageModel;
}

export async function benchSearch(): Promise<void> {
  const { values, positionals } = parseArgs({ args: process.argv.slice(3), options: { resume: { type: 'boolean', default: false }, data: { type: 'string', default: DATA } }, allowPositionals: true });
  const problems = readProblems(values.data, Number(positionals[0] ?? 200));
  if (!values.resume) rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const models = await openModels();
  const results: SearchResult[] = [];
  try {
    for (let first = 0; first < problems.length; first += BLOCK) results.push(...(await blockOf(problems.slice(first, first + BLOCK), models, problems.length)));
  } finally {
    models.engine.dispose();
  }
  const { policy, verifier } = models;
  console.log(`\n${path.basename(values.data)}, first ${problems.length} problems; policy ${policy.info.name} (${policy.info.weights}) at temperature ${ARMS[0]?.settings.policy.temperature ?? 0}, verifier ${verifier.info.name} (${verifier.info.weights}), K = 1 greedy, seed 0. 95% intervals: Wilson for accuracy, bootstrap over problems else; differences are paired.\n`);
  console.log(searchTable(linesOf(results)));
  console.log(`\n${controllerTable(results)}`);
}

function readProblems(file: string, n: number): RunProblem[] {
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').slice(0, n);
  return lines.map((line, row) => {
    const { question, answer, id } = JSON.parse(line) as { readonly question: string; readonly answer: string; readonly id: string };
    return { question, gold: answer, id, row };
  });
}

/** `threads` 0: one a core. */
async function openModels(threads = 0): Promise<Models> {
  const engine = createEngine({ enginePath: path.resolve('dist', 'engine.js'), threads });
  const [policy, verifier] = [await engine.load(bundledModelDirectory(path.resolve('.'), 'reasoner')), await engine.load(bundledModelDirectory(path.resolve('.'), 'r-prm'))];
  return { engine, policy, verifier };
}

/** The results of a block: those on disk, or made now. */
async function blockOf(problems: readonly RunProblem[], models: Models, all: number): Promise<SearchResult[]> {
  const rows = problems.map(({ row }) => row ?? 0);
  const file = path.join(OUT, `rows-${rows[0] ?? 0}-${rows.at(-1) ?? 0}.jsonl`);
  if (existsSync(file)) return readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as SearchResult);
  const started = performance.now();
  // Analyses are greedy: the same step after the same steps has the same one, whichever arm meets it. Its tokens count for each.
  const scores: ScoreMemory = new Map();
  const results: SearchResult[] = [];
  for (const arm of ARMS) results.push(...(await runArm(arm, problems, { ...models, scores })));
  writeFileSync(`${file}.part`, results.map((result) => `${JSON.stringify(result, withoutAnalyses)}\n`).join(''));
  renameSync(`${file}.part`, file);
  const seconds = (performance.now() - started) / 1000;
  console.error(`rows ${rows[0] ?? 0} to ${rows.at(-1) ?? 0}: ${seconds.toFixed(0)} s; all ${all} take about ${((seconds / 60) * (all / problems.length)).toFixed(0)} min`);
  return results;
}

async function runArm({ id, settings }: Arm, problems: readonly RunProblem[], models: Models & { readonly scores: ScoreMemory }): Promise<SearchResult[]> {
  const rounds = problems.map((): RoundRecord[] => []);
  const results: SearchResult[] = [];
  const started = performance.now();
  await solveTogether(models, problems, settings, OPEN, (event) => {
    if (event.type === 'round') rounds[event.problem]?.push(event.record);
    if (event.type !== 'finished') return;
    const { row = 0, gold = '' } = problems[event.problem] ?? {};
    if (event.reason === 'failed') console.error(`${id}, row ${row}: ${event.message ?? ''}`);
    results.push({ arm: id, row, gold, rounds: rounds[event.problem] ?? [], finished: event });
  });
  console.error(`  ${id}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return results;
}

function withoutAnalyses(key: string, value: unknown): unknown {
  return key === 'samples' || key === 'provenance' ? undefined : value;
}

/** PATS with candidates, scores and problems together, against the same with one after another: npm run bench -- search-speed [N]. */
export async function benchSearchSpeed(): Promise<void> {
  const problems = readProblems(DATA, Number(process.argv[3] ?? 12));
  const whole = await openModels();
  const single = { ...whole, policy: oneByOne(whole.policy), verifier: oneByOne(whole.verifier) };
  const halves = [await openModels(1), await openModels(1)];
  const { policy, verifier } = whole;
  try {
    await measurePats([whole], problems.slice(0, 2), 1);
    const ways = [
      ['one candidate, one score after another', await measurePats([single], problems, 1)],
      ['the candidates and the scores of a step together', await measurePats([whole], problems, 1)],
      [`and ${OPEN} problems in lockstep`, await measurePats([whole], problems, OPEN)],
      [`and so in two processes with a thread each`, await measurePats(halves, problems, OPEN)],
    ] as const;
    const [, first] = ways[0];
    console.log(`PATS, ${problems.length} problems, ${policy.info.name} and ${verifier.info.name}, temperature 1.2, seed 0\n`);
    console.log('| way | seconds | tokens | tokens/s | times as fast | correct |\n|---|---|---|---|---|---|');
    for (const [name, { seconds, tokens, correct }] of ways) console.log(`| ${name} | ${seconds.toFixed(1)} | ${tokens} | ${(tokens / seconds).toFixed(0)} | ${(first.seconds / seconds).toFixed(2)} | ${correct} |`);
  } finally {
    for (const { engine } of [whole, ...halves]) engine.dispose();
  }
}

/** Problems are dealt to the processes in turn. */
async function measurePats(models: readonly Models[], problems: readonly RunProblem[], open: number): Promise<{ readonly seconds: number; readonly tokens: number; readonly correct: number }> {
  const base = defaultSearchSettings('pats');
  const settings = { ...base, policy: { ...base.policy, temperature: 1.2 } };
  let [tokens, correct] = [0, 0];
  const started = performance.now();
  const part = (own: Models, at: number) =>
    solveTogether(own, problems.filter((_, index) => index % models.length === at), settings, open, (event) => {
      if (event.type !== 'finished') return;
      tokens += event.policyTokens + event.verifierTokens;
      correct += Number(event.correct);
    });
  await Promise.all(models.map(part));
  return { seconds: (performance.now() - started) / 1000, tokens, correct };
}

/** A model that is asked for one sample at a time and remembers nothing between two. */
function oneByOne(model: LanguageModel): LanguageModel {
  return {
    ...model,
    async *generate(requests, signal) {
      for (const [request, asked] of requests.entries()) {
        for (let sample = 0; sample < asked.n; sample++) {
          for await (const event of model.generate([{ ...asked, n: 1, firstSample: (asked.firstSample ?? 0) + sample }], signal)) {
            yield event.type === 'failed' ? { ...event, request } : { ...event, request, sample };
          }
        }
      }
    },
  };
}
