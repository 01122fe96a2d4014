/**
 * A cursor over one command, with a method for each production that commands share (RFC 9051 §9). The command is text of one
 * character per octet, its literals in it (`{3}` CRLF abc). What breaks the grammar throws {@link Malformed}; parse/command.ts
 * catches it and says BAD. Nothing is looked at twice but a literal's length: linear.
 */
import { decodeUtf8, fromLatin1 } from '#bytes';

/** Words of the client's stand in some texts, however long they are. */
const MAX_TEXT = 200;

/** What the client is told after BAD. */
export class Malformed extends Error {
  /** RFC 9051 §7.1: NO with this response code instead of BAD. */
  readonly code: string | undefined;

  constructor(text: string, code?: string) {
    super(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text);
    this.code = code;
  }
}

export interface DecoderOptions {
  /** Mailbox names are UTF-8 (RFC 6855, RFC 9051), not modified UTF-7. */
  readonly utf8: boolean;
  /** SEARCH may not name a charset (RFC 6855 §3). */
  readonly noCharset?: boolean;
}

/** Lists and search keys within one another. */
export const MAX_NESTING = 100;

const LARGEST_64 = 2 ** 63;
const ATOM = /[^\x00-\x20(){%*"\\\]\x7f-\xff]+/y;
const ASTRING = /[^\x00-\x20(){%*"\\\x7f-\xff]+/y;
const LIST_MAILBOX = /[^\x00-\x20(){"\\\x7f]+/y;
const TAG = /[^\x00-\x20(){%*"\\\]+\x7f-\xff]{1,64}/y;
const DIGITS = /[0-9]+/y;
const QUOTED = /"((?:[^"\\\r\n\0]|\\["\\])*)"/y;
const LITERAL = /~?\{([0-9]{1,15})\+?\}\r?\n/y;

export class Decoder {
  readonly text: string;
  readonly utf8: boolean;
  readonly noCharset: boolean;
  at = 0;
  #depth = 0;

  constructor(text: string, { utf8, noCharset = false }: DecoderOptions) {
    this.text = text;
    this.utf8 = utf8;
    this.noCharset = noCharset;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** The next character without taking it, '' at the end. */
  get peek(): string {
    return this.text[this.at] ?? '';
  }

  /** Whether the character is next. */
  sees(character: string): boolean {
    return this.text[this.at] === character;
  }

  /** Takes the character if it is next. */
  take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  expect(character: string): void {
    if (!this.take(character)) throw this.unexpected(`"${character}"`);
  }

  space(): void {
    if (!this.take(' ')) throw this.unexpected('a space');
    // Clients send two now and then, and nothing else could be meant.
    while (this.take(' '));
  }

  /** Nothing but white space is left. */
  end(): void {
    while (this.take(' '));
    if (!this.ended) throw this.unexpected('the end of the command');
  }

  tag(): string {
    return this.#match(TAG) ?? this.fail('a tag');
  }

  atom(): string {
    return this.#match(ATOM) ?? this.fail('an atom');
  }

  /** An atom in upper case: a verb, a keyword of the grammar. */
  word(): string {
    return this.atom().toUpperCase();
  }

  /** A word that goes on in brackets is cut before them: `BODY` of `BODY[]`. */
  fetchWord(): string {
    const atom = this.#match(/[A-Za-z0-9.]+/y) ?? this.fail('a data item');
    return atom.toUpperCase();
  }

  /** One character per octet. */
  astring(): string {
    if (this.#isString()) return this.string();
    return this.#match(ASTRING) ?? this.fail('a string');
  }

  /** Quoted or a literal; one character per octet. */
  string(): string {
    if (this.peek === '"') {
      const quoted = this.#match(QUOTED, 1) ?? this.fail('the end of the quoted string');
      return quoted.includes('\\') ? quoted.replaceAll(/\\(["\\])/g, '$1') : quoted;
    }
    const size = this.#match(LITERAL, 1);
    if (size === undefined) return this.fail('a string');
    const start = this.at;
    this.at += Number(size);
    if (this.at > this.text.length) return this.fail('the octets of the literal');
    return this.text.slice(start, this.at);
  }

  /** Null for NIL. */
  nstring(): string | null {
    if (/[Nn]/.test(this.peek) && /^nil(?![^\s()])/i.test(this.text.slice(this.at, this.at + 4))) {
      this.at += 3;
      return null;
    }
    return this.string();
  }

  /** Null for NIL in any case; an atom stands for itself. */
  nstringOrAtom(): string | null {
    if (this.#isString()) return this.string();
    const atom = this.astring();
    return /^nil$/i.test(atom) ? null : atom;
  }

  /** A string that is text. */
  utf8String(): string {
    return this.toText(this.astring());
  }

  /** Octets, one character each, as the UTF-8 that they are to be. */
  toText(octets: string): string {
    if (!/[^\x01-\x7f]/.test(octets)) return octets;
    const text = octets.includes('\0') ? undefined : decodeUtf8(fromLatin1(octets));
    if (text === undefined) throw new Malformed('A string is not in UTF-8');
    return text;
  }

  /** A pattern of LIST: wildcards may stand in it. */
  listMailbox(): string {
    const first = this.peek;
    if (first === '"' || first === '{') return this.string();
    return this.#match(LIST_MAILBOX) ?? this.fail('a mailbox pattern');
  }

  /** 0 to 2^32 − 1. */
  number(): number {
    return this.#number(0xffff_ffff);
  }

  /** From 1. */
  nzNumber(): number {
    const value = this.number();
    if (value === 0) throw new Malformed('A number must not be 0');
    return value;
  }

  /**
   * RFC 9051 §9 number64, RFC 7162 mod-sequence-value: up to 2^63 − 1. Ours never pass 2^53 − 1, so whatever is larger means the
   * same as that.
   */
  number64(): number {
    return Math.min(this.#number(LARGEST_64), Number.MAX_SAFE_INTEGER);
  }

  #number(largest: number): number {
    const digits = this.#match(DIGITS) ?? this.fail('a number');
    const value = digits.length > 19 ? Infinity : Number(digits);
    if (value > largest) throw new Malformed(`A number is above ${BigInt(largest)}`);
    return value;
  }

  /** `(` items, parted by spaces, `)`. */
  list<T>(item: () => T, { empty = false } = {}): T[] {
    this.expect('(');
    const items: T[] = [];
    if (empty && this.take(')')) return items;
    this.nested(() => {
      do items.push(item());
      while (this.#more());
    });
    this.expect(')');
    return items;
  }

  /** Goes one level down. */
  nested<T>(inside: () => T): T {
    if (++this.#depth > MAX_NESTING) throw new Malformed(`More than ${MAX_NESTING} levels`);
    const value = inside();
    this.#depth--;
    return value;
  }

  /** An item of a list follows. */
  #more(): boolean {
    if (!this.take(' ')) return false;
    while (this.take(' '));
    return this.peek !== ')';
  }

  /** Quoted or a literal, of either kind. */
  #isString(): boolean {
    const first = this.peek;
    return first === '"' || first === '{' || (first === '~' && this.text[this.at + 1] === '{');
  }

  #match(pattern: RegExp, group = 0): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return undefined;
    this.at = pattern.lastIndex;
    return found[group];
  }

  fail(wanted: string): never {
    throw this.unexpected(wanted);
  }

  unexpected(wanted: string): Malformed {
    if (this.ended) return new Malformed(`Expected ${wanted} at the end of the command`);
    // not as it is: clients take what ends with `{9}` for the beginning of a literal
    const found = this.text.slice(this.at, this.at + 12).replaceAll(/[^\x21-\x7e]|[{}]/g, '?');
    return new Malformed(`Expected ${wanted} at octet ${this.at + 1}: ${found}`);
  }
}
