import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type * as vscode from 'vscode';
import { errorText } from '../../core/error-text.ts';
import type { LanguageModel } from '../../core/model.ts';
import { stepTexts } from '../../core/trace/trace.ts';
import { chatInstruction } from '../../core/verifier/chat-prompt.ts';
import { scoreTrace } from '../../core/verifier/score-trace.ts';
import { DEFAULT_VERIFIER_SETTINGS } from '../../core/verifier/settings.ts';
import { parseMarkdownTrace } from '../../formats/markdown.ts';
import { bundledModelDirectory, type BundledModel } from '../../models/catalog.ts';
import { peekManifest } from '../../models/manifest.ts';
import { createEngine } from '../../models/onnx/engine.ts';
import { connect } from '../../models/openai/connect.ts';
import { modelsFolder } from '../add-model.ts';
import { serverReport, sizeText } from '../describe-verifier.ts';
import { editorEngine } from '../editor-engine.ts';
import { keysOf, type ServerKeys } from '../server-keys.ts';
import { originOf, type ServerChoice } from '../server-settings.ts';
import { readVerifierChoice } from '../verifier-choice.ts';
import { connectOptions } from '../verifier-model.ts';
import { english, probability } from '../wording.ts';
import { attention, code, good, plain, type Finding, type ReportSection } from './report.ts';

const BUNDLED: readonly BundledModel[] = ['r-prm', 'reasoner'];

/** Model folders: their files by name and size. That the weights are those that were converted is checked when a model is loaded. */
export async function models(context: vscode.ExtensionContext): Promise<ReportSection> {
  const choice = readVerifierChoice();
  const added = await readdir(modelsFolder(context)).catch(() => []);
  return {
    title: 'Models',
    findings: [
      ...(await Promise.all(BUNDLED.map((name) => modelFolder(`Bundled ${name}`, bundledModelDirectory(context.extensionPath, name))))),
      ...(await Promise.all(added.map((name) => modelFolder(`Added ${name}`, path.join(modelsFolder(context), name))))),
      choice.ok ? await chosen(choice.value) : attention(choice.error.message),
    ],
  };
}

async function chosen(choice: Extract<ReturnType<typeof readVerifierChoice>, { ok: true }>['value']): Promise<Finding> {
  switch (choice.type) {
    case 'bundled':
      return good('The verifier that is set is the bundled r-prm');
    case 'server':
      return good(`The verifier that is set is served, see *Servers*`);
    case 'folder':
      return modelFolder('The verifier that is set:', choice.folder);
  }
}

async function modelFolder(what: string, folder: string): Promise<Finding> {
  const manifest = await peekManifest(folder);
  if (manifest === undefined) {
    const there = await stat(folder).catch(() => undefined);
    return there === undefined ? attention(`${what} ${code(folder)} is not there`) : plain(`${what} ${code(folder)} has no manifest of ours: an ONNX export is read when it is loaded`);
  }
  const faults: string[] = [];
  let bytes = 0;
  for (const [name, file] of Object.entries(manifest.files)) {
    const info = await stat(path.join(folder, name)).catch(() => undefined);
    bytes += info?.size ?? 0;
    if (info?.size !== file.bytes) faults.push(info === undefined ? `${name} is missing` : `${name} has ${info.size} bytes where ${file.bytes} belong`);
  }
  const text = `${what}: ${sizeText(manifest, english)}, reads ${manifest.context} tokens, ${(bytes / 1e6).toFixed(1)} MB in ${code(folder)}`;
  return faults.length === 0 ? good(text) : attention(`${text}: ${faults.join(', ')}; install Stepscope again or convert the model again`);
}

/** A right and a wrong step; the bundled verifier tells them apart, so a machine on which it does not computes wrongly. */
const PROBE = '# Problem\n\nAnna has 12 apples. Anna buys 5 more apples. How many apples does Anna have now?\n\n# Solution\n\nAnna gets 5 more apples: 12 + 5 = 17.\n';
const WRONG = PROBE.replace('= 17', '= 18');

