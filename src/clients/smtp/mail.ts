/**
 * What is to be delivered: an envelope, its content as octets with the facts known about it, and the last question
 * before the peer takes responsibility. Built by the queue.
 */
import type { Mailbox } from '#protocol/address/mailbox';

/** RFC 3461 §4.1. `NEVER` stands alone. */
export type Notify = 'NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY';

export interface MailRecipient {
  readonly mailbox: Mailbox;
  readonly notify?: readonly Notify[];
  /** RFC 3461 §4.2, as received: `rfc822;Bob+2Bx@example.test`, xtext and all. */
  readonly orcpt?: string;
}

/** Octets that obey CRLF (RFC 5321 §2.3.8): verified before they leave, never repaired. */
export interface Content {
  /** Octets in all. */
  readonly size: number;
  /** Some octet is over 127: the peer must offer 8BITMIME. */
  readonly eightBit: boolean;
  /** The header has UTF-8: the peer must offer SMTPUTF8 (RFC 6532). */
  readonly smtputf8: boolean;
  /** A function where the content is read while it is sent; it may be called once for each transaction. */
  readonly chunks: readonly Uint8Array[] | (() => AsyncIterable<Uint8Array>);
}

export interface Mail {
  readonly reversePath: Mailbox | null;
  readonly recipients: readonly MailRecipient[];
  /** RFC 3461 §4.4, as received: xtext. */
  readonly envid?: string;
  /** RFC 3461 §4.3 */
  readonly ret?: 'FULL' | 'HDRS';
  readonly content: Content;
  /**
   * RFC 8689: `must` only goes where REQUIRETLS is offered; `prefer` (a notice of failure, §5) asks for it where it is.
   */
  readonly requireTls?: 'must' | 'prefer';
  /**
   * Asked right before the final dot, or the last BDAT chunk, may leave. No: the connection is dropped there, so
   * that the peer discards the mail; or nothing is sent at all, where all would leave at once. Asked once for each
   * transaction. Whoever lost the lease on a recipient says no.
   */
  readonly beforeFinalDot?: () => boolean | Promise<boolean>;
}
