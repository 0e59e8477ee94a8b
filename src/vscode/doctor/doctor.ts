import os from 'node:os';
import * as vscode from 'vscode';
import { cancellable } from '../cancellable.ts';
import type { Disposable } from '../disposable.ts';
import { REPORT_SCHEME } from '../manifest.ts';
import type { ServerKeys } from '../server-keys.ts';
import { readVerifierChoice } from '../verifier-choice.ts';
import { memory, settings, storage, versions, workspace } from './editor-checks.ts';
import { askServers, engine, models, servers } from './model-checks.ts';
import { doctorReport, type ReportSection } from './report.ts';

export interface DoctorDependencies {
  readonly context: vscode.ExtensionContext;
  readonly keys: ServerKeys;
  /** Where scores are kept. */
  readonly scores: string;
}

export interface Doctor extends Disposable {
  /** Looks at everything, shows the report, and resolves to it; undefined where it was cancelled. */
  run(): Promise<string | undefined>;
}

const REPORT = vscode.Uri.from({ scheme: REPORT_SCHEME, path: '/Stepscope Doctor.md' });

/** **Doctor**: what was looked for, where, and what was found, as a read-only Markdown document: in English in every language, for bug reports. */
export function createDoctor({ context, keys, scores }: DoctorDependencies): Doctor {
  let report = '';
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider = vscode.workspace.registerTextDocumentContentProvider(REPORT_SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: () => report,
  });

  async function show(sections: readonly ReportSection[]): Promise<void> {
    report = doctorReport(sections, { date: new Date().toISOString(), home: os.homedir() });
    changed.fire(REPORT);
    await vscode.window.showTextDocument(REPORT, { preview: false });
  }

  async function examine(signal: AbortSignal, say: (what: string) => void): Promise<readonly ReportSection[]> {
    const sections = [versions(context), memory(), workspace(), await storage(scores), await models(context)];
    say(vscode.l10n.t('starting the engine'));
    return [...sections, await engine(context, signal), servers(keys), settings(context)];
  }

  /** Not awaited by the command: a notification that stays open must not hold it up. */
  async function offer(sections: readonly ReportSection[]): Promise<void> {
    const count = sections.flatMap(({ findings }) => findings).filter(({ state }) => state === 'attention').length;
    const choice = readVerifierChoice();
    const server = choice.ok && choice.value.type === 'server' ? choice.value.server : undefined;
    const asked = sections.some(({ title }) => title === 'Servers, asked');
    const [copy, ask] = [vscode.l10n.t('Copy Report'), vscode.l10n.t('Ask the Servers')];
    const actions = [copy, ...(server === undefined || asked ? [] : [ask])];
    const tell = count === 0 ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
    const pressed = await tell(count === 0 ? vscode.l10n.t('Stepscope Doctor: Nothing needs attention.') : count === 1 ? vscode.l10n.t('Stepscope Doctor: 1 thing needs attention.') : vscode.l10n.t('Stepscope Doctor: {0} things need attention.', count), ...actions);
    if (pressed === copy) await vscode.env.clipboard.writeText(report);
    if (pressed !== ask || server === undefined) return;
    const answer = await cancellable(vscode.l10n.t('Asking the servers'), (signal) => askServers(server, keys, signal)).catch(() => undefined);
    if (answer === undefined) return;
    const more = [...sections, answer];
    await show(more);
    await offer(more);
  }

  return {
    async run() {
      const sections = await cancellable(vscode.l10n.t('Stepscope Doctor'), async (signal, progress) => {
        try {
          return await examine(signal, (message) => progress.report({ message }));
        } catch (error) {
          if (signal.aborted) return undefined;
          throw error;
        }
      });
      if (sections === undefined) return undefined;
      await show(sections);
      void offer(sections);
      return report;
    },
    dispose() {
      provider.dispose();
      changed.dispose();
    },
  };
}
