import { isRecord } from '../../core/is-record.ts';
import { createConfigReader, type ConfigReader, type Json } from './config-reader.ts';

/** Rotary position embedding of one kind of layer. */
export interface RotarySpec {
  /** Leading dimensions of each head that are rotated; even. */
  readonly dimensions: number;
  /** Radians a position, [dimensions / 2], rounded to float32 as the reference library keeps them. */
  readonly frequencies: readonly number[];
}

/**
 * Reads the rotary settings. Current configs keep them in rope_parameters (one set, or one for each kind of layer); older
 * ones have rope_theta and rope_scaling at the top level, and rope_local_base_freq for Gemma 3's sliding layers.
 */
export function readRotary(config: Json, read: ConfigReader, headDim: number): { readonly full: RotarySpec; readonly sliding: RotarySpec } {
  const parameters = object(config['rope_parameters']);
  const byKind = parameters !== undefined && ('full_attention' in parameters || 'sliding_attention' in parameters);
  if (byKind) {
    const of = (kind: string) => rotary({ ...config, ...object(parameters[kind]) }, object(parameters[kind]), read, headDim);
    return { full: of('full_attention'), sliding: of('sliding_attention') };
  }
  const scaling = parameters ?? object(config['rope_scaling']);
  const full = rotary({ ...config, ...scaling }, scaling, read, headDim);
  const local = config['rope_local_base_freq'];
  // The scaling stretches the long reach of full layers only.
  const sliding = typeof local === 'number' ? rotary({ ...config, rope_theta: local }, undefined, read, headDim) : full;
  return { full, sliding };
}

function object(value: unknown): Json | undefined {
  return isRecord(value) ? value : undefined;
}

function rotary(settings: Json, scaling: Json | undefined, { refuse }: ConfigReader, headDim: number): RotarySpec {
  const read = createConfigReader(settings, refuse);
  const theta = read.real('rope_theta', 10_000);
  const dimensions = Math.floor(headDim * read.real('partial_rotary_factor', 1));
  if (dimensions % 2 !== 0 || dimensions < 2 || dimensions > headDim) throw refuse(`partial_rotary_factor rotates ${dimensions} of ${headDim} dimensions: not an even number.`);
  const plain = Array.from({ length: dimensions / 2 }, (_, i) => theta ** ((-2 * i) / dimensions));
  return { dimensions, frequencies: scaled(plain, scaling, refuse).map(Math.fround) };
}

function scaled(frequencies: readonly number[], scaling: Json | undefined, refuse: ConfigReader['refuse']): readonly number[] {
  const type = scaling?.['rope_type'] ?? scaling?.['type'] ?? 'default';
  const read = createConfigReader(scaling ?? {}, (what) => refuse(`RoPE type ${JSON.stringify(type)}: ${what}`));
  switch (type) {
    case 'default':
      return frequencies;
    case 'linear':
      return frequencies.map((frequency) => frequency / read.real('factor'));
    case 'llama3':
      return frequencies.map(llama3Scaling(read));
    default:
      throw refuse(`RoPE type ${JSON.stringify(type)} is not supported; supported: default, linear, llama3.`);
  }
}

/**
 * Llama 3.1's scaling: frequencies that turn less than `low_freq_factor` times within the original context are slowed by
 * `factor`, those that turn more than `high_freq_factor` times are kept, and between the two it is interpolated.
 */
function llama3Scaling(read: ConfigReader): (frequency: number) => number {
  const factor = read.real('factor');
  const low = read.real('low_freq_factor');
  const high = read.real('high_freq_factor');
  const original = read.real('original_max_position_embeddings');
  return (frequency) => {
    const turns = (original * frequency) / (2 * Math.PI);
    if (turns < low) return frequency / factor;
    if (turns > high) return frequency;
    const smooth = (turns - low) / (high - low);
    return ((1 - smooth) * frequency) / factor + smooth * frequency;
  };
}
