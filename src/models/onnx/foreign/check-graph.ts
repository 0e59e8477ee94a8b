import { stat } from 'node:fs/promises';
import path from 'node:path';
import { StepscopeError } from '../../../core/result.ts';
import { printable } from '../printable.ts';
import { checkNode } from './check-node.ts';
import { readConstants } from './constants.ts';
import { everyNode, type GraphFile } from './graph-file.ts';
import { bytesOf, elementCount, type StoredTensor } from './stored-tensor.ts';

/** A weight may be listed under several names, each of which is read; more than this often is damage. */
const MOST_READ = 4;
const MOST_DIMENSIONS = 8;

/**
 * Looks at what a graph makes onnxruntime read and allocate before onnxruntime sees it: every tensor has the bytes that its
 * shape asks for, in the graph or in a file beside it, and no operator makes something out of all proportion to the
 * weights. onnxruntime checks the rest itself. Throws StepscopeError `model-invalid` or `model-missing` with one sentence
 * that ends with `remedy`.
 */
export async function checkGraph(file: string, graph: GraphFile, remedy: string): Promise<void> {
  const damaged = (what: string) => new StepscopeError('model-invalid', `${file} is damaged (${what}): ${remedy}.`);
  const sizes = await dataFileSizes(file, graph.dataFiles, remedy);
  const names = new Set<string>();
  let read = 0;
  for (const tensor of graph.tensors) {
    if (names.has(tensor.name)) throw damaged(`two weights are called ${printable(tensor.name)}`);
    names.add(tensor.name);
    const what = wrongWith(tensor, sizes);
    if (what !== undefined) throw damaged(`weight ${printable(tensor.name)} ${what}`);
    read += bytesOf(tensor) ?? 0;
  }
  const stored = (await stat(file)).size + [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (read > MOST_READ * stored) throw damaged(`its weights come to ${read} bytes and its files to ${stored}`);
  const constants = await readConstants(file, graph);
  const tensors = new Map(graph.tensors.map((tensor) => [tensor.name, tensor]));
  for (const node of everyNode(graph.nodes)) {
    const what = checkNode(node, tensors, constants, graph.parameters);
    if (what !== undefined) throw damaged(`operator ${printable(node.opType ?? '')} ${what}`);
  }
}

/** By the name that the graph gives each file. */
async function dataFileSizes(file: string, dataFiles: readonly string[], remedy: string): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for (const name of dataFiles) {
    if (path.isAbsolute(name) || path.win32.isAbsolute(name) || name.split(/[\\/]/).includes('..')) {
      throw new StepscopeError('model-invalid', `${file} wants its weights from ${printable(name)}, outside its folder: use an export that keeps them beside the graph.`);
    }
    const place = path.join(path.dirname(file), name);
    // A name may hold a zero byte, which no file name can: stat throws for it as for a file that is not there.
    const info = await stat(place).catch(() => undefined);
    if (info === undefined) throw new StepscopeError('model-missing', `${printable(place, 400)} is missing: download it too, it holds weights of the graph.`);
    if (!info.isFile()) throw new StepscopeError('model-invalid', `${file} is damaged (it wants its weights from ${printable(name)}, which is no file): ${remedy}.`);
    sizes.set(name, info.size);
  }
  return sizes;
}

function wrongWith(tensor: StoredTensor, sizes: ReadonlyMap<string, number>): string | undefined {
  const { type, dims, raw, typed, external } = tensor;
  if (dims.length > MOST_DIMENSIONS || !dims.every((size) => Number.isSafeInteger(size))) return `has the shape ${printable(`[${dims.join(', ')}]`)}`;
  const bytes = bytesOf(tensor);
  if (bytes === undefined) return `has type ${type}, which no weights come in`;
  if (!Number.isSafeInteger(bytes)) return `has the shape [${dims.join(', ')}]`;
  if (external !== undefined) {
    const { location, offset, length = bytes } = external;
    const size = sizes.get(location) ?? 0;
    if (raw !== undefined || typed !== 0) return 'is in the graph and in another file';
    if (![offset, length].every((number) => Number.isSafeInteger(number))) return `lies at no place of ${printable(location)} that can be read`;
    if (length !== bytes) return `has ${length} bytes where its shape asks for ${bytes}`;
    return offset + bytes <= size ? undefined : `ends at byte ${offset + bytes} of ${printable(location)}, which has ${size}: it was cut off or replaced`;
  }
  if (raw !== undefined) return raw[1] - raw[0] === bytes && typed === 0 ? undefined : `has ${raw[1] - raw[0]} bytes where its shape asks for ${bytes}`;
  const wanted = elementCount(dims);
  // 4-bit numbers are stored in pairs.
  return typed === wanted || (bytes < wanted && typed === bytes) ? undefined : `has ${typed} numbers where its shape asks for ${wanted}`;
}
