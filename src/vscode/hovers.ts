import * as vscode from 'vscode';
import type { Sample, Score } from '../core/verifier/score.ts';
import { appendAnalysis, plain } from './analysis-markdown.ts';
import { MAX_SAMPLES, nextSampleCount, type StepAnnotation } from './annotations.ts';
import { givenAt, labelText } from './given-text.ts';
import { COMMANDS } from './manifest.ts';
import { modeSwitchAt } from './mode-switch.ts';
import { notesAt, noteText } from './note-text.ts';
import { brokenPrefixText, provenanceText, sampleText, scoreCautions, scoreFacts } from './score-text.ts';
import type { Stream } from './streams.ts';
import { stepAt } from './trace-documents.ts';
import type { TraceSessions, TraceView } from './trace-sessions.ts';
import { count, scoreText, verdictWords } from './wording.ts';

/** Analyses longer than this are cut in the hover; the whole text of a sample is seldom longer. */
const LONGEST_ANALYSIS = 6000;
/** Analyses in one hover. */
const MOST_ANALYSES = 4;

/** The score of a step with everything it depends on, and the analyses behind it. `notes` are those of the verifier. */
export function createHoverProvider(sessions: TraceSessions, notes: () => readonly string[]): vscode.HoverProvider {
  return {
    provideHover(document, position) {
      const view = sessions.view(document);
      if (view === undefined) return undefined;
      const offset = document.offsetAt(position);
      const index = stepAt(view.open.steps, offset);
      const span = index === undefined ? undefined : view.open.steps[index];
      const annotation = index === undefined ? undefined : view.annotations.steps[index];
      if (span === undefined || annotation === undefined || offset > span.end) return undefined;
      const contents = [summary(view, annotation), actions(view, annotation), ...analyses(annotation), ...provenance(annotation, notes())];
      return new vscode.Hover(contents, new vscode.Range(document.positionAt(span.start), document.positionAt(span.end)));
    },
  };
}

function summary(view: TraceView, step: StepAnnotation): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  markdown.appendMarkdown(`**${vscode.l10n.t('Step {0} of {1}', step.index + 1, view.open.steps.length)}** · `);
  plain(markdown, [scoreText(step), verdictWords(step)].filter((part) => part !== '').join(' · '));
  if (step.failure !== undefined && step.score === undefined) {
    markdown.appendMarkdown('\n\n');
    plain(markdown, step.failure);
  }
  if (step.recorded) markdown.appendMarkdown(`\n\n${vscode.l10n.t('This score is recorded in the file and was not made here: *Score Steps* scores with the verifier that is set.')}`);
  if (step.brokenPrefix) markdown.appendMarkdown(`\n\n${brokenPrefixText(view.annotations.firstError)}`);
  const given = givenAt(view.open.trace, step.index, view.annotations.threshold).filter(({ kind }) => kind !== 'label').map(({ text }) => text);
  for (const text of [labelText(view.open.trace), ...given]) {
    if (text === undefined) continue;
    markdown.appendMarkdown('\n\n');
    plain(markdown, vscode.l10n.t('From the data: {0}', text));
  }
  const switched = modeSwitchAt(view.open.trace, step.index);
  if (switched !== '') {
    markdown.appendMarkdown('\n\n');
    plain(markdown, vscode.l10n.t('Mode of the search: {0}', switched));
  }
  for (const note of notesAt(view.notes, step.index)) {
    markdown.appendMarkdown('\n\n');
    plain(markdown, vscode.l10n.t('Note: {0}', noteText(note)));
  }
  if (step.score !== undefined && step.stream !== undefined) {
    appendScore(markdown, step.score, step.stream);
    for (const other of step.others) appendScore(markdown, other.score, other.stream);
  }
  return markdown;
}

function appendScore(markdown: vscode.MarkdownString, score: Score, stream: Stream): void {
  markdown.appendMarkdown(`\n\n${scoreFacts(score, stream)} · `);
  plain(markdown, `${score.provenance.model}, ${score.provenance.weights}`);
  for (const caution of scoreCautions(score)) plain(markdown.appendMarkdown('\n\n'), caution);
}

/** What it takes to make the number again: below the analyses, which people hover for. */
function provenance({ score, stream }: StepAnnotation, notes: readonly string[]): vscode.MarkdownString[] {
  if (score === undefined || stream === undefined) return [];
  const markdown = new vscode.MarkdownString();
  plain(markdown, provenanceText(score, stream));
  for (const note of notes) {
    markdown.appendMarkdown('\n\n_');
    plain(markdown, note);
    markdown.appendMarkdown('_');
  }
  return [markdown];
}

function analyses(step: StepAnnotation): vscode.MarkdownString[] {
  const { score, stream } = step;
  if (score === undefined || stream === 'direct') return [];
  const shown = score.samples.slice(0, MOST_ANALYSES).map((sample, index) => analysis(sample, index, score.samples.length));
  const left = score.samples.length - shown.length;
  if (left > 0) shown.push(new vscode.MarkdownString(vscode.l10n.t('… and {0}.', count(left, 'more sample'))));
  return shown;
}

function analysis(sample: Sample, index: number, of: number): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  markdown.appendMarkdown(`**${of > 1 ? vscode.l10n.t('Analysis {0} of {1}', index + 1, of) : vscode.l10n.t('Analysis')}** · ${sampleText(sample)}`);
  return appendAnalysis(markdown, sample, LONGEST_ANALYSIS);
}

/** The only trusted part. It holds our own command links and not one character from anywhere else. */
function actions(view: TraceView, step: StepAnnotation): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  markdown.isTrusted = { enabledCommands: [COMMANDS.scoreStep, COMMANDS.moreSamples, COMMANDS.showStepScores] };
  const link = (title: string, command: string): string => {
    const argument = encodeURIComponent(JSON.stringify([view.document.uri.toString(), step.index]));
    // Parentheses would end the link.
    return `[${title}](command:${command}?${argument.replaceAll('(', '%28').replaceAll(')', '%29')})`;
  };
  const samples = nextSampleCount(step);
  const links = [
    ...(step.score === undefined ? [link(vscode.l10n.t('Score this step'), COMMANDS.scoreStep)] : []),
    ...(step.score !== undefined && samples <= MAX_SAMPLES ? [link(vscode.l10n.t('Ask for {0} samples', samples), COMMANDS.moreSamples)] : []),
    link(vscode.l10n.t('Show step scores'), COMMANDS.showStepScores),
  ];
  return markdown.appendMarkdown(links.join(' · '));
}
