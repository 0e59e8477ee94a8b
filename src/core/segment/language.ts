/** The languages that are told apart; they are those of MGSM. */
export type Language = 'en' | 'es' | 'fr' | 'de' | 'ru' | 'zh' | 'ja' | 'th' | 'sw' | 'bn' | 'te';

/** UTF-16 units that a language is read off. A text that goes on keeps the language of its beginning. */
export const LANGUAGE_SAMPLE = 400;

const SCRIPTS: readonly (readonly [Language, RegExp])[] = [
  ['th', /\p{Script=Thai}/gu],
  ['bn', /\p{Script=Bengali}/gu],
  ['te', /\p{Script=Telugu}/gu],
  ['ru', /\p{Script=Cyrillic}/gu],
  ['zh', /\p{Script=Han}/gu],
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
];
const LATIN = /\p{Script=Latin}/gu;

/** Words that are frequent in one of the languages and rare or absent in the others. */
const FREQUENT: readonly (readonly [Language, ReadonlySet<string>])[] = [
  ['en', new Set('the and of to is are was were we that this so it for with then has have he she they now how from in total'.split(' '))],
  ['es', new Set('el los las y es son que de del en un una por para con se entonces tiene hay ahora luego paso más'.split(' '))],
  ['fr', new Set('le les et est sont que des du dans un une pour avec donc il elle a ont maintenant ensuite étape nous au'.split(' '))],
  ['de', new Set('der die das und ist sind dass ein eine von zu mit also er sie hat haben nun dann wir insgesamt schritt im'.split(' '))],
  ['sw', new Set('na ya wa ni kwa za la ana alikuwa kuna jumla hivyo sasa kila jibu hatua kisha baada kwamba kama ili'.split(' '))],
];

/**
 * The language of a text, from its first 400 UTF-16 units: by script, and for Latin script by
 * frequent words. English where nothing says otherwise.
 */
export function detectLanguage(text: string): Language {
  const sample = text.slice(0, LANGUAGE_SAMPLE);
  const count = (letters: RegExp): number => sample.match(letters)?.length ?? 0;
  const scripts = SCRIPTS.map(([language, letters]) => ({ language, letters: count(letters) }));
  const most = scripts.reduce((best, script) => (script.letters > best.letters ? script : best));
  // Formulas and names put Latin letters into any text: half as many letters of another script are its language.
  if (most.letters === 0 || most.letters * 2 < count(LATIN)) return byWords(sample);
  const kana = scripts.find(({ language }) => language === 'ja')?.letters ?? 0;
  // Chinese has no kana; Japanese may have more kanji than kana.
  return most.language === 'zh' && kana * 10 > most.letters ? 'ja' : most.language;
}

function byWords(sample: string): Language {
  const words = sample.toLowerCase().match(/\p{L}+/gu) ?? [];
  const scores = FREQUENT.map(([language, frequent]) => ({ language, score: words.filter((word) => frequent.has(word)).length }));
  const best = scores.reduce((one, other) => (other.score > one.score ? other : one));
  return best.score === 0 ? 'en' : best.language;
}
