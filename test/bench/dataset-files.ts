import { randomBytes } from 'node:crypto';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { zipSync, type Zippable } from 'fflate';

/** A file to measure with, as it was written. */
export interface DatasetFile {
  readonly title: string;
  readonly file: string;
  readonly rows: number;
}

export interface DatasetCase {
  readonly title: string;
  readonly write: (folder: string) => DatasetFile;
}

/** Each so manieth row of a large file is a large one. */
export const LARGE = 20_000;
const text = new TextEncoder();

/** Rows of 0.2 to 3 kB, and each 20,000th of 5 MB. */
function rowText(row: number): string {
  const length = row % LARGE === LARGE - 1 ? 5_700_000 : 100 + ((row * 7919) % 3000);
  return JSON.stringify({ id: `row-${row}`, problem: `Is "${row}" even?\n`, steps: ['x'.repeat(length >> 1), 'é\\"'.repeat(length >> 4), 'So it is.'], label: -1 });
}

/** Writes rows until the file has its size, in bytes. */
function rowsFile(title: string, name: string, size: number, rowOf: (row: number) => string, [open, between, close]: readonly [string, string, string]): DatasetCase {
  return {
    title,
    write(folder) {
      const file = path.join(folder, name);
      const handle = openSync(file, 'w');
      let bytes = writeSync(handle, open);
      let row = 0;
      for (; bytes < size; row++) bytes += writeSync(handle, (row === 0 ? '' : between) + rowOf(row));
      writeSync(handle, close);
      closeSync(handle);
      return { title, file, rows: row };
    },
  };
}

function oneRow(title: string, name: string, content: () => string | Uint8Array, rows = 1): DatasetCase {
  return {
    title,
    write(folder) {
      const file = path.join(folder, name);
      writeFileSync(file, content());
      return { title, file, rows };
    },
  };
}

const paragraph = (step: number): string => `Step ${step}: ${'we add the next number, so 7 * 6 = 42. Wait, let me check that again. '.repeat(16)}`;

/** An Inspect log of 400 samples, 20 MB after it was packed: base64 packs to three quarters. */
function archive(): Uint8Array {
  const message = (role: string, content: string) => ({ role, content });
  const files: Zippable = { 'header.json': text.encode(JSON.stringify({ version: 2, status: 'success', eval: { task: 't', model: 'm' } })) };
  for (let id = 0; id < ARCHIVED; id++) {
    const answer = `One.\n\n${randomBytes(25_000).toString('base64')}\n\nThree.`;
    files[`samples/${id}_epoch_1.json`] = text.encode(JSON.stringify({ id, epoch: 1, input: `How many is ${id}?`, messages: [message('user', `How many is ${id}?`), message('assistant', answer)], output: { choices: [{ message: message('assistant', answer) }] } }));
  }
  return zipSync(files, { level: 1 });
}
const ARCHIVED = 400;

/** Steps of 20 characters: 200,000 objects for their places, and twice as many numbers and labels. */
const manySteps = (row: number): string => JSON.stringify({ id: `row-${row}`, problem: 'p', steps: Array.from({ length: 200_000 }, (_, step) => `Step ${step} is so.`), label: -1 });

/** 10 MB of lists in lists, 500 deep, beside a trace. */
const nested = (): string => `{"problem": "p", "steps": ["a", "b"], "deep": [${Array.from({ length: 10_000 }, () => '['.repeat(500) + ']'.repeat(500)).join(',')}]}\n`;

export const DATASET_CASES: readonly DatasetCase[] = [
  rowsFile('JSONL', 'rows.jsonl', 1e9, rowText, ['', '\n', '\n']),
  rowsFile('JSON list', 'rows.json', 3e8, rowText, ['[\n', ',\n', '\n]\n']),
  rowsFile('rows of 5 MB', 'large.jsonl', 1e8, (row) => rowText(row * LARGE + LARGE - 1), ['', '\n', '\n']),
  rowsFile('rows of 200,000 steps', 'steps.jsonl', 2e7, manySteps, ['', '\n', '\n']),
  oneRow('10 MB nested JSON', 'nested.jsonl', nested),
  rowsFile('CSV', 'rows.csv', 5e7, (row) => `row-${row},Is ${row} even?,"${'It is ""even"", since 2 divides it. '.repeat(1 + (row % 60))}\n\nSo it is."`, ['id,problem,solution\n', '\n', '\n']),
  oneRow('.eval archive', 'log.eval', archive, ARCHIVED),
  oneRow('Markdown', 'trace.md', () => ['# Problem', 'How many?', '# Solution', ...Array.from({ length: 4400 }, (_, step) => paragraph(step))].join('\n\n')),
];
