/** Why Rspamd gave no answer. */
export interface Failure {
  readonly kind: 'failed';
  readonly cause: FailureCause;
  /** For the operator: what the system or Rspamd said. Bounded, from a program that may be anybody's. */
  readonly text: string;
}

/**
 * `unreachable`: no connection, or it broke · `time`: no whole answer in time · `password`: it wants another one · `status`: it answered
 * with an error · `message`: it says that this message is at fault · `garbage`: no answer of Rspamd · `too-long`: more
 * than any answer of it · `resting`: it failed so often that it is not asked for a while · `busy`: too many messages
 * wait for it · `given-up`: nobody waits for the answer any more.
 */
export type FailureCause =
  | 'unreachable'
  | 'time'
  | 'password'
  | 'status'
  | 'message'
  | 'garbage'
  | 'too-long'
  | 'resting'
  | 'busy'
  | 'given-up';

/** Characters. */
const MAX_TEXT = 300;

export function failure(cause: FailureCause, text: string): Failure {
  return { kind: 'failed', cause, text: text.slice(0, MAX_TEXT) };
}

/** What says something of Rspamd, not of one message or of ourselves. */
export function isItsFault({ cause }: Failure): boolean {
  return !OURS.has(cause);
}

const OURS: ReadonlySet<FailureCause> = new Set(['message', 'resting', 'busy', 'given-up']);
