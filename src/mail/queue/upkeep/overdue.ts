/**
 * What a message that gets no attempt comes to (docs/decisions/0048). Pure. An attempt judges time by itself (`settle.ts`); here is what none is
 * made of: its site is left alone, its warm-up plan rests, it is held. Whoever is in line, or has a time to come, is left to the attempt.
 */
import { delayedFrom, type ScheduleOptions } from '#mail/queue/settle/schedule';
import type { Stream } from '#store/queue/enqueue';
import type { WaitingRecipient, WatchedMessage } from '#store/queue/watch';

export interface Overdue {
  /** Given up. */
  readonly failed: readonly WaitingRecipient[];
  /** Whose author is to be told that they wait. */
  readonly delayed: readonly WaitingRecipient[];
  /** When to look again, in calendar milliseconds; Infinity: never. */
  readonly next: number;
}

/** Whoever is about to be tried is looked at again after so long. Milliseconds. */
export const LOOK_AGAIN = 10 * 60_000;

/** @param recipients all that wait of the message */
export function overdueOf(
  schedule: ScheduleOptions,
  message: WatchedMessage,
  recipients: readonly WaitingRecipient[],
  now: number,
): Overdue {
  const isExpired = now >= message.expiresAt;
  const isDelayed = now >= delayedFrom(schedule, message);
  // what is held was stopped on purpose: nobody gives it up but a person
  const failed = recipients.filter((one) => isExpired && one.held === null && isStuck(one, now));
  const left = recipients.filter((one) => !failed.includes(one));
  const unheard = left.filter((one) => !one.delayNotified && mayHear(one));
  const delayed = unheard.filter((one) => isDelayed && isStuck(one, now));
  const silent = unheard.filter((one) => !delayed.includes(one));
  return { failed, delayed, next: nextLook(schedule, message, { left, silent }, now) };
}

function nextLook(
  schedule: ScheduleOptions,
  message: WatchedMessage,
  {
    left,
    silent,
  }: { readonly left: readonly WaitingRecipient[]; readonly silent: readonly WaitingRecipient[] },
  now: number,
): number {
  if (now >= message.expiresAt) {
    return left.every((one) => one.held !== null && !isLeaving(one)) ? Infinity : now + LOOK_AGAIN;
  }
  const delay = delayedFrom(schedule, message);
  if (now < delay) return Math.min(delay, message.expiresAt);
  if (silent.length === 0) return message.expiresAt;
  const earliest = Math.min(...silent.map(({ nextAt }) => nextAt));
  return Math.min(Math.max(now, earliest) + LOOK_AGAIN, message.expiresAt);
}

/** Nothing will be tried. */
function isStuck(one: WaitingRecipient, now: number): boolean {
  if (one.leased || isLeaving(one)) return false;
  return one.held !== null || (one.keptBack && one.nextAt <= now);
}

/** Marked for removal: its author hears of that. */
function isLeaving({ held }: WaitingRecipient): boolean {
  return held === 'removal' || held === 'removal-silent';
}

const BULK: Stream = 'bulk';

/** A newsletter that is paced for days is no news to its author, ten thousand times. */
function mayHear({ stream, notify }: WaitingRecipient): boolean {
  return stream !== BULK || (notify?.split(',').includes('DELAY') ?? false);
}

/** Status and text of who waits, for notices: what the site said last, or why it is not asked. */
export function reasonOf(one: WaitingRecipient): {
  readonly status: string;
  readonly text: string;
} {
  if (one.held !== null)
    return { status: '4.0.0', text: HELD_TEXT[one.held] ?? HELD_TEXT.operator! };
  if (one.paced) {
    const text =
      'This server is new to the site, and sends it no more than it takes at first (warm-up)';
    return { status: '4.0.0', text };
  }
  if (one.lastReply !== null && one.lastStatus !== null) {
    return { status: one.lastStatus, text: one.lastReply };
  }
  return { status: '4.4.5', text: 'The site takes no more mail from this server at the moment' };
}

const HELD_TEXT: Readonly<Record<string, string>> = {
  operator: 'The postmaster of this server holds the message',
  'no-route': 'This server has no route to the domain yet, and holds the message',
  'delivery-hold': 'This server holds all mail for other hosts at the moment',
};

/** The same of who is given up. */
export function lastReasonOf(one: WaitingRecipient): {
  readonly status: string;
  readonly text: string;
} {
  const { status, text } = reasonOf(one);
  return one.lastReply !== null && !one.paced
    ? { status, text }
    : { status: '4.4.7', text: `No attempt could be made in the time of the message: ${text}` };
}
