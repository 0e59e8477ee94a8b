import process from 'node:process';
import * as vscode from 'vscode';
import { StepscopeError } from '../core/result.ts';
import { chatInstruction } from '../core/verifier/chat-prompt.ts';
import type { ServerApi } from '../models/openai/ask.ts';
import { connect, type ServedLanguageModel } from '../models/openai/connect.ts';
import { parseEndpoint } from '../models/openai/endpoint.ts';
import { listModels } from '../models/openai/list-models.ts';
import type { ServedModel } from '../models/openai/wire.ts';
import { cancellable } from './cancellable.ts';
import { serverReport, sizeText } from './describe-verifier.ts';
import { knownServer, serverKey, type KnownVerifiers } from './known-verifiers.ts';
import { COMMANDS } from './manifest.ts';
import { keysOf, type ServerKeys } from './server-keys.ts';
import { DEFAULT_CONCURRENCY, originOf, parseAddress, type ServerChoice } from './server-settings.ts';
import { applyVerifierChoice, readVerifierChoice } from './verifier-choice.ts';
import { connectOptions } from './verifier-model.ts';
import { english } from './wording.ts';

export interface ConnectDependencies {
  readonly known: KnownVerifiers;
  readonly keys: ServerKeys;
  readonly log: (line: string) => void;
}

const title = (): string => vscode.l10n.t('Connect to Server');
/** Longest silence of a server while it is asked what it serves. */
const LIST_TIMEOUT_MS = 30_000;

const apis = (): readonly (vscode.QuickPickItem & { readonly api: ServerApi })[] => [
  { api: 'completions', label: 'Completions', description: vscode.l10n.t('the prompt as it is'), detail: vscode.l10n.t('For checkpoints that were trained on it, such as R-PRM.') },
  { api: 'chat', label: 'Chat', description: vscode.l10n.t('an instruction first, through the chat template'), detail: vscode.l10n.t('For general models.') },
];

/**
 * **Connect to Server…**: asks for addresses and a key, asks the server what it serves and can do, shows that, and offers to
 * use it. With an argument `{ endpoints, model?, api? }` it asks nothing, and does not change the verifier. A key is kept once the server
 * has accepted it. Nothing is sent before an address was given here. Resolves to the server, or undefined where nothing came
 * of it.
 */
export async function connectServer(dependencies: ConnectDependencies, argument?: unknown): Promise<ServerChoice | undefined> {
  try {
    return isPlan(argument) ? await connectAsTold(dependencies, argument) : await ask(dependencies);
  } catch (error) {
    if (error instanceof StepscopeError && (error as StepscopeError).reason === 'aborted') {
      void vscode.window.showInformationMessage(vscode.l10n.t('Connecting was cancelled; nothing was changed.'));
      return undefined;
    }
    const message = error instanceof StepscopeError ? error.message : vscode.l10n.t('The server could not be connected to: {0}', String(error));
    dependencies.log(message);
    void vscode.window.showErrorMessage(message, vscode.l10n.t('Try Again')).then((again) => {
      if (again !== undefined) void vscode.commands.executeCommand(COMMANDS.connectServer);
    });
    return undefined;
  }
}

interface Plan {
  readonly endpoints: readonly unknown[];
  readonly model?: unknown;
  readonly api?: unknown;
}

function isPlan(argument: unknown): argument is Plan {
  return typeof argument === 'object' && argument !== null && 'endpoints' in argument && Array.isArray(argument.endpoints);
}

async function connectAsTold(dependencies: ConnectDependencies, plan: Plan): Promise<ServerChoice | undefined> {
  const endpoints = plan.endpoints.map((address) => {
    const parsed = parseAddress(address);
    if (!parsed.ok) throw new StepscopeError('server-refused', vscode.l10n.t('An endpoint cannot be used: {0}', parsed.error.message));
    return parsed.value;
  });
  const server = { ...baseOf(endpoints), model: typeof plan.model === 'string' ? plan.model : undefined, api: plan.api === 'chat' ? ('chat' as const) : ('completions' as const) };
  const keys = await keysOf(server, dependencies.keys, process.env);
  const model = await probe(dependencies, server, keys);
  return learn(dependencies, server, model);
}

