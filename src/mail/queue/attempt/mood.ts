/**
 * How a site takes our mail, from what it said: so that the number of attempts at once follows it, and a site that is down or asks for
 * less is left alone for a while. Pure.
 */
import type { Deferred, Failed, RecipientOutcome } from '#clients/smtp/outcome';
import { replyText } from '#protocol/smtp/reply';
import { meaningOf, type ReplyMeaning } from './reply-meaning.ts';

/**
 * - `accepts`: it talks, whatever it thinks of a recipient
 * - `slower`: it defers; fewer at once
 * - `pause`: it is out of reach, or says that we send too much; nothing more for now
 */
export type Impression = 'accepts' | 'slower' | 'pause';

/** Of a transaction, from the outcome of one recipient; undefined where it says nothing. */
export function impressionOf(outcome: RecipientOutcome): Impression | undefined {
  if (outcome.kind === 'deferred') return impressionOfDeferral(outcome);
  if (outcome.kind === 'abandoned') return undefined;
  const refusesUs =
    outcome.kind === 'failed' && (outcome.stage === 'greeting' || outcome.stage === 'ehlo');
  return refusesUs ? 'pause' : 'accepts';
}

/** Of a site none of whose hosts took a session. */
export function impressionOfNoSession(outcome: Deferred | Failed): Impression {
  // AUTH and TLS are matters of configuration, but no less in the way
  return outcome.cause.kind === 'network' && outcome.cause.reason === 'aborted'
    ? 'accepts'
    : 'pause';
}

function impressionOfDeferral({ stage, status, cause }: Deferred): Impression | undefined {
  if (cause.kind === 'session-full' || cause.kind === 'content') return undefined;
  if (cause.kind !== 'reply') return 'slower';
  // RFC 5321 §3.8: the service is closing; in practice also «too many connections»
  if (cause.reply.code === 421) return 'pause';
  const meaning = meaningOf({ stage, status, text: replyText(cause.reply) });
  if (meaning === 'greylisted') return undefined;
  if (PAUSES.has(meaning)) return 'pause';
  return stage === 'rcpt' ? undefined : 'slower';
}

/** What is about us, and not about one recipient or message. */
const PAUSES: ReadonlySet<ReplyMeaning> = new Set(['rate-limited', 'reputation', 'blocked']);

const ORDER: readonly Impression[] = ['accepts', 'slower', 'pause'];

/** The one that counts for the whole attempt: a site that takes some mail and defers some is told by the deferral. */
export function worse(
  one: Impression | undefined,
  other: Impression | undefined,
): Impression | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return ORDER.indexOf(one) > ORDER.indexOf(other) ? one : other;
}
