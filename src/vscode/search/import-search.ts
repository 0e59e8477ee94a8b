import * as vscode from 'vscode';
import { importedSearch } from '../../core/search/imported.ts';
import { defaultSearchSettings } from '../../core/search/settings.ts';
import type { DatasetLibrary } from '../dataset/dataset-library.ts';
import { parseRowUri } from '../trace-content-provider.ts';
import { newRunId } from '../runs/run-id.ts';
import type { RunStore } from '../runs/run-store.ts';
import { documentName } from '../trace-documents.ts';
import { TRACE_SCHEME } from '../manifest.ts';
import { count } from '../wording.ts';
import { headlineOf, liveProblems } from './search-state.ts';
import { problemOf, taskOf } from './solve-command.ts';

/** Opens a row of a result file of the PATS code as a run: the one that is named, else that of the active editor, else of a file that it asks for; resolves to the id of the run. */
export async function importSearch(runs: RunStore, library: DatasetLibrary, argument: unknown, row: unknown): Promise<string | undefined> {
  const say = (text: string): void => void vscode.window.showInformationMessage(text);
  const place = placeOf(argument) ?? placeOf(vscode.window.activeTextEditor?.document.uri) ?? (await askFile());
  if (place === undefined) return undefined;
  const at = typeof row === 'number' ? row : (place.row ?? (await askRow(library, place.file)));
  if (at === undefined) return undefined;
  const name = documentName(place.file);
  const record = await library.record(place.file, at);
  if (!record.ok) {
    say(record.error.message);
    return undefined;
  }
  const { trace } = record.value;
  const rounds = trace.given?.rounds ?? [];
  if (rounds.length === 0) {
    say(vscode.l10n.t('{0} row {1} has no rounds of a search: choose a result file of the PATS code ("history" and "final_steps").', name, at));
    return undefined;
  }
  const now = new Date();
  const id = newRunId('search', now);
  const events = importedSearch(problemOf(trace), rounds, `${name} row ${at}`);
  const writer = runs.begin({ type: 'run', version: 1, kind: 'search', id, title: taskOf(problemOf(trace)).title, started: now.toISOString(), models: [], settings: defaultSearchSettings('pats'), data: { file: name, rows: [at] } });
  const live = liveProblems([{ type: 'started', question: trace.problem }]);
  for (const event of events) {
    writer.append(event);
    live.apply(event);
  }
  const finished = live.problems[0]?.finished;
  await writer.end({ reason: finished?.reason ?? 'done', headline: headlineOf(live.problems), ...(finished?.message !== undefined && { message: finished.message }) });
  return id;
}

interface Place {
  readonly file: vscode.Uri;
  readonly row?: number;
}

function placeOf(argument: unknown): Place | undefined {
  const uri = typeof argument === 'string' ? vscode.Uri.parse(argument) : argument;
  if (!(uri instanceof vscode.Uri)) return undefined;
  if (uri.scheme === TRACE_SCHEME) return parseRowUri(uri);
  return /\.(json|jsonl|ndjson)$/i.test(uri.path) ? { file: uri } : undefined;
}

async function askFile(): Promise<Place | undefined> {
  const [file] = (await vscode.window.showOpenDialog({ title: vscode.l10n.t('Open Recorded Search as Run'), openLabel: vscode.l10n.t('Open as Run'), filters: { [vscode.l10n.t('Results of the PATS code')]: ['json', 'jsonl'], [vscode.l10n.t('All files')]: ['*'] } })) ?? [];
  return file === undefined ? undefined : { file };
}

/** The only row, or the one that a person names. */
async function askRow(library: DatasetLibrary, file: vscode.Uri): Promise<number | undefined> {
  const use = library.use(file);
  try {
    const opened = await use.current();
    if (!opened.ok) {
      void vscode.window.showInformationMessage(opened.error.message);
      return undefined;
    }
    await opened.value.reach(1);
    const { rows } = opened.value.progress;
    if (rows === 1) return 0;
    const text = await vscode.window.showInputBox({ title: vscode.l10n.t('Open a row of {0} as run', documentName(file)), prompt: vscode.l10n.t('It has {0}; the first is 0.', count(rows, 'row')), value: '0', validateInput: (value) => (/^\d{1,9}$/.test(value.trim()) ? undefined : vscode.l10n.t('Write a whole number, 0 or more.')) });
    return text === undefined ? undefined : Number(text);
  } finally {
    use.dispose();
  }
}