async function ask(dependencies: ConnectDependencies): Promise<ServerChoice | undefined> {
  const endpoints = await askAddresses();
  if (endpoints === undefined) return undefined;
  const base = baseOf(endpoints);
  const typed = await askKeys(endpoints, dependencies.keys);
  if (typed === undefined) return undefined;
  const kept = await keysOf({ ...base, endpoints: endpoints.filter((endpoint) => !typed.has(originOf(endpoint))) }, dependencies.keys, process.env);
  const keys = new Map(endpoints.flatMap((endpoint) => {
    const key = typed.get(originOf(endpoint)) ?? kept.get(endpoint);
    return key === undefined ? [] : [[endpoint, key] as const];
  }));
  const model = await askModel(endpoints, keys);
  if (model === undefined) return undefined;
  const api = await vscode.window.showQuickPick(apis(), { title: title(), placeHolder: vscode.l10n.t('How is {0} asked?', model), ignoreFocusOut: true });
  if (api === undefined) return undefined;
  const server: ServerChoice = { ...base, model, api: api.api };
  const served = await probe(dependencies, server, keys);
  for (const [origin, key] of typed) await dependencies.keys.set(origin, key);
  learn(dependencies, server, served);
  await offerToUse(server, served);
  return server;
}

/** What the settings say of these endpoints; a variable's key goes to no address that the settings do not name. */
function baseOf(endpoints: readonly string[]): ServerChoice {
  const now = readVerifierChoice();
  const set = now.ok && now.value.type === 'server' ? now.value.server : undefined;
  const origins = new Set(set?.endpoints.map(originOf));
  const same = endpoints.every((endpoint) => origins.has(originOf(endpoint)));
  return { endpoints, model: undefined, api: 'completions', concurrency: set?.concurrency ?? DEFAULT_CONCURRENCY, keyVariable: same ? set?.keyVariable : undefined };
}

async function askAddresses(): Promise<readonly string[] | undefined> {
  const now = readVerifierChoice();
  const text = await vscode.window.showInputBox({
    title: title(),
    prompt: vscode.l10n.t('Address of an OpenAI-compatible server (vLLM, llama.cpp, Ollama or another); several of one model with spaces between them'),
    placeHolder: 'http://127.0.0.1:8000',
    ignoreFocusOut: true,
    ...(now.ok && now.value.type === 'server' ? { value: now.value.server.endpoints.join(' ') } : {}),
    validateInput: (value) => (value.trim() === '' ? undefined : capitalised(words(value).map(parseAddress).find((parsed) => !parsed.ok)?.error.message)),
  });
  const endpoints = words(text ?? '').map(parseAddress).flatMap((address) => (address.ok ? [address.value] : []));
  return endpoints.length === 0 ? undefined : [...new Set(endpoints)];
}

