/**
 * What became of an attempt, per recipient, as values (JSON-serialisable): what the queue records and decides on.
 * A status is always there: the peer's own (RFC 2034), or one derived in `status.ts`.
 */
import type { ReplyError } from '#protocol/smtp/reply-parser';
import type { Reply } from '#protocol/smtp/reply';

/** How far the dialogue had come. */
export type Stage =
  | 'connect'
  | 'greeting'
  | 'ehlo'
  | 'tls'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'data'
  /** From the moment the last octet of content may have left until the final reply. */
  | 'end-of-data';

/** Trouble below SMTP. */
export type NetworkReason =
  | 'refused'
  | 'timed-out'
  | 'unreachable'
  /** Our own address could not be bound: configuration, not the peer. */
  | 'local-address'
  | 'lost'
  /** We hung up: shutdown. */
  | 'aborted'
  | 'error';

export interface NetworkCause {
  readonly kind: 'network';
  readonly reason: NetworkReason;
  /** The system's own word, or which time-out: `ECONNREFUSED`, `no reply within 300 s`. */
  readonly detail: string;
}

/** The peer answers, but not as an SMTP server does; replies can no longer be matched with commands. */
export interface ProtocolCause {
  readonly kind: 'not-smtp';
  readonly reason: ReplyError | 'unexpected-reply' | 'too-much';
  readonly line: string;
}

export type Cause =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | NetworkCause
  | ProtocolCause
  | {
      readonly kind: 'tls';
      readonly reason: 'not-offered' | 'refused' | 'handshake' | 'unverified' | 'injected' | 'tlsa';
      /** Of `unverified` OpenSSL's code, of `tlsa` a `DaneFailure`. */
      readonly detail: string;
    }
  | {
      readonly kind: 'auth';
      readonly reason: 'not-offered' | 'no-common-mechanism' | 'needs-tls' | 'mechanism-failed';
      readonly detail: string;
    }
  /** The mail needs an extension that the peer does not offer, or is over the size that it announced. */
  | {
      readonly kind: 'not-offered';
      readonly extension: '8BITMIME' | 'SMTPUTF8' | 'SIZE' | 'REQUIRETLS';
      readonly detail: string;
    }
  /** The session has done what the peer allows in one (RFC 9422, MAILMAX); a new one will do. */
  | { readonly kind: 'session-full'; readonly detail: string }
  /** Our own copy is at fault, and stayed here. */
  | {
      readonly kind: 'content';
      readonly reason: ContentFault;
      readonly detail: string;
    };

export type ContentFault =
  | 'bare-line-ending'
  | 'nul'
  /** 8-bit octets in what was declared 7-bit. */
  | 'eight-bit'
  | 'size-differs'
  /** The store could not hand it over. */
  | 'unreadable';

/** Try again later. The cause may be a 5yz reply where the fault is not the message's (AUTH, too many recipients). */
export interface Deferred {
  readonly kind: 'deferred';
  readonly stage: Stage;
  /** `4.x.y` */
  readonly status: string;
  readonly cause: Cause;
}

/**
 * Never will. In stages `greeting` and `ehlo` it is this host that refuses, whoever the recipient is: another host
 * of the same domain may still take the mail.
 */
export interface Failed {
  readonly kind: 'failed';
  readonly stage: Stage;
  /** `5.x.y` */
  readonly status: string;
  readonly cause: Cause;
}

export type RecipientOutcome =
  | { readonly kind: 'delivered'; readonly status: string; readonly reply: Reply }
  | Deferred
  | Failed
  /** `beforeFinalDot` said no: the peer has not accepted the mail, and nothing was decided here. */
  | { readonly kind: 'abandoned' };
