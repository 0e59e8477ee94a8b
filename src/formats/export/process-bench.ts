import { joinSteps } from '../../core/trace/steps.ts';
import { stepTexts } from '../../core/trace/trace.ts';
import { lossCounter, type ExportFormat } from './export-format.ts';

/**
 * ProcessBench's rows as JSONL: `{ id, generator?, problem, steps, final_answer_correct?, label? }`. `label` is the label that
 * came with the data, 0-based and -1 for none, never our own prediction; a trace without a label has no such field.
 */
export const processBenchExport: ExportFormat = {
  id: 'processbench',
  title: 'ProcessBench: question, steps and first-error label',
  extension: 'jsonl',
  write(records) {
    const { lose, losses } = lossCounter();
    const lines = records.map(({ trace, scores, notes, segmentation }) => {
      const { source, problem, response, answer, label, given } = trace;
      const steps = stepTexts(trace);
      const { generator, answerCorrect } = given ?? {};
      lose('text between the steps', joinSteps(steps).response !== response);
      lose('answer', answer !== undefined);
      lose('source', true);
      lose('label', label !== undefined && (label.madeBy !== 'unknown' || label.indexBase !== 0 || label.field !== 'label'));
      lose('labels and scores from the file', given !== undefined);
      lose('scores', scores !== undefined);
      lose('notes', notes !== undefined);
      lose('segmentation', segmentation !== undefined);
      return JSON.stringify({
        id: source.id,
        generator: generator?.value,
        problem,
        steps,
        final_answer_correct: answerCorrect?.value,
        label: label === undefined ? undefined : (label.firstError ?? -1),
      });
    });
    return { text: lines.map((line) => `${line}\n`).join(''), losses: losses() };
  },
};
