/**
 * What an alias passes on of NOTIFY (RFC 3461 §5.2.7). An alias for one address elsewhere changes nothing: whoever takes the message
 * there answers for it. One with several targets passes on all but SUCCESS, since the author hears of the alias as a whole
 * (`expanded`). Called where forwards are queued: `mail/queue/local/local.ts`, `mail/receive/arrival/forwards.ts`.
 */

/** Whether an alias leads to one address elsewhere and nowhere else (RFC 3461 §5.2.7.2). */
export function isRedirection(expansion: {
  readonly accounts: readonly unknown[];
  readonly external: readonly unknown[];
}): boolean {
  return expansion.external.length === 1 && expansion.accounts.length === 0;
}

/** NOTIFY without SUCCESS, in the form of RFC 3461 §4.1; where SUCCESS was all that was asked for, nothing is left to tell. */
export function withoutSuccess(notify: string | undefined): string | undefined {
  if (notify === undefined) return undefined;
  // RFC 3461 §5.2.7.3 (c)
  const rest = notify.split(',').filter((condition) => condition !== 'SUCCESS');
  return rest.length === 0 ? 'NEVER' : rest.join(',');
}
