/** What a reply means, by the table of patterns. Pure; asked by the mood of a site and by warm-up plans. */
import type { Stage } from '#clients/smtp/outcome';
import { REPLY_PATTERNS, type ReplyMeaning, type ReplyPattern } from './reply-patterns.ts';

export type { ReplyMeaning } from './reply-patterns.ts';

export interface SaidReply {
  readonly stage: Stage | 'route' | 'mailbox' | 'alias';
  /** Enhanced status code, the peer's or derived. */
  readonly status: string;
  readonly text: string;
}

/** Longer replies say it in their beginning. */
const READ = 1000;

export function meaningOf(reply: SaidReply): ReplyMeaning {
  const text = reply.text.slice(0, READ).toLowerCase();
  const detail = reply.status.slice(2);
  return REPLY_PATTERNS.find((pattern) => fits(pattern, reply, detail, text))?.meaning ?? 'other';
}

function fits(pattern: ReplyPattern, reply: SaidReply, detail: string, text: string): boolean {
  const { class: only, status, words, stages } = pattern;
  if (only !== undefined && reply.status[0] !== String(only)) return false;
  if (stages && !stages.some((stage) => stage === reply.stage)) return false;
  const isStatus = (one: string): boolean =>
    one.endsWith('.') ? detail.startsWith(one) : detail === one;
  if (status && !status.some(isStatus)) return false;
  return words === undefined || words.some((word) => text.includes(word));
}
