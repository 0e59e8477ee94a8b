/** One thing that was looked at. `attention` is what a person may want to mend; `plain` is for whoever reads the report. */
export interface Finding {
  readonly state: 'ok' | 'attention' | 'plain';
  readonly text: string;
}

export interface ReportSection {
  readonly title: string;
  readonly findings: readonly Finding[];
}

export function good(text: string): Finding {
  return { state: 'ok', text };
}

export function attention(text: string): Finding {
  return { state: 'attention', text };
}

export function plain(text: string): Finding {
  return { state: 'plain', text };
}

/** A path, a name or a message as it is: nothing in it is markup. */
export function code(text: string): string {
  return `\`${text.replaceAll('`', "'").replace(/\s+/g, ' ')}\``;
}

const MARKS: Readonly<Record<Finding['state'], string>> = { ok: '✓ ', attention: '**!** ', plain: '' };

/**
 * The report as Markdown, to be pasted into a bug report. `home` is written as `~`: a report is public, and a home folder has
 * a person's name. `date` is ISO 8601.
 */
export function doctorReport(sections: readonly ReportSection[], { date, home }: { readonly date: string; readonly home: string }): string {
  const found = sections.flatMap(({ findings }) => findings).filter(({ state }) => state === 'attention');
  const summary = attentionText(found.length);
  const parts = sections.map(({ title, findings }) => [`## ${title}`, '', ...findings.map(({ state, text }) => `- ${MARKS[state]}${text}`), ''].join('\n'));
  const text = ['# Stepscope: Doctor', '', `${date.slice(0, 16).replace('T', ' ')} UTC. ${summary} (✓ in order, **!** needs attention.)`, '', ...parts].join('\n');
  return home.length > 1 ? text.replaceAll(home, '~') : text;
}

function attentionText(count: number): string {
  if (count === 0) return 'Nothing needs attention.';
  return count === 1 ? '1 thing needs attention.' : `${count} things need attention.`;
}
