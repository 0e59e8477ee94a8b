import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { config, t } from '@vscode/l10n';
import { SEGMENTER_NAMES, segmenterDescription, segmenterLabel } from '../../../src/core/segment/segmenters.ts';
import { escapeHtml, textsElement } from '../../../src/vscode/page-texts.ts';
import { segmenterText } from '../../../src/vscode/segmenter-text.ts';
import { count } from '../../../src/vscode/wording.ts';
import { repoRoot } from '../formats/shared-data.ts';
import { readJson, type Locale, type Texts } from './manifest-texts.ts';

function bundle(locale: Locale): Texts {
  return readJson(`media/l10n/bundle.l10n.${locale}.json`) as Texts;
}

describe('texts in the code', () => {
  it('are written out, listed and translated, with the same placeholders (npm run l10n lists them)', function () {
    this.timeout(30_000);
    const { status, stderr } = spawnSync(process.execPath, ['scripts/l10n.mjs', '--check'], { cwd: repoRoot(), encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });

  it('are in Chinese where they are not names, signs or numbers alone', () => {
    const plain = Object.entries(bundle('zh-cn')).filter(([, text]) => !/\p{Script=Han}/u.test(text) && /\p{L}/u.test(text));
    assert.deepEqual(plain, []);
  });

  describe('in a language', () => {
    before(() => config({ contents: bundle('zh-cn') }));
    after(() => config({ contents: {} }));

    it('are shown in it, with their values in place', () => {
      assert.equal(count(1, 'step'), '1 个步骤');
      assert.equal(count(6, 'step'), '6 个步骤');
    });

    it('are English where a translation is missing, and values are never read as places', () => {
      assert.equal(t('Nobody has translated {0}.', '{1}'), 'Nobody has translated {1}.');
    });
  });

  it('are those of the core where it has names of its own for the terminal', () => {
    for (const name of SEGMENTER_NAMES) assert.deepEqual(segmenterText(name), { label: segmenterLabel(name), description: segmenterDescription(name) });
  });

  it('are English without a bundle, in one form for one and another for many', () => {
    assert.equal(count(1, 'step'), '1 step');
    assert.equal(count(0, 'step'), '0 steps');
  });
});

describe('texts of a page', () => {
  it('are data in an attribute, whatever they hold', () => {
    const texts = { '"><script>alert(1)</script>': "it's & \u2028 \"quoted\" 中文" };
    const element = textsElement(texts);
    const [, content = ''] = /^<meta name="stepscope-texts" content="([^"<>]*)">\n$/.exec(element) ?? assert.fail(element);
    const read = content.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    assert.deepEqual(JSON.parse(read), texts);
    assert.equal(escapeHtml(content).includes('<'), false);
  });

  it('are none in English', () => assert.equal(textsElement(undefined), ''));
});
