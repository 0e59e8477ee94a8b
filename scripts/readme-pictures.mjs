// Takes the pictures that the README shows from those that the end-to-end tests made last.
//   npm test -- --only e2e --vscode newest     makes them, in test/e2e/__screenshots__/newest
//   npm run screenshots:readme                 writes docs/images: the same pixels in fewer bytes
// Look at each before you commit it.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants } from 'node:zlib';
import { PNG } from 'pngjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const SOURCE = path.join('test', 'e2e', '__screenshots__', 'newest');
const TARGET = path.join('docs', 'images');

/** The pictures that the README shows. */
const named = [...readFileSync(path.join(root, 'README.md'), 'utf8').matchAll(/\]\(docs\/images\/([\w-]+\.png)\)/g)].map(([, name]) => name);

function main() {
  const missing = named.filter((name) => !existsSync(path.join(root, SOURCE, name)));
  if (missing.length > 0) throw new Error(`${SOURCE} has no ${missing.join(', ')}: run npm test -- --only e2e --vscode newest first.`);
  for (const name of named) {
    const file = path.join(root, TARGET, name);
    // Neither filters nor the strategy that goes with them: these pictures repeat themselves word for word, and compress best as they are.
    writeFileSync(file, PNG.sync.write(PNG.sync.read(readFileSync(path.join(root, SOURCE, name))), { colorType: 2, filterType: 0, deflateLevel: 9, deflateStrategy: constants.Z_DEFAULT_STRATEGY }));
    process.stdout.write(`${path.relative(root, file).padEnd(44)} ${(statSync(file).size / 1000).toFixed(0).padStart(4)} kB\n`);
  }
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
