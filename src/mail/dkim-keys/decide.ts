/**
 * What is to be done now about the DKIM keys of a domain. A rotation is three waits: for the new records to be seen, for caches, and for
 * the mail that the old keys signed; none is ever cut short. Pure.
 */
import type { DkimKeyState } from '#store/directory/dkim-keys';

/** Of a key; calendar milliseconds. */
export interface KeyLife {
  readonly selector: string;
  readonly state: DkimKeyState;
  readonly createdAt: number;
  readonly seenAt: number | undefined;
  readonly activatedAt: number | undefined;
  readonly retiredAt: number | undefined;
}

export interface RotationSettings {
  /** A key that signs for so long is followed by another; 0: only by hand. */
  readonly rotateEvery: number;
  /** What a retired key signed may be on its way for so long. */
  readonly keepRetired: number;
}

/** seen: every record is right · unseen: one is missing or wrong · unknown: the DNS did not say. */
export type Sight = 'seen' | 'unseen' | 'unknown';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** So often a domain is looked after. */
export const LOOK_EVERY = 10 * 60_000;
/** Every look for so long must have found the new records. */
export const SEEN_FOR = HOUR;
/** Verifiers may come late (RFC 6376 §3.1): mail is tried for five days, and a weekend may lie before it is read. */
export const KEEP_RETIRED = 7 * DAY;
/** After keys were made, given up ones too, the schedule makes no others for so long. */
const SCHEDULE_PAUSE = 30 * DAY;

/** Longer where mail waits longer in the queue. */
export function keepRetiredFor(queueLifetime: number): number {
  return Math.max(KEEP_RETIRED, queueLifetime + 2 * DAY);
}

/** Whether the schedule begins a rotation. */
export function isRotationDue(
  keys: readonly KeyLife[],
  { rotateEvery }: RotationSettings,
  now: number,
): boolean {
  if (rotateEvery === 0 || keys.some(({ state }) => state === 'pending')) return false;
  const active = keys.filter(({ state }) => state === 'active');
  const newest = Math.max(...keys.map(({ createdAt }) => createdAt));
  return (
    active.some(({ activatedAt, createdAt }) => (activatedAt ?? createdAt) + rotateEvery <= now) &&
    newest + SCHEDULE_PAUSE <= now
  );
}

/** Whether the pending keys may sign: this look saw them, and every one for an hour before. */
export function maySwitch(keys: readonly KeyLife[], sight: Sight, now: number): boolean {
  const pending = keys.filter(({ state }) => state === 'pending');
  return (
    sight === 'seen' &&
    pending.length > 0 &&
    pending.every(({ seenAt }) => seenAt !== undefined && seenAt + SEEN_FOR <= now)
  );
}

/** When the pending keys may sign at the earliest, as far as that is known. */
export function switchAt(keys: readonly KeyLife[]): number | undefined {
  const seen = keys.filter(({ state }) => state === 'pending').map(({ seenAt }) => seenAt);
  return seen.length === 0 || seen.includes(undefined)
    ? undefined
    : Math.max(...seen.map((at) => at!)) + SEEN_FOR;
}
