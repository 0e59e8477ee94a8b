import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Setup } from '../harness/setup.ts';

/** Extensions of the tests that run beside ours: the folders of their names in test/harness. */
export type Beside = 'host-probe' | 'memory-files';

/** Where it lies in the folder of installed extensions: where ours is installed, or that of this server. */
export function besideFolder({ extensions }: Setup, scratch: string, name: Beside): string {
  return path.join(extensions ?? path.join(scratch, 'data', 'extensions'), name);
}

/** Puts it among the installed extensions, and into the list of them that the server reads. Returns its folder. */
export function installBeside(setup: Setup, scratch: string, name: Beside): string {
  const folder = besideFolder(setup, scratch, name);
  cpSync(path.join(setup.repository, 'test', 'harness', name), folder, { recursive: true });
  const entry = { identifier: { id: `stepscope-test.${name}` }, version: '0.0.0', location: { $mid: 1, path: folder, scheme: 'file' }, relativeLocation: name };
  const list = path.join(folder, '..', 'extensions.json');
  const others = existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as { readonly relativeLocation?: string }[]).filter(({ relativeLocation }) => relativeLocation !== entry.relativeLocation) : [];
  writeFileSync(list, JSON.stringify([...others, entry]));
  return folder;
}
