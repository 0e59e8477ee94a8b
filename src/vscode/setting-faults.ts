import { t } from '@vscode/l10n';
import { shortened } from '../core/shortened.ts';
import { SETTINGS } from './manifest.ts';
import type { Translate } from './wording.ts';

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
export function settingFaults(manifest: unknown, get: (id: string) => unknown, translate: Translate = t): SettingFault[] {
  return Object.entries(declaredSettings(manifest)).flatMap(([id, declared]) => {
    const message = faultOf(declared, get(id), REFUSED.has(id), translate);
    return message === undefined ? [] : [{ id, message: `"${id}" ${message}` }];
  });
}

function declaredSettings(manifest: unknown): Readonly<Record<string, Declared>> {
  const { contributes } = manifest as { readonly contributes: { readonly configuration: readonly { readonly properties: Readonly<Record<string, Declared>> }[] } };
  return Object.assign({}, ...contributes.configuration.map(({ properties }) => properties)) as Readonly<Record<string, Declared>>;
}

/** What follows the name of the setting in a sentence; undefined where the value is allowed. */
function faultOf(declared: Declared, value: unknown, refused: boolean, t: Translate): string | undefined {
  if (value === undefined) return undefined;
  switch (declared.type) {
    case 'integer':
    case 'number':
      return numberFault(declared, value, refused, t);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : t('must be true or false; until it is, it counts as {0}.', String(declared.default));
    case 'string':
      return stringFault(declared, value, t);
    case 'array':
      return listFault(declared, value, t);
    case 'object':
      return objectFault(declared, value, t);
    default:
      return undefined;
  }
}

/** An entry that is not allowed is left out where the list is used. It is named by its place. */
function listFault({ items = { type: 'string' } }: Declared, value: unknown, t: Translate): string | undefined {
  const kind = items.type === 'string' ? 'string' : 'number';
  if (!Array.isArray(value) || value.some((item: unknown) => typeof item !== kind)) return kind === 'string' ? t('must be a list of texts.') : t('must be a list of numbers.');
  const at = value.findIndex((item: unknown) => faultOf(items, item, false, t) !== undefined);
  return at < 0 ? undefined : t('{0}; until it is right, it is left out.', entryRule(items, at + 1, t));
}

function entryRule({ enum: allowed, minimum, maximum, patternErrorMessage, pattern }: Declared, number: number, t: Translate): string {
  if (allowed !== undefined) return t('has an entry, number {0}, that is none of {1}', number, allowed.map((one) => JSON.stringify(one)).join(', '));
  if (pattern !== undefined) return t('has an entry, number {0}, that does not belong there: {1}', number, patternErrorMessage ?? t('it must match {0}', pattern));
  return t('has an entry, number {0}, that is not from {1} to {2}', number, String(minimum), String(maximum));
}

function objectFault({ additionalProperties }: Declared, value: unknown, t: Translate): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return t('must be an object.');
  if (additionalProperties === undefined) return undefined;
  for (const [name, item] of Object.entries(value)) {
    const fault = faultOf(additionalProperties, item, false, t);
    if (fault !== undefined) return `${JSON.stringify(shortened(name, 20))} ${fault}`;
  }
  return undefined;
}

function numberFault({ type, minimum = -Infinity, maximum = Infinity, default: preset }: Declared, value: unknown, refused: boolean, t: Translate): string | undefined {
  const whole = type === 'integer';
  const rule = whole ? t('must be a whole number from {0} to {1}', minimum, maximum) : t('must be a number from {0} to {1}', minimum, maximum);
  if (typeof value !== 'number' || !Number.isFinite(value)) return refused ? t('{0}; until it is, no server is used.', rule) : t('{0}; until it is, {1} is used.', rule, String(preset));
  if (value >= minimum && value <= maximum && (!whole || Number.isInteger(value))) return undefined;
  return refused ? t('is {0} and {1}; until it is, no server is used.', value, rule) : t('is {0} and {1}; until it is, the nearest of them is used.', value, rule);
}

function stringFault({ enum: allowed, pattern, patternErrorMessage, default: preset }: Declared, value: unknown, t: Translate): string | undefined {
  if (allowed !== undefined) {
    return allowed.includes(value) ? undefined : t('must be one of {0}; until it is, {1} is used.', allowed.map((one) => JSON.stringify(one)).join(', '), JSON.stringify(preset));
  }
  if (typeof value !== 'string') return t('must be a text.');
  if (pattern === undefined || new RegExp(pattern).test(value)) return undefined;
  return t('is not what belongs there. {0}', patternErrorMessage ?? t('It must match {0}.', pattern));
}
