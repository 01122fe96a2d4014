/** What became of a letter, in one line as its sender heard it. */
import type { RecipientOutcome } from '#clients/smtp/outcome';
import { replyText } from '#protocol/smtp/reply';

export function replyOf(outcome: RecipientOutcome): string {
  if (outcome.kind === 'delivered') return replyText(outcome.reply);
  if (outcome.kind === 'abandoned') return '';
  const { cause } = outcome;
  if (cause.kind === 'reply') return replyText(cause.reply);
  return cause.kind === 'not-smtp' ? cause.line : `${outcome.status} ${cause.detail}`;
}
