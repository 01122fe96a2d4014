/**
 * The reverse-path under which something is forwarded (docs/decisions/0021): rewritten by SRS to the domain of the alias, so that SPF passes for
 * this server and a failure is told to us; and back from it to the author, for the notices of failure that come to such an address.
 */
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { readOwn } from '#protocol/srs/forms';
import { reverseReversePath } from '#protocol/srs/reverse';
import { rewriteReversePath } from '#protocol/srs/rewrite';
import type { Pool } from '#store/database/open';
import type { Directory } from '#store/directory/directory';
import { reversePathOf } from '#store/events/reverse-paths';
import { lookUp, type Expansion } from './expand.ts';

export interface Sender {
  /**
   * `srs0`, `srs1`, `reference`: rewritten · `own`: its domain is here, and may send from here anyway · `null` · `kept`: no form of it
   * would fit.
   */
  readonly how: 'srs0' | 'srs1' | 'reference' | 'own' | 'null' | 'kept';
  readonly address: string | null;
}

/**
 * @param reversePath as the message came
 * @param alias that leads elsewhere: the domain of what comes out
 * @param messageId of the message as it came
 */
export async function senderOfForward(
  directory: Directory,
  reversePath: string | null,
  alias: Mailbox,
  messageId: string,
  now: number,
): Promise<Sender> {
  const mailbox = reversePath === null ? undefined : parseMailbox(reversePath);
  if (mailbox === undefined) return { how: 'null', address: null };
  if (await directory.isLocalDomain(mailbox.domain)) return { how: 'own', address: reversePath };
  const [secret] = await directory.srsSecrets();
  if (secret === undefined) throw new Error('there is no secret for reverse-paths');
  const rewriting = { secret, domain: alias.domain, reference: messageId, now };
  const rewritten = rewriteReversePath(mailbox, rewriting);
  return rewritten.kind === 'does-not-fit'
    ? { how: 'kept', address: reversePath }
    : { how: rewritten.kind, address: formatMailbox(rewritten.mailbox) };
}

/** Whether a local part has the form of what `senderOfForward` writes. Says nothing of who wrote it. */
export function looksRewritten({ localPart }: Mailbox): boolean {
  return readOwn(localPart) !== undefined;
}

export type WayBack =
  | { readonly kind: 'back'; readonly expansion: Expansion }
  /** Nobody here made the address, or it was changed. */
  | { readonly kind: 'bounce-forged' }
  /** It is too old, or whom it stands for was erased. */
  | { readonly kind: 'bounce-expired' }
  /** The domain is not here, or somebody has this very address. */
  | { readonly kind: 'ordinary' };

/** Where a notice of failure goes that came to an address which looks rewritten. No catch-all takes it. */
export async function wayBack(
  { directory, pool }: { readonly directory: Directory; readonly pool: Pool },
  mailbox: Mailbox,
  now: number,
): Promise<WayBack> {
  const found = await lookUp(directory, mailbox);
  const isOwned = 'rule' in found && found.rule === 'exact';
  if (found.kind === 'not-here' || isOwned) return { kind: 'ordinary' };
  const reversed = reverseReversePath(mailbox, { secrets: await directory.srsSecrets(), now });
  switch (reversed.kind) {
    case 'address':
      return back(mailbox, reversed.mailbox, found.tenantId);
    case 'reference': {
      const known = await reversePathOf(pool, reversed.reference);
      const author = typeof known === 'string' ? parseMailbox(known) : undefined;
      return author === undefined
        ? { kind: 'bounce-expired' }
        : back(mailbox, author, found.tenantId);
    }
    case 'expired':
      return { kind: 'bounce-expired' };
    case 'forged':
    case 'not-srs':
      return { kind: 'bounce-forged' };
  }
}

function back(mailbox: Mailbox, author: Mailbox, tenantId: string): WayBack {
  const targets = [formatMailbox(author)];
  return {
    kind: 'back',
    expansion: {
      tenantId,
      accounts: [],
      external: [author],
      steps: [{ address: formatMailbox(mailbox), rule: 'bounce', targets }],
      problems: [],
      isBounce: true,
    },
  };
}
