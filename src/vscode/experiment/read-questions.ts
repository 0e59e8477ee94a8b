import * as vscode from 'vscode';
import type { BiasQuestion } from '../../core/bias/events.ts';
import { ok, type Result } from '../../core/result.ts';
import { questionInRow } from '../../formats/questions.ts';
import type { DatasetLibrary } from '../dataset/dataset-library.ts';
import { documentName } from '../trace-documents.ts';
import { subjectOfTrace, questionOf } from '../bias/bias-subject.ts';
import { chosenRows, type RowChoice } from './row-choice.ts';

/** The questions of some rows, and a sentence for each row that is none. */
export interface ReadQuestions {
  readonly questions: readonly BiasQuestion[];
  readonly faults: readonly string[];
}

/** Faults that are kept: all rows of a file that is no data set of questions would be one. */
const MOST_FAULTS = 20;

/**
 * Reads the questions of a data set, as far as the file goes: a row's `question` or its like, else the problem of the trace
 * that the editor reads it as. A solution that the row has is not shown to the model.
 */
export async function readQuestions(library: DatasetLibrary, uri: vscode.Uri, choice: RowChoice, signal: AbortSignal): Promise<Result<ReadQuestions>> {
  const use = library.use(uri);
  try {
    const opened = await use.current();
    if (!opened.ok) return opened;
    const data = opened.value;
    const name = documentName(uri);
    const questions: BiasQuestion[] = [];
    const faults: string[] = [];
    for (const row of chosenRows(choice)) {
      if (signal.aborted || !(await data.reach(row, signal))) break;
      const value = await data.value(row);
      const question = value.ok ? questionInRow(`${name} row ${row}`, row, value.value) : value;
      if (question.ok) {
        questions.push({ row, question: question.value.question, ...(question.value.gold !== undefined && { gold: question.value.gold }) });
        continue;
      }
      const trace = await data.trace(row);
      const subject = trace.ok ? subjectOfTrace(`${name} row ${row}`, trace.value) : undefined;
      if (subject !== undefined && !('refusal' in subject)) questions.push({ ...questionOf(subject), row });
      else if (faults.length < MOST_FAULTS) faults.push(question.error.message);
    }
    return ok({ questions, faults });
  } finally {
    use.dispose();
  }
}
