import assert from 'node:assert/strict';
import { groupTokens, MOST_GROUPS, type ReadText, type TextPart } from '../../../src/core/attention/groups.ts';
import { uniformAttention } from '../../../src/core/attention/uniform.ts';
import type { Span } from '../../../src/core/trace/trace.ts';

const TEXT = '<s>user\nHow many?\nbot\n<think>\nOne.\n\nTwo é.\n</think>\nTwo.';
const part = (kind: TextPart['kind'], words: string): TextPart => {
  const start = TEXT.lastIndexOf(words);
  return { kind, span: { start, end: start + words.length } };
};
const READ: ReadText = { text: TEXT, parts: [part('question', 'How many?'), { kind: 'step', span: { start: TEXT.indexOf('One.'), end: TEXT.indexOf('One.') + 4 } }, part('step', 'Two é.'), part('answer', 'Two.')] };

/** Tokens as tokenizers cut: a space with the word after it, line endings with the sign before them. */
function cut(text: string, pattern: RegExp): Span[] {
  return [...text.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}
const TOKENS = cut(TEXT, /<[^>]*>|\.\n+|\n+| ?[^\s.<]+|[. ]/g);

describe('groups of tokens', () => {
  it('are a partition: every token is in one group, and the groups count them all', () => {
    const { groups, of } = groupTokens(READ, TOKENS);
    assert.equal(TOKENS.map(({ start, end }) => TEXT.slice(start, end)).join(''), TEXT);
    assert.equal(of.length, TOKENS.length);
    assert.ok(of.every((group) => groups[group] !== undefined));
    assert.equal(groups.reduce((sum, { tokens }) => sum + tokens, 0), TOKENS.length);
    groups.forEach(({ tokens }, group) => assert.equal(of.filter((its) => its === group).length, tokens));
    assert.deepEqual(groups.map(({ kind, steps }) => `${kind}${steps === undefined ? '' : ` ${steps.first}-${steps.end}`}`), ['first', 'between', 'question', 'step 0-1', 'step 1-2', 'answer']);
  });

  it('hold their own words: the space after a step is its own, marks are between, the first token is alone', () => {
    const { groups, of } = groupTokens(READ, TOKENS);
    const words = groups.map((_, group) => TOKENS.filter((__, token) => of[token] === group).map(({ start, end }) => TEXT.slice(start, end)).join('|'));
    assert.deepEqual(words, ['<s>', 'user|\n|bot|\n|<think>|\n|</think>|\n', 'How| many?|\n', 'One|.\n\n', 'Two| é|.\n', 'Two|.']);
  });

  it('put a token that begins a character where the one that ends it is', () => {
    const at = TEXT.indexOf('One');
    const tokens = [{ start: 0, end: at }, { start: at, end: at }, { start: at, end: TEXT.length }];
    assert.deepEqual(groupTokens(READ, tokens).groups.map(({ kind, tokens: count }) => `${kind} ${count}`), ['first 1', 'step 2']);
  });

  it('take neighbouring steps together where there are too many to show', () => {
    const text = Array.from({ length: 300 }, (_, step) => `s${step}.`).join('\n');
    const parts = cut(text, /s\d+\./g).map((span): TextPart => ({ kind: 'step', span }));
    const { groups, of } = groupTokens({ text, parts }, cut(text, /s\d+\.\n?/g));
    assert.equal(groups.length, 101);
    assert.ok(groups.length <= MOST_GROUPS + 5);
    assert.deepEqual(groups.at(-1)?.steps, { first: 297, end: 300 });
    assert.equal(of.length, 300);
  });
});

describe('uniform attention', () => {
  const groups = [0, 1, 1, 2];

  it('is the share of the visible tokens, and its rows sum to 1', () => {
    const uniform = uniformAttention(groups, groups, []);
    assert.deepEqual(uniform[0], [1, 0, 0]);
    assert.deepEqual(uniform[1]?.map((value) => value.toFixed(6)), [(5 / 12).toFixed(6), (7 / 12).toFixed(6), '0.000000']);
    assert.deepEqual(uniform[2], [0.25, 0.5, 0.25]);
    for (const row of uniform) assert.ok(Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) < 1e-12);
  });

  it('leaves out what is hidden, from the token on that no longer sees it', () => {
    const uniform = uniformAttention(groups, groups, [{ start: 1, end: 3, from: 3 }]);
    assert.deepEqual(uniform[1], uniformAttention(groups, groups, [])[1]);
    assert.deepEqual(uniform[2], [0.5, 0, 0.5]);
  });

  it('counts a part that two masks hide once, from the earlier one on', () => {
    const rows = [0, 1, 2, 3];
    assert.deepEqual(uniformAttention(rows, rows, [{ start: 1, end: 2, from: 3 }, { start: 1, end: 2, from: 2 }])[3], [1 / 3, 0, 1 / 3, 1 / 3]);
  });

  it('is taken over all visible tokens, also of those that are in no group', () => {
    assert.deepEqual(uniformAttention([-1, -1, -1, 0], [-1, 0, -1, -1], []), [[0.25]]);
  });
});
