import type { LanguageModel } from '../model.ts';
import { fail, ok, type Result } from '../result.ts';
import { withoutStepMarker } from '../segment/step-marker.ts';
import type { PromptForm } from '../verifier/settings.ts';
import { stepPrompts } from '../verifier/step-prompts.ts';
import type { ReadText, TextPart } from './groups.ts';

/**
 * What a verifier reads to judge the last step at once: its prompt with the verification sentence. Throws what stepPrompts
 * throws; fails where the prompt does not hold the question and the steps word for word, as a template may change them.
 */
export async function verifierText(model: LanguageModel, problem: string, steps: readonly string[], form: PromptForm, signal?: AbortSignal): Promise<Result<ReadText>> {
  const [made] = await stepPrompts(model, [{ problem, steps, step: steps.length - 1, mode: 'direct', form }], signal);
  if (made?.ok !== true) return fail(made?.reason ?? 'template-invalid', made?.message ?? `${model.info.name} gave no prompt.`);
  const { prompt } = made;
  const parts: TextPart[] = [];
  let from = 0;
  for (const [index, part] of [problem.trim(), ...steps.map(bodyOf)].entries()) {
    const start = prompt.indexOf(part, from);
    if (start < 0) return fail('template-invalid', `The prompt of ${model.info.name} does not hold ${index === 0 ? 'the question' : `step ${index}`} as it is written, so its attention cannot be told apart: choose another prompt form.`);
    from = start + part.length;
    parts.push({ kind: index === 0 ? 'question' : 'step', span: { start, end: from } });
  }
  return ok({ text: prompt, parts });
}

/** As the prompt writes it: its own label is left out. */
function bodyOf(text: string): string {
  const body = withoutStepMarker(text).trim();
  return body === '' ? text.trim() : body;
}
