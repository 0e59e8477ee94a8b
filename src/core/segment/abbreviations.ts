/**
 * In small letters and without the last full stop. Short forms that as often end a sentence are left
 * out: `etc.`, `p.m.`, `no.`, and units such as `см.` and `руб.`.
 */
const COMMON = ['e.g', 'i.e', 'cf', 'vs', 'viz', 'resp', 'approx', 'ca', 'w.l.o.g', 'w.r.t', 's.t'];

const BY_LANGUAGE: Readonly<Record<string, readonly string[]>> = {
  en: ['mr', 'mrs', 'ms', 'dr', 'prof', 'st', 'mt', 'dept', 'u.s', 'u.k', 'eqn', 'eqs'],
  es: ['sr', 'sra', 'srta', 'dr', 'dra', 'd', 'dña', 'ud', 'uds', 'p.ej', 'ej', 'aprox', 'núm', 'ee.uu'],
  fr: ['m', 'mm', 'mme', 'mlle', 'dr', 'p.ex', 'ex', 'env', 'c.-à-d'],
  de: ['hr', 'fr', 'dr', 'prof', 'z.b', 'd.h', 'u.a', 'bzw', 'evtl', 'ggf', 'inkl', 'bspw', 'vgl', 'sog'],
  ru: ['т.е', 'т.к', 'напр', 'ул', 'им', 'г-н', 'г-жа'],
  sw: ['bw', 'bi', 'dkt', 'k.m'],
  te: ['డా', 'శ్రీ'],
  bn: ['ড', 'ডা', 'মি'],
};

/** Before a number only: `No. 5`, `Fig. 3`; elsewhere they may end a sentence. */
const BEFORE_NUMBER = new Set(['no', 'nos', 'nr', 'num', 'fig', 'figs', 'eq', 'sec', 'ch', 'chap', 'art', 'vol', 'p', 'pp', 's', 'рис', 'табл', 'п', 'n°']);

const LISTS = new Map(Object.entries(BY_LANGUAGE).map(([language, words]) => [language, new Set([...COMMON, ...words])]));
/** One letter is an abbreviation in one language and a unit or a name in the next. */
const ALL = new Set([...COMMON, ...Object.values(BY_LANGUAGE).flat().filter((word) => word.length > 1)]);

/** Whether a word before a full stop is an abbreviation there. Without a language those of all languages count. */
export function isAbbreviation(word: string, beforeNumber: boolean, language: string | undefined): boolean {
  const small = word.toLowerCase();
  if (beforeNumber && BEFORE_NUMBER.has(small)) return true;
  // Regions do not matter: `de-AT` abbreviates as `de` does.
  const list = language === undefined ? ALL : LISTS.get(language.split('-')[0] ?? '');
  return list === undefined ? COMMON.includes(small) : list.has(small);
}
