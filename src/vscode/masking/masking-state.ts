import type { BiasEvent, TraceMeasure } from '../../core/bias/events.ts';
import type { BiasSettings } from '../../core/bias/settings.ts';
import type { ModelInfo } from '../../core/model.ts';
import type { RunEnd } from '../../core/run/run.ts';
import type { MaskDraft } from '../../protocol/masking-view.ts';
import type { BiasSubject } from '../bias/bias-subject.ts';

/** What the panel of hidden input is about, and what has become of it. */
export interface MaskingState {
  readonly subject: BiasSubject;
  /** What the trace was, or is to be, written with; its plans are those of the run that is shown. */
  readonly settings: BiasSettings;
  /** The name of the policy, and what it lacks, as sentences. */
  readonly policy: string;
  readonly lacks: { readonly masks?: string; readonly attention?: string };
  /** Of the trace; tokens are missing until the model has read it. Absent while the policy writes it. */
  readonly trace?: TraceMeasure;
  /** The model that wrote the trace, or has read it. */
  readonly model?: ModelInfo;
  readonly draft: MaskDraft;
  readonly busy?: 'writing' | 'masking' | undefined;
  /** What went wrong, in a sentence. */
  readonly trouble?: string | undefined;
  readonly run?: { readonly id: string; readonly title: string; readonly events: readonly BiasEvent[]; readonly end?: Pick<RunEnd, 'reason' | 'message'> };
}
