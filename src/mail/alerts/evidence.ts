/** The events behind an alert: a few of those that counted, whatever the order in which they came. Pure. */
import type { AlertEvent } from './match.ts';

/** An event that counted, so that its story can be read. */
export interface Evidence {
  /** Of the event. */
  readonly id?: string;
  /** Calendar milliseconds. */
  readonly at: number;
  readonly messageId?: string;
  readonly sessionId?: string;
}

const EVIDENCE_OF_STEP = 3;

export function evidenceOf({ id, at, ids: { messageId, sessionId } }: AlertEvent): Evidence {
  return {
    ...(id !== undefined && { id }),
    at,
    ...(messageId !== undefined && { messageId }),
    ...(messageId === undefined && sessionId !== undefined && { sessionId }),
  };
}

/** The first ones in time, whatever the order in which they come. */
export function withEvidence(known: readonly Evidence[], more: Evidence): readonly Evidence[] {
  if (known.length === EVIDENCE_OF_STEP && byTime(more, known.at(-1)!) >= 0) return known;
  return [...known, more].sort(byTime).slice(0, EVIDENCE_OF_STEP);
}

export function byTime(one: Evidence, other: Evidence): number {
  return one.at - other.at || compare(keyOf(one), keyOf(other));
}

function keyOf({ id = '', messageId = '', sessionId = '' }: Evidence): string {
  return `${id.padStart(20, '0')} ${messageId} ${sessionId}`;
}

export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
