/**
 * Holds what a server said against the patterns of an ImapTest script (imaptest/FORMAT.md): letters alike in either
 * case, `$variables` that take their first value from the server, lists with directives for order and extras.
 */
import { textOf, type ImapResponse, type ImapValue } from '../support/imap/data.ts';
import type { Pattern } from './imaptest-script.ts';

const VARIABLE = /^\$(?:\{([^}]*)\}|(\w*))/;

/** What variables stand for while a script runs. */
export class Scope {
  #variables: Map<string, string>;
  /** Sequence number at the beginning of the command → now; 0 once expunged. */
  #sequence: readonly number[];
  /** The last `$modseqN`: N, and its value. */
  #modseq: readonly [number: number, value: bigint] = [0, 0n];

  constructor(variables: Readonly<Record<string, string>>) {
    this.#variables = new Map(Object.entries(variables));
    this.#sequence = [];
  }

  /** Begins a group of commands, with this many messages there. */
  begin(messages: number, tag: string): void {
    this.#sequence = Array.from({ length: messages }, (_, index) => index + 1);
    this.#variables.set('tag', tag);
  }

  expunged(number: number): void {
    this.#sequence = this.#sequence.map((now) => (now === number ? 0 : now > number ? now - 1 : now));
  }

  /** Takes over the variables that `attempt` set, if it says that it matched. */
  try(attempt: () => boolean): boolean {
    const before = new Map(this.#variables);
    const modseq = this.#modseq;
    if (attempt()) return true;
    this.#variables = before;
    this.#modseq = modseq;
    return false;
  }

  /** The value of a variable; undefined where it has none yet. */
  get(name: string): string | undefined {
    if (!/^\d+$/.test(name)) return this.#variables.get(name);
    const now = this.#sequence[Number(name) - 1];
    return now === undefined || now === 0 ? `no message is $${name}` : String(now);
  }

  /** Gives a variable its first value; false where it may not have that one. */
  set(name: string, value: string): boolean {
    const [, number] = /^modseq(\d+)$/.exec(name) ?? [];
    if (number !== undefined) {
      const [lastNumber, lastValue] = this.#modseq;
      if (!/^\d+$/.test(value)) return false;
      if (BigInt(value) < lastValue + BigInt(Number(number) - lastNumber)) return false;
      this.#modseq = [Number(number), BigInt(value)];
    }
    if (name !== '') this.#variables.set(name, value);
    return true;
  }

  /** The text of a command with its variables replaced; throws where one has no value. */
  expand(text: string): string {
    return text.replaceAll(/\$(\$|\{[^}]*\}|\w+)/g, (_, name: string) => {
      if (name === '$') return name;
      const value = this.get(name.replaceAll(/[{}]/g, ''));
      if (value === undefined) throw new Error(`$${name} has no value`);
      return value;
    });
  }
}

export function matches(scope: Scope, pattern: Pattern, response: ImapResponse): boolean {
  return scope.try(() => {
    if (pattern.kind === 'data')
      return response.kind === 'data' && matchAll(scope, pattern.values, response.values);
    if (response.kind !== 'status') return false;
    if (pattern.status !== '' && pattern.status !== response.status) return false;
    return pattern.code.length === 0 || matchAll(scope, pattern.code, response.code);
  });
}

function matchAll(
  scope: Scope,
  patterns: readonly ImapValue[],
  values: readonly ImapValue[],
): boolean {
  if (patterns.length !== values.length) return false;
  return patterns.every((pattern, index) => matchValue(scope, pattern, values[index]!));
}

function matchValue(scope: Scope, pattern: ImapValue, value: ImapValue): boolean {
  if (pattern.kind === 'list') return value.kind === 'list' && matchList(scope, pattern, value);
  if (pattern.kind === 'nil') return value.kind === 'nil';
  const text = octets(pattern);
  if (text === '$') return true;
  const said = value.kind === 'list' || value.kind === 'nil' ? undefined : octets(value);
  if (said === undefined) return false;
  // ImapTest compares up to the first NUL, and append-binary has a pattern that is too short behind it
  if (text.includes('\0')) return said.startsWith(text);
  return matchText(scope, text, said);
}

/** One character per octet; the names of header fields in a section may be quoted or not. */
function octets(value: ImapValue & { kind: 'atom' | 'string' }): string {
  if (value.kind === 'string') return value.bytes.toString('latin1');
  return value.text.includes('[') ? value.text.replaceAll('"', '') : value.text;
}

