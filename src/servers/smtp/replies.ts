/**
 * The replies of the SMTP servers: tables from outcomes to replies. Those to a command that is wrong (`command-replies.ts`), to a
 * submission (`submission-replies.ts`) and to what the checks of reception found (`finding-replies.ts`) stand beside this one. A new
 * outcome anywhere in the domain does not compile until it has its reply. Texts are for the postmaster who must act on them.
 * RFC 5321 §4.2, RFC 3463 and RFC 5248 (enhanced codes), RFC 4954 §6 (authentication), RFC 6531 §3.5 (SMTPUTF8).
 */
import type { Pace } from '#mail/abuse/conduct';
import type { RecipientOutcome } from '#mail/receive/recipient';
import type { ContentDefect } from '#protocol/smtp/content-scan';
import type { ConnectionRefusal } from '#servers/net/listener';
import type { SaslFailureReason } from '#servers/net/sasl-exchange';
import type { StoreFailure } from '#store/writer/failure';
import type { Told } from './settings.ts';
import { wireReply, type WireReply } from './wire-reply.ts';

/** Replies that do not depend on anything. */
export const REPLIES = {
  ok: wireReply(250, '2.0.0', 'OK'),
  senderOk: wireReply(250, '2.1.0', 'Sender OK'),
  recipientOk: wireReply(250, '2.1.5', 'Recipient OK'),
  reset: wireReply(250, '2.0.0', 'Reset'),
  startContent: wireReply(
    354,
    undefined,
    'Send the message, end it with a line that holds only a dot',
  ),
  startTls: wireReply(220, '2.0.0', 'Ready to start TLS'),
  bye: wireReply(221, '2.0.0', 'Bye'),
  help: wireReply(
    214,
    '2.0.0',
    'Commands: EHLO HELO MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY HELP STARTTLS AUTH',
    'EHLO lists what this listener offers. RFC 5321 describes the commands.',
  ),
  cannotVerify: wireReply(
    252,
    '2.0.0',
    'Cannot verify the address, but will take mail and try to deliver it',
  ),
  noExpansion: wireReply(502, '5.5.1', 'EXPN is not offered: lists are not told to strangers'),
  tooManyRecipients: wireReply(
    452,
    '4.5.3',
    'Too many recipients in this transaction: send the message to the others in another one',
  ),
  needsSmtputf8: wireReply(
    553,
    '5.6.7',
    'An address outside ASCII needs the parameter SMTPUTF8 of MAIL',
  ),
  earlyContent: wireReply(
    554,
    '5.5.1',
    'Data came before the reply that asks for it (RFC 2920 section 3.1)',
  ),
  earlyTls: wireReply(
    554,
    '5.5.1',
    'Data followed STARTTLS before its reply (RFC 3207 section 4.2)',
  ),
  earlyAuth: wireReply(554, '5.5.1', 'Data followed AUTH before its reply (RFC 4954 section 4)'),
  earlyTalker: wireReply(554, '5.5.1', 'Data came before the greeting (RFC 5321 section 3.1)'),
  bareLf: wireReply(
    500,
    '5.5.2',
    'A line ended with a bare LF; lines end with CRLF (RFC 5321 section 2.3.8)',
  ),
  tlsWithoutStartTls: wireReply(
    554,
    '5.5.1',
    'A TLS handshake came, but this port begins in clear: use STARTTLS, or the port for implicit TLS',
  ),
  runaway: wireReply(552, '5.3.4', 'Too much data without an end'),
  chunkTooLarge: wireReply(552, '5.3.4', 'The chunk is larger than any message taken here'),
  badChunkSize: wireReply(
    501,
    '5.5.4',
    'Write BDAT and the number of octets; without it the end of the chunk is unknown, so this session ends',
  ),
  unknownMechanism: wireReply(
    504,
    '5.5.4',
    'The mechanism is not offered; EHLO lists those that are',
  ),
  authCancelled: wireReply(501, '5.7.0', 'Authentication cancelled'),
  loginsBusy: wireReply(454, '4.7.0', 'Too many logins at once: try again in a moment'),
  loginUnavailable: wireReply(454, '4.7.0', 'Nobody can log in at present: try again later'),
  authNotBase64: wireReply(501, '5.5.2', 'The response is not base64'),
  authLineTooLong: wireReply(500, '5.5.6', 'The response is too long'),
  shuttingDown: wireReply(421, '4.3.2', 'The server is stopping: try again in a moment'),
  idle: wireReply(421, '4.4.2', 'Nothing came for too long'),
  sessionTooLong: wireReply(421, '4.4.2', 'The session lasts too long: connect again'),
  tooManyErrors: wireReply(421, '4.7.0', 'Too many refused commands in this session'),
  tooManyCommands: wireReply(421, '4.7.0', 'Too many commands without a message'),
  tooManyTransactions: wireReply(421, '4.7.0', 'Enough messages for one session: connect again'),
  tooManyLogins: wireReply(421, '4.7.0', 'Too many failed logins in this session'),
  holdTooLong: wireReply(
    501,
    '5.5.4',
    'The message would be held longer than FUTURERELEASE allows; EHLO says how long',
  ),
} satisfies Record<string, WireReply>;

