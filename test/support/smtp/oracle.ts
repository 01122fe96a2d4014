/**
 * Judges an SMTP session after the fact: given the octets that a client sent, whatever they were, and the octets that
 * came back, was every complete command answered exactly once, in order, with a well-formed reply? It reads the client's
 * octets in the light of the replies (354 makes content of what follows, 334 a response) and shares no code with the
 * server. A session may end early only with a reply that says so.
 */

export interface PlayedSession {
  readonly sent: Uint8Array;
  /** Everything that came back. */
  readonly received: Uint8Array;
}

export interface Judgement {
  /** What is wrong; undefined if nothing is. */
  readonly fault: string | undefined;
  /** `VERB code` for each command answered. */
  readonly answered: readonly string[];
  /** Ids of messages that were acknowledged. */
  readonly acknowledged: readonly string[];
}

/** Replies after which nothing else is answered, by what they say. */
const LAST_WORDS =
  /^(221 |421 |554 5\.5\.1 (Data|A TLS handshake|This is SMTP)|500 5\.5\.2 A line ended with a bare LF|501 5\.5\.4 Write BDAT|552 5\.3\.4 (The chunk|Too much))/;

/** Where the client's octets are no handshake, TLS may say so by an alert, then nothing (RFC 8446 §6.2). */
const ALERT = /(\r\n220 2\.0\.0 [^\r\n]*\r\n)\x15\x03[\x00-\x04]\x00\x02[\x01\x02][^]$/;

export function judgeSession({ sent, received }: PlayedSession): Judgement {
  const text = Buffer.from(received).toString('latin1').replace(ALERT, '$1');
  const replies = readReplies(text);
  if (typeof replies === 'string') return { fault: replies, answered: [], acknowledged: [] };
  const acknowledged = replies.flatMap(
    (reply) => /^250 2\.6\.0 (\S+) (?:stored|queued)/.exec(reply)?.[1] ?? [],
  );
  const reader = new Reader(Buffer.from(sent), replies);
  return { fault: reader.read(), answered: reader.answered, acknowledged };
}

/** The replies, each with its lines joined by a line feed; a text says what is malformed. */
function readReplies(text: string): string[] | string {
  if (text !== '' && !text.endsWith('\r\n'))
    return `half a reply: ${JSON.stringify(text.slice(-80))}`;
  const replies: string[] = [];
  let lines: string[] = [];
  for (const line of text.split('\r\n').slice(0, -1)) {
    const match = /^([2-5]\d\d)([ -])(?:([245])\.\d{1,3}\.\d{1,3} )?[^\r\n]*$/.exec(line);
    if (match === null || line.length > 510) return `malformed reply line: ${JSON.stringify(line)}`;
    if (match[3] !== undefined && match[3] !== match[1]![0]) return `codes differ: ${line}`;
    if (lines.length > 0 && lines[0]!.slice(0, 3) !== match[1]) return `codes differ: ${line}`;
    lines.push(line);
    if (match[2] === '-') continue;
    replies.push(lines.join('\n'));
    lines = [];
  }
  return lines.length > 0 ? `a reply without its end: ${lines.join(' ')}` : replies;
}

const VERB =
  /^(EHLO|HELO|MAIL|RCPT|DATA|BDAT|RSET|NOOP|QUIT|VRFY|EXPN|HELP|STARTTLS|AUTH)(?=[ \t\r])/i;

/** For the counts. */
function verbOf(line: string): string {
  return VERB.exec(line)?.[0].toUpperCase() ?? 'other';
}

class Reader {
  readonly answered: string[] = [];
  readonly #sent: Buffer;
  readonly #replies: readonly string[];
  #at = 0;
  #reply = 0;

  constructor(sent: Buffer, replies: readonly string[]) {
    this.#sent = sent;
    this.#replies = replies;
  }

  read(): string | undefined {
    if (!this.#replies[0]?.startsWith('220 ')) return `no greeting: ${this.#replies[0]}`;
    this.#reply = 1;
    for (;;) {
      const before = this.#replies[this.#reply - 1]!;
      if (LAST_WORDS.test(before)) return this.#nothingMore(before);
      // what follows is a handshake
      if (this.#reply > 1 && before.startsWith('220 ')) return this.#nothingMore(before);
      const command = before.startsWith('354 ') ? this.#content() : this.#line(before);
      if (command === undefined) return this.#nothingMore('the client said no more');
      const reply = this.#replies[this.#reply];
      if (reply === undefined) return `no reply to ${command} at octet ${this.#at}`;
      this.answered.push(`${command} ${reply.slice(0, 3)}`);
      this.#reply++;
    }
  }

  /** A server may still say 421 when it gives up on a client. */
  #nothingMore(why: string): string | undefined {
    const more = this.#replies.slice(this.#reply);
    return more.length === 0 || (more.length === 1 && more[0]!.startsWith('421 '))
      ? undefined
      : `${more.length} replies too many after «${why}»: ${more[0]}`;
  }

  /** The name of the next complete line, past its chunk if it is BDAT; undefined where none is complete. */
  #line(before: string): string | undefined {
    if (!before.startsWith('334 ') && this.#sent[this.#at] === 0x16) return this.#take(1, 'TLS');
    const end = this.#sent.indexOf(0x0a, this.#at);
    if (end < 0) return undefined;
    const line = this.#sent.subarray(this.#at, end + 1).toString('latin1');
    if (!line.endsWith('\r\n')) return this.#take(line.length, 'bare-LF');
    if (before.startsWith('334 ')) return this.#take(line.length, 'response');
    const chunk = /^BDAT +(\d{1,20})( +LAST)?[ \t]*\r\n$/i.exec(line);
    if (chunk === null || line.length > 2048) return this.#take(line.length, verbOf(line));
    const octets = Number(chunk[1]);
    if (octets > 2 ** 30) return this.#take(line.length, 'BDAT');
    if (this.#at + line.length + octets > this.#sent.length) return undefined;
    return this.#take(line.length + octets, 'BDAT');
  }

  #content(): string | undefined {
    if (this.#sent.subarray(this.#at, this.#at + 3).toString('latin1') === '.\r\n')
      return this.#take(3, 'content');
    const end = this.#sent.indexOf('\r\n.\r\n', this.#at, 'latin1');
    return end < 0 ? undefined : this.#take(end + 5 - this.#at, 'content');
  }

  #take(octets: number, name: string): string {
    this.#at += octets;
    return name;
  }
}
