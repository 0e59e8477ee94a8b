import { createPause } from './pause.ts';

/** Takes all steps of something long, and lets the editor in between them. */
export async function inSteps<Value>(steps: Generator<void, Value>): Promise<Value> {
  const pause = createPause();
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) await pause();
  return step.value;
}
