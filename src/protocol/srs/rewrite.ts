/**
 * The Sender Rewriting Scheme: a reverse-path as a forwarder sends it, so that SPF (RFC 7208 §10.3) passes for a domain of its own and a
 * bounce finds its way back. No RFC; the forms are those that the field writes:
 *
 *   SRS0=HASH=TT=example.org=ann@here      the first forwarder, for ann@example.org
 *   SRS1=HASH=first.example==…@here        any later one: what the first wrote stands after its name, so that bounces go straight there
 *   SRS0=HASH=TT=-=REFERENCE@here          where that would not fit: what we know the message by (docs/decisions/0021)
 *
 * The domain stays that of the address which forwards. Called by mail/deliver; read back by reverse.ts.
 */
import type { Mailbox } from '#protocol/address/mailbox';
import { isSmtpMailbox } from '#protocol/address/path';
import { readForeign } from './forms.ts';
import { proofOf, type Proven } from './proof.ts';
import { dayOf, stampOf } from './stamp.ts';

export interface Rewriting {
  /** The newest of the secrets. */
  readonly secret: Uint8Array;
  /** Of the address that forwards: the domain of what comes out. A-labels. */
  readonly domain: string;
  /** What the owner of the secret knows the message by, where its reverse-path does not fit: letters and digits, few. */
  readonly reference: string;
  /** Calendar milliseconds. */
  readonly now: number;
}

export type Rewritten =
  | { readonly kind: 'srs0' | 'srs1' | 'reference'; readonly mailbox: Mailbox }
  /** The domain is so long that nothing fits before it. */
  | { readonly kind: 'does-not-fit' };

export function rewriteReversePath(reversePath: Mailbox, rewriting: Rewriting): Rewritten {
  const foreign = readForeign(reversePath);
  const whole: Rewritten =
    foreign === undefined
      ? { kind: 'srs0', mailbox: srs0(rewriting, reversePath.domain, reversePath.localPart) }
      : { kind: 'srs1', mailbox: srs1(rewriting, foreign.host, foreign.rest) };
  // RFC 5321 §4.5.3.1.1: 64 octets with their quotes
  if (isSmtpMailbox(whole.mailbox)) return whole;
  const short = srs0(rewriting, REFERENCE_DOMAIN, rewriting.reference);
  return isSmtpMailbox(short) ? { kind: 'reference', mailbox: short } : { kind: 'does-not-fit' };
}

/** No domain is called so, so that a reference is never taken for an address. */
export const REFERENCE_DOMAIN = '-';

function srs0({ secret, domain, now }: Rewriting, from: string, localPart: string): Mailbox {
  const day = dayOf(now);
  const proven: Proven = { form: 'srs0', domain, day, from, localPart };
  return {
    localPart: `SRS0=${proofOf(secret, proven)}=${stampOf(day)}=${from}=${localPart}`,
    domain,
  };
}

function srs1({ secret, domain }: Rewriting, host: string, rest: string): Mailbox {
  const proof = proofOf(secret, { form: 'srs1', domain, host, rest });
  return { localPart: `SRS1=${proof}=${host}=${rest}`, domain };
}
