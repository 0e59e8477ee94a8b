import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { bundledModelDirectory } from '../models/catalog.ts';
import { capabilitiesOf, peekManifest } from '../models/manifest.ts';
import { modelsFolder } from './add-model.ts';
import { abilityText, knownDetail, serverText, sizeText } from './describe-verifier.ts';
import { serverKey, type KnownVerifier, type KnownVerifiers } from './known-verifiers.ts';
import { COMMANDS } from './manifest.ts';
import { POLICY, VERIFIER, type ModelRole } from './model-role.ts';
import { note } from './navigation.ts';
import type { ServerChoice } from './server-settings.ts';
import { applyVerifierChoice, readVerifierChoice, type VerifierChoice } from './verifier-choice.ts';

/** A line of the list of models. */
export type ModelRow = vscode.QuickPickItem & { readonly choice?: VerifierChoice; readonly command?: string };

/**
 * **Choose Verifier…** and **Choose Policy…**: lists the bundled model, the folders and the servers that are known on this machine, each with its
 * size and what it can do, and writes the chosen one into the settings. Nothing is loaded or asked before it is used.
 */
export async function chooseVerifier(context: vscode.ExtensionContext, known: KnownVerifiers, role: ModelRole = VERIFIER): Promise<void> {
  const now = readVerifierChoice(role);
  const row = await vscode.window.showQuickPick(modelRows(context, known, role), {
    title: role.name === 'policy' ? vscode.l10n.t('Choose Policy') : vscode.l10n.t('Choose Verifier'),
    placeHolder: now.ok ? vscode.l10n.t('{0}; nothing is loaded or asked before it is used', role.about) : now.error.message,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (row?.command !== undefined) await vscode.commands.executeCommand(row.command);
  if (row?.choice === undefined) return;
  const name = row.label.replace(/^\$\([\w-]+\) /, '');
  if (await applyVerifierChoice(row.choice, role)) note(role.name === 'policy' ? vscode.l10n.t('The policy is {0}.', name) : vscode.l10n.t('The verifier is {0}.', name));
}

/** The bundled model, and the folders and servers that are known on this machine, then what adds one. */
export async function modelRows(context: vscode.ExtensionContext, known: KnownVerifiers, role: ModelRole): Promise<ModelRow[]> {
  const now = readVerifierChoice(role);
  const current = now.ok ? now.value : undefined;
  const folders = await foldersOf(context, known, current);
  const mark = (choice: VerifierChoice): string => (current !== undefined && sameChoice(current, choice) ? '$(check) ' : '');
  const servers = known.all().flatMap(([, verifier]) => (verifier.server === undefined ? [] : [serverRow(verifier.server, verifier, mark)]));
  if (current?.type === 'server' && known.get(serverKey(current.server)) === undefined) servers.push(serverRow(current.server, undefined, mark));
  return [
    separator(vscode.l10n.t('On this machine')),
    await bundledRow(context, role, mark({ type: 'bundled' })),
    ...folders.map((found) => folderRow(found, mark)),
    ...(servers.length === 0 ? [] : [separator(vscode.l10n.t('Servers')), ...servers]),
    separator(vscode.l10n.t('More')),
    { label: `$(add) ${vscode.l10n.t('Add Model…')}`, detail: vscode.l10n.t('Converts a checkpoint of yours, or one that it downloads from a hub.'), command: COMMANDS.addModel },
    { label: `$(plug) ${vscode.l10n.t('Connect to Server…')}`, detail: vscode.l10n.t('A model behind vLLM, llama.cpp, Ollama or another OpenAI-compatible server.'), command: COMMANDS.connectServer },
    ...(vscode.workspace.isTrusted ? [] : [{ label: `$(shield) ${vscode.l10n.t('This workspace is not trusted')}`, detail: vscode.l10n.t('The model and the server that its settings may name are not taken. Choose this to see what trusting it changes.'), command: 'workbench.trust.manage' }]),
  ];
}

function serverRow(server: ServerChoice, verifier: KnownVerifier | undefined, mark: (choice: VerifierChoice) => string): ModelRow {
  const choice: VerifierChoice = { type: 'server', server };
  return {
    label: `${mark(choice)}${verifier?.name ?? server.model ?? server.endpoints.join(', ')}`,
    description: verifier === undefined ? vscode.l10n.t('not connected to yet') : sizeText(verifier),
    detail: verifier === undefined ? `${serverText(server)}.` : knownDetail(verifier),
    choice,
  };
}

function folderRow({ folder, there, verifier }: Folder, mark: (choice: VerifierChoice) => string): ModelRow {
  const choice: VerifierChoice = { type: 'folder', folder };
  return {
    label: `${mark(choice)}${path.basename(folder)}`,
    description: !there ? vscode.l10n.t('not there') : verifier === undefined ? vscode.l10n.t('not used yet') : sizeText(verifier),
    detail: `${verifier === undefined ? '' : knownDetail(verifier)} ${folder}`.trim(),
    choice,
  };
}

function separator(label: string): ModelRow {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

async function bundledRow(context: vscode.ExtensionContext, role: ModelRole, mark: string): Promise<ModelRow> {
  const manifest = await peekManifest(bundledModelDirectory(context.extensionPath, role.bundled));
  return {
    label: `${mark}${vscode.l10n.t('{0} (bundled)', role.bundled)}`,
    description: manifest === undefined ? vscode.l10n.t('its files are missing') : sizeText(manifest),
    detail: `${role.name === 'verifier' ? vscode.l10n.t('For a try: read its scores as such.') : role.bundledNote} ${manifest === undefined ? '' : abilityText(capabilitiesOf(manifest))}`.trim(),
    choice: { type: 'bundled' },
  };
}

interface Folder {
  readonly folder: string;
  readonly there: boolean;
  /** What is known of it, from its use or from its manifest. */
  readonly verifier: KnownVerifier | undefined;
}

/** The folders that are set, were used, or were made by Add Model…, as far as they are there. */
async function foldersOf(context: vscode.ExtensionContext, known: KnownVerifiers, current: VerifierChoice | undefined): Promise<Folder[]> {
  const made = (await readdir(modelsFolder(context)).catch(() => [])).map((name) => path.join(modelsFolder(context), name));
  const used = known.all().flatMap(([folder, { server }]) => (server === undefined ? [folder] : []));
  const set = current?.type === 'folder' ? [current.folder] : [];
  const bundled = [VERIFIER, POLICY].map((role) => bundledModelDirectory(context.extensionPath, role.bundled));
  const found = await Promise.all(
    [...new Set([...set, ...used, ...made])].map(async (folder): Promise<Folder[]> => {
      if (bundled.includes(folder) && !set.includes(folder)) return [];
      const manifest = await peekManifest(folder);
      const there = (await stat(folder).catch(() => undefined)) !== undefined;
      // What is gone, and what Add Model… has not finished, is left out unless it is what the settings name.
      const usable = manifest !== undefined || (there && !made.includes(folder));
      if (!usable && !set.includes(folder)) return [];
      const read = manifest === undefined ? undefined : { ...manifest, name: path.basename(folder), hash: '', capabilities: capabilitiesOf(manifest) };
      return [{ folder, there, verifier: known.get(folder) ?? read }];
    }),
  );
  return found.flat();
}

function sameChoice(one: VerifierChoice, other: VerifierChoice): boolean {
  if (one.type === 'server' && other.type === 'server') return serverKey(one.server) === serverKey(other.server);
  return one.type === 'folder' && other.type === 'folder' ? one.folder === other.folder : one.type === other.type;
}