export function lineTooLong(limit: number): WireReply {
  return wireReply(500, '5.5.2', `The line is longer than ${limit} octets`);
}

export function tooLarge(limit: number): WireReply {
  return wireReply(
    552,
    '5.3.4',
    `The message is larger than ${limit} octets, the most that is taken here`,
  );
}

/** What the house says in its own words. */
export function toldReply({ code, enhanced, lines }: Told): WireReply {
  return wireReply(code, enhanced, ...lines);
}

export type TooFast = Extract<Pace, { kind: 'too-fast' }>;

/** To a client that sends more than one such client may in the time. */
export function tooFast(what: 'messages' | 'recipients', { per, seconds }: TooFast): WireReply {
  const whose = per === 'address' ? 'address' : 'network';
  return wireReply(
    450,
    '4.7.1',
    `Too many ${what} from your ${whose}: try again in ${Math.ceil(seconds)} seconds`,
  );
}

export function chunkTaken(octets: number): WireReply {
  return wireReply(250, '2.0.0', `${octets} octets taken`);
}

/** The id is ours, by which `message trace` tells the story. */
export function messageTaken(messageId: string, how: 'stored' | 'queued'): WireReply {
  return wireReply(250, '2.6.0', `${messageId} ${how}`);
}

/** To a connection that is not taken. */
export const connectionReplies = {
  'too-many': wireReply(421, '4.3.2', 'Too many connections: try again in a moment'),
  'too-many-from-address': wireReply(
    421,
    '4.7.0',
    'Too many connections from your address: try again in a moment',
  ),
  'too-fast': wireReply(
    421,
    '4.7.0',
    'Too many connections from your address or its network within a minute: slow down',
  ),
  banned: wireReply(
    421,
    '4.7.0',
    'Connections from your address are refused for a time, for what came from it before',
  ),
  'no-proxy-header': wireReply(
    421,
    '4.3.5',
    'The connection must begin with a PROXY protocol header',
  ),
} satisfies Record<ConnectionRefusal, WireReply>;

/** A reply for each kind of error. */
export type ErrorReplies<T extends { kind: string }> = {
  [K in T['kind']]: (error: Extract<T, { kind: K }>) => WireReply;
};

type Refused<T extends { kind: string }, Good extends T['kind']> = Exclude<T['kind'], Good>;

export interface RecipientFacts {
  /** As the client wrote it, for the text. */
  readonly address: string;
  readonly domain: string;
}

