import assert from 'node:assert/strict';
import { unitStarts } from '../../../src/core/segment/planning.ts';
import { SEGMENTERS, type TextSegmenterName } from '../../../src/core/segment/segmenters.ts';
import { itWithSharedData, repoFile } from '../formats/shared-data.ts';
import { jsonOf, textAt, type Place } from './shared-texts.ts';

/** One response of the shared data and where a person found its steps: by their number and first characters. */
interface Golden {
  readonly segmenter: TextSegmenterName;
  readonly file: string;
  readonly at: Place;
  readonly starts: readonly string[];
  readonly units?: number;
}

const golden = JSON.parse(new TextDecoder().decode(repoFile('test/fixtures/segmentation/golden.json'))) as readonly Golden[];

describe('steps of real responses, checked by hand', () => {
  for (const { segmenter, file, at, starts, units } of golden)
    itWithSharedData(`${segmenter}: ${file} ${at.join(' ')}`, file, (bytes) => {
      const text = textAt(jsonOf(file, bytes), at);
      const steps = SEGMENTERS[segmenter].cut(text);
      assert.deepEqual(steps.map(({ start, end }, index) => text.slice(start, end).slice(0, starts[index]?.length ?? 12)), starts);
      if (units !== undefined) assert.equal(unitStarts(text, steps, {}).length, units);
    });

  it('has at least six of each segmenter', () => {
    for (const name of Object.keys(SEGMENTERS)) assert.ok(golden.filter(({ segmenter }) => segmenter === name).length >= 6, name);
  });
});
