import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of the package.json at or above the working directory. */
export function repoRoot(): string {
  let folder = process.cwd();
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('no package.json at or above the working directory');
    folder = parent;
  }
  return folder;
}

/** The bytes of a file of the repository. */
export function repoFile(file: string): Uint8Array {
  return readFileSync(path.join(repoRoot(), file));
}

/** A test over a file of the shared test data beside the checkout; skipped by name where it is absent. */
export function itWithSharedData(title: string, file: string, test: (bytes: Uint8Array) => void): void {
  const full = path.resolve(repoRoot(), '../shared/data', file);
  if (existsSync(full)) it(title, () => test(readFileSync(full)));
  else {
    console.warn(`SKIPPED, test data missing: ${full}`);
    it.skip(`${title} [missing: ${full}]`);
  }
}
