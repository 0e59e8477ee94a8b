import * as vscode from 'vscode';
import type { Result } from '../../core/result.ts';
import { parseFieldMap } from '../../formats/fields/field-map.ts';
import { fieldsFormat } from '../../formats/fields/fields-format.ts';
import { rowFormat, ROW_FORMATS, SNIFFED_ROWS, sniffRows } from '../../formats/rows/formats.ts';
import type { Sniff } from '../../formats/rows/row-format.ts';
import { documentName } from '../trace-documents.ts';
import type { DatasetLibrary } from './dataset-library.ts';
import { firstRows } from './first-rows.ts';
import { mapFields } from './map-fields.ts';
import type { SampleRows } from './mapping-draft.ts';
import { tracesText } from './mapping-text.ts';
import { offerReading } from './offer-reading.ts';
import type { ReadingChoice, ReadingChoices } from './reading-choices.ts';

/** The commands that say how the rows of a data set are read. */
export interface ReadingCommands {
  /** Asks for a format, or takes the one that is named; an empty name forgets what was chosen. */
  chooseFormat(file: vscode.Uri, format: unknown): Promise<void>;
  /** Asks which field holds what, or takes a map. */
  mapFields(file: vscode.Uri, map: unknown): Promise<void>;
}

type FormatItem = vscode.QuickPickItem & { readonly format?: string };

export function createReadingCommands(library: DatasetLibrary, readings: ReadingChoices): ReadingCommands {
  const say = (text: string): void => void vscode.window.showInformationMessage(text);

  /** The first rows as they are in the file. */
  async function sampleOf(file: vscode.Uri): Promise<Result<SampleRows & { readonly now: Sniff }>> {
    const use = library.use(file);
    try {
      const opened = await use.current();
      if (!opened.ok) return opened;
      const rows: unknown[] = [];
      for (let row = 0; row < SNIFFED_ROWS && (await opened.value.reach(row)); row++) {
        const value = await opened.value.value(row);
        if (value.ok) rows.push(value.value);
      }
      return { ok: true, value: { name: documentName(file), rows, now: opened.value.rowFormat } };
    } finally {
      use.dispose();
    }
  }

  async function withSample(file: vscode.Uri, act: (sample: SampleRows & { readonly now: Sniff }) => Promise<void>): Promise<void> {
    const sample = await sampleOf(file);
    if (!sample.ok) say(sample.error.message);
    else if (sample.value.rows.length === 0) say(vscode.l10n.t('{0} has no row that could be looked at: its rows are not read as data.', sample.value.name));
    else await act(sample.value);
  }

  /** Says how the file is read now, and how far that works. */
  async function tell(file: vscode.Uri): Promise<void> {
    const use = library.use(file);
    try {
      const opened = await use.current();
      if (!opened.ok) return;
      const found = await firstRows(opened.value);
      const text = vscode.l10n.t('{0} is read as {1}: {2}.', documentName(file), opened.value.rowFormat.id, tracesText(found));
      if (found.reason === undefined) say(text);
      else offerReading(file, `${text} ${found.reason}`);
    } finally {
      use.dispose();
    }
  }

  async function keep(file: vscode.Uri, { rows }: SampleRows, choice: ReadingChoice): Promise<void> {
    readings.keep(file, rows, choice);
    await tell(file);
  }

  async function forget(file: vscode.Uri, { rows, name }: SampleRows): Promise<void> {
    if (readings.forget(file, rows)) await tell(file);
    else say(vscode.l10n.t('Nothing was chosen for {0}: it is read as what it looks like.', name));
  }

  async function map(file: vscode.Uri, fields: unknown): Promise<void> {
    await withSample(file, async (sample) => {
      const before = readings.find(file, sample.rows);
      const given = fields === undefined ? undefined : parseFieldMap('The map', fields);
      if (given?.ok === false) {
        say(given.error.message);
        return;
      }
      const made = given?.value ?? (await mapFields(sample, before !== undefined && 'fieldMap' in before ? before.fieldMap : undefined));
      if (made !== undefined) await keep(file, sample, { fieldMap: made });
    });
  }

  return {
    chooseFormat: (file, format) =>
      withSample(file, async (sample) => {
        const id = typeof format === 'string' ? format : await pickFormat(sample);
        if (id === undefined) return;
        if (id === '') await forget(file, sample);
        else if (id === fieldsFormat.id) await map(file, undefined);
        else if (rowFormat(id) === undefined) say(vscode.l10n.t('There is no format "{0}".', id));
        else await keep(file, sample, { format: id });
      }),
    mapFields: map,
  };
}

/** The formats, with what the rows look like first. Resolves to an id, '' for what they look like, or undefined after Escape. */
async function pickFormat({ name, rows, now }: SampleRows & { readonly now: Sniff }): Promise<string | undefined> {
  const looks = sniffRows(rows);
  const [best] = looks;
  const likely: FormatItem = {
    label: `$(search) ${vscode.l10n.t('As it looks')}`,
    description: best === undefined ? vscode.l10n.t('no format is recognised') : best.id,
    detail: now.isRemembered === true ? `${best?.reason ?? ''} ${vscode.l10n.t('Forgets what was chosen.')}`.trim() : (best?.reason ?? now.reason),
    format: '',
  };
  const map: FormatItem = { label: `$(list-tree) ${vscode.l10n.t('Map Fields…')}`, description: fieldsFormat.id, detail: vscode.l10n.t('For rows of no known format: say which field holds the question, the steps and the labels'), format: fieldsFormat.id };
  const formats = ROW_FORMATS.filter(({ id }) => id !== fieldsFormat.id).map(({ id, title }): FormatItem => {
    const found = looks.find((look) => look.id === id);
    return { label: id, description: [now.id === id ? vscode.l10n.t('now') : '', found === undefined ? '' : vscode.l10n.t('looks like it, {0}', found.confidence.toFixed(2))].filter((part) => part !== '').join(' · '), detail: title, format: id };
  });
  const picked = await vscode.window.showQuickPick([likely, map, { label: vscode.l10n.t('formats'), kind: vscode.QuickPickItemKind.Separator }, ...formats], {
    title: vscode.l10n.t('Format of {0}', name),
    placeHolder: vscode.l10n.t('Read as {0} now. A choice holds for files of this folder whose rows have the same fields', now.id),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.format;
}
