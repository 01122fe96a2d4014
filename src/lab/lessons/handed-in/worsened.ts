/** What the doctor finds worse than before, for lesson 2.15. Pure. */
import type { Result } from '#mail/doctor/result';
import type { Status } from '#mail/doctor/status';
import { isOfTheMachine } from './warnings-left.ts';

/** By check and subject. */
export type Statuses = Readonly<Record<string, Status>>;

type Found = Pick<Result, 'id' | 'subject' | 'status'>;

/** The worse, the larger; what is unknown or not needed says nothing. */
const BADNESS: Readonly<Record<Status, number>> = {
  pass: 0,
  skip: 0,
  unknown: 0,
  warn: 1,
  fail: 2,
};

export function keyOf({ id, subject }: Found): string {
  return `${id} ${subject}`;
}

export function statusesOf(results: readonly Found[]): Statuses {
  return Object.fromEntries(results.map((one) => [keyOf(one), one.status]));
}

/** What nobody broke is left out: the machine may be busier than it was. What could not be found out before is compared with nothing. */
export function worsened<F extends Found>(before: Statuses, now: readonly F[]): F[] {
  return now.filter((one) => {
    const was = before[keyOf(one)] ?? 'pass';
    return !isOfTheMachine(one.id) && was !== 'unknown' && BADNESS[one.status] > BADNESS[was];
  });
}
