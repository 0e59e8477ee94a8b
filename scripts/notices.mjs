// Writes ThirdPartyNotices.txt: the licence of every package whose code is shipped, bundled or beside the bundles.
//   npm run notices              writes it
//   npm run notices -- --check   fails where it is not what would be written
import { build } from 'esbuild';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const FILE = path.join(root, 'ThirdPartyNotices.txt');
/** What the licences of shipped packages may be. Another one is a decision, and not this script's. */
const ALLOWED = new Set(['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0']);
/** Shipped as they are: the native runtime and what it is called through. */
const BESIDE = ['onnxruntime-node', 'onnxruntime-common'];

const HEAD = `Third-party notices

Stepscope (MIT, see LICENSE) ships code of the packages below. This file is written by "npm run notices" from what the
bundles are made of.

onnxruntime itself contains code of others: https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt
The packages for Windows also hold DirectML.dll, dxcompiler.dll and dxil.dll as they come with onnxruntime-node; they are
Microsoft's, under the terms at https://www.nuget.org/packages/Microsoft.AI.DirectML and
https://github.com/microsoft/DirectXShaderCompiler/blob/main/LICENSE.TXT
`;

/** The entries of what is shipped: the same names that build.mjs bundles. */
function entries() {
  const find = (folder, pattern) =>
    readdirSync(path.join(root, folder), { recursive: true }).map((file) => path.join(folder, file)).filter((file) => pattern.test(file.replaceAll('\\', '/'))).sort();
  return ['src/extension.ts', ...find('src', /[/-]main\.ts$/), ...find('webview', /\/main\.ts$/)];
}

/** The folders (in node_modules) of the packages that the bundles take code from. */
async function bundledPackages() {
  const { metafile } = await build({
    entryPoints: entries(), absWorkingDir: root, bundle: true, platform: 'node', write: false, metafile: true, outdir: 'none',
    external: ['vscode', 'onnxruntime-node'], logLevel: 'error',
  });
  const folders = new Set(BESIDE.map((name) => `node_modules/${name}`));
  for (const { inputs } of Object.values(metafile.outputs))
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  return [...folders];
}

function author({ author: by, contributors: [first] = [], name }) {
  const who = by ?? first;
  return (typeof who === 'string' ? who : who?.name)?.replace(/\s*[<(].*$/, '') ?? `the authors of ${name}`;
}

/** The licence texts of a package; where it has none, the text that its manifest names. */
function licenceOf(folder, manifest) {
  const directory = path.join(root, folder);
  const files = readdirSync(directory).filter((file) => /^(licen[cs]e|notices?|copying|copyrightnotice)(\.\w+)?$/i.test(file)).sort();
  if (files.length > 0) return files.map((file) => readFileSync(path.join(directory, file), 'utf8').replaceAll('\r\n', '\n').trim()).join('\n\n');
  if (manifest.license !== 'MIT') throw new Error(`${manifest.name} has no licence file, and its licence ${manifest.license} is none that this script knows the text of.`);
  const mit = readFileSync(path.join(root, 'LICENSE'), 'utf8').replace(/^Copyright .*$/m, `Copyright (c) ${author(manifest)}`);
  return `(The package has no licence file; its package.json says MIT.)\n\n${mit.trim()}`;
}

async function notices() {
  const parts = [];
  for (const folder of await bundledPackages()) {
    const manifest = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
    if (!ALLOWED.has(manifest.license)) throw new Error(`${manifest.name} has the licence ${manifest.license}, which is not among those that may be shipped: ${[...ALLOWED].join(', ')}.`);
    parts.push({ title: `${manifest.name} ${manifest.version} (${manifest.license})`, text: licenceOf(folder, manifest) });
  }
  parts.sort((a, b) => (a.title < b.title ? -1 : 1));
  const line = '-'.repeat(80);
  return [HEAD, ...parts.map(({ title, text }) => `${line}\n${title}\n${line}\n\n${text}\n`)].join('\n');
}

try {
  const text = await notices();
  if (!process.argv.includes('--check')) writeFileSync(FILE, text);
  else if (!existsSync(FILE) || readFileSync(FILE, 'utf8') !== text) throw new Error('ThirdPartyNotices.txt is not what the bundles are made of: run npm run notices.');
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
