import * as vscode from 'vscode';
import { parseMaskingViewMessage, type MaskingHostMessage, type MaskingViewMessage } from '../../protocol/masking-view.ts';
import type { Activities } from '../activities.ts';
import type { BiasSubject } from '../bias/bias-subject.ts';
import type { PolicyAbilities } from '../bias/policy-abilities.ts';
import type { Result } from '../../core/result.ts';
import type { Disposable } from '../disposable.ts';
import { RUN_COMMANDS, SEARCH_COMMANDS, VIEWS } from '../manifest.ts';
import type { RunStore } from '../runs/run-store.ts';
import { createSinglePanel } from '../single-panel.ts';
import { stateOfLog } from './masking-log.ts';
import { maskingSnapshot } from './masking-snapshot.ts';
import type { MaskingState } from './masking-state.ts';
import { beginning, lacksOf, type MaskingWork } from './masking-work.ts';

export interface MaskingPanel extends Disposable {
  /** Shows a trace with its plans; where there is none yet the policy writes it first. Resolves once there is one, or nobody wants it any more. */
  begin(subject: BiasSubject): Promise<void>;
  /** Runs what is chosen, or these targets from this start. Resolves to the id of the run once it has ended. */
  run(choice?: { readonly targets?: readonly string[]; readonly start?: string }): Promise<string | undefined>;
  /** Shows a run of the store. */
  open(id: string): Promise<void>;
}

export interface MaskingPanelDependencies {
  readonly extension: vscode.Uri;
  readonly runs: RunStore;
  readonly activities: Activities;
  readonly work: MaskingWork;
  readonly abilities: () => Promise<Result<PolicyAbilities>>;
}

/** The panel of **Hide Input and Compare…**, of which there is one. */
export function createMaskingPanel({ extension, runs, activities, work, abilities }: MaskingPanelDependencies): MaskingPanel {
  let state: MaskingState | undefined;
  let missing: string | undefined;
  let controller: AbortController | undefined;
  const say = (text: string): void => void vscode.window.showInformationMessage(text);

  const panel = createSinglePanel({
    extension,
    viewType: VIEWS.masking,
    page: 'masking',
    title: vscode.l10n.t('Hidden Input'),
    parse: parseMaskingViewMessage,
    receive: (message) => void receive(message),
    async restore(kept) {
      const { id } = (kept ?? {}) as { readonly id?: unknown };
      if (state === undefined && typeof id === 'string') await read(id);
      missing ??= vscode.l10n.t('Nothing was run here: run Stepscope: Hide Input and Compare… on a trace or a problem.');
      send();
    },
  });

  function send(): void {
    const snapshot = state && maskingSnapshot(state);
    if (snapshot !== undefined) panel.setTitle(snapshot.title);
    const message: MaskingHostMessage = snapshot === undefined && missing !== undefined ? { type: 'snapshot', snapshot, missing } : { type: 'snapshot', snapshot };
    panel.post(message);
  }

  function show(next: MaskingState): void {
    state = next;
    send();
  }

  /** Runs one piece of work at a time, as an activity that can be cancelled. */
  async function busy(title: string, begin: (signal: AbortSignal) => Promise<MaskingState>): Promise<void> {
    const own = new AbortController();
    controller = own;
    const activity = activities.start(title, () => own.abort());
    try {
      show(await begin(own.signal));
    } finally {
      activity.end();
      controller = undefined;
    }
  }

  /** Says why where something runs already. */
  function free(): boolean {
    if (controller !== undefined) say(vscode.l10n.t('{0} is being worked on: wait for its end, or cancel it.', state?.subject.name ?? ''));
    return controller === undefined;
  }

  async function write(): Promise<void> {
    const { current } = { current: state };
    if (current !== undefined && free()) await busy(vscode.l10n.t('Writing a trace of {0}', current.subject.name), (signal) => work.write(current, show, signal));
  }

  async function run(): Promise<string | undefined> {
    const before = state;
    if (before === undefined || !free()) return undefined;
    const { blocked } = maskingSnapshot(before);
    if (blocked !== undefined) {
      say(blocked);
      return undefined;
    }
    await busy(vscode.l10n.t('Hiding input of {0}', before.subject.name), (signal) => work.run(before, show, signal));
    return state?.run?.id;
  }

  /** Takes a run from its log, with what the policy of today can do. */
  async function read(id: string): Promise<void> {
    const log = await runs.read(id);
    const found = log.ok ? stateOfLog(id, log.value) : log;
    if (!found.ok) {
      missing = found.error.message;
      state = undefined;
      return;
    }
    const able = await abilities();
    state = { ...found.value, ...(able.ok && { lacks: lacksOf(able.value.lack) }) };
  }

  async function receive(message: MaskingViewMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        return send();
      case 'draft':
        if (state !== undefined && controller === undefined) show({ ...state, draft: message.draft });
        return;
      case 'run':
        await (state?.trace === undefined ? write() : run());
        return;
      case 'cancel':
        controller?.abort();
        return;
      case 'export':
        await vscode.commands.executeCommand(RUN_COMMANDS.exportRun, state?.run?.id);
        return;
      case 'choose-policy': {
        await vscode.commands.executeCommand(SEARCH_COMMANDS.choosePolicy);
        const able = await abilities();
        if (state !== undefined && able.ok && controller === undefined) show({ ...state, policy: able.value.name, lacks: lacksOf(able.value.lack) });
      }
    }
  }

  return {
    async begin(subject) {
      if (!free()) return panel.show(false);
      const able = await abilities();
      if (!able.ok) return say(able.error.message);
      state = beginning(subject, able.value);
      panel.show(false);
      send();
      if (state.trace === undefined) await write();
    },
    async run(choice) {
      if (state !== undefined && choice !== undefined) state = { ...state, draft: { ...state.draft, ...choice } };
      return run();
    },
    async open(id) {
      if (state?.run?.id !== id) {
        if (!free()) return;
        await read(id);
      }
      if (state === undefined) return say(missing ?? id);
      panel.show(false);
      send();
    },
    dispose() {
      controller?.abort();
      panel.dispose();
    },
  };
}
