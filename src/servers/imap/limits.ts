/**
 * Every limit of an IMAP session, each with its reason. Times are milliseconds. What is configured stands with its reason in
 * config/fields.ts: `limits.message_size`, and the connections, `limits.imap_connections` and
 * `limits.imap_connections_per_address`, which servers/net counts.
 */
import { RECEIVER_LIMITS, type ReceiverLimits } from '#protocol/imap/receiver/limits';

export interface ImapLimits {
  readonly receiver: ReceiverLimits;
  /** Octets of one message. Configured; told in APPENDLIMIT. */
  readonly messageSize: number;
  /** Messages of one APPEND. */
  readonly appendMessages: number;
  /** Octets of small messages of one APPEND, which wait in memory for its end. */
  readonly appendHeld: number;
  /** Octets of a message in a literal8 that is encoded where it must be; larger ones are stored as they come. */
  readonly encodedMessage: number;
  /** Large messages that are read as a whole at once, all sessions together. */
  readonly largeMessages: number;
  /** Sessions under COMPRESS, all together. */
  readonly compressedSessions: number;
  /** Commands in a row that were refused as BAD. */
  readonly badCommands: number;
  /** Commands before the login. */
  readonly commandsBeforeLogin: number;
  /** Failed logins of one session. */
  readonly authFailures: number;
  /** How long the answer to a failed login waits. */
  readonly authFailureDelay: number;
  /** How long a session may be without a login, silent or not. */
  readonly loginTime: number;
  /** Silence after which a session that is logged in ends. */
  readonly idleTime: number;
  /** How often a silent client is asked by TCP whether it is still there. */
  readonly keepAlive: number;
  readonly handshakeTime: number;
  readonly proxyHeaderTime: number;
  /** How often a command that takes long says so. */
  readonly inProgressEvery: number;
  /** Octets that may wait unread behind a command that takes its time. */
  readonly readAhead: number;
}

const MINUTE = 60_000;

export const IMAP_LIMITS: ImapLimits = {
  receiver: RECEIVER_LIMITS,
  // What the large providers take.
  messageSize: 50 * 1024 * 1024,
  // What a client hands in at once to save round trips; all of it is one transaction.
  appendMessages: 1000,
  // As much as some sessions may take at the same time.
  appendHeld: 16 * 1024 * 1024,
  // It is held in memory until it is there, by each session that sends one.
  encodedMessage: 4 * 1024 * 1024,
  // Each takes the memory of a message, and parsing it the time of one core.
  largeMessages: 2,
  // Each takes some 100 KB more than others.
  compressedSessions: 1000,
  // A program that does not speak IMAP never makes a good one; one that does makes a mistake now and then.
  badCommands: 20,
  // CAPABILITY, ID, STARTTLS and some tries of AUTHENTICATE are honest.
  commandsBeforeLogin: 50,
  // One typing mistake, one old password.
  authFailures: 3,
  // Makes guessing slow and costs nobody anything: the session waits, no thread does.
  authFailureDelay: 1000,
  // A person may be asked for the password meanwhile.
  loginTime: 3 * MINUTE,
  // RFC 9051 §5.4 asks for thirty minutes at least.
  idleTime: 31 * MINUTE,
  // Routers forget connections that are silent for some minutes.
  keepAlive: 2 * MINUTE,
  // Two round trips over the worst line and a slow processor.
  handshakeTime: 30_000,
  // The balancer sends it at once.
  proxyHeaderTime: 5000,
  // RFC 9585 §4: not more often than this.
  inProgressEvery: 10_000,
  // One read of the socket: more would only be memory.
  readAhead: 64 * 1024,
};
