/**
 * What a mail transaction is made of once its commands are read: who hands it over, and the envelope. The same values go to
 * reception (MX) and, with a login, to submission.
 */
import type { Mailbox } from '#protocol/address/mailbox';
import type { TlsFacts } from '#protocol/smtp/dialogue';

export type Listener = 'mx' | 'submission' | 'submissions';

/** The SMTP client at the other end, as far as it is known. */
export interface Client {
  readonly sessionId: string;
  readonly listener: Listener;
  /** IPv4 or IPv6 in text, without brackets or zone. */
  readonly address: string;
  /** The argument of EHLO or HELO, as given. */
  readonly ehlo: string;
  readonly extended: boolean;
  readonly tls: TlsFacts | undefined;
}

/** Who logged in. */
export interface Login {
  readonly principalId: string;
  readonly credentialId: string;
  readonly tenantId: string;
  /** The account that carries the principal's name. */
  readonly accountId: string;
  /** The login: an address, as comparison key. */
  readonly name: string;
}

export interface Envelope {
  /** Our id of the message, from MAIL on. */
  readonly messageId: string;
  /** Null is the null reverse-path. */
  readonly reversePath: Mailbox | null;
  readonly smtputf8: boolean;
  /** RFC 8689 */
  readonly requireTls: boolean;
  readonly ret: 'FULL' | 'HDRS' | undefined;
  /** xtext, as received. */
  readonly envid: string | undefined;
  /** FUTURERELEASE: calendar milliseconds before which nothing leaves. */
  readonly releaseAt: number | undefined;
}

export interface EnvelopeRecipient {
  /** 1, 2, … in the order of RCPT. */
  readonly id: number;
  readonly mailbox: Mailbox;
  /** `type;xtext`, as received. */
  readonly orcpt: string | undefined;
  /** As RFC 3461 writes it: NEVER, or SUCCESS,FAILURE,DELAY. */
  readonly notify: string | undefined;
}
