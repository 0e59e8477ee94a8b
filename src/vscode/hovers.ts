import * as vscode from 'vscode';
import type { Sample, Score } from '../core/verifier/score.ts';
import { nextSampleCount, unreadReasons, type StepAnnotation } from './annotations.ts';
import { givenAt, labelText } from './given-text.ts';
import { COMMANDS } from './manifest.ts';
import { escapeMarkdown } from './markdown-text.ts';
import { notesAt, noteText } from './note-text.ts';
import { MAX_SAMPLES } from './settings.ts';
import type { Stream } from './streams.ts';
import { stepAt } from './trace-documents.ts';
import type { TraceSessions, TraceView } from './trace-sessions.ts';
import { boundText, count, probability, scoreText, verdictWords, withoutProbability } from './wording.ts';

/** Analyses longer than this are cut in the hover; the whole text of a sample is seldom longer. */
const LONGEST_ANALYSIS = 6000;
/** Analyses in one hover. */
const MOST_ANALYSES = 4;
/** Sentences about missing probabilities in one hover; servers seldom give more than one. */
const MOST_REASONS = 2;

const STREAM_WORDS: Readonly<Record<Stream, string>> = {
  greedy: 'one greedy analysis',
  sampled: 'sampled analyses',
  direct: 'direct, without an analysis',
};

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

/** Text that came from a model, a file or a setting goes in through here and nowhere else. */
function plain(markdown: vscode.MarkdownString, text: string): vscode.MarkdownString {
  return markdown.appendMarkdown(escapeMarkdown(text));
}

function summary(view: TraceView, step: StepAnnotation): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  markdown.appendMarkdown(`**Step ${step.index + 1} of ${view.open.steps.length}** · `);
  plain(markdown, [scoreText(step), verdictWords(step)].filter((part) => part !== '').join(' · '));
  if (step.failure !== undefined && step.score === undefined) {
    markdown.appendMarkdown('\n\n');
    plain(markdown, step.failure);
  }
  if (step.recorded) markdown.appendMarkdown('\n\nThis score is recorded in the file and was not made here: *Score Steps* scores with the verifier that is set.');
  if (step.brokenPrefix) {
    const first = (view.annotations.firstError ?? 0) + 1;
    markdown.appendMarkdown(`\n\nJudged on a broken prefix: step ${first} before it is under the threshold, so this score says little.`);
  }
  const given = givenAt(view.open.trace, step.index, view.annotations.threshold).filter(({ kind }) => kind !== 'label').map(({ text }) => text);
  for (const text of [labelText(view.open.trace), ...given]) {
    if (text === undefined) continue;
    markdown.appendMarkdown('\n\nFrom the data: ');
    plain(markdown, text);
  }
  for (const note of notesAt(view.notes, step.index)) {
    markdown.appendMarkdown('\n\nNote: ');
    plain(markdown, noteText(note));
  }
  if (step.score !== undefined && step.stream !== undefined) {
    appendScore(markdown, step.score, step.stream);
    for (const other of step.others) appendScore(markdown, other.score, other.stream);
  }
  return markdown;
}

function appendScore(markdown: vscode.MarkdownString, score: Score, stream: Stream): void {
  const number = (value: number | undefined): string => (value === undefined ? '–' : probability(value));
  const { verdictOnly, silent } = withoutProbability(score);
  const parts = [
    `soft ${number(score.pYes)}${score.pYesBound === undefined ? '' : ` ${boundText(score.pYesBound)}`}`,
    ...(stream === 'direct' ? [] : [`hard ${number(score.hard)}`]),
    `spread ${score.spread === undefined ? '–' : `±${probability(score.spread)}`}`,
    `K = ${score.samples.length}`,
    ...(verdictOnly > 0 ? [`${verdictOnly} with a verdict only`] : []),
    `${silent} without a verdict`,
  ];
  markdown.appendMarkdown(`\n\n${parts.join(' · ')} (${STREAM_WORDS[stream]}) · `);
  plain(markdown, `${score.provenance.model}, ${score.provenance.weights}`);
  if (score.pYesBound !== undefined) markdown.appendMarkdown('\n\nThe server lists only the likeliest tokens, so P(Yes) is known up to the bound after it.');
  for (const reason of unreadReasons(score).slice(0, MOST_REASONS)) {
    markdown.appendMarkdown('\n\nP(Yes) is missing: ');
    plain(markdown, reason);
  }
}

