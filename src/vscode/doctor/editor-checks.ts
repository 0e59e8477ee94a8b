import { access, constants, mkdir, readdir } from 'node:fs/promises';
import os from 'node:os';
import process from 'node:process';
import * as vscode from 'vscode';
import { errorText } from '../../core/error-text.ts';
import { SETTINGS } from '../manifest.ts';
import { isSet } from '../settings.ts';
import { settingFaults } from '../setting-faults.ts';
import { count, english } from '../wording.ts';
import { attention, code, good, plain, type ReportSection } from './report.ts';

/** Checks of what Stepscope runs in. Nothing here starts a process or leaves the machine. */

export function versions(context: vscode.ExtensionContext): ReportSection {
  const { version } = context.extension.packageJSON as { readonly version: string };
  const place = vscode.env.uiKind === vscode.UIKind.Web ? 'in a browser' : 'on a desktop';
  const remote = vscode.env.remoteName === undefined ? '' : `, remote: ${code(vscode.env.remoteName)}`;
  const { node, electron } = process.versions;
  const how = context.extensionMode === vscode.ExtensionMode.Production ? 'installed' : 'under development';
  return {
    title: 'Versions',
    findings: [
      plain(`Stepscope ${version}, ${how} in ${code(context.extensionPath)}`),
      plain(`${vscode.env.appName} ${vscode.version}, ${place}${remote}`),
      plain(`Extension host: Node ${node}${electron === undefined ? '' : `, Electron ${electron}`}, ${process.platform}-${process.arch} (${os.type()} ${os.release()})`),
      plain(`${os.cpus()[0]?.model.trim() ?? 'unknown processor'}, ${count(os.availableParallelism(), 'core', english)}`),
    ],
  };
}

/** A model of 29 million parameters needs a tenth of this (bytes). */
const LITTLE_MEMORY = 1e9;

export function memory(): ReportSection {
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  const text = `${gigabytes(os.freemem())} free of ${gigabytes(os.totalmem())}`;
  return { title: 'Memory', findings: [os.freemem() < LITTLE_MEMORY ? attention(`${text}: close other programs before a large model is loaded`) : good(text)] };
}

export function workspace(): ReportSection {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const virtual = [...new Set(folders.map(({ uri }) => uri.scheme).filter((scheme) => scheme !== 'file'))];
  return {
    title: 'Workspace',
    findings: [
      plain(`${count(folders.length, 'folder', english)} open`),
      vscode.workspace.isTrusted
        ? good('trusted: model folders and servers are taken from its settings')
        : plain('not trusted: model folders and servers in its settings are not taken; trust it with *Workspaces: Manage Workspace Trust*'),
      ...(virtual.length === 0 ? [] : [plain(`virtual (${virtual.map(code).join(', ')}): files are read through the editor; a model must be on a local disk`)]),
    ],
  };
}

/** The settings that were changed, by name and, where that cannot be a secret, by value. */
export function settings(context: vscode.ExtensionContext): ReportSection {
  const configuration = vscode.workspace.getConfiguration();
  const faults = settingFaults(context.extension.packageJSON, (id) => configuration.get(id), english);
  const changed = Object.values(SETTINGS).filter((id) => isSet(configuration, id));
  const shown = (id: string): string => {
    const value: unknown = configuration.get(id);
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'changed';
  };
  return {
    title: 'Settings',
    findings: [
      changed.length === 0 ? good('all as they come') : plain(`Changed: ${changed.map((id) => `${code(id)} (${shown(id)})`).join(', ')}`),
      ...faults.map(({ message }) => attention(message)),
    ],
  };
}

/** `folder` is where scores are kept. */
export async function storage(folder: string): Promise<ReportSection> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK);
    const files = await readdir(folder);
    return { title: 'Scores', findings: [good(`${count(files.length, 'question', english)} with scores in ${code(folder)}, which can be written`)] };
  } catch (error) {
    const why = errorText(error);
    return { title: 'Scores', findings: [attention(`${code(folder)} cannot be written, so scores live in memory only: ${code(why)}`)] };
  }
}
