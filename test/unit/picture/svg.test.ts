import assert from 'node:assert/strict';
import { svg, svgText } from '../../../src/core/picture/svg.ts';

describe('pictures', () => {
  it('are text in which nothing of a text or an attribute is markup', () => {
    const picture = svg('g', { id: '"><script>' }, svg('text', { x: 1 }, '<b>&\u0000'));
    assert.equal(svgText(picture), '<g id="&#34;&#62;&#60;script&#62;"><text x="1">&#60;b&#62;&#38;\ufffd</text></g>');
  });
});
