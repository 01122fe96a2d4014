/**
 * Variable envelope return paths: a reverse-path that names the message and the recipient, so that a bounce says by where it comes which
 * address failed, whatever it says inside. No RFC; ours is
 *
 *   bounce-01k5s0c3rv4m7-2-abcdefgh@here.example      message id, number of the recipient, proof
 *
 * The address of the recipient is not in it: it always fits (RFC 5321 §4.5.3.1.1), and tells nobody anything. The proof is forty bits of
 * HMAC-SHA256 over all of it, so that nobody can make a bounce for mail that he did not get (docs/decisions/0035). Compared without case, since
 * servers on the way may change that of a local part. Called by mail/bounces.
 */
import { createHmac } from 'node:crypto';
import { equalConstantTime, utf8 } from '#bytes';
import type { Mailbox } from '#protocol/address/mailbox';
import { base32 } from '#protocol/srs/stamp';

export interface BouncingRecipient {
  /** Thirteen letters and digits. */
  readonly messageId: string;
  /** 1, 2, … within the message. */
  readonly recipientId: number;
}

export type ReadVerp =
  /** An address like any other. */
  | { readonly kind: 'not-verp' }
  | ({ readonly kind: 'recipient' } & BouncingRecipient)
  /** It looks like one of ours, and nobody here made it. */
  | { readonly kind: 'forged' };

/**
 * @param secret the newest
 * @param domain A-labels, in lower case
 */
export function verpAddress(
  secret: Uint8Array,
  domain: string,
  { messageId, recipientId }: BouncingRecipient,
): Mailbox {
  const proof = proofOf(secret, domain, messageId, recipientId);
  return { localPart: `bounce-${messageId}-${recipientId}-${proof}`, domain };
}

/** @param secrets any of them may have made it */
export function readVerp({ localPart, domain }: Mailbox, secrets: readonly Uint8Array[]): ReadVerp {
  const match = FORM.exec(localPart);
  if (match === null) return { kind: 'not-verp' };
  const [, id, number, given] = match as unknown as [string, string, string, string];
  const messageId = id.toLowerCase();
  const recipientId = Number(number);
  const proof = utf8(given.toLowerCase());
  let found = false;
  for (const secret of secrets) {
    const expected = utf8(proofOf(secret, domain, messageId, recipientId));
    found = equalConstantTime(proof, expected) || found;
  }
  return found ? { kind: 'recipient', messageId, recipientId } : { kind: 'forged' };
}

/** Whether a local part has the form. Says nothing of who wrote it. */
export function looksLikeVerp({ localPart }: Mailbox): boolean {
  return FORM.test(localPart);
}

const FORM = /^bounce-([0-9a-z]{13})-([1-9][0-9]{0,6})-([a-z2-7]{8})$/i;
const OCTETS = 5;

/** The first word keeps it apart from what else the secret proves (protocol/srs/proof.ts). */
function proofOf(
  secret: Uint8Array,
  domain: string,
  messageId: string,
  recipientId: number,
): string {
  const proven = JSON.stringify(['verp', domain, messageId, recipientId]);
  const digest = createHmac('sha256', secret).update(proven).digest();
  return base32(digest.subarray(0, OCTETS)).toLowerCase();
}
