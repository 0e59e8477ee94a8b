import { onnx } from 'onnx-proto';
import type { Random } from '../../../../src/core/random.ts';

/** What a reader might trust: signs, sizes around those of the types, places outside of the folder. */
const NUMBERS = [0, -1, 1, 2, 3, 7, 255, 65_536, 2 ** 31 - 1, -(2 ** 31), 2 ** 32, 2 ** 40, 2 ** 53 - 1, -(2 ** 53 - 1)];
const TEXTS = ['', '-1', '0', '1', '4095', '4097', '9999999999', '18446744073709551615', '1e3', '../../etc/passwd', '/etc/passwd', 'C:\\Windows\\win.ini', '..\\x', '.', 'x\u0000y', 'a\nb', '\uD800', '/dev/zero', 'model.onnx', 'n'.repeat(5000)];

export type Damage = (bytes: Buffer, random: Random) => Buffer;

/** Ways in which an ONNX file may be broken, by accident or on purpose. */
export const DAMAGES: Readonly<Record<string, Damage>> = {
  'flipped bits': (bytes, random) => {
    const out = Buffer.from(bytes);
    for (let count = 1 + pick(random, 4); count > 0; count--) {
      const at = pick(random, out.length);
      out[at] = (out[at] ?? 0) ^ (1 << pick(random, 8));
    }
    return out;
  },
  'cut off': (bytes, random) => bytes.subarray(0, pick(random, bytes.length)),
  'bytes lost': (bytes, random) => {
    const at = pick(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + pick(random, 64))]);
  },
  'bytes doubled': (bytes, random) => {
    const at = pick(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, at + 1 + pick(random, 64)), bytes.subarray(at)]);
  },
  'another length': (bytes, random) => {
    const out = Buffer.from(bytes);
    // A length stands before nearly every text: any byte of the size of a name will be one often enough.
    const lengths = [...out.keys()].filter((at) => (out[at - 1] ?? 0) % 8 === 2 && (out[at] ?? 0) < 128);
    out[lengths[pick(random, lengths.length)] ?? 0] = pick(random, 256);
    return out;
  },
  'a field lost or doubled': inGraph((graph, random) => {
    const list = one(random, [graph.node, graph.initializer, graph.input, graph.output] as unknown[][]);
    const at = pick(random, list.length);
    if (random() < 0.5) list.splice(at, 1);
    else list.splice(pick(random, list.length), 0, list[at]);
  }),
  'a shape': inGraph((graph, random) => {
    if (random() < 0.5) {
      const tensor = one(random, graph.initializer);
      tensor.dims = random() < 0.2 ? Array.from({ length: 40 }, () => 2) : replaced((tensor.dims ?? []).map(Number), random);
    } else {
      const dim = one(random, [...graph.input, ...graph.output]).type?.tensorType?.shape?.dim ?? [];
      const size = dim[pick(random, dim.length)];
      if (size !== undefined) Object.assign(size, { dimParam: '', dimValue: one(random, NUMBERS) });
    }
  }),
  'where weights lie': inGraph((graph, random) => {
    const tensor = one(random, graph.initializer.filter(({ externalData }) => (externalData ?? []).length > 0));
    const entries = tensor.externalData ?? [];
    if (random() < 0.1) entries.splice(pick(random, entries.length), 1);
    else if (random() < 0.1) tensor.dataLocation = onnx.TensorProto.DataLocation.DEFAULT;
    else Object.assign(one(random, entries), { value: one(random, TEXTS) });
  }),
  'a type': inGraph((graph, random) => {
    const type = pick(random, 26);
    if (random() < 0.5) one(random, graph.initializer).dataType = type;
    else Object.assign(one(random, [...graph.input, ...graph.output]).type?.tensorType ?? {}, { elemType: type });
  }),
  'a number that a shape is made of': inGraph((graph, random) => {
    const tensor = one(random, graph.initializer.filter(({ dataType, rawData }) => Number(dataType) === 7 && (rawData?.length ?? 0) >= 8));
    const bytes = Buffer.from(tensor.rawData ?? []);
    bytes.writeBigInt64LE(BigInt(one(random, NUMBERS)), 8 * pick(random, bytes.length / 8));
    tensor.rawData = bytes;
  }),
  'an attribute': inGraph((graph, random) => {
    const list = one(random, graph.node.filter(({ attribute }) => (attribute ?? []).length > 0)).attribute ?? [];
    const attribute = one(random, list);
    if (random() < 0.2) list.splice(list.indexOf(attribute), 1);
    else if ((attribute.ints ?? []).length > 0) attribute.ints = replaced((attribute.ints ?? []).map(Number), random);
    else if (random() < 0.5) attribute.i = one(random, NUMBERS);
    else Object.assign(attribute, { f: one(random, [NaN, Infinity, -1e38, 0]), type: random() < 0.3 ? pick(random, 12) : attribute.type });
  }),
  'an operator or what goes into it': inGraph((graph, random) => {
    const node = one(random, graph.node);
    const other = one(random, graph.node);
    const choice = pick(random, 4);
    if (choice === 0) node.opType = other.opType ?? '';
    else if (choice === 1) node.input = [...(other.input ?? [])];
    else if (choice === 2) (node.input ?? [])[pick(random, node.input?.length ?? 0)] = one(random, [...(other.output ?? []), ...(other.input ?? []), '', ...TEXTS]);
    else (node.output ?? [])[0] = one(random, [...(other.output ?? []), '', ...TEXTS]);
  }),
};

function inGraph(change: (graph: onnx.GraphProto, random: Random) => void): Damage {
  return (bytes, random) => {
    const model = onnx.ModelProto.decode(bytes);
    change(model.graph as onnx.GraphProto, random);
    return Buffer.from(onnx.ModelProto.encode(model).finish());
  };
}

function pick(random: Random, count: number): number {
  return Math.floor(random() * count);
}

function one<T>(random: Random, list: readonly T[]): T {
  return list[pick(random, list.length)] as T;
}

function replaced(numbers: readonly number[], random: Random): number[] {
  const at = pick(random, numbers.length);
  return numbers.map((number, index) => (index === at ? one(random, NUMBERS) : number));
}
