import { parseArgs, type ParseArgsConfig } from 'node:util';
import { StepscopeError } from '../core/result.ts';

/** A command line that cannot be understood. */
export class UsageError extends StepscopeError<'usage'> {
  constructor(message: string) {
    super('usage', message);
  }
}

/** parseArgs with one sentence for a wrong option. */
export function readArguments<Options extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const first = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
    throw new UsageError(`${first}: see stepscope --help.`);
  }
}

/** A number within limits, or the fallback when the option is absent. */
export function readNumber(name: string, text: string | undefined, fallback: number, limits: { readonly min: number; readonly max: number; readonly integer: boolean }): number {
  if (text === undefined) return fallback;
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value >= limits.min && value <= limits.max) || (limits.integer && !Number.isSafeInteger(value))) {
    const kind = limits.integer ? 'a whole number' : 'a number';
    throw new UsageError(`--${name} ${text} is not ${kind} from ${limits.min} to ${limits.max}.`);
  }
  return value;
}

/** One of a few words. */
export function readChoice<Choice extends string>(name: string, text: string | undefined, choices: readonly [Choice, ...Choice[]]): Choice {
  if (text === undefined) return choices[0];
  const choice = choices.find((known) => known === text);
  if (choice === undefined) throw new UsageError(`--${name} ${text} is not one of ${choices.join(', ')}.`);
  return choice;
}
