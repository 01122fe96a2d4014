/**
 * An SMTP reply: three digits, an optional enhanced status, lines of text (RFC 5321 §4.2, RFC 2034). Servers
 * format it, `reply-parser.ts` reads it back: `parse(format(reply))` is the reply, where its lines are printable
 * and fit. Which replies a server gives is the server's own catalogue.
 */
import { enhancedCodeFits } from './enhanced-code.ts';

export interface Reply {
  /** 200 to 599. */
  readonly code: number;
  /** `2.1.0`; stands on the wire before the text of every line (RFC 2034 §4). */
  readonly enhanced?: string;
  /** Text without code, enhanced status and line end; at least one line, which may be empty. */
  readonly lines: readonly string[];
}

/** What the first digit says (RFC 5321 §4.2.1). */
export type ReplyClass = 'positive' | 'intermediate' | 'transient' | 'permanent';

export function replyClass(code: number): ReplyClass {
  if (code >= 500) return 'permanent';
  if (code >= 400) return 'transient';
  return code >= 300 ? 'intermediate' : 'positive';
}

/** 2yz: done. */
export function isPositive(reply: Reply): boolean {
  return replyClass(reply.code) === 'positive';
}

/** A reply without loose ends: code in range, an enhanced status that fits it, at least one line. */
export function isValidReply(reply: Reply): boolean {
  return (
    Number.isInteger(reply.code) &&
    reply.code >= 200 &&
    reply.code <= 599 &&
    reply.lines.length > 0 &&
    (reply.enhanced === undefined || enhancedCodeFits(reply.code, reply.enhanced))
  );
}

/** RFC 5321 §4.5.3.1.5: a reply line has at most 512 octets, code and CRLF included. */
const MAX_LINE = 512;
const UNPRINTABLE = /[\x00-\x1f\x7f]/g;

/**
 * The reply as it goes out, CRLF after each line. A control character in a text (a careless echo of what a client
 * sent) becomes `?`, so that no text can start a line of its own; a text too long for a line goes on in the next.
 */
export function formatReply(reply: Reply): string {
  const { code, enhanced } = reply;
  const lines: string[] = [];
  const room = MAX_LINE - 6 - (enhanced === undefined ? 0 : enhanced.length + 1);
  for (const line of reply.lines) wrap(line.replace(UNPRINTABLE, '?'), room, lines);
  let out = '';
  const last = lines.length - 1;
  for (let i = 0; i <= last; i++) {
    const text = enhanced === undefined ? lines[i]! : `${enhanced} ${lines[i]!}`;
    out += `${code}${i === last ? ' ' : '-'}${text}\r\n`;
  }
  return out;
}

/** Cuts a text into pieces of at most `room` UTF-8 octets, at a space where one is near. */
function wrap(text: string, room: number, out: string[]): void {
  let rest = text;
  while (Buffer.byteLength(rest) > room) {
    let cut = fittingLength(rest, room);
    const space = rest.lastIndexOf(' ', cut);
    if (space > cut / 2) cut = space;
    out.push(rest.slice(0, cut));
    rest = rest.slice(cut).trimStart();
  }
  out.push(rest);
}

/** How many UTF-16 units from the start fit into `room` UTF-8 octets without splitting a character. */
function fittingLength(text: string, room: number): number {
  let octets = 0;
  let units = 0;
  for (const character of text) {
    octets += Buffer.byteLength(character);
    if (octets > room) return units;
    units += character.length;
  }
  return units;
}

/** The reply on one line, for logs, events and notices: `550 5.1.1 no such mailbox here`. */
export function replyText(reply: Reply): string {
  const head = reply.enhanced === undefined ? `${reply.code}` : `${reply.code} ${reply.enhanced}`;
  return `${head} ${reply.lines.join(' ')}`.trimEnd();
}
