import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repoRoot } from '../formats/shared-data.ts';

/** The languages that the manifest and the bundle are translated into, as the editor names them. */
export const LOCALES = ['zh-cn'] as const;
export type Locale = (typeof LOCALES)[number];

/** Keys and texts of a file of translations. */
export type Texts = Readonly<Record<string, string>>;

export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(path.join(repoRoot(), file), 'utf8'));
}

/** The texts of the manifest: package.nls.json, or that of a language. */
export function manifestTexts(locale?: Locale): Texts {
  return readJson(locale === undefined ? 'package.nls.json' : `package.nls.${locale}.json`) as Texts;
}

/** package.json as the editor hands it to an extension: `%key%` is the text of the key, and stays where there is none. */
export function readManifest(locale?: Locale): unknown {
  const texts: Texts = { ...manifestTexts(), ...(locale === undefined ? {} : manifestTexts(locale)) };
  return JSON.parse(readFileSync(path.join(repoRoot(), 'package.json'), 'utf8'), (_, value: unknown) => (typeof value === 'string' ? (texts[keyIn(value) ?? ''] ?? value) : value));
}

/** The key that a string of package.json stands for. */
export function keyIn(text: string): string | undefined {
  return /^%([^%]+)%$/.exec(text)?.[1];
}
