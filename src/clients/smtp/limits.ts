/**
 * Every time-out and bound of the SMTP client, each with its reason. Times are milliseconds of I/O (monotonic).
 * The time-outs of RFC 5321 §4.5.3.2 are minima for a client that wants to get on with slow and tarpitting peers,
 * so where shorter ones lose mail or give duplicates they are kept.
 */
export interface SmtpClientLimits {
  /** TCP handshake. Not in the RFC; a host that takes longer is as good as down, and the next one is tried. */
  readonly connectMs: number;
  /** RFC 5321 §4.5.3.2.1: 5 minutes; greet-delay and reverse look-ups happen before the greeting. */
  readonly greetingMs: number;
  /** EHLO, HELO, STARTTLS, AUTH, RSET. The RFC names none; 5 minutes as for MAIL. */
  readonly helloMs: number;
  /** TLS handshake: two round trips and a signature. */
  readonly tlsMs: number;
  /** RFC 5321 §4.5.3.2.2: 5 minutes. */
  readonly mailMs: number;
  /** RFC 5321 §4.5.3.2.3: 5 minutes; peers ask other servers whether a mailbox exists. */
  readonly rcptMs: number;
  /** RFC 5321 §4.5.3.2.4: 2 minutes until 354. */
  readonly dataMs: number;
  /** RFC 5321 §4.5.3.2.5: 3 minutes for a block of content to leave. */
  readonly blockMs: number;
  /** The whole content: a peer that takes an octet every three minutes must not hold a worker for days. */
  readonly contentMs: number;
  /** RFC 5321 §4.5.3.2.6: 10 minutes for the final reply; shorter ones produce duplicates (RFC 1047). */
  readonly endOfDataMs: number;
  /** QUIT: everything is decided by then, so a moment's courtesy is enough. */
  readonly quitMs: number;
  /** Octets of replies in the opening or in one transaction: far above any honest peer, far below memory. */
  readonly replyOctets: number;
  /** Recipients in one transaction. RFC 5321 §4.5.3.1.8: every server takes 100. */
  readonly recipients: number;
  /** Content up to this size goes out together with MAIL and RCPT, where the peer's extensions allow it. */
  readonly eagerOctets: number;
  /** A connection idle for longer is probed with RSET before content is trusted to it. */
  readonly idleProbeMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const SMTP_CLIENT_LIMITS: SmtpClientLimits = {
  connectMs: 30 * SECOND,
  greetingMs: 5 * MINUTE,
  helloMs: 5 * MINUTE,
  tlsMs: MINUTE,
  mailMs: 5 * MINUTE,
  rcptMs: 5 * MINUTE,
  dataMs: 2 * MINUTE,
  blockMs: 3 * MINUTE,
  contentMs: 60 * MINUTE,
  endOfDataMs: 10 * MINUTE,
  quitMs: 2 * SECOND,
  replyOctets: 1024 * 1024,
  recipients: 100,
  eagerOctets: 64 * 1024,
  idleProbeMs: SECOND,
};
