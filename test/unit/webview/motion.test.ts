import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Where the views lie: the tests run from the root of the checkout. */
const VIEWS = path.resolve('webview');
const MOVES = /(?:^|[\s;{])((?:-webkit-)?(?:animation|transition)(?:-[a-z]+)?|scroll-behavior|view-transition-name)\s*:\s*([^;}]+)/gi;
const STILL = /^(?:none|auto|initial|unset)\b/i;
const ASKS_FIRST = /prefers-reduced-motion\s*:\s*no-preference/i;

/** What moves in a style sheet without that the person's wish for less motion is asked about: the declarations. */
function unaskedMotion(css: string): string[] {
  const text = css.replace(/\/\*[\s\S]*?\*\//g, ' ');
  const outer: string[] = [];
  const found: string[] = [];
  // What stands before a brace is a selector, an at-rule, or the declarations before a closing one.
  for (const [, before = '', brace] of text.matchAll(/([^{}]*)([{}])/g)) {
    if (brace === '{') {
      outer.push(before.trim());
      continue;
    }
    const asked = outer.some((rule) => ASKS_FIRST.test(rule));
    if (!asked) found.push(...[...before.matchAll(MOVES)].flatMap(([, name = '', value = '']) => (STILL.test(value.trim()) ? [] : [`${outer.at(-1)} { ${name}: ${value.trim()} }`])));
    outer.pop();
  }
  return found;
}

function filesOf(extension: string): string[] {
  return readdirSync(VIEWS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(extension)).map((name) => path.join(VIEWS, name));
}

describe('motion in views', () => {
  it('is found where it is, unless it asks first', () => {
    assert.deepEqual(unaskedMotion('a { color: red } b { transition: width 1s; }'), ['b { transition: width 1s }']);
    assert.deepEqual(unaskedMotion('@media (width > 4em) { .x { top: 0; animation-name: turn } }'), ['.x { animation-name: turn }']);
    assert.deepEqual(unaskedMotion('html { scroll-behavior: smooth }'), ['html { scroll-behavior: smooth }']);
    assert.deepEqual(unaskedMotion('/* x { animation: y } */ @media (prefers-reduced-motion: no-preference) { .x { transition: top 1s } } .y { transition: none }'), []);
  });

  it('is nowhere in a style sheet of ours without the wish for less of it being asked about', () => {
    const sheets = filesOf('.css');
    assert.ok(sheets.length >= 10, String(sheets.length));
    assert.deepEqual(sheets.flatMap((file) => unaskedMotion(readFileSync(file, 'utf8')).map((what) => `${path.relative(VIEWS, file)}: ${what}`)), []);
  });

  it('is started by no script', () => {
    const scripts = filesOf('.ts').filter((file) => /behavior\s*:\s*['"]smooth|\.animate\(|startViewTransition|<animate/.test(readFileSync(file, 'utf8')));
    assert.deepEqual(scripts, []);
  });
});
