import type * as vscode from 'vscode';
import { analysisParts } from '../core/verifier/analysis-parts.ts';
import type { Sample } from '../core/verifier/score.ts';
import { escapeMarkdown } from './markdown-text.ts';

/** Text that came from a model, a file or a setting goes into Markdown through here and nowhere else. */
export function plain(markdown: vscode.MarkdownString, text: string): vscode.MarkdownString {
  return markdown.appendMarkdown(escapeMarkdown(text));
}

/** The parts of an analysis, each a paragraph under its heading; cut where it is longer than `most` UTF-16 units. */
export function appendAnalysis(markdown: vscode.MarkdownString, sample: Sample, most: number): vscode.MarkdownString {
  let room = most;
  for (const { name, span } of analysisParts(sample)) {
    const text = sample.analysis.slice(span.start, span.end);
    if (text === '' || room <= 0) continue;
    markdown.appendMarkdown('\n\n');
    if (name !== undefined) plain(markdown.appendMarkdown('**'), name).appendMarkdown('**  \n');
    plain(markdown, text.length > room ? `${text.slice(0, room)} …` : text);
    room -= text.length;
  }
  return markdown;
}
