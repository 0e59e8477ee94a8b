/**
 * Words that open a unit of planning or reflection where a sentence begins with them, by language. All
 * lists hold at once, so a word that is common in another of the languages is left out (German `Also`).
 * A person may replace the lists.
 */
export const PLANNING_WORDS: Readonly<Record<string, readonly string[]>> = {
  en: [
    'Wait', 'But wait', 'Hmm', 'Hold on', 'Alternatively', 'Actually', 'On second thought', 'Let me', "Let's", 'Let us', 'First', 'Firstly', 'Second',
    'Secondly', 'Third', 'Next', 'Then', 'Now', 'So', 'Therefore', 'Thus', 'Hence', 'Finally', 'Okay', 'OK', 'Alright', 'Maybe', 'Perhaps', 'Another way',
  ],
  zh: [
    '等等', '等一下', '嗯', '不对', '让我', '我们来', '首先', '其次', '接下来', '接着', '然后', '现在', '所以', '因此', '那么', '于是', '另外', '或者', '换一种', '换个',
    '再检查', '检查一下', '最后', '综上', '好的', '不过', '但是',
  ],
  es: ['Espera', 'Un momento', 'Alternativamente', 'En realidad', 'Veamos', 'Vamos a', 'Primero', 'En primer lugar', 'Segundo', 'Luego', 'Después', 'Ahora', 'Entonces', 'Por lo tanto', 'Así que', 'Finalmente'],
  fr: ['Attends', 'Attendez', 'Hmm', 'Sinon', 'En fait', 'Voyons', "D'abord", "Tout d'abord", 'Premièrement', 'Ensuite', 'Puis', 'Maintenant', 'Donc', 'Par conséquent', 'Ainsi', 'Enfin', 'Finalement'],
  de: ['Moment', 'Warte', 'Hmm', 'Alternativ', 'Eigentlich', 'Lass mich', 'Lass uns', 'Schauen wir', 'Zuerst', 'Zunächst', 'Erstens', 'Zweitens', 'Dann', 'Nun', 'Jetzt', 'Daher', 'Somit', 'Schließlich', 'Zum Schluss'],
  ru: ['Подождите', 'Стоп', 'Хм', 'Или', 'На самом деле', 'Давайте', 'Сначала', 'Во-первых', 'Во-вторых', 'Затем', 'Потом', 'Теперь', 'Значит', 'Следовательно', 'Итак', 'Наконец'],
  ja: ['待って', 'ちょっと待', 'うーん', 'あるいは', '実は', 'まず', '最初に', '次に', 'それから', 'その後', '今', 'だから', 'したがって', 'つまり', '最後に'],
  sw: ['Subiri', 'Ngoja', 'Kwanza', 'Pili', 'Kisha', 'Sasa', 'Hivyo', 'Kwa hiyo', 'Mwishowe'],
};

/** A longer list, or a longer word, is cut there: each sentence is compared with all of them. */
const MOST_WORDS = 500;
const LONGEST_WORD = 60;
/** What may stand before the first word of a step: list markers, quotes, emphasis. */
const BEFORE_WORD = /^(?:[-*+•–·][ \t]+|\(?\p{Nd}{1,6}[.)][ \t]+|[*_"'“「(]{1,4})*/u;
const LONGEST_BEFORE = 40;

/** Finds the word that a text begins with at an offset; undefined for none. Case does not matter. */
export type WordFinder = (text: string, at: number) => string | undefined;

const DEFAULT_WORDS = Object.values(PLANNING_WORDS).flat();
/** The last finder: compiling its pattern costs more than most texts. */
let last: { readonly words: readonly string[]; readonly find: WordFinder } | undefined;

/** A finder for these words, or for all of `PLANNING_WORDS`. Of several that fit it takes the longest. */
export function wordFinder(words: readonly string[] = DEFAULT_WORDS): WordFinder {
  if (last?.words !== words) last = { words, find: makeFinder(words) };
  return last.find;
}

function makeFinder(words: readonly string[]): WordFinder {
  const listed = [...new Set(words.map((word) => word.trim()).filter((word) => word !== ''))].slice(0, MOST_WORDS);
  if (listed.length === 0) return () => undefined;
  const longestFirst = listed.map((word) => word.slice(0, LONGEST_WORD)).sort((one, other) => other.length - one.length);
  const pattern = new RegExp(`^(?:${longestFirst.map(sourceOf).join('|')})`, 'iu');
  return (text, at) => {
    const head = text.slice(at, at + LONGEST_BEFORE + LONGEST_WORD);
    const skipped = BEFORE_WORD.exec(head.slice(0, LONGEST_BEFORE))?.[0].length ?? 0;
    return pattern.exec(head.slice(skipped))?.[0];
  };
}

/** Scripts with spaces end a word where no letter follows: `So` is not in `Some`. */
function sourceOf(word: string): string {
  const source = word.replace(/[\\^$.*+?()[\]{}|/-]/g, (sign) => (sign === '-' ? '\\x2d' : `\\${sign}`)).replace(/['’]/g, "['’]");
  return /[\p{Script=Latin}\p{Script=Cyrillic}]$/u.test(word) ? `${source}(?![\\p{L}\\p{N}])` : source;
}
