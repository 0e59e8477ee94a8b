import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { onnx } from 'onnx-proto';
import type { GraphFile, GraphHeader, GraphValue } from './graph-file.ts';
import type { StoredTensor } from './stored-tensor.ts';

/** Weights of fewer bytes than this are written into the new model, larger ones stay where they are. */
const SMALL = 1024;
/** What can only be copied may be this large (bytes). */
const LARGEST_COPY = 1 << 24;

export interface NewGraph {
  readonly nodes: readonly onnx.INodeProto[];
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

/**
 * A model with other nodes over the weights of a file, for a session that is given the file's folder for the weights that
 * lie in files: those of the graph file itself are read from there too. Throws a RangeError for a large weight that is
 * written number by number, which cannot be read from where it is.
 */
export async function encodeGraph(file: string, { tensors, header }: GraphFile, { nodes, inputs, outputs }: NewGraph): Promise<Uint8Array> {
  const used = new Set(nodes.flatMap(({ input }) => input ?? []));
  const handle = await open(file, 'r');
  try {
    const initializer: onnx.ITensorProto[] = [];
    for (const tensor of tensors) if (used.has(tensor.name)) initializer.push(await encodeTensor(handle, path.basename(file), tensor));
    const graph = { name: 'tapped', node: [...nodes], initializer, input: inputs.map(valueInfo), output: outputs.map(valueInfo) };
    return onnx.ModelProto.encode(onnx.ModelProto.create({ irVersion: header.irVersion, opsetImport: opsetsOf(header), graph })).finish();
  } finally {
    await handle.close();
  }
}

/** A graph may have none of the operators that onnxruntime adds. */
function opsetsOf({ opsets }: GraphHeader): onnx.IOperatorSetIdProto[] {
  const contrib = 'com.microsoft';
  return opsets.some(({ domain }) => domain === contrib) ? [...opsets] : [...opsets, { domain: contrib, version: 1 }];
}

async function encodeTensor(handle: FileHandle, location: string, { name, type, dims, message, raw, external }: StoredTensor): Promise<onnx.ITensorProto> {
  const at = external ?? (raw !== undefined && raw[1] - raw[0] >= SMALL ? { location, offset: raw[0], length: raw[1] - raw[0] } : undefined);
  if (at !== undefined) {
    const entries = Object.entries({ location: at.location, offset: at.offset, length: at.length }).filter(([, value]) => value !== undefined);
    return { name, dims: [...dims], dataType: type, dataLocation: onnx.TensorProto.DataLocation.EXTERNAL, externalData: entries.map(([key, value]) => ({ key, value: String(value) })) };
  }
  const bytes = new Uint8Array(message[1] - message[0]);
  if (bytes.length > LARGEST_COPY) throw new RangeError(`weight ${name} of ${bytes.length} bytes`);
  await handle.read(bytes, 0, bytes.length, message[0]);
  return onnx.TensorProto.decode(bytes);
}

function valueInfo({ name, type, shape }: GraphValue): onnx.IValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : size === '' ? {} : { dimParam: size }));
  return { name, type: { tensorType: { elemType: type, shape: { dim } } } };
}
