/**
 * Every limit of an SMTP session, each with its reason. Times are milliseconds. What is configured stands with its reason in
 * config/fields.ts: `limits.message_size`, `limits.recipients`, and the connections, `limits.connections` and
 * `limits.connections_per_address`, which servers/net counts.
 */
import { RECEIVER_LIMITS, type ReceiverLimits } from '#protocol/smtp/receiver';

export interface SmtpLimits {
  readonly receiver: ReceiverLimits;
  /** Octets of one message. Configured. */
  readonly messageSize: number;
  /** Octets of one line of content. */
  readonly contentLine: number;
  /** Recipients of one message. Configured. */
  readonly recipients: number;
  /** Messages of one session; told in LIMITS MAILMAX. */
  readonly transactions: number;
  /** Refused commands of one session, recipients apart. */
  readonly errors: number;
  /** Refused recipients of one session. */
  readonly refusedRecipients: number;
  /** Commands since the last message that bring none nearer. */
  readonly idleCommands: number;
  /** Failed logins of one session. */
  readonly authFailures: number;
  /** How long the answer to a failed login waits. */
  readonly authFailureDelay: number;
  /** Seconds for which FUTURERELEASE holds a message at most. */
  readonly futureRelease: number;
  /** Silence after which a session ends. */
  readonly idleTime: number;
  /** Age at which a session ends, once no message is under way. */
  readonly sessionTime: number;
  /** Age at which a session ends, whatever it does. */
  readonly longestSession: number;
  readonly handshakeTime: number;
  readonly proxyHeaderTime: number;
  /** Silence before the greeting in which a client that speaks first gives itself away. Configured. */
  readonly greetingDelay: number;
  /** Octets that may wait unread behind a command that takes its time. */
  readonly readAhead: number;
}

const MINUTE = 60_000;

export const SMTP_LIMITS: SmtpLimits = {
  receiver: RECEIVER_LIMITS,
  // What the large providers take.
  messageSize: 50 * 1024 * 1024,
  // RFC 5321 §4.5.3.1.6 says 998; programs write HTML in one line, and refusing it loses mail that others take.
  contentLine: 1024 * 1024,
  // RFC 5321 §4.5.3.1.8 asks for 100 at least.
  recipients: 1000,
  // A load balancer or a relay with a queue never needs more; what runs for ever is never looked at again.
  transactions: 100_000,
  // A mail program makes one or two; a scanner makes them without end.
  errors: 10,
  // A list with some dead addresses is honest; going through names is not.
  refusedRecipients: 100,
  // NOOP to keep a connection alive and RSET after each message are honest use.
  idleCommands: 100,
  // One typing mistake, one old password.
  authFailures: 3,
  // Makes guessing slow and costs nobody anything: the session waits, no thread does.
  authFailureDelay: 1000,
  // A holiday. RFC 4865 leaves it open; what waits longer belongs where its author can still see it and take it back.
  futureRelease: 7 * 24 * 60 * 60,
  // RFC 5321 §4.5.3.2.7 asks for five minutes at least.
  idleTime: 5 * MINUTE,
  // A relay that still has mail comes back at once; a session for ever would keep its place, its login and its old certificate.
  sessionTime: 60 * MINUTE,
  // The largest message over a slow line: 50 MB at 128 kbit/s take 55 minutes.
  longestSession: 120 * MINUTE,
  // Two round trips over the worst line and a slow processor.
  handshakeTime: 30_000,
  // The balancer sends it at once.
  proxyHeaderTime: 5000,
  // None: it costs every honest client the same time, and junk programs wait by now.
  greetingDelay: 0,
  // One read of the socket: more would only be memory.
  readAhead: 64 * 1024,
};
