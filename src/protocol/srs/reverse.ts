/**
 * Reads back an address that rewrite.ts wrote: where a bounce that came to it goes. Only what was made with one of the secrets, for this
 * very domain, and is not too old leads anywhere, so that nobody relays by it. Called by mail/deliver.
 */
import type { Mailbox } from '#protocol/address/mailbox';
import { isSmtpMailbox } from '#protocol/address/path';
import { lowerAscii, readOwn, type Own0, type Own1 } from './forms.ts';
import { isProven } from './proof.ts';
import { REFERENCE_DOMAIN } from './rewrite.ts';
import { dayOfStamp, isExpired } from './stamp.ts';

export interface Reversing {
  /** The newest, and those before it that are still accepted. */
  readonly secrets: readonly Uint8Array[];
  /** Calendar milliseconds. */
  readonly now: number;
}

export type Reversed =
  /** An address like any other. */
  | { readonly kind: 'not-srs' }
  | { readonly kind: 'address'; readonly mailbox: Mailbox }
  | { readonly kind: 'reference'; readonly reference: string }
  /** It looks like one of ours, and nobody here made it. */
  | { readonly kind: 'forged' }
  | { readonly kind: 'expired' };

export function reverseReversePath({ localPart, domain }: Mailbox, reversing: Reversing): Reversed {
  const own = readOwn(localPart);
  if (own === undefined) return { kind: 'not-srs' };
  if (own === 'malformed') return FORGED;
  return own.form === 'srs0'
    ? reverse0(own, domain, reversing)
    : reverse1(own, domain, reversing.secrets);
}

const FORGED: Reversed = { kind: 'forged' };

function reverse0(
  { proof, stamp, from, localPart }: Own0,
  domain: string,
  { secrets, now }: Reversing,
): Reversed {
  const day = dayOfStamp(stamp, now);
  if (day === undefined) return FORGED;
  if (!isProven(proof, secrets, { form: 'srs0', domain, day, from, localPart })) return FORGED;
  if (isExpired(day, now)) return { kind: 'expired' };
  return from === REFERENCE_DOMAIN
    ? { kind: 'reference', reference: lowerAscii(localPart) }
    : addressOf({ localPart, domain: from });
}

function reverse1({ proof, host, rest }: Own1, domain: string, secrets: readonly Uint8Array[]) {
  return isProven(proof, secrets, { form: 'srs1', domain, host, rest })
    ? addressOf({ localPart: `SRS0${rest}`, domain: host })
    : FORGED;
}

/** What came in as a reverse-path can go out as a forward-path. */
function addressOf(mailbox: Mailbox): Reversed {
  return isSmtpMailbox(mailbox) ? { kind: 'address', mailbox } : FORGED;
}