function capitalised(text: string | undefined): string | undefined {
  return text === undefined ? undefined : text.charAt(0).toUpperCase() + text.slice(1);
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/** The keys that were typed in, by origin; undefined where the question was closed. */
async function askKeys(endpoints: readonly string[], keys: ServerKeys): Promise<ReadonlyMap<string, string> | undefined> {
  const typed = new Map<string, string>();
  for (const origin of new Set(endpoints.map(originOf))) {
    const kept = keys.origins().includes(origin);
    const key = await vscode.window.showInputBox({
      title: title(),
      prompt: kept ? vscode.l10n.t('Key for {0}; leave it empty to use the one that is kept', origin) : vscode.l10n.t('Key for {0}; leave it empty where it needs none. It is kept in the secret storage of the editor', origin),
      password: true,
      ignoreFocusOut: true,
      validateInput: (value) => (/^[\x21-\x7e]*$/.test(value.trim()) ? undefined : vscode.l10n.t('A key has no spaces, line breaks or letters beyond ASCII: copy it again.')),
    });
    if (key === undefined) return undefined;
    if (key.trim() !== '') typed.set(origin, key.trim());
  }
  return typed;
}

/** The name of the model to use: the only one, or the one that is picked. Throws StepscopeError. */
async function askModel(endpoints: readonly string[], keys: ReadonlyMap<string, string>): Promise<string | undefined> {
  const list = await cancellable(vscode.l10n.t('Asking {0} what is served', endpoints.join(', ')), (signal) => firstList(endpoints, keys, signal));
  const [only, ...more] = list;
  if (only === undefined) throw new StepscopeError('server-refused', vscode.l10n.t('{0}: no model is served, so load one.', endpoints.join(', ')));
  if (more.length === 0) return only.id;
  const items = list.map(({ id, owner, parameters, context }) => ({
    label: id,
    description: sizeText({ parameters: parameters ?? 0, weights: owner === undefined ? '' : vscode.l10n.t('as served by {0}', owner) }),
    ...(context === undefined ? {} : { detail: vscode.l10n.t('Reads {0} tokens.', context) }),
  }));
  return (await vscode.window.showQuickPick(items, { title: title(), placeHolder: vscode.l10n.t('{0} serves several models: which one?', endpoints[0] ?? ''), ignoreFocusOut: true }))?.label;
}

/** The list of the first endpoint that answers. Throws what the first one said where none does. */
async function firstList(endpoints: readonly string[], keys: ReadonlyMap<string, string>, signal: AbortSignal): Promise<ServedModel[]> {
  const lists = await Promise.allSettled(endpoints.map((endpoint) => listModels(parseEndpoint(endpoint, keys.get(endpoint)), LIST_TIMEOUT_MS, signal)));
  const answered = lists.find((list) => list.status === 'fulfilled');
  if (answered !== undefined) return answered.value;
  throw lists.find((list) => list.status === 'rejected')?.reason;
}

function probe({ log }: ConnectDependencies, server: ServerChoice, keys: ReadonlyMap<string, string>): Promise<ServedLanguageModel> {
  return cancellable(vscode.l10n.t('Connecting to {0}', server.endpoints.join(', ')), (signal, progress) => {
    progress.report({ message: vscode.l10n.t('asking what it can do') });
    return connect({
      ...connectOptions(server, (endpoint) => keys.get(endpoint)),
      ...(server.api === 'chat' ? { instruction: chatInstruction('reasoned') } : {}),
      signal,
      log(line) {
        log(line);
        progress.report({ message: line });
      },
    });
  });
}

function learn({ known, log }: ConnectDependencies, server: ServerChoice, model: ServedLanguageModel): ServerChoice {
  known.learn(serverKey(server), knownServer(server, model));
  const { can, cannot } = serverReport(model, english);
  log(`${model.info.name} at ${server.endpoints.join(', ')}: ${can.join(' ')} Not: ${cannot.join(' ')}`);
  return server;
}

type Row = vscode.QuickPickItem & { readonly use?: boolean };

/** Shows what was found. Only the first two rows do something; the others are there to be read. */
async function offerToUse(server: ServerChoice, model: ServedLanguageModel): Promise<void> {
  const { can, cannot } = serverReport(model);
  const rows: Row[] = [
    { use: true, label: `$(check) ${vscode.l10n.t('Use as Verifier')}`, description: `${model.info.name} · ${sizeText(model.info)}` },
    { use: false, label: `$(close) ${vscode.l10n.t('Keep the Verifier as It Is')}`, description: vscode.l10n.t('Choose Verifier… lists this server from now on') },
    { label: vscode.l10n.t('What it can do'), kind: vscode.QuickPickItemKind.Separator },
    ...can.map((text) => ({ label: `$(pass) ${text}` })),
    { label: vscode.l10n.t('What it cannot do'), kind: vscode.QuickPickItemKind.Separator },
    ...cannot.map((text) => ({ label: `$(circle-slash) ${text}` })),
  ];
  for (;;) {
    const row = await vscode.window.showQuickPick(rows, { title: title(), placeHolder: vscode.l10n.t('{0} answers', server.endpoints.join(', ')), ignoreFocusOut: true });
    if (row?.use === true) await applyVerifierChoice({ type: 'server', server });
    if (row === undefined || row.use !== undefined) return;
  }
}
