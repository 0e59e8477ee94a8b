import { t } from '@vscode/l10n';
import { traceAnswer, type TraceAnswer } from '../../core/bias/trace-answer.ts';
import type { FirstAnswer } from '../../core/bias/events.ts';
import { traceReader, type TextMeasure } from '../../core/bias/measure-trace.ts';
import type { BiasSettings } from '../../core/bias/settings.ts';
import type { AnswerStatement } from '../../core/bias/stated-answer.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Span } from '../../core/trace/trace.ts';
import { LONG_DOCUMENT } from '../trace-documents.ts';
import type { BiasTrace } from './bias-trace.ts';

/** What the detectors say of a trace of the editor, before any model is asked. */
export interface MeasuredTrace {
  readonly trace: BiasTrace;
  readonly measure: TextMeasure;
  readonly own: TraceAnswer | undefined;
  /** The first answer as the detector has it. */
  readonly detected: FirstAnswer | undefined;
  /** Every other place in the steps that states an answer, in order. */
  readonly others: readonly FirstAnswer[];
  readonly byHand: boolean;
}

/** The error is a sentence for a person. `given` is where a person has put the first answer. */
export function measureTrace(trace: BiasTrace, name: string, settings: BiasSettings, given: Span | undefined): Result<MeasuredTrace> {
  if (trace.text.length > LONG_DOCUMENT) return fail('too-long', t('{0} is longer than {1} characters: the detectors would hold up the editor. Use stepscope bias in a terminal, or cut the file.', name, LONG_DOCUMENT));
  const reader = traceReader(settings.detectors);
  const { text, steps, gold, apart } = trace;
  const found = reader.measure(text, gold, { steps });
  const chosen = given && answerAt(reader.find(text.slice(given.start, given.end)), text, steps, given);
  const measure = chosen === undefined ? found : reader.measure(text, gold, { steps, first: chosen });
  const stated = steps.flatMap(({ start, end }, step) => reader.find(text.slice(start, end)).map((statement): FirstAnswer => ({ answer: statement.answer, span: { start: start + statement.span.start, end: start + statement.span.end }, step, by: statement.by })));
  return ok({
    trace,
    measure,
    own: traceAnswer(reader.find, text, apart),
    detected: found.first,
    others: stated.filter(({ span }) => span.start !== found.first?.span.start),
    byHand: chosen !== undefined,
  });
}

/** What a person has selected: the answer that it states, or all of it. Undefined outside the steps. */
function answerAt(stated: readonly AnswerStatement[], text: string, steps: readonly Span[], { start, end }: Span): FirstAnswer | undefined {
  const step = steps.findIndex((span) => span.start <= start && end <= span.end);
  if (step < 0 || end > text.length) return undefined;
  const [statement] = stated;
  if (statement !== undefined) return { answer: statement.answer, span: { start: start + statement.span.start, end: start + statement.span.end }, step, by: t('by hand') };
  const selected = text.slice(start, end);
  const from = start + selected.length - selected.trimStart().length;
  return selected.trim() === '' ? undefined : { answer: selected.trim(), span: { start: from, end: from + selected.trim().length }, step, by: t('by hand') };
}
