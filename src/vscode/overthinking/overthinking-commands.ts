import * as vscode from 'vscode';
import { TRACE_PARTS, type TracePart } from '../../core/bias/trace-part.ts';
import { OVERTHINKING_COMMANDS, type OverthinkingCommandName } from '../manifest.ts';
import type { TraceView } from '../trace-sessions.ts';
import type { TraceTarget } from '../trace-target.ts';
import type { OverthinkingPanel } from './overthinking-panel.ts';

/** Registers the commands about overthinking in a trace. Each answers in every state: with what was asked for, or with one sentence. */
export function registerOverthinkingCommands(target: TraceTarget, panel: OverthinkingPanel): vscode.Disposable {
  async function withTrace<T>(document: unknown, act: (view: TraceView) => T | Promise<T>): Promise<T | undefined> {
    const found = await target.find(document, true);
    if ('view' in found) return act(found.view);
    void vscode.window.showInformationMessage(found.refusal);
    return undefined;
  }

  const handlers: Readonly<Record<OverthinkingCommandName, (document?: unknown, second?: unknown) => Promise<unknown>>> = {
    showOverthinking: (document) => withTrace(document, (view) => panel.show(view)),
    measureOverthinking: (document, parts) =>
      withTrace(document, (view) => {
        panel.show(view);
        return panel.compute(view, partsOf(parts));
      }),
    setFirstAnswer: (document) => withTrace(document, (view) => panel.setFirst(view, 'selection')),
    resetFirstAnswer: (document) => withTrace(document, (view) => panel.setFirst(view, 'detected')),
  };
  return vscode.Disposable.from(...Object.entries(OVERTHINKING_COMMANDS).map(([name, id]) => vscode.commands.registerCommand(id, handlers[name as OverthinkingCommandName])));
}

/** The parts that a caller names; all where it names none. */
function partsOf(value: unknown): readonly TracePart[] {
  const named: unknown[] = Array.isArray(value) ? value : [];
  const parts = TRACE_PARTS.filter((part) => named.includes(part));
  return parts.length > 0 ? parts : TRACE_PARTS;
}