function matchText(scope: Scope, pattern: string, said: string): boolean {
  let rest = pattern;
  let at = 0;
  let sensitive = false;
  while (rest !== '') {
    if (rest[0] !== '$' || rest[1] === '$') {
      const next = rest[0] === '$' ? '$' : rest[0]!;
      rest = rest.slice(rest[0] === '$' ? 2 : 1);
      if (!same(next, said[at] ?? '', sensitive)) return false;
      at += 1;
      continue;
    }
    const [all, braced, bare = ''] = VARIABLE.exec(rest)!;
    const name = braced ?? bare;
    rest = rest.slice(all.length);
    if (name.startsWith('case:')) {
      const exact = name.slice(5);
      sensitive = true;
      rest = exact + rest;
      continue;
    }
    const value = name === '' ? undefined : scope.get(name);
    const taken = value ?? said.slice(at, captureEnd(scope, rest, said, at));
    if (value === undefined && !scope.set(name, taken)) return false;
    if (!said.startsWith(taken, at)) return false;
    at += taken.length;
  }
  return at === said.length;
}

/** A new variable takes all up to the next character that the pattern knows. */
function captureEnd(scope: Scope, rest: string, said: string, from: number): number {
  if (rest === '') return said.length;
  const [, braced, bare] = rest.startsWith('$$') ? [] : (VARIABLE.exec(rest) ?? []);
  const known = scope.get(braced ?? bare ?? '');
  const next = (known ?? rest.replace('$$', '$'))[0] ?? '';
  const end = said.toLowerCase().indexOf(next.toLowerCase(), from);
  return end < 0 ? said.length : end;
}

function same(a: string, b: string, sensitive: boolean): boolean {
  return sensitive ? a === b : a.toLowerCase() === b.toLowerCase();
}

interface Directives {
  readonly unordered: boolean;
  /** Values that belong together: a name and what it says. */
  readonly chain: number;
  readonly extra: boolean;
  readonly ignored: readonly string[];
  readonly banned: readonly string[];
}

function matchList(
  scope: Scope,
  pattern: ImapValue & { kind: 'list' },
  value: ImapValue & { kind: 'list' },
): boolean {
  const first = pattern.items.findIndex((item) => textOf(item)?.startsWith('$!') !== true);
  const begin = first < 0 ? pattern.items.length : first;
  const { unordered, chain, extra, ignored, banned } = directives(
    pattern.items.slice(0, begin).map((item) => textOf(item)!.slice(2)),
  );
  const wanted = pattern.items.slice(begin);
  if (!unordered) return matchAll(scope, wanted, value.items);
  if (wanted.length % chain !== 0) throw new Error(`not chains of ${chain} in a pattern`);
  if (value.items.length % chain !== 0) return false;
  const left = chains(value.items, chain);
  for (const want of chains(wanted, chain)) {
    const found = left.findIndex((has) => scope.try(() => matchAll(scope, want, has)));
    if (found < 0) return false;
    left.splice(found, 1);
  }
  const names = left.map(([name]) => textOf(name)?.toLowerCase() ?? '');
  return extra
    ? names.every((name) => !banned.includes(name))
    : names.every((name) => ignored.includes(name));
}

function directives(words: readonly string[]): Directives {
  const valuesOf = (name: string): string[] =>
    words
      .filter((word) => word.startsWith(`${name}=`))
      .map((word) => word.slice(name.length + 1).toLowerCase());
  for (const word of words)
    if (!/^(?:ordered|unordered(?:=\d+)?|extra|noextra|ignore=.+|ban=.+)$/.test(word))
      throw new Error(`no directive is called $!${word}`);
  const order = words.findLast((word) => /^(?:un)?ordered/.test(word));
  return {
    unordered: order?.startsWith('unordered') ?? false,
    chain: Number(valuesOf('unordered')[0] ?? 1),
    extra: words.findLast((word) => /^(?:no)?extra$/.test(word)) !== 'noextra',
    ignored: valuesOf('ignore'),
    banned: valuesOf('ban'),
  };
}

function chains<T>(items: readonly T[], length: number): T[][] {
  const count = Math.ceil(items.length / length);
  return Array.from({ length: count }, (_, i) => items.slice(i * length, (i + 1) * length));
}
