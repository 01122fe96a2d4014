/**
 * Splits an mbox into messages, incrementally (RFC 4155; mboxrd, whose quoting can be undone). A message begins with a line `From …`
 * at the beginning or after an empty line; the empty line before it belongs to the format, as `>From ` does in place of `From `, and
 * the first of each of the fields Status, X-Status and X-Keywords, in which programs keep flags. Octets are not converted; memory is bounded by a line.
 */
import { concat, latin1, view } from '#bytes';

export type MboxEvent =
  /** `date` of the From line, milliseconds; undefined where it names none. */
  | { readonly kind: 'begin'; readonly date: number | undefined }
  | { readonly kind: 'piece'; readonly bytes: Uint8Array }
  /** Flags as letters of Status and X-Status (`RO`, `AFDT`), and keywords. */
  | { readonly kind: 'end'; readonly letters: string; readonly keywords: readonly string[] };

const LF = 0x0a;
const CR = 0x0d;
const FROM = Buffer.from('From ');
/** Of a line that does not end: its beginning decides what it is, and then it is handed on. */
const LONG_LINE = 64 * 1024;
const FLAG_FIELD = /^(status|x-status|x-keywords):(.*)$/i;
/** `From MAILER-DAEMON Fri Jul  8 12:08:34 2011`: what stands after the address looks like a date. */
const SENDER = /^(?:"[^"]*"\S*|\S+) +/;
const TIME = /\d\d:\d\d/;

export class MboxReader {
  readonly #parseDate: (text: string) => number | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #open = false;
  #inHeader = false;
  /** Inside a field that is not handed on: its further lines are not either. */
  #hiding = false;
  #afterEmpty = true;
  /** An empty line that belongs to the message only if no From line follows. */
  #heldLineEnd: Uint8Array | undefined;
  /** In a long line, of which the beginning was handed on. */
  #inLine = false;
  #letters = '';
  #keywords: string[] = [];
  /** Names of fields of flags that were read: a second one is the message's own. */
  #taken = new Set<string>();

  /** @param parseDate of `protocol/message/date` */
  constructor(parseDate: (text: string) => number | undefined) {
    this.#parseDate = parseDate;
  }

  push(bytes: Uint8Array): MboxEvent[] {
    const events: MboxEvent[] = [];
    const data = this.#rest.length > 0 ? view(concat([this.#rest, bytes])) : view(bytes);
    let at = 0;
    for (let end = data.indexOf(LF); end >= 0; end = data.indexOf(LF, at)) {
      this.#line(data.subarray(at, end + 1), events);
      at = end + 1;
    }
    this.#rest = data.subarray(at);
    if (this.#rest.length > LONG_LINE) {
      this.#line(this.#rest, events);
      this.#rest = Buffer.alloc(0);
    }
    return joined(events);
  }

  /** What stands before the first From line is no mbox: nothing comes of it. */
  end(): MboxEvent[] {
    const events: MboxEvent[] = [];
    if (this.#rest.length > 0) this.#line(this.#rest, events);
    this.#rest = Buffer.alloc(0);
    this.#finish(events);
    return joined(events);
  }

  #line(line: Buffer, events: MboxEvent[]): void {
    const begins = !this.#inLine;
    this.#inLine = line.at(-1) !== LF;
    if (!begins) return this.#piece(line, events);
    if (this.#afterEmpty && line.subarray(0, FROM.length).equals(FROM) && this.#begin(line, events))
      return;
    if (!this.#open) return;
    const empty = line.length === 1 || (line.length === 2 && line[0] === CR);
    if (this.#inHeader) {
      this.#afterEmpty = empty;
      if (empty) this.#inHeader = false;
      else if (this.#isHidden(line)) return;
      return this.#piece(unquoted(line), events);
    }
    this.#release(events);
    this.#afterEmpty = empty;
    if (empty) this.#heldLineEnd = line;
    else this.#piece(unquoted(line), events);
  }

  #begin(line: Buffer, events: MboxEvent[]): boolean {
    const date = dateOf(latin1(line.subarray(FROM.length)).trimEnd());
    if (date === undefined) return false;
    this.#finish(events);
    events.push({ kind: 'begin', date: this.#parseDate(date) });
    this.#open = true;
    this.#inHeader = true;
    this.#afterEmpty = false;
    return true;
  }

  #finish(events: MboxEvent[]): void {
    this.#heldLineEnd = undefined;
    if (!this.#open) return;
    events.push({ kind: 'end', letters: this.#letters, keywords: this.#keywords });
    this.#open = false;
    this.#hiding = false;
    this.#taken.clear();
    this.#letters = '';
    this.#keywords = [];
  }

  #release(events: MboxEvent[]): void {
    if (this.#heldLineEnd) this.#piece(this.#heldLineEnd, events);
    this.#heldLineEnd = undefined;
  }

  #isHidden(line: Buffer): boolean {
    if (line[0] === 0x20 || line[0] === 0x09) return this.#hiding;
    const found = line.length < 4096 ? FLAG_FIELD.exec(latin1(line).trimEnd()) : undefined;
    const name = found?.[1]!.toLowerCase();
    this.#hiding = name !== undefined && !this.#taken.has(name);
    if (!found || name === undefined || !this.#hiding) return false;
    this.#taken.add(name);
    const value = found[2]!.trim();
    if (name === 'x-keywords') this.#keywords.push(...value.split(/\s+/).filter(Boolean));
    else this.#letters += value;
    return true;
  }

  #piece(bytes: Uint8Array, events: MboxEvent[]): void {
    if (this.#open) events.push({ kind: 'piece', bytes });
  }
}

/** What of a From line, behind its first word, looks like a date; undefined: nothing does. One look at each character, whatever stands there. */
function dateOf(text: string): string | undefined {
  if (/[\r\n]/.test(text) || !TIME.test(text)) return undefined;
  const behind = text.replace(SENDER, '');
  return TIME.test(behind) ? behind : text;
}

/** mboxrd: one `>` less before `From `. */
function unquoted(line: Buffer): Buffer {
  if (line[0] !== 0x3e) return line;
  let at = 1;
  while (line[at] === 0x3e) at++;
  return line.subarray(at, at + FROM.length).equals(FROM) ? line.subarray(1) : line;
}

/** Lines of one message in one piece. */
function joined(events: readonly MboxEvent[]): MboxEvent[] {
  const result: MboxEvent[] = [];
  let pieces: Uint8Array[] = [];
  const flush = (): void => {
    if (pieces.length > 0) result.push({ kind: 'piece', bytes: Buffer.concat(pieces) });
    pieces = [];
  };
  for (const event of events) {
    if (event.kind === 'piece') pieces.push(event.bytes);
    else {
      flush();
      result.push(event);
    }
  }
  flush();
  return result;
}
