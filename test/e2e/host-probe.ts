import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Setup } from '../harness/setup.ts';

/** In the folder of installed extensions: where ours is installed, or that of this server. */
export function probeFolder({ extensions }: Setup, scratch: string): string {
  return path.join(extensions ?? path.join(scratch, 'data', 'extensions'), 'host-probe');
}

/** Puts the probe among the installed extensions, and into the list of them that the server reads. */
export function installProbe(setup: Setup, folder: string): void {
  cpSync(path.join(setup.repository, 'test', 'harness', 'host-probe'), folder, { recursive: true });
  const entry = { identifier: { id: 'stepscope-test.host-probe' }, version: '0.0.0', location: { $mid: 1, path: folder, scheme: 'file' }, relativeLocation: 'host-probe' };
  const list = path.join(folder, '..', 'extensions.json');
  const others = existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as { readonly relativeLocation?: string }[]).filter(({ relativeLocation }) => relativeLocation !== entry.relativeLocation) : [];
  writeFileSync(list, JSON.stringify([...others, entry]));
}