const RECIPIENT = {
  'not-here': ({ domain }) =>
    wireReply(
      550,
      '5.7.1',
      `${domain} is not a domain of this server; to send through it, log in on a submission port`,
    ),
  'unknown-mailbox': ({ address }) =>
    wireReply(550, '5.1.1', `There is no mailbox ${address} here`),
  disabled: ({ address }) =>
    wireReply(550, '5.2.1', `The mailbox ${address} takes no mail at present`),
  'over-quota': ({ address }) =>
    wireReply(452, '4.2.2', `The mailbox ${address} is full: try again later`),
  'alias-loop': ({ address }) =>
    wireReply(
      550,
      '5.4.6',
      `The alias ${address} leads back to itself; tell postmaster of its domain`,
    ),
  'bounces-only': ({ address }) =>
    wireReply(
      550,
      '5.7.1',
      `${address} takes notices of failure only, from the null reverse-path; write to the author of the message`,
    ),
  'bounce-forged': ({ address }) =>
    wireReply(550, '5.1.1', `Nothing was forwarded from here as ${address}`),
  'bounce-expired': ({ address }) =>
    wireReply(
      550,
      '5.1.1',
      `What was forwarded as ${address} is too long ago: the address leads nowhere any more`,
    ),
  'no-postmaster-yet': ({ domain }) =>
    wireReply(
      450,
      '4.2.1',
      `${domain} has no account yet that takes mail for its postmaster: try again later`,
    ),
} satisfies Record<Refused<RecipientOutcome, 'accepted'>, (facts: RecipientFacts) => WireReply>;

export function recipientReply(kind: keyof typeof RECIPIENT, facts: RecipientFacts): WireReply {
  return RECIPIENT[kind](facts);
}

export function senderNotYours(address: string): WireReply {
  return wireReply(553, '5.7.1', `Your account may not send as ${address}`);
}

const CONTENT = {
  'bare-line-ending': () =>
    wireReply(
      554,
      '5.6.0',
      'The message holds a bare CR or LF; lines end with CRLF (RFC 5321 section 2.3.8)',
    ),
  nul: () =>
    wireReply(554, '5.6.0', 'The message holds a NUL octet; encode binary content as base64'),
  'line-too-long': () =>
    wireReply(
      554,
      '5.6.0',
      'The message holds a line that is too long; encode it (RFC 5322 section 2.1.1)',
    ),
  'too-large': tooLarge,
} satisfies Record<ContentDefect, (limit: number) => WireReply>;

export function contentDefectReply(defect: ContentDefect, messageSize: number): WireReply {
  return CONTENT[defect](messageSize);
}

const WRONG_CREDENTIALS = wireReply(535, '5.7.8', 'The name or the password is wrong');

/** Nothing was checked: not even the owner of the name should think that the password is wrong. */
export function loginLater(seconds: number): WireReply {
  return wireReply(
    454,
    '4.7.0',
    `Too many failed logins: nothing was checked, try again in ${seconds} seconds`,
  );
}

export const LOGGED_IN = wireReply(235, '2.7.0', 'Logged in');

export const loginFailureReplies = {
  malformed: wireReply(501, '5.5.2', 'The response is not what the mechanism asks for'),
  'too-long': REPLIES.authLineTooLong,
  'unusable-text': WRONG_CREDENTIALS,
  'wrong-credentials': WRONG_CREDENTIALS,
  'out-of-scope': wireReply(535, '5.7.8', 'This app password is not for sending mail'),
  'authorization-identity': wireReply(
    535,
    '5.7.8',
    'This login may not act as another one: leave the authorization identity out',
  ),
  'channel-binding': wireReply(
    535,
    '5.7.8',
    'The channel binding does not fit this TLS connection: somebody may sit in between',
  ),
} satisfies Record<SaslFailureReason, WireReply>;

const STORE_UNAVAILABLE = wireReply(
  451,
  '4.3.0',
  'The message store cannot be reached: try again later',
);

export const storeReplies = {
  unavailable: STORE_UNAVAILABLE,
  full: wireReply(452, '4.3.1', 'The message store is full: try again later'),
  refused: wireReply(
    451,
    '4.3.0',
    'The message store refused this: try again later, and tell postmaster',
  ),
} satisfies Record<StoreFailure, WireReply>;

/** An error that nobody foresaw; it is in the log. */
export const INTERNAL_ERROR = wireReply(
  451,
  '4.3.0',
  'Internal error: try again later, and tell postmaster',
);
