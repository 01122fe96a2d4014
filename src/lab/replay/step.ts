/** One step of a replay: who did what towards whom, what was said, and why. What `lab replay --json` prints, with the time as text. */
import type { DialogueLine } from '#mail/story/tell/explain-dialogue';

export type StepKind =
  | 'dialogue'
  | 'acme'
  | 'http'
  | 'dns'
  | 'event'
  | 'rules'
  | 'mailbox'
  | 'letter';

export interface Line {
  /** `wire` was said, `meaning` explains the line before it, `detail` belongs to the text. */
  readonly kind: DialogueLine['kind'] | 'detail';
  readonly text: string;
}

export interface Why {
  readonly text: string;
  /** `RFC 5321 §5.1` */
  readonly rfc?: string;
}

export interface Step {
  /** Calendar milliseconds. */
  readonly at: number;
  readonly kind: StepKind;
  /** A host, or a person. */
  readonly from: string;
  /** Undefined: nobody else has part in it. */
  readonly to?: string;
  /** The chapter of the story of a message. */
  readonly chapter?: string;
  readonly text: string;
  /** Where what the text says is written: `RFC 5321 §4.4` */
  readonly rfc?: string;
  readonly lines: readonly Line[];
  /** Explanations. */
  readonly why: readonly Why[];
  /** Our message that it belongs to. */
  readonly messageId?: string;
}
