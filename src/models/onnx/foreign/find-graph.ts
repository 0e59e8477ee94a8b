import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { StepscopeError } from '../../../core/result.ts';

/** A model as exporters lay it out: configuration and tokenizer in one folder, the graph in it or in its `onnx` folder. */
export interface GraphPlace {
  /** Where config.json and tokenizer.json are. */
  readonly folder: string;
  /** Absolute. */
  readonly file: string;
  /** The graph's path inside the folder, with slashes, for people. */
  readonly label: string;
}

/** Graphs that hold a whole decoder, the one that serves with and without a past first. */
const STEMS = ['decoder_model_merged', 'model', 'decoder_model'] as const;
/** What exporters append for the kind of weights, the most faithful first. */
const VARIANTS = ['', '_fp32', '_fp16', '_q8', '_quantized', '_int8', '_uint8', '_q8f16', '_q4', '_int4', '_uint4', '_q4f16', '_bnb4'] as const;
const SUBFOLDERS = ['', 'onnx'] as const;

/**
 * The decoder graph at a path: the file itself, or the best one of a folder. Best is: a merged decoder before a plain one,
 * then the most faithful weights; then the folder itself before its `onnx` folder; a single graph of any other name at last.
 * undefined where there is none. Throws `model-invalid` where several graphs have names that say nothing.
 */
export async function findGraph(given: string): Promise<GraphPlace | undefined> {
  const info = await stat(given).catch(() => undefined);
  if (info === undefined) return undefined;
  if (info.isFile()) return given.endsWith('.onnx') ? placeOfFile(path.resolve(given)) : undefined;
  const names = (await Promise.all(SUBFOLDERS.map((sub) => graphsIn(given, sub)))).flat();
  const known = STEMS.flatMap((stem) => VARIANTS.flatMap((variant) => SUBFOLDERS.map((sub) => path.posix.join(sub, `${stem}${variant}.onnx`))));
  const best = known.find((name) => names.includes(name)) ?? (names.length === 1 ? names[0] : undefined);
  if (best !== undefined) return { folder: given, file: path.join(given, best), label: best };
  if (names.length === 0) return undefined;
  throw new StepscopeError('model-invalid', `${given} holds several graphs (${names.slice(0, 5).join(', ')}) and none is named as a decoder: point to the file itself.`);
}

async function placeOfFile(file: string): Promise<GraphPlace> {
  const beside = path.dirname(file);
  const above = path.dirname(beside);
  const isHome = (folder: string) => stat(path.join(folder, 'config.json')).then(() => true, () => false);
  const folder = !(await isHome(beside)) && (await isHome(above)) ? above : beside;
  return { folder, file, label: path.relative(folder, file).split(path.sep).join('/') };
}

async function graphsIn(folder: string, sub: string): Promise<string[]> {
  const entries = await readdir(path.join(folder, sub)).catch(() => []);
  return entries.filter((name) => name.endsWith('.onnx')).sort().map((name) => path.posix.join(sub, name));
}
