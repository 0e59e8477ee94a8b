import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { halfToFloat, openSafetensors } from '../../../src/models/convert/safetensors.ts';

function file(header: object, data: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

describe('safetensors', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'stepscope-safetensors-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (bytes: Uint8Array) => {
    const name = path.join(folder, 'model.safetensors');
    writeFileSync(name, bytes);
    return name;
  };

  it('reads F32, F16 and BF16 as float32', async () => {
    const data = Buffer.concat([Buffer.from(Float32Array.of(1.5, -2).buffer), Buffer.from(Uint16Array.of(0x3e00, 0xc000).buffer), Buffer.from(Uint16Array.of(0x3fc0, 0xc000).buffer)]);
    const entry = (dtype: string, from: number, to: number) => ({ dtype, shape: [2], data_offsets: [from, to] });
    const checkpoint = await openSafetensors(write(file({ __metadata__: { format: 'pt' }, a: entry('F32', 0, 8), b: entry('F16', 8, 12), c: entry('BF16', 12, 16) }, data)));
    for (const name of ['a', 'b', 'c']) assert.deepEqual([...(await checkpoint.read(name))], [1.5, -2], name);
    await assert.rejects(checkpoint.read('d'), /has no tensor d/);
    await checkpoint.close();
  });

  it('knows the special values of binary16', () => {
    assert.equal(halfToFloat(0x0001), 2 ** -24);
    assert.equal(halfToFloat(0x7bff), 65504);
    assert.equal(halfToFloat(0x7c00), Infinity);
    assert.equal(halfToFloat(0xfc00), -Infinity);
    assert.ok(Number.isNaN(halfToFloat(0x7e00)));
  });

  const good = file({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, new Uint8Array(8));
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['an empty file', new Uint8Array(0), /shorter than its header/],
    ['a cut header', good.subarray(0, 20), /header is cut off/],
    ['cut data', good.subarray(0, good.length - 1), /a ends at byte/],
    ['a header that is no JSON', Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{{{')]), /header is not JSON/],
    ['a header length of 2^63', Buffer.from([0, 0, 0, 0, 0, 0, 0, 128, 1]), /header is cut off/],
    ['a shape that does not fit its bytes', file({ a: { dtype: 'F32', shape: [3], data_offsets: [0, 8] } }, new Uint8Array(8)), /entry of a is malformed/],
    ['negative offsets', file({ a: { dtype: 'F32', shape: [0], data_offsets: [8, 0] } }, new Uint8Array(8)), /entry of a is malformed/],
  ];
  for (const [what, bytes, message] of cases) {
    it(`refuses ${what} with one sentence that names the file`, async () => {
      await assert.rejects(openSafetensors(write(bytes)), (error: Error) => message.test(error.message) && error.message.includes('model.safetensors'));
    });
  }

  it('says where a missing checkpoint was looked for', async () => {
    await assert.rejects(openSafetensors(path.join(folder, 'absent', 'model.safetensors')), /absent.*cannot be opened/);
  });
});
