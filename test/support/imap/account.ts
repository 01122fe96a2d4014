/**
 * Where an IMAP client finds somebody's mail. Every suite and every real client of the tests is a function of this
 * one value, so that it runs against Dovecot and against our own server alike.
 */
export interface ImapAccount {
  readonly host: string;
  readonly port: number;
  /** From the first octet, after STARTTLS, or not at all. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly user: string;
  readonly password: string;
}
