/** Counts what a lease under a plan heard. Called by the attempt, which hands the counts on when it ends. */
import { meaningOf, type ReplyMeaning } from '#mail/queue/attempt/reply-meaning';
import type { Result } from '#mail/queue/settle/result';
import { NO_REPLIES, type DayReplies } from './plan.ts';

/** What was said to all of a session, and not of one message. */
const SESSION: ReadonlySet<string> = new Set(['connect', 'greeting', 'ehlo', 'tls', 'auth']);

const AGAINST_US: ReadonlySet<ReplyMeaning> = new Set([
  'rate-limited',
  'reputation',
  'blocked',
  'authentication',
]);

export class Tally {
  readonly #counts: Record<keyof DayReplies, number> = { ...NO_REPLIES };
  #ofSession = false;

  add(results: readonly Result[]): void {
    for (const result of results) this.#one(result);
  }

  counts(): DayReplies {
    return this.#counts;
  }

  #one({ kind, stage, status, code, text }: Result): void {
    const atSession = SESSION.has(stage);
    // without a reply nothing was said of us; content that was sent may have been counted there all the same
    if (code === undefined && stage !== 'end-of-data') return;
    const counts = this.#counts;
    if (atSession) {
      // one refusal, however many messages waited for the session
      if (this.#ofSession) return;
      this.#ofSession = true;
    } else counts.taken += 1;
    if (kind === 'delivered') {
      counts.delivered += 1;
      return;
    }
    const meaning = meaningOf({ stage: stage as 'mail', status, text });
    if (kind === 'deferred') {
      counts.deferred += 1;
      if (AGAINST_US.has(meaning)) counts.slowed += 1;
    } else if (kind === 'failed') {
      if (AGAINST_US.has(meaning)) counts.refused += 1;
      else if (meaning === 'unknown-recipient') counts.bounced += 1;
    }
  }
}