/** What it takes to make the number again: below the analyses, which people hover for. */
function provenance({ score, stream }: StepAnnotation, notes: readonly string[]): vscode.MarkdownString[] {
  if (score === undefined || stream === undefined) return [];
  const markdown = new vscode.MarkdownString();
  const { provenance } = score;
  const sampling = stream === 'sampled'
    ? `temperature ${provenance.temperature}, top-p ${provenance.topP}, seed ${provenance.seed}`
    : stream === 'greedy' ? 'temperature 0 (greedy, so without a seed)' : 'one pass without sampling';
  const limit = stream === 'direct' ? '' : `, at most ${provenance.maxNewTokens} new tokens`;
  const template = provenance.template === undefined ? '' : ` (chat template ${provenance.template.slice(0, 12)})`;
  plain(
    markdown,
    `${provenance.model} (${provenance.weights}, ${provenance.modelHash.slice(0, 12)}), ${sampling}${limit}, ` +
      `threshold ${provenance.threshold}, prompt ${provenance.promptVersion}${template}, ${localDate(provenance.date)}`,
  );
  for (const note of notes) {
    markdown.appendMarkdown('\n\n_');
    plain(markdown, note);
    markdown.appendMarkdown('_');
  }
  return [markdown];
}

function localDate(date: string): string {
  const time = new Date(date);
  return Number.isNaN(time.getTime()) ? date : time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

function analyses(step: StepAnnotation): vscode.MarkdownString[] {
  const { score, stream } = step;
  if (score === undefined || stream === 'direct') return [];
  const shown = score.samples.slice(0, MOST_ANALYSES).map((sample, index) => analysis(sample, index, score.samples.length));
  const left = score.samples.length - shown.length;
  if (left > 0) shown.push(new vscode.MarkdownString(`… and ${count(left, 'more sample')}.`));
  return shown;
}

function analysis(sample: Sample, index: number, of: number): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  const verdict = sample.verdict === undefined ? 'no verdict' : `verdict ${sample.verdict}`;
  const p = sample.pYes === undefined ? '' : `, P(Yes) ${probability(sample.pYes)}${sample.pYesBound === undefined ? '' : ` ${boundText(sample.pYesBound)}`}`;
  markdown.appendMarkdown(`**Analysis${of > 1 ? ` ${index + 1} of ${of}` : ''}** · ${verdict}${p}`);
  let room = LONGEST_ANALYSIS;
  const paragraph = (name: string | undefined, body: string): void => {
    const text = body.trim();
    if (text === '' || room <= 0) return;
    markdown.appendMarkdown('\n\n');
    if (name !== undefined) {
      markdown.appendMarkdown('**');
      plain(markdown, name);
      markdown.appendMarkdown('**  \n');
    }
    plain(markdown, text.length > room ? `${text.slice(0, room)} …` : text);
    room -= text.length;
  };
  const { analysis: text, sections } = sample;
  if (sections.length === 0) paragraph(undefined, text);
  for (const { name, span } of sections) paragraph(name, text.slice(span.start, span.end));
  return markdown;
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
    ...(step.score === undefined ? [link('Score this step', COMMANDS.scoreStep)] : []),
    ...(step.score !== undefined && samples <= MAX_SAMPLES ? [link(`Ask for ${samples} samples`, COMMANDS.moreSamples)] : []),
    link('Show step scores', COMMANDS.showStepScores),
  ];
  return markdown.appendMarkdown(links.join(' · '));
}
