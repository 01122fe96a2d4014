/**
 * Responses of an IMAP server in parsed form (RFC 9051 §7, §9): atoms, strings, NIL and lists, so that tests compare
 * what was said and not how it was spelt. Written for tests only and from the grammar alone: it shares nothing with
 * our server's codec, so that neither hides the other's mistakes. It throws on what the grammar does not allow.
 */

export type ImapValue =
  | { readonly kind: 'atom'; readonly text: string }
  | { readonly kind: 'string'; readonly bytes: Buffer; readonly form: StringForm }
  | { readonly kind: 'nil' }
  | { readonly kind: 'list'; readonly items: readonly ImapValue[] };

export type StringForm = 'quoted' | 'literal' | 'literal8';

export type ImapStatus = 'OK' | 'NO' | 'BAD' | 'BYE' | 'PREAUTH';

export type ImapResponse =
  | { readonly kind: 'continue'; readonly text: string }
  | {
      readonly kind: 'status';
      /** Undefined where untagged. */
      readonly tag: string | undefined;
      readonly status: ImapStatus;
      /** What stood in brackets; empty where nothing did. */
      readonly code: readonly ImapValue[];
      readonly text: string;
    }
  | { readonly kind: 'data'; readonly values: readonly ImapValue[] };

export type ImapDatum = Extract<ImapResponse, { kind: 'data' }>;

/** A value as tests like to write it: text of atoms and strings (UTF-8), null for NIL, arrays for lists. */
export type Plain = string | null | readonly Plain[];

export function plain(value: ImapValue): Plain {
  switch (value.kind) {
    case 'atom':
      return value.text;
    case 'string':
      return value.bytes.toString('utf8');
    case 'nil':
      return null;
    case 'list':
      return value.items.map(plain);
  }
}

/** The text of an atom or string, undefined for anything else. */
export function textOf(value: ImapValue | undefined): string | undefined {
  const text = value === undefined ? null : plain(value);
  return typeof text === 'string' ? text : undefined;
}

/** The name of untagged data in capitals (`EXISTS`, `FETCH`, `LIST`), whether or not a number stands before it. */
export function nameOf({ values }: ImapDatum): string {
  const [first, second] = values;
  const number = first?.kind === 'atom' && /^\d+$/.test(first.text);
  return textOf(number ? second : first)?.toUpperCase() ?? '';
}

const STATUS = /^(?:OK|NO|BAD|BYE|PREAUTH)$/i;
/** Names after which a bracket opens a section, which belongs to the same item. */
const SECTION = /^(?:BODY|BINARY|BINARY\.SIZE|BODY\.PEEK|BINARY\.PEEK)$/i;

/** Parses one whole response, its literals in it, without its last CRLF. */
export function parseResponse(bytes: Buffer): ImapResponse {
  const text = bytes.toString('latin1');
  if (text.startsWith('+')) return { kind: 'continue', text: text.slice(1).trimStart() };
  const space = text.indexOf(' ');
  if (space <= 0) throw new Error(`not a response: ${text}`);
  const tag = text.slice(0, space) === '*' ? undefined : text.slice(0, space);
  const [status] = /^\S*/.exec(text.slice(space + 1))!;
  const reader = new Reader(text, space + 1);
  if (STATUS.test(status)) {
    reader.at += status.length;
    return {
      kind: 'status',
      tag,
      status: status.toUpperCase() as ImapStatus,
      ...reader.restText(),
    };
  }
  if (tag !== undefined) throw new Error(`no tagged response: ${text}`);
  return { kind: 'data', values: reader.values('') };
}

/** Parses values as they stand in a response. */
export function parseValues(text: string): ImapValue[] {
  return new Reader(text, 0).values('');
}

/** Like {@link parseResponse} for text after OK, NO, BAD, BYE: the code in brackets and what a person reads. */
export function parseStatusText(text: string): { code: ImapValue[]; text: string } {
  return new Reader(text, 0).restText();
}

class Reader {
  readonly #text: string;
  at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  restText(): { code: ImapValue[]; text: string } {
    const skip = (): void => {
      if (this.#text[this.at] === ' ') this.at += 1;
    };
    skip();
    let code: ImapValue[] = [];
    if (this.#text[this.at] === '[') {
      this.at += 1;
      code = this.values(']');
      skip();
    }
    return { code, text: Buffer.from(this.#text.slice(this.at), 'latin1').toString('utf8') };
  }

  /** Values up to and with `end`, a closing parenthesis or bracket; '' is the end of the text. */
  values(end: ')' | ']' | ''): ImapValue[] {
    const found: ImapValue[] = [];
    for (;;) {
      const next = this.#text[this.at];
      if (next === undefined) {
        if (end === '') return found;
        throw new Error(`no ${end} in: ${this.#text}`);
      }
      if (next === end) {
        this.at += 1;
        return found;
      }
      if (next === ' ') this.at += 1;
      else found.push(this.#value(next, end === ']'));
    }
  }

  #value(next: string, inCode: boolean): ImapValue {
    if (next === '(') {
      this.at += 1;
      return { kind: 'list', items: this.values(')') };
    }
    if (next === '"') return { kind: 'string', form: 'quoted', bytes: this.#quoted() };
    if (/^~?\{\d+\}\r\n/.test(this.#text.slice(this.at, this.at + 24))) return this.#literal();
    const text = this.#atom(inCode);
    return text.toUpperCase() === 'NIL' ? { kind: 'nil' } : { kind: 'atom', text };
  }

  #quoted(): Buffer {
    let content = '';
    for (this.at += 1; ; this.at += 1) {
      let next = this.#text[this.at];
      if (next === '"') break;
      if (next === '\\') next = this.#text[(this.at += 1)];
      if (next === undefined || next === '\r' || next === '\n')
        throw new Error(`a quoted string without end: ${this.#text}`);
      content += next;
    }
    this.at += 1;
    return Buffer.from(content, 'latin1');
  }

  #literal(): ImapValue {
    const form = this.#text[this.at] === '~' ? 'literal8' : 'literal';
    const open = this.#text.indexOf('{', this.at);
    const close = this.#text.indexOf('}', open);
    const size = Number(this.#text.slice(open + 1, close));
    const begin = close + 3;
    this.at = begin + size;
    if (this.at > this.#text.length) throw new Error('a literal is cut');
    return { kind: 'string', form, bytes: Buffer.from(this.#text.slice(begin, this.at), 'latin1') };
  }

  #atom(inCode: boolean): string {
    const begin = this.at;
    for (;;) {
      const next = this.#text[this.at];
      if (next === '[' && SECTION.test(this.#text.slice(begin, this.at))) {
        this.#section();
        continue;
      }
      if (next === undefined || next === ' ' || next === '(' || next === ')') break;
      if (next === '"' || next === '\r' || next === '\n') break;
      if (inCode && next === ']') break;
      this.at += 1;
    }
    if (this.at === begin) throw new Error(`unexpected ${this.#text.slice(begin, begin + 20)}`);
    return this.#text.slice(begin, this.at);
  }

  /** From a bracket to its end; header names in it may be quoted. */
  #section(): void {
    while (this.#text[this.at] !== ']') {
      if (this.#text[this.at] === '"') this.#quoted();
      else this.at += 1;
      if (this.at >= this.#text.length) throw new Error(`a section without end: ${this.#text}`);
    }
    this.at += 1;
  }
}
