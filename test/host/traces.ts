import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';

/** Helpers of the tests in this folder: they drive the extension as an editor does, through its commands and providers. */

/** Four right steps. */
export const PHOTOS = `# Problem

At the start Mia has 64 photos. Mia gets 6 boxes with 14 photos in each box. Then Mia gives 37 photos to Omar. How many photos does Mia have now?

# Solution

In all the boxes there are 6 × 14 = 84 photos.

Mia gets 84 more photos: 64 + 84 = 148.

After losing 37, Mia has 148 - 37 = 111 photos.

So the answer is 111.
`;

/** How long a model on a busy machine may take. */
export const LONG = 120_000;

/** Each test file is a bundle with its own copy of this module, so a counter alone would repeat names. */
const series = randomBytes(4).toString('hex');
let files = 0;

/** Writes a file of its own into the workspace and opens it, so that no test meets the scores of another. */
export async function openText(text: string, extension = 'md'): Promise<vscode.TextEditor> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'the host has a workspace folder');
  const uri = vscode.Uri.joinPath(folder.uri, `trace-${series}-${++files}.${extension}`);
  await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), vscode.ViewColumn.One);
}

/** A text that was never scored before: the names are part of what scores are kept by. */
export function fresh(text: string): string {
  const name = `Mia${String.fromCharCode(97 + (files % 26))}${Date.now().toString(36).replace(/\d/g, (digit) => String.fromCharCode(97 + Number(digit)))}`;
  return text.replaceAll('Mia', name);
}

export async function run(command: string, ...parameters: readonly unknown[]): Promise<void> {
  await vscode.commands.executeCommand(`stepscope.${command}`, ...parameters);
}

const MOST_LENSES = 1000;

export async function lensTitles(document: vscode.TextDocument): Promise<string[]> {
  // The titles are made for the lenses in sight: here for all.
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri, MOST_LENSES);
  return lenses.map(({ command }) => command?.title ?? '');
}

export async function stepSymbols(document: vscode.TextDocument): Promise<vscode.DocumentSymbol[]> {
  const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>('vscode.executeDocumentSymbolProvider', document.uri);
  return (symbols ?? []).filter(({ name }) => name.startsWith('Step '));
}

/** The details of the steps in the outline: their scores, as text; empty for a step without one. */
export async function scores(document: vscode.TextDocument): Promise<string[]> {
  return (await stepSymbols(document)).map(({ detail }) => detail);
}

export async function hoverTexts(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.MarkdownString[]> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, position);
  return hovers.flatMap(({ contents }) => contents).filter((content) => content instanceof vscode.MarkdownString);
}

export function problems(document: vscode.TextDocument): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === 'Stepscope');
}

export function positionOf(document: vscode.TextDocument, text: string): vscode.Position {
  const offset = document.getText().indexOf(text);
  assert.ok(offset >= 0, `"${text}" is in the document`);
  return document.positionAt(offset);
}

export function putCursor(editor: vscode.TextEditor, text: string): void {
  const position = positionOf(editor.document, text);
  editor.selection = new vscode.Selection(position, position);
}

/** Asks again until the answer is yes. */
export async function eventually(what: string, ask: () => Promise<boolean> | boolean, timeout = 20_000): Promise<void> {
  const end = Date.now() + timeout;
  while (!(await ask())) {
    if (Date.now() > end) assert.fail(`in vain: ${what}`);
    await sleep(100);
  }
}

/** The model processes that this extension host started. */
export function engineProcesses(): number[] {
  const read = (pid: string, name: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, 'utf8');
    } catch {
      return '';
    }
  };
  const parent = new RegExp(`^PPid:\\s*${process.pid}$`, 'm');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parent.test(read(name, 'status')) && read(name, 'cmdline').includes('engine.js'))
    .map(Number);
}
