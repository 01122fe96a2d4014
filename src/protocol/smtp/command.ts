/**
 * One command line to one typed command, or to the reason why it is none (RFC 5321 §4.1). The grammar is strict but
 * for what real clients do, each leniency on the line that grants it. Whether a command is legal now is order.ts's
 * matter, the reply is the server's. Never throws; linear in the line, whose length the receiver bounds.
 * Called by servers/smtp for each `line` of the receiver.
 */
import { decodeUtf8, latin1 } from '#bytes';
import type { Mailbox } from '#protocol/address/mailbox';
import { parseForwardPath, parseReversePath, type PathError } from '#protocol/address/path';
import { type AuthArguments, parseAuthArguments } from './auth-line.ts';
import { type ClientName, parseClientName } from './client-name.ts';
import {
  type MailParameters,
  type OfferedParameters,
  type ParameterError,
  parseMailParameters,
  parseRcptParameters,
  type RcptParameters,
} from './parameters.ts';

export type Command =
  | { readonly verb: 'EHLO'; readonly client: ClientName }
  | { readonly verb: 'HELO'; readonly client: ClientName }
  | {
      readonly verb: 'MAIL';
      /** null for `<>` */
      readonly reversePath: Mailbox | null;
      readonly parameters: MailParameters;
    }
  | {
      readonly verb: 'RCPT';
      readonly forwardPath: Mailbox;
      readonly parameters: RcptParameters;
      /** The line is not ASCII, so the transaction must have SMTPUTF8: 553 5.6.7 otherwise (RFC 6531 §3.5). */
      readonly utf8: boolean;
    }
  | { readonly verb: 'DATA' }
  | {
      readonly verb: 'BDAT';
      /** Octets that follow the line; capped at 2^53 - 1. */
      readonly size: number;
      readonly last: boolean;
    }
  | { readonly verb: 'RSET' }
  | { readonly verb: 'NOOP' }
  | { readonly verb: 'QUIT' }
  | { readonly verb: 'VRFY'; readonly argument: string; readonly smtputf8: boolean }
  | { readonly verb: 'EXPN'; readonly argument: string; readonly smtputf8: boolean }
  /** `argument` may be empty. */
  | { readonly verb: 'HELP'; readonly argument: string }
  | { readonly verb: 'STARTTLS' }
  | ({ readonly verb: 'AUTH' } & AuthArguments);

export type Verb = Command['verb'];

export type SyntaxReason =
  | 'argument-not-allowed'
  | 'argument-missing'
  | 'bad-client-name'
  | 'from-missing'
  | 'to-missing'
  | 'text-after-path'
  | 'bad-chunk-size'
  | 'bad-mechanism'
  | 'not-base64';

/** One line of ASCII for each reason, for the text of a 501 reply. */
export const syntaxReasonText: Readonly<Record<SyntaxReason, string>> = {
  'argument-not-allowed': 'The command takes no argument',
  'argument-missing': 'The command needs an argument',
  'bad-client-name': 'Give your host name or an address literal like [192.0.2.1]',
  'from-missing': 'Write MAIL FROM:<address>',
  'to-missing': 'Write RCPT TO:<address>',
  'text-after-path': 'Parameters stand after the address as KEYWORD=value, each after a space',
  'bad-chunk-size': 'Write BDAT and the number of octets, then LAST if it is the last chunk',
  'bad-mechanism': 'Name the mechanism with letters, digits, hyphens and underscores',
  'not-base64': 'The response is not base64',
};

/** What is wrong with the arguments of a known verb. */
export type ArgumentError =
  | { readonly kind: 'syntax'; readonly reason: SyntaxReason }
  | { readonly kind: 'bad-path'; readonly reason: PathError }
  /** The reverse-path or a parameter is not ASCII and MAIL lacks SMTPUTF8: 553 5.6.7 (RFC 6531 §3.5). */
  | { readonly kind: 'needs-smtputf8' }
  | Exclude<ParameterError, { kind: 'malformed-parameter' }>;

