import * as vscode from 'vscode';
import { runMasking, type MaskingTask } from '../../core/bias/masking.ts';
import type { BiasEvent, TraceMeasure } from '../../core/bias/events.ts';
import { traceReader } from '../../core/bias/measure-trace.ts';
import type { BiasSettings } from '../../core/bias/settings.ts';
import { givenStart } from '../../core/bias/write-traces.ts';
import { errorText } from '../../core/error-text.ts';
import type { LanguageModel } from '../../core/model.ts';
import { StepscopeError } from '../../core/result.ts';
import type { RunEnd, RunHeader } from '../../core/run/run.ts';
import { questionOf, settingsFor, type BiasSubject } from '../bias/bias-subject.ts';
import { readBiasSettings } from '../bias/bias-settings.ts';
import { lackSentence, type PolicyAbilities } from '../bias/policy-abilities.ts';
import { newRunId } from '../runs/run-id.ts';
import type { RunStore } from '../runs/run-store.ts';
import { firstDraft, plansOf } from './masking-choices.ts';
import { maskingHeadline } from './masking-log.ts';
import type { MaskingState } from './masking-state.ts';

export interface MaskingWorkDependencies {
  readonly runs: RunStore;
  readonly policy: (signal: AbortSignal) => Promise<LanguageModel>;
}

/** Work on a state; each change is given to `show`. */
export interface MaskingWork {
  /** Has the policy write the trace that the state lacks. Never rejects. */
  write(state: MaskingState, show: (state: MaskingState) => void, signal: AbortSignal): Promise<MaskingState>;
  /** Continues the trace under the plans of the draft, as a run of its own. Never rejects. */
  run(state: MaskingState, show: (state: MaskingState) => void, signal: AbortSignal): Promise<MaskingState>;
}

/** The state before anything was asked: a given solution is read as text alone, its tokens when a model is there. */
export function beginning(subject: BiasSubject, abilities: PolicyAbilities): MaskingState {
  const settings = settingsFor(subject, readBiasSettings());
  const lacks = lacksOf(abilities.lack);
  const trace = subject.solution && readText(subject.solution.response, subject.gold, settings);
  return { subject, settings, policy: abilities.name, lacks, ...(trace && { trace }), draft: firstDraft({ subject, lacks, ...(trace && { trace }) }) };
}

function readText(response: string, gold: string | undefined, { detectors }: BiasSettings): TraceMeasure {
  const text = response.slice(givenStart('<think>', response));
  return { ...traceReader(detectors).measure(text, gold), finish: 'end', tokens: undefined, pFirst: undefined };
}

export function lacksOf(lack: PolicyAbilities['lack']): MaskingState['lacks'] {
  const [masks, attention] = [lack('masks'), lack('attention')];
  return { ...(masks !== undefined && { masks }), ...(attention !== undefined && { attention }) };
}

export function createMaskingWork({ runs, policy }: MaskingWorkDependencies): MaskingWork {
  /** Loads the policy and follows the events; returns why it stopped where it did not come to its end. */
  async function follow(signal: AbortSignal, task: (model: LanguageModel) => MaskingTask, take: (event: BiasEvent) => void, begun: (model: LanguageModel) => void): Promise<Pick<RunEnd, 'reason' | 'message'>> {
    try {
      const model = await policy(signal);
      begun(model);
      let failed: string | undefined;
      for await (const event of runMasking(model, task(model), signal)) {
        take(event);
        // Without a trace there is nothing to continue; a plan that fails says so in its own place.
        if (event.type === 'failed' && event.part === 'trace') failed = event.message;
      }
      return failed === undefined ? { reason: 'done' } : { reason: 'failed', message: failed };
    } catch (error) {
      if (signal.aborted || (error instanceof StepscopeError && error.reason === 'aborted')) return { reason: 'cancelled' };
      return { reason: 'failed', message: errorText(error) };
    }
  }

  const known = (state: MaskingState, model: LanguageModel): MaskingState => ({ ...state, model: model.info, policy: model.info.name, lacks: lacksOf((internal) => lackSentence(model, internal)) });

  return {
    async write(before, show, signal) {
      let state: MaskingState = { ...before, trouble: undefined, busy: 'writing' };
      show(state);
      const end = await follow(
        signal,
        () => ({ question: questionOf(state.subject), settings: { ...state.settings, plans: [] } }),
        (event) => {
          if (event.type === 'trace') state = { ...state, trace: event.trace };
        },
        (model) => show((state = known(state, model))),
      );
      if (state.trace !== undefined) state = { ...state, draft: firstDraft(state) };
      const trouble = end.reason === 'cancelled' ? vscode.l10n.t('Cancelled: there is no trace to continue. Write Trace asks the policy again.') : end.message;
      state = { ...state, busy: undefined, ...(trouble !== undefined && { trouble }) };
      show(state);
      return state;
    },

    async run(before, show, signal) {
      const plans = plansOf(before.draft);
      if (!plans.ok || before.trace === undefined) return before;
      const { subject, trace } = before;
      const settings = { ...before.settings, plans: plans.value };
      const now = new Date();
      const id = newRunId('masking', now);
      const title = before.run?.title ?? vscode.l10n.t('Hidden input · {0}', subject.name);
      const events: BiasEvent[] = [];
      let state: MaskingState = { ...before, trouble: undefined, settings, busy: 'masking', run: { id, title, events } };
      const update = (change: Partial<MaskingState> = {}): void => show((state = { ...state, ...change, run: { id, title, events: [...events] } }));
      let writer: ReturnType<RunStore['begin']> | undefined;
      const header: RunHeader<BiasSettings> = { type: 'run', version: 1, kind: 'masking', id, title, started: now.toISOString(), models: [], settings, ...(subject.data && { data: subject.data }) };
      update();
      const end = await follow(
        signal,
        (model) => {
          const own = before.model?.hash === model.info.hash && trace.tokens !== undefined;
          // A trace that another model wrote is a text to this one.
          const response = subject.solution?.response ?? (own ? undefined : trace.text);
          return { question: questionOf(subject), settings, ...(response !== undefined && { response }), ...(own && { trace }) };
        },
        (event) => {
          events.push(event);
          writer?.append(event);
          writer?.progress(`${events.filter(({ type }) => type === 'masked' || type === 'not-applicable').length}/${plans.value.length}`);
          update(event.type === 'trace' ? { trace: event.trace, ...(event.given === true && subject.solution === undefined && { subject: { ...subject, solution: { response: event.trace.text, steps: event.trace.steps } } }) } : {});
        },
        (model) => {
          writer = runs.begin({ ...header, models: [{ role: 'policy', info: model.info }] });
          state = known(state, model);
          update();
        },
      );
      writer ??= runs.begin(header);
      await writer.end({ ...end, headline: maskingHeadline(plans.value, events) });
      const { run } = state;
      state = { ...state, busy: undefined, ...(end.message !== undefined && { trouble: end.message }), ...(run && { run: { ...run, end } }) };
      show(state);
      return state;
    },
  };
}
