import { shortened } from '../core/shortened.ts';
import { SETTINGS } from './manifest.ts';

/** Settings that are refused where they are used, and not brought to an allowed value. */
const REFUSED: ReadonlySet<string> = new Set([SETTINGS.concurrency]);

/** A setting as package.json declares it: the part of JSON Schema that our settings use. */
interface Declared {
  readonly type: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly patternErrorMessage?: string;
  readonly items?: Declared;
  readonly additionalProperties?: Declared;
  readonly default?: unknown;
}

export interface SettingFault {
  readonly id: string;
  /** One sentence: the setting, what is allowed, and what holds meanwhile. It repeats no text: people paste keys into wrong fields. */
  readonly message: string;
}

/**
 * The settings whose value is none that package.json (`manifest`) allows, as in a settings file that was edited by hand.
 * `get` gives the value of a setting.
 */
export function settingFaults(manifest: unknown, get: (id: string) => unknown): SettingFault[] {
  return Object.entries(declaredSettings(manifest)).flatMap(([id, declared]) => {
    const message = faultOf(declared, get(id), REFUSED.has(id));
    return message === undefined ? [] : [{ id, message: `"${id}" ${message}` }];
  });
}

function declaredSettings(manifest: unknown): Readonly<Record<string, Declared>> {
  const { contributes } = manifest as { readonly contributes: { readonly configuration: readonly { readonly properties: Readonly<Record<string, Declared>> }[] } };
  return Object.assign({}, ...contributes.configuration.map(({ properties }) => properties)) as Readonly<Record<string, Declared>>;
}

/** What follows the name of the setting in a sentence; undefined where the value is allowed. */
function faultOf(declared: Declared, value: unknown, refused: boolean): string | undefined {
  if (value === undefined) return undefined;
  switch (declared.type) {
    case 'integer':
    case 'number':
      return numberFault(declared, value, refused);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `must be true or false; until it is, it counts as ${String(declared.default)}.`;
    case 'string':
      return stringFault(declared, value);
    case 'array':
      return listFault(declared, value);
    case 'object':
      return objectFault(declared, value);
    default:
      return undefined;
  }
}

/** An entry that is not allowed is left out where the list is used. It is named by its place. */
function listFault({ items = { type: 'string' } }: Declared, value: unknown): string | undefined {
  const kind = items.type === 'string' ? 'string' : 'number';
  if (!Array.isArray(value) || value.some((item: unknown) => typeof item !== kind)) return `must be a list of ${kind === 'string' ? 'texts' : 'numbers'}.`;
  const at = value.findIndex((item: unknown) => faultOf(items, item, false) !== undefined);
  return at < 0 ? undefined : `${entryRule(items, at + 1)}; until it is right, it is left out.`;
}

function entryRule({ enum: allowed, minimum, maximum, patternErrorMessage, pattern }: Declared, number: number): string {
  if (allowed !== undefined) return `has an entry, number ${number}, that is none of ${allowed.map((one) => JSON.stringify(one)).join(', ')}`;
  if (pattern !== undefined) return `has an entry, number ${number}, that does not belong there: ${patternErrorMessage ?? `it must match ${pattern}`}`;
  return `has an entry, number ${number}, that is not from ${minimum} to ${maximum}`;
}

function objectFault({ additionalProperties }: Declared, value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object.';
  if (additionalProperties === undefined) return undefined;
  for (const [name, item] of Object.entries(value)) {
    const fault = faultOf(additionalProperties, item, false);
    if (fault !== undefined) return `${JSON.stringify(shortened(name, 20))} ${fault}`;
  }
  return undefined;
}

function numberFault({ type, minimum = -Infinity, maximum = Infinity, default: preset }: Declared, value: unknown, refused: boolean): string | undefined {
  const whole = type === 'integer';
  const rule = `must be a ${whole ? 'whole ' : ''}number from ${minimum} to ${maximum}`;
  if (typeof value !== 'number' || !Number.isFinite(value)) return `${rule}; until it is, ${refused ? 'no server' : String(preset)} is used.`;
  if (value >= minimum && value <= maximum && (!whole || Number.isInteger(value))) return undefined;
  return `is ${value} and ${rule}; until it is, ${refused ? 'no server' : 'the nearest of them'} is used.`;
}

function stringFault({ enum: allowed, pattern, patternErrorMessage, default: preset }: Declared, value: unknown): string | undefined {
  if (allowed !== undefined) {
    return allowed.includes(value) ? undefined : `must be one of ${allowed.map((one) => JSON.stringify(one)).join(', ')}; until it is, ${JSON.stringify(preset)} is used.`;
  }
  if (typeof value !== 'string') return 'must be a text.';
  if (pattern === undefined || new RegExp(pattern).test(value)) return undefined;
  return `is not what belongs there. ${patternErrorMessage ?? `It must match ${pattern}.`}`;
}
