import path from 'node:path';
import { t } from '@vscode/l10n';
import * as v from 'valibot';
import type * as vscode from 'vscode';
import { parseFieldMap, type FieldMap } from '../../formats/fields/field-map.ts';
import { fieldNames, sameFields } from '../../formats/fields/leaves.ts';
import { rowFormat } from '../../formats/rows/formats.ts';
import type { OpenOptions } from '../../formats/trace-rows.ts';
import type { Disposable } from '../disposable.ts';
import { documentName } from '../trace-documents.ts';

/** A format of rows by its id, or a map of their fields. */
export type ReadingChoice = { readonly format: string } | { readonly fieldMap: FieldMap };

/**
 * How a person had the rows of data sets read, kept by folder and by the names of the fields: another file of the folder
 * whose rows have the same fields is read in the same way.
 */
export interface ReadingChoices {
  /** Hears of each choice that was made or forgotten, with a test for the files that may have to be read anew: those of the folder. */
  onDidChange(listener: (concerns: (file: vscode.Uri) => boolean) => void): Disposable;
  /** What was chosen for rows like these in the folder of the file. */
  find(file: vscode.Uri, rows: readonly unknown[]): ReadingChoice | undefined;
  keep(file: vscode.Uri, rows: readonly unknown[], choice: ReadingChoice): void;
  /** False where nothing was chosen. */
  forget(file: vscode.Uri, rows: readonly unknown[]): boolean;
  /** How the file is to be opened. */
  optionsFor(file: vscode.Uri): OpenOptions;
}

const KEY = 'stepscope.readings';
/** The one that was chosen first is forgotten first. */
const MOST = 200;

const entry = v.object({
  folder: v.string(),
  /** The file that it was chosen in, for a person. */
  file: v.string(),
  fields: v.array(v.string()),
  choice: v.union([
    v.pipe(v.object({ format: v.string() }), v.check(({ format }) => rowFormat(format) !== undefined)),
    v.pipe(
      v.object({ fieldMap: v.unknown() }),
      v.rawTransform(({ dataset, addIssue, NEVER }): { readonly fieldMap: FieldMap } => {
        const map = parseFieldMap(KEY, dataset.value.fieldMap);
        if (map.ok) return { fieldMap: map.value };
        addIssue({ message: map.error.message });
        return NEVER;
      }),
    ),
  ]),
});
type Entry = Readonly<v.InferOutput<typeof entry>>;

export function createReadingChoices(state: Pick<vscode.Memento, 'get' | 'update'>): ReadingChoices {
  const listeners = new Set<(concerns: (file: vscode.Uri) => boolean) => void>();
  let entries = read(state.get<unknown>(KEY));

  function store(changed: string, now: readonly Entry[]): void {
    entries = now.slice(-MOST);
    void state.update(KEY, entries);
    for (const listener of [...listeners]) listener((file) => folderOf(file) === changed);
  }

  function entryFor(file: vscode.Uri, rows: readonly unknown[]): Entry | undefined {
    const folder = folderOf(file);
    if (!entries.some((known) => known.folder === folder)) return undefined;
    const fields = fieldNames(rows);
    return entries.find((known) => known.folder === folder && sameFields(known.fields, fields));
  }

  return {
    onDidChange(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
    find: (file, rows) => entryFor(file, rows)?.choice,
    keep(file, rows, choice) {
      const before = entryFor(file, rows);
      const [folder, fields] = [folderOf(file), fieldNames(rows)];
      store(folder, [...entries.filter((known) => known !== before), { folder, file: documentName(file), fields, choice }]);
    },
    forget(file, rows) {
      const known = entryFor(file, rows);
      if (known !== undefined) store(known.folder, entries.filter((other) => other !== known));
      return known !== undefined;
    },
    optionsFor: (file) => ({
      remembered: entries
        .filter(({ folder }) => folder === folderOf(file))
        .map(({ file: chosenIn, fields, choice }) => {
          const here = chosenIn === documentName(file);
          const reason = here ? t('It was chosen for this file (Choose Format… changes that).') : t('It was chosen for {0} in this folder, whose rows have the same fields (Choose Format… changes that).', chosenIn);
          return { ...choice, fields, reason };
        }),
    }),
  };
}

/** The address of the folder that a file lies in. */
function folderOf(file: vscode.Uri): string {
  return file.with({ path: path.posix.dirname(file.path) }).toString();
}

/** Whatever a newer version or a damaged state holds that cannot be read is passed over. */
function read(value: unknown): Entry[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown): Entry[] => {
    const parsed = v.safeParse(entry, item);
    return parsed.success ? [parsed.output] : [];
  });
}