/** Starts an engine of its own, loads the bundled verifier and scores two known steps. Never rejects, but where `signal` aborts. */
export async function engine(context: vscode.ExtensionContext, signal: AbortSignal): Promise<ReportSection> {
  const findings: Finding[] = [];
  const log: string[] = [];
  const clock = (): (() => string) => {
    const since = performance.now();
    return () => `${((performance.now() - since) / 1000).toFixed(1)} s`;
  };
  try {
    const program = await editorEngine(context);
    findings.push(plain(`Program: ${code(program.nodePath ?? process.execPath)} (${program.nodePath === undefined ? 'the editor’s own' : 'from the settings'}), script ${code(program.enginePath)}`));
    const running = createEngine({ ...program, log: (line) => log.push(line) });
    try {
      const started = clock();
      const { node, platform, onnxruntime } = await running.about();
      findings.push(good(`Started in ${started()}: Node ${node}, ${platform}, onnxruntime ${onnxruntime}`));
      const loaded = clock();
      const model = await running.load(bundledModelDirectory(context.extensionPath, 'r-prm'));
      findings.push(good(`Bundled verifier loaded in ${loaded()}, its files have the digests that they were converted with`));
      findings.push(await scoresOf(model, signal, clock()));
      const { memory } = await running.about();
      findings.push(plain(`Its process takes ${(memory / 1e6).toFixed(0)} MB`));
    } finally {
      running.dispose();
    }
  } catch (error) {
    signal.throwIfAborted();
    findings.push(attention(errorText(error)), ...log.slice(-3).map((line) => plain(`It said: ${code(line)}`)));
  }
  return { title: 'Engine', findings };
}

async function scoresOf(model: LanguageModel, signal: AbortSignal, took: () => string): Promise<Finding> {
  const scores: (number | undefined)[] = [];
  for (const text of [PROBE, WRONG]) {
    const parsed = parseMarkdownTrace('probe.md', text);
    if (!parsed.ok) return attention(parsed.error.message);
    const { trace } = parsed.value;
    for await (const event of scoreTrace(model, { problem: trace.problem, steps: stepTexts(trace), settings: DEFAULT_VERIFIER_SETTINGS }, signal)) {
      if (event.type === 'step') scores.push(event.score.pYes);
      if (event.type === 'step-failed') return attention(event.message);
    }
  }
  const [right, wrong] = scores;
  const shown = (value: number | undefined): string => (value === undefined ? 'no score' : probability(value));
  const text = `A right step scores ${shown(right)} and a wrong one ${shown(wrong)} (n = 2 steps, K = 1, greedy, ${took()})`;
  const { threshold } = DEFAULT_VERIFIER_SETTINGS;
  const apart = right !== undefined && wrong !== undefined && right >= threshold && wrong < threshold;
  return apart ? good(text) : attention(`${text}, which it does not elsewhere: do not trust scores of this machine, and report this`);
}

/** The servers in the settings. None is asked: see askServers. */
export function servers(keys: ServerKeys): ReportSection {
  const choice = readVerifierChoice();
  if (!choice.ok || choice.value.type !== 'server') return { title: 'Servers', findings: [plain('none in the settings; nothing is sent anywhere')] };
  const { server } = choice.value;
  const kept = keys.origins();
  const keyOf = (endpoint: string): string => {
    if (kept.includes(originOf(endpoint))) return 'key in the secret storage';
    if (server.keyVariable === undefined) return 'no key';
    return `key from the environment variable that is set, which ${process.env[server.keyVariable] === undefined ? 'does not exist' : 'exists'}`;
  };
  return {
    title: 'Servers',
    findings: [
      ...server.endpoints.map((endpoint) => plain(`${code(endpoint)}: ${keyOf(endpoint)}; not asked`)),
      plain(`Model ${server.model === undefined ? 'the only one that is served' : code(server.model)}, ${server.api === 'chat' ? 'chat prompts' : 'plain prompts'}, at most ${server.concurrency} requests at once to each`),
    ],
  };
}

/** Connects to the servers in the settings and says what they can. Only where a person asked for it. */
export async function askServers(server: ServerChoice, keys: ServerKeys, signal: AbortSignal): Promise<ReportSection> {
  const title = 'Servers, asked';
  try {
    const found = await keysOf(server, keys, process.env);
    const model = await connect({ ...connectOptions(server, (endpoint) => found.get(endpoint)), ...(server.api === 'chat' ? { instruction: chatInstruction('reasoned') } : {}), signal });
    const { can, cannot } = serverReport(model, english);
    return { title, findings: [good(`${code(model.info.name)} answers`), ...can.map(plain), ...cannot.map((text) => plain(`Not: ${text}`))] };
  } catch (error) {
    signal.throwIfAborted();
    return { title, findings: [attention(errorText(error))] };
  }
}
