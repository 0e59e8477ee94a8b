import type { Container } from '../trace-file.ts';

const CONTAINERS: ReadonlyMap<string, Container> = new Map([
  ['md', 'markdown'],
  ['markdown', 'markdown'],
  ['txt', 'text'],
  ['json', 'json'],
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
  ['csv', 'csv'],
  ['tsv', 'csv'],
  ['eval', 'zip'],
  ['zip', 'zip'],
  ['parquet', 'parquet'],
]);

/** What a file is by the extension of its name; undefined for a name that says nothing. */
export function containerOf(name: string): Container | undefined {
  return CONTAINERS.get(/\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '');
}
