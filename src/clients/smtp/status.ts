/**
 * From a reply or another cause to an outcome with its enhanced status. Peers without ENHANCEDSTATUSCODES get a
 * status derived from reply code and stage: no more specific than the code itself is (RFC 3463 §2, RFC 5248).
 */
import { replyClass, replyText, type Reply } from '#protocol/smtp/reply';
import type { Cause, Deferred, Failed, NetworkCause, Stage } from './outcome.ts';

/** Status detail (subject.detail) by reply code, where the code says more than its class. */
const DETAIL_BY_CODE: Readonly<Record<number, string>> = {
  421: '3.2', // not accepting network messages, RFC 5321 §3.8
  432: '7.12', // RFC 4954 §4.7.12
  450: '2.0',
  451: '3.0',
  452: '3.1',
  454: '7.0',
  455: '5.4',
  500: '5.2',
  501: '5.4',
  502: '5.1',
  503: '5.1',
  504: '5.4',
  521: '3.2', // RFC 7504
  523: '3.4', // RFC 5248
  530: '7.0', // RFC 4954 §6
  534: '7.9',
  535: '7.8',
  538: '7.11',
  551: '1.6',
  552: '2.2',
  553: '1.3',
  555: '5.4',
  556: '1.10', // RFC 7504
};

/** The peer's enhanced status, or one derived. */
export function statusOf(reply: Reply, stage: Stage): string {
  if (reply.enhanced !== undefined) return reply.enhanced;
  const digit = Math.floor(reply.code / 100);
  // RFC 5321 §4.2.2: 552 after the content is about the message, before it about the mailbox.
  if (reply.code === 552 && stage !== 'rcpt') return '5.3.4';
  return `${digit}.${DETAIL_BY_CODE[reply.code] ?? '0.0'}`;
}

/** A reply that is not the one hoped for. */
export function refusal(reply: Reply, stage: Stage): Deferred | Failed {
  const cause: Cause = { kind: 'reply', reply };
  const meaning = replyClass(reply.code);
  if (meaning === 'permanent') return failed(stage, statusOf(reply, stage), cause);
  if (meaning === 'transient') return deferred(stage, statusOf(reply, stage), cause);
  return notSmtp(stage, 'unexpected-reply', replyText(reply));
}

export function notSmtp(
  stage: Stage,
  reason: Extract<Cause, { kind: 'not-smtp' }>['reason'],
  line: string,
): Deferred {
  return deferred(stage, '4.5.0', { kind: 'not-smtp', reason, line });
}

/** 4.4.1 while connecting (no answer from host), 4.4.2 later (bad connection): RFC 3463 §3.5. */
export function networkFailure(stage: Stage, cause: NetworkCause): Deferred {
  if (cause.reason === 'local-address') return deferred(stage, '4.3.5', cause);
  return deferred(stage, stage === 'connect' ? '4.4.1' : '4.4.2', cause);
}

export function deferred(stage: Stage, status: string, cause: Cause): Deferred {
  return { kind: 'deferred', stage, status, cause };
}

export function failed(stage: Stage, status: string, cause: Cause): Failed {
  return { kind: 'failed', stage, status, cause };
}

/**
 * Whether a refusal of RCPT only says that the transaction is full. RFC 5321 §4.5.3.1.10: 452, and 552 from servers
 * that follow RFC 821, which is to be taken as temporary. Without an enhanced status the text decides, as both
 * codes have a second meaning (storage).
 */
export function isTooManyRecipients(reply: Reply): boolean {
  if (reply.code !== 452 && reply.code !== 552) return false;
  if (reply.enhanced !== undefined) return reply.enhanced.endsWith('.5.3');
  return /too many/i.test(reply.lines.join(' '));
}
