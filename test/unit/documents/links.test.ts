import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { repoRoot } from '../formats/shared-data.ts';
import { documents } from './documents.ts';

const root = repoRoot();
const PICTURES = 'docs/images';
const MOST_BYTES = { picture: 150_000, all: 1_200_000 };

/** Without blocks of code, in which brackets are no links. */
function prose(document: string): string {
  return readFileSync(path.join(root, document), 'utf8').replace(/^ *```[\s\S]*?^ *```$/gm, '');
}

/** The anchors of a Markdown file, as GitHub makes them of its headings. */
function anchorsOf(document: string): readonly string[] {
  return [...prose(document).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'));
}

describe('links of documents', () => {
  for (const document of documents)
    it(`lead to a file that is there, and to a heading that it has: ${document}`, () => {
      for (const [, target = ''] of prose(document).matchAll(/\]\((?!https?:|command:)([^)\s]+)\)/g)) {
        const [file = '', anchor] = target.split('#');
        const linked = file === '' ? document : path.posix.join(path.posix.dirname(document), file);
        assert.ok(existsSync(path.join(root, linked)), `${document} links to ${file}`);
        if (anchor !== undefined) assert.ok(anchorsOf(linked).includes(anchor), `${document} links to #${anchor}, which ${linked} does not have`);
      }
    });

  it('lead from the README to every document', () => {
    const readme = prose('README.md');
    for (const document of documents) if (document !== 'README.md') assert.ok(readme.includes(`](${document})`), `README.md does not link to ${document}`);
  });
});

describe('pictures of the README', () => {
  const shown = [...prose('README.md').matchAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g)].map(([, words = '', file = '']) => ({ words, file }));

  it('are there as PNG, with words for those who do not see them', () => {
    assert.ok(shown.length >= 7, 'one on top, and one a section of the tour');
    for (const { words, file } of shown) {
      assert.ok(words.length > 40, `${file}: "${words}" does not say what is to be seen`);
      assert.equal(readFileSync(path.join(root, file)).subarray(1, 4).toString('latin1'), 'PNG', file);
    }
  });

  it('are made by the end-to-end tests, under the same names', () => {
    const folder = path.join(root, 'test', 'e2e');
    const tests = readdirSync(folder).filter((file) => file.endsWith('.test.ts')).map((file) => readFileSync(path.join(folder, file), 'utf8')).join('\n');
    for (const { file } of shown) {
      const name = path.basename(file, '.png');
      const view = name.replace(/-(light|dark|high-contrast|high-contrast-light)$/, '');
      // In one theme; in a loop over themes; or as a view that is taken in all of them.
      assert.match(tests, new RegExp(`'${name}'|\`${view}-\\$\\{|\\b${view}'?: `), `no test takes ${name}`);
    }
  });

  it('are small, and nothing else lies beside them', () => {
    const sizes = shown.map(({ file }) => ({ file, bytes: statSync(path.join(root, file)).size }));
    for (const { file, bytes } of sizes) assert.ok(bytes <= MOST_BYTES.picture, `${file} has ${bytes} bytes`);
    assert.ok(sizes.reduce((sum, { bytes }) => sum + bytes, 0) <= MOST_BYTES.all);
    assert.deepEqual(readdirSync(path.join(root, PICTURES)).map((file) => `${PICTURES}/${file}`).sort(), shown.map(({ file }) => file).sort());
  });
});

describe('the architecture', () => {
  it('names every folder of the core, and every layer', () => {
    const text = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8');
    const folders = (parent: string) => readdirSync(path.join(root, parent), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => `${parent}/${name}`);
    for (const folder of [...folders('src'), ...folders('src/core'), ...folders('src/formats'), ...folders('test').filter((one) => !one.endsWith('fixtures'))]) assert.match(text, new RegExp(`\`${folder}[\`/]`), folder);
  });
});
