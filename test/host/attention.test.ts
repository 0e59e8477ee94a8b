import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { folder } from './exports.ts';
import { LONG, openText, PHOTOS, run } from './traces.ts';

interface Exported {
  readonly model: { readonly name: string };
  readonly tokens: number;
  readonly groups: readonly { readonly kind: string; readonly tokens: number; readonly steps?: { readonly first: number } }[];
  readonly hidden?: { readonly plan: string; readonly tokens: readonly number[] };
  readonly parts: { readonly rows: readonly string[]; readonly share: readonly number[][][][]; readonly hiddenShare?: readonly number[][][][] };
}

let files = 0;

async function exported(form: string): Promise<string> {
  const file = vscode.Uri.joinPath(folder(), `attention-${++files}.${form}`);
  await run('exportAttention', form, file);
  return readFileSync(file.fsPath, 'utf8');
}

const asJson = async (): Promise<Exported> => JSON.parse(await exported('json')) as Exported;

describe('attention of a trace', function () {
  this.timeout(LONG);
  let document: vscode.TextDocument;

  before('reads one with the bundled policy', async () => {
    ({ document } = await openText(PHOTOS));
    await run('showAttention', document.uri);
  });

  it('has every token in one group, and rows that sum to 1 in every layer and head', async () => {
    const { model, tokens, groups, parts } = await asJson();
    assert.equal(model.name, 'reasoner');
    assert.equal(groups.reduce((sum, group) => sum + group.tokens, 0), tokens);
    assert.deepEqual(parts.rows, ['first token', 'template', 'question', 'step 1', 'step 2', 'step 3', 'step 4']);
    const sums = parts.share.flat(2).map((row) => row.reduce((sum, value) => sum + value, 0));
    assert.equal(sums.length, 8 * 8 * parts.rows.length);
    assert.ok(sums.every((sum) => Math.abs(sum - 1) < 1e-4));
  });

  it('is exactly 0 on the question from the step on that it is hidden from', async () => {
    await run('showAttention', document.uri, { hide: 'question', from: 2 });
    const { groups, parts, hidden } = await asJson();
    assert.equal(hidden?.plan, 'question@step:3');
    const column = groups.findIndex(({ kind }) => kind === 'question');
    assert.equal(hidden.tokens[column], groups[column]?.tokens);
    for (const heads of parts.hiddenShare ?? assert.fail('two readings')) {
      for (const matrix of heads) {
        assert.deepEqual(matrix.map((row, at) => ((groups[at]?.steps?.first ?? 0) >= 2 ? row[column] : 0)), parts.rows.map(() => 0));
        assert.ok((matrix[groups.findIndex(({ steps }) => steps?.first === 0)]?.[column] ?? 0) > 0);
      }
    }
  });

  it('is written as CSV and SVG, with what it was made of', async () => {
    const [heading = '', first = ''] = (await exported('csv')).split('\n');
    assert.ok(heading.startsWith('grid,from,to,from_tokens,to_tokens,share,uniform_share,times_uniform,hidden_share') && first.includes('reasoner'), first);
    const picture = await exported('svg');
    assert.ok(picture.startsWith('<svg ') && picture.includes('Attention is not explanation') && picture.includes('reasoner') && picture.includes('question@step:3'));
  });

  it('is read of the verifier on its own prompt', async () => {
    await run('showAttention', document.uri, { role: 'verifier' });
    const { model, parts } = await asJson();
    assert.equal(model.name, 'r-prm');
    assert.ok(parts.rows.includes('step 4') && parts.hiddenShare !== undefined);
    await run('showAttention', document.uri, { role: 'policy' });
  });

  it('keeps what was read, and says why, where the model is not there', async () => {
    const settings = vscode.workspace.getConfiguration('stepscope.policy');
    const before = await asJson();
    await settings.update('model', '/no/such/folder', vscode.ConfigurationTarget.Global);
    try {
      await run('showAttention', document.uri);
      assert.deepEqual((await asJson()).parts.share, before.parts.share);
    } finally {
      await settings.update('model', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});
