import { readdirSync } from 'node:fs';
import path from 'node:path';
import { repoRoot } from '../formats/shared-data.ts';

/** The documents of the project, relative to its root. */
export const documents: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'models/README.md',
  'test/bench/README.md',
  ...readdirSync(path.join(repoRoot(), 'docs')).filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`),
];