export type CommandError =
  | (ArgumentError & { readonly verb: Verb })
  /** 500 5.5.2; `verb` as written, at most 32 characters. */
  | { readonly kind: 'unknown-verb'; readonly verb: string }
  /** Defined by some RFC and not offered here: 502 5.5.1. */
  | { readonly kind: 'not-implemented'; readonly verb: string }
  /** A web browser, or a script that made one: answer and close, so that no request body is read as commands. */
  | { readonly kind: 'foreign-protocol'; readonly verb: string }
  /** 500 5.5.2: a NUL, a bare CR or another control character. */
  | { readonly kind: 'control-character' }
  /** 500 5.5.2 */
  | { readonly kind: 'not-utf8' };

export type ParsedCommand = { readonly kind: 'command'; readonly command: Command } | CommandError;

type Arguments = Command | ArgumentError;

const READERS = {
  EHLO: (text) => readHello('EHLO', text),
  HELO: (text) => readHello('HELO', text),
  MAIL: readMail,
  RCPT: readRcpt,
  DATA: (text) => readBare('DATA', text),
  BDAT: readBdat,
  RSET: (text) => readBare('RSET', text),
  // RFC 5321 §4.1.1.9: the argument of NOOP is ignored.
  NOOP: () => ({ verb: 'NOOP' }),
  QUIT: (text) => readBare('QUIT', text),
  VRFY: (text) => readLookup('VRFY', text),
  EXPN: (text) => readLookup('EXPN', text),
  HELP: (text) => ({ verb: 'HELP', argument: text }),
  STARTTLS: (text) => readBare('STARTTLS', text),
  AUTH: readAuth,
} satisfies Record<Verb, (text: string, offered: OfferedParameters) => Arguments>;

// RFC 821 §3.4 and §3.8, RFC 1985, RFC 2645, RFC 4468
const NOT_IMPLEMENTED: ReadonlySet<string> = new Set([
  'SEND',
  'SOML',
  'SAML',
  'TURN',
  'ETRN',
  'ATRN',
  'BURL',
]);
const HTTP_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
]);

/** Reads a command line without its CRLF. `offered` says which parameters of MAIL this listener knows. */
export function parseCommand(line: Uint8Array, offered: OfferedParameters): ParsedCommand {
  const decoded = decodeLine(line);
  if (decoded === undefined) return { kind: 'not-utf8' };
  // RFC 5321 §4.1.1: white space before the CRLF is tolerated.
  const text = decoded.replace(/[ \t]{1,64}$/, '');
  if (/[\x00-\x1f\x7f]/.test(text)) return { kind: 'control-character' };
  const space = text.indexOf(' ');
  const verb = (space < 0 ? text : text.slice(0, space)).toUpperCase();
  if (!isVerb(verb)) return unknownVerb(verb);
  // Several spaces after a verb are read as one.
  const rest = space < 0 ? '' : text.slice(space + 1).replace(/^ +/, '');
  const read: Arguments = READERS[verb](rest, offered);
  return 'kind' in read ? { ...read, verb } : { kind: 'command', command: read };
}

function decodeLine(line: Uint8Array): string | undefined {
  const text = latin1(line);
  return isAscii(text) ? text : decodeUtf8(line);
}

function isAscii(text: string): boolean {
  return !/[^\x00-\x7f]/.test(text);
}

function isVerb(verb: string): verb is Verb {
  return Object.hasOwn(READERS, verb);
}

function unknownVerb(verb: string): CommandError {
  if (NOT_IMPLEMENTED.has(verb)) return { kind: 'not-implemented', verb };
  if (HTTP_METHODS.has(verb)) return { kind: 'foreign-protocol', verb };
  return { kind: 'unknown-verb', verb: verb.slice(0, 32).toWellFormed() };
}

function syntax(reason: SyntaxReason): ArgumentError {
  return { kind: 'syntax', reason };
}

