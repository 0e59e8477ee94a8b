/** The id that an argument of a command is, or that an item of the *Runs* view has. */
export function runIdOf(argument: unknown): string | undefined {
  const id = typeof argument === 'object' && argument !== null && 'id' in argument ? argument.id : argument;
  return typeof id === 'string' ? id : undefined;
}

/** The ids of runs, each once: of a list of ids or items, or of an item of the *Runs* view, with those that are selected beside it. */
export function runIdsOf(argument: unknown, selection?: unknown): readonly string[] {
  const named: readonly unknown[] = Array.isArray(argument) ? argument : [argument];
  const beside: readonly unknown[] = Array.isArray(selection) ? selection : [];
  return [...new Set([...named, ...beside].flatMap((one) => runIdOf(one) ?? []))];
}
