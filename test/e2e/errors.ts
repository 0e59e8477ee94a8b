import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { Setup } from '../harness/setup.ts';

/** A log entry starts with its time; the lines of a stack follow it. */
const ENTRY = /\n(?=\d{4}-\d\d-\d\d \d\d:)/;

/**
 * Errors of our extension: from the browser's console and from the extension host's log, which also has what a failed
 * command threw. What the workbench itself complains about (a gallery that it cannot reach) is no concern of ours.
 */
export class ErrorWatch {
  /** By first line, because the console and the log both tell of the same error. */
  private readonly found = new Map<string, string>();
  private readonly taken = new Set<string>();
  private readonly code: string;

  constructor(
    page: Page,
    setup: Setup,
    private readonly logs: string,
  ) {
    this.code = path.join(setup.extension, 'dist') + path.sep;
    page.on('console', (message) => {
      if (message.type() === 'error') this.note(message.text());
    });
  }

  private note(text: string): void {
    // Not a line in which an extension is only mentioned: our code is in the stack, or VS Code says whose error it is.
    const said = /^\[stepscope\.stepscope\]|Activating extension '?stepscope\.stepscope'? failed|Extension '?stepscope\.stepscope'? .*(error|fail)/i;
    if (!text.includes(this.code) && !said.test(text)) return;
    const lines = text.split('\n');
    // Without what each way puts before the message.
    const first = (lines[0] ?? '').replace(/^.*?(?=\w*Error\b)/, '').replace(/^\[[\w.-]+\]\s*/, 'Error: ');
    const told = [first, ...lines.slice(1, 8)].join('\n');
    // One of the two ways leaves the stack out.
    if (!this.taken.has(first) && told.length >= (this.found.get(first)?.length ?? 0)) this.found.set(first, told);
  }

  private readLogs(): void {
    if (!existsSync(this.logs)) return;
    for (const entry of readdirSync(this.logs, { recursive: true, withFileTypes: true }))
      if (entry.isFile() && /exthost.*\.log$/.test(entry.name))
        for (const text of readFileSync(path.join(entry.parentPath, entry.name), 'utf8').split(ENTRY))
          if (text.includes(' [error] ')) this.note(text);
  }

  /** What was found since the last call. Reading takes it: an error that a test expects is read by that test. */
  take(): string[] {
    this.readLogs();
    const told = [...this.found.values()];
    for (const first of this.found.keys()) this.taken.add(first);
    this.found.clear();
    return told;
  }
}
