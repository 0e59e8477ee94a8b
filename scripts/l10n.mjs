// The texts of the extension that people see: finds them in the code and holds the translations against them.
//   npm run l10n                 writes media/l10n/bundle.l10n.json, the list of the texts in the code
//   npm run l10n -- --check      fails where the list or a translation is not what the code has, and names what is wrong
//   npm run l10n -- --missing    prints the texts that a translation lacks, as JSON
// A text is the first argument of `t` or `vscode.l10n.t`, written out there; `count(number, noun)` stands for `{0} noun` and `{0} nouns`.
// Read with the compiler and not with @vscode/l10n-dev, which passes over keys that are not written out and knows no nouns.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const FOLDER = 'media/l10n';
const LIST = `${FOLDER}/bundle.l10n.json`;
const TRANSLATED = /^(t|l10n\.t|vscode\.l10n\.t)$/;

function sources() {
  const find = (folder) => readdirSync(path.join(root, folder), { recursive: true }).map((file) => path.posix.join(folder, file.replaceAll('\\', '/'))).filter((file) => file.endsWith('.ts'));
  return ['src/extension.ts', ...find('src/vscode'), ...find('webview')].sort();
}

/** The texts that an expression can be; undefined where one of them is not written out. */
function literals(node) {
  if (node === undefined) return undefined;
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return literals(node.expression);
  if (!ts.isConditionalExpression(node)) return undefined;
  const [one, other] = [literals(node.whenTrue), literals(node.whenFalse)];
  return one === undefined || other === undefined ? undefined : [...one, ...other];
}

/** Adds the texts of a file to `keys`, and what is wrong with them to `faults`. */
function readFile(file, keys, faults) {
  const source = ts.createSourceFile(file, readFileSync(path.join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node) => {
    // The helper itself is where keys are put together.
    if (ts.isFunctionDeclaration(node) && node.name?.text === 'count') return;
    ts.forEachChild(node, visit);
    if (!ts.isCallExpression(node)) return;
    const called = node.expression.getText(source);
    if (!TRANSLATED.test(called) && called !== 'count') return;
    const place = `${file}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`;
    const found = literals(node.arguments[called === 'count' ? 1 : 0]);
    if (found === undefined) {
      faults.push(`${place}: the text of ${called} must be written out there`);
      return;
    }
    if (called === 'count') {
      for (const noun of found) for (const key of [`{0} ${noun}`, `{0} ${noun}s`]) keys.add(key);
      return;
    }
    const given = node.arguments.length - 1;
    for (const key of found) {
      keys.add(key);
      const wanted = Math.max(0, ...placeholders(key).map((name) => Number(name.slice(1, -1)) + 1));
      if (wanted !== given) faults.push(`${place}: "${key}" has places for ${wanted} values and is given ${given}`);
    }
  };
  visit(source);
}

function placeholders(text) {
  return [...text.matchAll(/\{\d+\}/g)].map(([found]) => found).sort();
}

function readJson(file) {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8'));
}

/** The translations: their files, by language. */
function translations() {
  return readdirSync(path.join(root, FOLDER)).filter((file) => /^bundle\.l10n\..+\.json$/.test(file)).map((file) => `${FOLDER}/${file}`);
}

/** What is wrong with a translation, a sentence each. */
function faultsOf(file, keys) {
  const texts = readJson(file);
  const same = (key) => new Set([...placeholders(key), ...placeholders(texts[key])]).size === new Set(placeholders(key)).size && new Set(placeholders(texts[key])).size === new Set(placeholders(key)).size;
  return [
    ...keys.filter((key) => !(key in texts)).map((key) => `${file} lacks "${key}"`),
    ...Object.keys(texts).filter((key) => !keys.includes(key)).map((key) => `${file} has "${key}", which is not in the code`),
    ...Object.keys(texts).filter((key) => texts[key].trim() === '').map((key) => `${file} has nothing for "${key}"`),
    ...Object.keys(texts).filter((key) => !same(key)).map((key) => `${file}: "${key}" and its translation have different placeholders`),
  ];
}

function main() {
  const found = new Set();
  const faults = [];
  for (const file of sources()) readFile(file, found, faults);
  const keys = [...found].sort();
  const list = `${JSON.stringify(Object.fromEntries(keys.map((key) => [key, key])), null, 2)}\n`;
  const mode = process.argv[2];
  if (mode === '--missing') {
    for (const file of translations()) {
      const texts = readJson(file);
      process.stdout.write(`${file}\n${JSON.stringify(keys.filter((key) => !(key in texts)), null, 2)}\n`);
    }
    return;
  }
  if (mode === '--check') {
    if (readFileSync(path.join(root, LIST), 'utf8') !== list) faults.push(`${LIST} is not the list of the texts in the code: run npm run l10n`);
    faults.push(...translations().flatMap((file) => faultsOf(file, keys)));
  } else writeFileSync(path.join(root, LIST), list);
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
