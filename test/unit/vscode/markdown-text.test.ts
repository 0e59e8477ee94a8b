import assert from 'node:assert/strict';
import fc from 'fast-check';
import { escapeMarkdown } from '../../../src/vscode/markdown-text.ts';

describe('escaping for Markdown', () => {
  it('leaves words, digits and spaces alone', () => {
    assert.equal(escapeMarkdown('64 ÷ 8 is 8, and 陈明'), '64 ÷ 8 is 8\\, and 陈明');
  });

  it('takes links, commands, images, HTML and code their meaning', () => {
    assert.equal(escapeMarkdown('[x](command:evil)'), '\\[x\\]\\(command\\:evil\\)');
    assert.equal(escapeMarkdown('<img src=x>'), '\\<img src\\=x\\>');
    assert.equal(escapeMarkdown('`code` https://a.b $(zap) &lt;'), '\\`code\\` https\\:\\/\\/a\\.b \\$\\(zap\\) \\&lt\\;');
  });

  it('makes no code block of an indented line and no rule of a line of dashes', () => {
    assert.equal(escapeMarkdown('    indented\n---'), 'indented  \n\\-\\-\\-');
  });

  it('keeps paragraphs', () => {
    assert.equal(escapeMarkdown('one\n\n\ntwo\r\nthree'), 'one\n\ntwo  \nthree');
  });

  it('leaves no punctuation mark without its backslash, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const escaped = escapeMarkdown(text);
        assert.equal(escaped.replace(/\\[!-/:-@[-`{-~]/g, '').match(/[!-/:-@[-`{-~]/), null);
        assert.doesNotMatch(escaped, /(^|\n) {4}|\t/);
      }),
    );
  });
});
