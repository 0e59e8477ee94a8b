import assert from 'node:assert/strict';
import { keyIn, LOCALES, manifestTexts, readJson } from './manifest-texts.ts';

/** Strings of package.json that people read: the fields by which the editor shows them. */
const SHOWN = /^(title|label|name|displayName|contextualTitle|description|markdownDescription|enumDescriptions|markdownEnumDescriptions|patternErrorMessage|altText|contents|category)$/;
/** The product's own name, which is the same in every language. */
const NAMES: ReadonlySet<string> = new Set(['Stepscope', 'stepscope']);

/** Every string below `value` with the name of the field it is in; items of a list are in the field of the list. */
function stringsIn(value: unknown, field = ''): { readonly field: string; readonly text: string }[] {
  if (typeof value === 'string') return [{ field, text: value }];
  if (Array.isArray(value)) return value.flatMap((item) => stringsIn(item, field));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => stringsIn(inner, name));
}

/** What a translation must keep: commands of links, settings that are named, code, and the places of icons. */
function kept(text: string): string[] {
  return [...text.matchAll(/\(command:[^)]+\)|`[^`]+`|\$\([\w-]+\)|https?:\/\/[\w.]+(:\d+)?/g)].map(([found]) => found).sort();
}

describe('texts of the manifest', () => {
  const manifest = readJson('package.json');
  const texts = manifestTexts();
  const strings = stringsIn(manifest);

  it('are keys wherever the editor shows them', () => {
    const plain = strings.filter(({ field, text }) => SHOWN.test(field) && keyIn(text) === undefined && !NAMES.has(text));
    assert.deepEqual(plain, []);
  });

  it('are all there, and none is left over', () => {
    const keys = new Set(strings.flatMap(({ text }) => keyIn(text) ?? []));
    assert.ok(keys.size > 100);
    assert.deepEqual(Object.keys(texts).sort(), [...keys].sort());
  });

  for (const locale of LOCALES)
    it(`are all translated, with the links, settings and code of the original: ${locale}`, () => {
      const translated = manifestTexts(locale);
      assert.deepEqual(Object.keys(translated), Object.keys(texts), 'the same keys in the same order');
      for (const [key, text] of Object.entries(texts)) {
        assert.notEqual(translated[key]?.trim() ?? '', '', key);
        assert.notEqual(translated[key], text, key);
        assert.deepEqual(kept(translated[key] ?? ''), kept(text), key);
      }
    });
});
