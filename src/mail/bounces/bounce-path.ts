/**
 * The reverse-path of bulk mail (docs/decisions/0035): one for each recipient, in the domain of the author's, and back from it to the recipient
 * that a bounce is about. The secrets are those of rewritten reverse-paths, used apart.
 */
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import { readVerp, verpAddress, type BouncingRecipient } from '#protocol/verp/verp';
import type { Directory } from '#store/directory/directory';
import { lookUp, type Expansion } from '#mail/deliver/expand';
import { lowestIdAt } from '#store/database/ids';

/** Queues try for five days here and as long elsewhere, and what is held goes later. */
const VALID_FOR = 60 * 24 * 60 * 60 * 1000;

/**
 * @param reversePath of the author: bounces come where mail for its domain comes
 * @returns undefined where the author's own stays: it is null, or its domain is not here
 */
export async function bouncePath(
  directory: Directory,
  reversePath: Mailbox | null,
  recipient: BouncingRecipient,
): Promise<string | undefined> {
  if (reversePath === null || !(await directory.isLocalDomain(reversePath.domain)))
    return undefined;
  const [secret] = await directory.srsSecrets();
  if (secret === undefined) throw new Error('there is no secret for reverse-paths');
  return formatMailbox(verpAddress(secret, reversePath.domain, recipient));
}

export type BounceAddress =
  | { readonly kind: 'bounce'; readonly expansion: Expansion }
  /** Nobody here made the address, or it was changed. */
  | { readonly kind: 'bounce-forged' }
  | { readonly kind: 'bounce-expired' }
  /** It is for notices of failure alone. */
  | { readonly kind: 'bounces-only' }
  /** The domain is not here, or somebody has this very address. */
  | { readonly kind: 'ordinary' };

/** What mail to an address that looks like one of ours is. No catch-all takes it. */
export async function judgeBounceAddress(
  directory: Directory,
  mailbox: Mailbox,
  reversePath: Mailbox | null,
  now: number,
): Promise<BounceAddress> {
  const found = await lookUp(directory, mailbox);
  const isOwned = 'rule' in found && found.rule === 'exact';
  if (found.kind === 'not-here' || isOwned) return { kind: 'ordinary' };
  const read = readVerp(mailbox, await directory.srsSecrets());
  if (read.kind !== 'recipient') return { kind: 'bounce-forged' };
  if (!mayBounce(reversePath)) return { kind: 'bounces-only' };
  if (read.messageId < lowestIdAt(now - VALID_FOR)) return { kind: 'bounce-expired' };
  const { messageId, recipientId } = read;
  const nowhere = { accounts: [], external: [], steps: [], problems: [] };
  return {
    kind: 'bounce',
    expansion: { ...nowhere, tenantId: found.tenantId, bounced: { messageId, recipientId } },
  };
}

/** RFC 5321 §6.1 wants the null reverse-path; some servers write who they are. */
function mayBounce(reversePath: Mailbox | null): boolean {
  return reversePath === null || DAEMONS.has(reversePath.localPart.toLowerCase());
}

const DAEMONS = new Set(['mailer-daemon', 'postmaster']);