function readBare(verb: 'DATA' | 'RSET' | 'QUIT' | 'STARTTLS', text: string): Arguments {
  return text === '' ? { verb } : syntax('argument-not-allowed');
}

function readHello(verb: 'EHLO' | 'HELO', text: string): Arguments {
  if (text === '') return syntax('argument-missing');
  const client = parseClientName(text);
  return client === undefined ? syntax('bad-client-name') : { verb, client };
}

function readLookup(verb: 'VRFY' | 'EXPN', text: string): Arguments {
  // RFC 6531 §3.7.4.2: the parameter SMTPUTF8 asks for replies in UTF-8.
  const argument = text.replace(/ {1,64}SMTPUTF8$/i, '');
  if (argument === '') return syntax('argument-missing');
  return { verb, argument, smtputf8: argument.length < text.length };
}

function readBdat(text: string): Arguments {
  // RFC 3030 §2
  const match = /^(\d{1,20})( {1,64}LAST)?$/i.exec(text);
  if (match === null) return syntax('bad-chunk-size');
  const size = Math.min(Number(match[1]), Number.MAX_SAFE_INTEGER);
  return { verb: 'BDAT', size, last: match[2] !== undefined };
}

function readAuth(text: string): Arguments {
  const read = parseAuthArguments(text);
  if (read === 'no-mechanism') return syntax('argument-missing');
  return typeof read === 'string' ? syntax(read) : { verb: 'AUTH', ...read };
}

function readMail(text: string, offered: OfferedParameters): Arguments {
  const parts = splitPath(text, 'FROM:');
  if (parts === undefined) return syntax('from-missing');
  const path = parseReversePath(parts.path);
  if (path.kind === 'error') return { kind: 'bad-path', reason: path.reason };
  const read = parseMailParameters(parts.parameters, offered);
  if (read.kind !== 'parameters') return parameterError(read);
  if (!isAscii(text) && !read.parameters.smtputf8) return { kind: 'needs-smtputf8' };
  return { verb: 'MAIL', reversePath: path.mailbox, parameters: read.parameters };
}

function readRcpt(text: string): Arguments {
  const parts = splitPath(text, 'TO:');
  if (parts === undefined) return syntax('to-missing');
  const path = parseForwardPath(parts.path);
  if (path.kind === 'error') return { kind: 'bad-path', reason: path.reason };
  const read = parseRcptParameters(parts.parameters);
  if (read.kind !== 'parameters') return parameterError(read);
  const utf8 = !isAscii(text);
  return { verb: 'RCPT', forwardPath: path.mailbox, parameters: read.parameters, utf8 };
}

function parameterError(error: ParameterError): ArgumentError {
  return error.kind === 'malformed-parameter' ? syntax('text-after-path') : error;
}

/** Cuts `FROM:<path> parameters` in two; undefined without the keyword. */
function splitPath(
  text: string,
  keyword: 'FROM:' | 'TO:',
): { readonly path: string; readonly parameters: string } | undefined {
  if (text.slice(0, keyword.length).toUpperCase() !== keyword) return undefined;
  // RFC 5321 §3.3 forbids spaces here, but people at a keyboard and old clients write them, and they are harmless.
  const rest = text.slice(keyword.length).replace(/^ +/, '');
  const end = pathEnd(rest);
  return { path: rest.slice(0, end), parameters: rest.slice(end) };
}

/** The offset after the path: after the `>` outside quotes, or at the first space where there is no bracket. */
function pathEnd(text: string): number {
  if (!text.startsWith('<')) {
    const space = text.indexOf(' ');
    return space < 0 ? text.length : space;
  }
  let quoted = false;
  for (let at = 1; at < text.length; at++) {
    const character = text[at];
    if (quoted && character === '\\') at++;
    else if (character === '"') quoted = !quoted;
    else if (character === '>' && !quoted) return at + 1;
  }
  return text.length;
}
