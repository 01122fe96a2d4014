/** RCPT on the MX listener: does this mailbox take mail here, and where does it go (RFC 5321 §3.3, §4.1.1.3). */
import type { Mailbox } from '#protocol/address/mailbox';
import { quotaLeft, type Directory } from '#store/directory/directory';
import { expand, type AccountTarget, type Expanded, type Expansion } from '#mail/deliver/expand';
import { judgeBounceAddress } from '#mail/bounces/bounce-path';
import { looksLikeVerp } from '#protocol/verp/verp';
import { looksRewritten, wayBack, type WayBack } from '#mail/deliver/reverse-path';
import type { Pool } from '#store/database/open';
import type { EnvelopeRecipient } from './envelope.ts';

/** A recipient that was accepted, with where its mail goes. */
export interface LocalRecipient extends EnvelopeRecipient {
  readonly expansion: Expansion;
}

export type RecipientOutcome =
  | { readonly kind: 'accepted'; readonly expansion: Expansion }
  /** The domain is not ours: no relay. */
  | { readonly kind: 'not-here' }
  | { readonly kind: 'unknown-mailbox' }
  | { readonly kind: 'disabled' }
  | { readonly kind: 'over-quota' }
  | { readonly kind: 'alias-loop' }
  | { readonly kind: 'no-postmaster-yet' }
  /** An address that SRS made, or one of bulk mail, for a message that is no notice of failure. */
  | { readonly kind: 'bounces-only' }
  | { readonly kind: Exclude<WayBack['kind'], 'back' | 'ordinary'> };

export interface RecipientContext {
  readonly directory: Directory;
  readonly pool: Pool;
  /** Where addresses lead that keep nothing, by which the doctor sees that mail arrives; undefined for every other. */
  readonly echo?: (mailbox: Mailbox) => Expansion | undefined;
}

/** Of mail that comes in by MX: what addresses for notices of failure go by. */
export interface Bouncing {
  readonly reversePath: Mailbox | null;
  /** Calendar milliseconds. */
  readonly now: number;
}

/**
 * Judges one forward-path.
 * @param size of the message as announced, 0 if it was not
 * @param bouncing undefined: of a submission
 * @returns a promise only where something had to be asked
 */
export function judgeRecipient(
  context: RecipientContext,
  mailbox: Mailbox,
  size: number,
  bouncing?: Bouncing,
): RecipientOutcome | Promise<RecipientOutcome> {
  const expansion = bouncing && context.echo?.(mailbox);
  if (expansion !== undefined) return { kind: 'accepted', expansion };
  if (bouncing !== undefined && looksRewritten(mailbox))
    return judgeBounce(context, mailbox, size, bouncing);
  if (bouncing !== undefined && looksLikeVerp(mailbox))
    return judgeBulkBounce(context, mailbox, size, bouncing);
  return judgeAddress(context, mailbox, size);
}

function judgeAddress(
  context: RecipientContext,
  mailbox: Mailbox,
  size: number,
): RecipientOutcome | Promise<RecipientOutcome> {
  const expanded = expand(context.directory, mailbox);
  return expanded instanceof Promise
    ? expanded.then((found) => judge(context, found, size))
    : judge(context, expanded, size);
}

/** What was forwarded failed elsewhere: its author is to hear of it. Whatever SRS did not make here leads nowhere. */
async function judgeBounce(
  context: RecipientContext,
  mailbox: Mailbox,
  size: number,
  { reversePath, now }: Bouncing,
): Promise<RecipientOutcome> {
  const way = await wayBack(context, mailbox, now);
  if (way.kind === 'ordinary') return judgeAddress(context, mailbox, size);
  if (reversePath !== null) return { kind: 'bounces-only' };
  return way.kind === 'back' ? { kind: 'accepted', expansion: way.expansion } : way;
}

/** Bulk mail failed elsewhere. */
async function judgeBulkBounce(
  context: RecipientContext,
  mailbox: Mailbox,
  size: number,
  { reversePath, now }: Bouncing,
): Promise<RecipientOutcome> {
  const found = await judgeBounceAddress(context.directory, mailbox, reversePath, now);
  if (found.kind === 'ordinary') return judgeAddress(context, mailbox, size);
  return found.kind === 'bounce' ? { kind: 'accepted', expansion: found.expansion } : found;
}

function judge(
  context: RecipientContext,
  expanded: Expanded,
  size: number,
): RecipientOutcome | Promise<RecipientOutcome> {
  if (expanded.kind === 'unknown') return { kind: 'unknown-mailbox' };
  if (expanded.kind !== 'expanded') return { kind: expanded.kind };
  const { accounts, external } = expanded.expansion;
  const open = accounts.filter(({ state }) => state === 'open');
  if (open.length + external.length === 0) {
    return {
      kind: accounts.every(({ state }) => state === 'removed') ? 'unknown-mailbox' : 'disabled',
    };
  }
  const expansion =
    open.length === accounts.length
      ? expanded.expansion
      : { ...expanded.expansion, accounts: open };
  // a postmaster is reached whatever the quota says
  if (external.length > 0 || open.some(({ hasQuota, rule }) => !hasQuota || rule === 'role')) {
    return { kind: 'accepted', expansion };
  }
  return judgeQuota(context.pool, expansion, size);
}

/** Refused only when no account has room; one that is over by the message under way still takes it. */
async function judgeQuota(
  pool: Pool,
  expansion: Expansion,
  size: number,
): Promise<RecipientOutcome> {
  const room = await Promise.all(expansion.accounts.map((account) => hasRoom(pool, account, size)));
  return room.includes(true) ? { kind: 'accepted', expansion } : { kind: 'over-quota' };
}

async function hasRoom(pool: Pool, { accountId }: AccountTarget, size: number): Promise<boolean> {
  const { bytes = Infinity, messages = Infinity } = await quotaLeft(pool, accountId);
  return bytes > size && messages > 0;
}
