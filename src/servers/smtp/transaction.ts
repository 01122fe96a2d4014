/**
 * A mail transaction as it grows from MAIL to the end of its content (RFC 5321 §3.3): the envelope, the recipients that
 * were accepted, and the content so far. It ends with the reply to its content, with RSET, EHLO or the connection.
 */
import type { Envelope, EnvelopeRecipient } from '#mail/receive/envelope';
import type { Inquiry } from '#mail/receive/inquiry/inquiry';
import type { Intake } from '#mail/receive/intake';
import type { LocalRecipient } from '#mail/receive/recipient';

export interface Transaction {
  readonly envelope: Envelope;
  /** Octets as announced by SIZE; 0 where it was not. */
  readonly announced: number;
  /** Into the message, on the MX listener. */
  readonly inquiry: Inquiry | undefined;
  /** On the MX listener. */
  readonly local: LocalRecipient[];
  /** On submission listeners. */
  readonly any: EnvelopeRecipient[];
  /** Of those in `any`, to find one named twice. */
  readonly names: Set<string>;
  /** How many were accepted. */
  recipients: number;
  /** Some recipient came too often, and was told. */
  wasPutOff: boolean;
  /** From DATA or the first BDAT on. */
  intake: Intake | undefined;
  /** Octets of the BDAT chunks so far. */
  chunked: number;
  /** The store failed while content arrived: the rest is thrown away. */
  failure: { readonly error: unknown } | undefined;
}

export function newTransaction(
  envelope: Envelope,
  announced: number,
  inquiry: Inquiry | undefined,
): Transaction {
  return {
    envelope,
    announced,
    inquiry,
    local: [],
    any: [],
    names: new Set(),
    recipients: 0,
    wasPutOff: false,
    intake: undefined,
    chunked: 0,
    failure: undefined,
  };
}
