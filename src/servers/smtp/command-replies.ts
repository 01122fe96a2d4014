/**
 * Replies to a command that is not carried out: sent at the wrong moment, or wrong in itself. A new error of the parser, or state of a
 * session, does not compile until it has its reply here. RFC 5321 §4.2, RFC 3463, RFC 5248.
 */
import { pathErrorText } from '#protocol/address/path';
import { syntaxReasonText, type ArgumentError, type CommandError } from '#protocol/smtp/command';
import type { Legality } from '#protocol/smtp/order';
import { parameterReasonText } from '#protocol/smtp/parameters';
import { REPLIES, type ErrorReplies } from './replies.ts';
import { wireReply, type WireReply } from './wire-reply.ts';

const LEGALITY = {
  'bad-sequence': wireReply(503, '5.5.1', 'Send EHLO first'),
  'transaction-open': wireReply(503, '5.5.1', 'A transaction is open; RSET ends it'),
  chunking: wireReply(503, '5.5.1', 'After BDAT only BDAT goes on with the message; RSET ends it'),
  'no-recipients': wireReply(554, '5.5.1', 'No recipient was accepted'),
  'tls-required': wireReply(530, '5.7.0', 'Send STARTTLS first'),
  'authentication-required': wireReply(530, '5.7.0', 'Log in with AUTH first'),
  'encryption-required': wireReply(538, '5.7.11', 'Send STARTTLS first: no password goes in clear'),
  'not-offered': wireReply(502, '5.5.1', 'This listener does not offer the command'),
  'tls-active': wireReply(503, '5.5.1', 'TLS is active already'),
  'already-authenticated': wireReply(503, '5.5.1', 'You are logged in already'),
} satisfies Record<Exclude<Legality, 'ok'>['kind'], WireReply>;
const NEEDS_MAIL = wireReply(503, '5.5.1', 'Send MAIL first');

export function legalityReply(legality: Exclude<Legality, 'ok'>): WireReply {
  if (legality.kind === 'bad-sequence' && legality.needs === 'MAIL') return NEEDS_MAIL;
  return LEGALITY[legality.kind];
}

const ARGUMENT = {
  syntax: ({ reason }) => wireReply(501, '5.5.4', syntaxReasonText[reason]),
  'bad-path': ({ reason }) => wireReply(501, '5.1.3', pathErrorText[reason]),
  'needs-smtputf8': () => REPLIES.needsSmtputf8,
  // RFC 5321 §4.1.1.11
  'unknown-parameter': ({ keyword }) =>
    wireReply(555, '5.5.4', `The parameter ${keyword} is not known or not offered here`),
  'duplicate-parameter': ({ keyword }) =>
    wireReply(501, '5.5.4', `The parameter ${keyword} stands twice`),
  'bad-parameter': ({ keyword, reason }) =>
    wireReply(501, '5.5.4', `${keyword}: ${parameterReasonText[reason]}`),
} satisfies ErrorReplies<ArgumentError>;

/** What is wrong with a line that is no command with arguments. */
type LineError = Exclude<CommandError, { kind: ArgumentError['kind'] }>;

const COMMAND = {
  'unknown-verb': () =>
    wireReply(500, '5.5.2', 'The command is not known; HELP lists those that are'),
  'not-implemented': ({ verb }) => wireReply(502, '5.5.1', `${verb} is not implemented`),
  'foreign-protocol': () => wireReply(554, '5.5.1', 'This is SMTP, not HTTP'),
  'control-character': () => wireReply(500, '5.5.2', 'The command holds a control character'),
  'not-utf8': () => wireReply(500, '5.5.2', 'The command is neither ASCII nor UTF-8'),
} satisfies ErrorReplies<LineError>;

/** Whether it is the arguments that are wrong, not the whole line. */
export function isArgumentError(error: CommandError): error is CommandError & ArgumentError {
  return Object.hasOwn(ARGUMENT, error.kind);
}

/** A bad address of MAIL is the sender's (5.1.7), one of RCPT the recipient's (5.1.3). */
export function argumentErrorReply(error: ArgumentError, verb: string): WireReply {
  if (error.kind === 'bad-path' && verb === 'MAIL')
    return wireReply(501, '5.1.7', pathErrorText[error.reason]);
  return (ARGUMENT[error.kind] as (error: ArgumentError) => WireReply)(error);
}

export function commandErrorReply(error: LineError): WireReply {
  return (COMMAND[error.kind] as (error: LineError) => WireReply)(error);
}
