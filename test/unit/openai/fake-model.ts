import { VERDICT_MARKER } from '../../../src/core/verifier/prompt.ts';

/** What stands behind a loopback server. */
export interface ModelBehind {
  /** The tokens that follow, up to the end of the sequence. */
  next(text: string, temperature: number, seed: number, max: number): readonly string[] | Promise<readonly string[]>;
  /** The likeliest next tokens, most likely first. */
  top(text: string): TopList | Promise<TopList>;
  /** Tokens of a prompt; a quarter of its characters when absent. */
  count?(text: string): number;
}

export type TopList = readonly (readonly [string, number])[];

/** What follows a text is written down here. */
interface FakeModel extends ModelBehind {
  next(text: string, temperature: number, seed: number): readonly string[];
  top(text: string): TopList;
}

const NUMBERS = `Count: ${Array.from({ length: 40 }, (_, i) => i + 1).join(', ')}`;
const WORDS = [' cat', ' dog', ' sea', ' sun', ' día', ' 夜'];

/** The analysis of a step: wrong steps say so themselves. Not ASCII on purpose. */
export function analysisOf(prompt: string): string {
  const wrong = prompt.slice(prompt.lastIndexOf('Now Step:')).includes('wrong');
  return `Analysis:\n**Calculation Analysis**: 21 × 3 = 63 – gewiß 🧮.\nConclusion: The Now Step is ${wrong ? 'wrong' : 'correct'}.\nVerification: ${VERDICT_MARKER} ${wrong ? 'No' : 'Yes'}`;
}

function tokensOf(text: string): string[] {
  return text.match(/\s?[^\s]+|\s+/gu) ?? [];
}

/** Continues the count of the probe, analyses of verifier prompts, and random words after `The`. */
export const FAKE_MODEL: FakeModel = {
  next(text, temperature, seed) {
    if (NUMBERS.startsWith(text)) return tokensOf(NUMBERS.slice(text.length));
    if (text === 'The' && temperature > 0) return Array.from({ length: 16 }, (_, i) => WORDS[(seed * 31 + i * (seed % 7)) % WORDS.length] ?? '');
    const at = text.lastIndexOf('Reply: ');
    if (at < 0) return [' b'];
    const whole = `${text.slice(0, at)}Reply: ${analysisOf(text.slice(0, at))}`;
    return whole.startsWith(text) ? tokensOf(whole.slice(text.length)) : [FAKE_MODEL.top(text)[0]?.[0] ?? ''];
  },
  top(text) {
    if (!text.endsWith(VERDICT_MARKER)) return [[FAKE_MODEL.next(text, 0, 0)[0] ?? '<end>', -0.01], ['?', -5]];
    const wrong = text.includes('Now Step is wrong') || /Now Step: [^\n]*wrong/.test(text);
    const likely = [wrong ? ' No' : ' Yes', Math.log(0.9)] as const;
    return [likely, [wrong ? ' Yes' : ' No', Math.log(0.06)], ['\n', Math.log(0.02)], [' Maybe', Math.log(0.005)]];
  },
};
