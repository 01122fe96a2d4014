/**
 * Reads the condition of a rule as people write it:
 *
 *     count of session.authentication-failed >= 100
 *     share of attempt.deferred[site!=local] in attempt.deferred,attempt.delivered[status=2.*] >= 30%
 *     nothing of message.received
 */
import { nearestWord } from '#protocol/nearest-word';
import { COUNTABLE_EVENTS, fieldsOf, type FieldKind } from './event-fields.ts';
import type { Condition, FieldTest, Selector } from './rule.ts';

export interface NotRead {
  readonly kind: 'failed';
  readonly problem: string;
  readonly remedy: string;
}

export type ReadCondition = { readonly kind: 'read'; readonly when: Condition } | NotRead;

export const CONDITION_EXAMPLES = [
  'count of session.authentication-failed >= 100',
  'share of attempt.failed[status=5.1.*] in attempt.delivered,attempt.failed >= 5%',
  'nothing of message.received',
] as const;

const LONGEST = 2000;
const MOST_SELECTORS = 20;
const MOST_TESTS = 8;
const MOST_VALUES = 20;
const MOST_COUNT = 1_000_000;

class Unreadable extends Error {
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    super(problem);
    this.remedy = remedy;
  }
}

const LIKE = `Write it like: ${CONDITION_EXAMPLES.join(' · ')}`;

/** @param fewest of a share: with fewer among them nothing is said */
export function readCondition(text: string, fewest: number): ReadCondition {
  try {
    if (text.length > LONGEST) throw new Unreadable('the condition is too long', LIKE);
    return { kind: 'read', when: new Reader(text).condition(fewest) };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { kind: 'failed', problem: error.message, remedy: error.remedy };
  }
}

/** Words, operators and marks; blanks part words and mean nothing else. */
const TOKEN = />=|<=|!=|[=,|[\]%]|[^\s>=<!,|[\]%]+|\S/g;

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = text.match(TOKEN) ?? [];
  }

  condition(fewest: number): Condition {
    const kind = this.#word('count, share or nothing');
    if (kind !== 'count' && kind !== 'share' && kind !== 'nothing')
      throw new Unreadable(`a condition does not begin with ${kind}`, meant(kind, KINDS) ?? LIKE);
    this.#expect('of');
    const of = this.#selectors();
    let when: Condition;
    if (kind === 'nothing') when = { kind: 'silence', of };
    else if (kind === 'count') {
      this.#expect('>=');
      when = { kind: 'count', of, least: this.#count() };
    } else {
      this.#expect('in');
      const among = this.#selectors();
      this.#expect('>=');
      when = { kind: 'share', of, among, least: this.#share(), fewest };
    }
    if (this.#at < this.#tokens.length)
      throw new Unreadable(`${this.#tokens[this.#at]} is too much at the end`, LIKE);
    return when;
  }

  #selectors(): Selector[] {
    const selectors: Selector[] = [];
    do selectors.push(this.#selector());
    while (this.#take(','));
    if (selectors.length > MOST_SELECTORS)
      throw new Unreadable(`more than ${MOST_SELECTORS} kinds of events`, LIKE);
    return selectors;
  }

  #selector(): Selector {
    const event = this.#word('the name of an event');
    const fields = COUNTABLE_EVENTS.includes(event) ? fieldsOf(event) : undefined;
    if (fields === undefined) {
      const remedy =
        meant(event, COUNTABLE_EVENTS) ??
        `There are ${COUNTABLE_EVENTS.filter((name) => name.startsWith('attempt.')).join(', ')}; hikyaku alert events lists all.`;
      throw new Unreadable(`${event} is no event that can be counted`, remedy);
    }
    const where: FieldTest[] = [];
    if (this.#take('[')) {
      do where.push(this.#test(event, fields));
      while (this.#take(','));
      this.#expect(']');
      if (where.length > MOST_TESTS)
        throw new Unreadable(`more than ${MOST_TESTS} conditions on ${event}`, LIKE);
    }
    return { event, where };
  }

  #test(event: string, fields: Readonly<Record<string, FieldKind>>): FieldTest {
    const field = this.#word('the name of a field');
    const kind = kindOf(fields, field);
    if (kind === undefined) {
      const known = Object.keys(fields).filter((name) => fields[name] !== 'other');
      const remedy =
        meant(field, known) ??
        (known.length === 0
          ? `${event} has no fields; write it alone.`
          : `It has ${known.join(', ')}.`);
      throw new Unreadable(`${event} has no public field ${field}`, remedy);
    }
    const operator = this.#operator(field);
    if (operator === '>=' || operator === '<=') {
      const value = this.#word('a number');
      if (kind !== 'number')
        throw new Unreadable(
          `${field} of ${event} is no number`,
          `Write ${field}=${value}, or ${field}!=${value}.`,
        );
      return {
        field,
        is: operator === '>=' ? 'at-least' : 'at-most',
        values: [numeral(field, value)],
      };
    }
    const values: string[] = [];
    do values.push(this.#value(field, kind));
    while (this.#take('|'));
    if (values.length > MOST_VALUES)
      throw new Unreadable(`more than ${MOST_VALUES} values of ${field}`, LIKE);
    return { field, is: operator === '=' ? 'equal' : 'unequal', values };
  }

  #operator(field: string): string {
    const found = OPERATORS.find((operator) => this.#take(operator));
    if (found !== undefined) return found;
    throw new Unreadable(
      `behind ${field} stands ${this.#tokens[this.#at] ?? 'nothing'}`,
      'Write =, !=, >= or <=.',
    );
  }

  #value(field: string, kind: FieldKind): string {
    const value = this.#word(`a value of ${field}`);
    const star = value.indexOf('*');
    if (star >= 0 && star < value.length - 1)
      throw new Unreadable(`${value} has * before its end`, 'A value may end with *, as 5.1.*.');
    if (kind === 'flag' && value !== 'true' && value !== 'false')
      throw new Unreadable(`${field} is true or false, not ${value}`, `Write ${field}=true.`);
    return kind === 'number' && star < 0 ? numeral(field, value) : value;
  }

  #count(): number {
    const given = this.#word('a number');
    if (/^\d{1,7}$/.test(given) && Number(given) >= 1 && Number(given) <= MOST_COUNT)
      return Number(given);
    throw new Unreadable(`${given} is no number from 1 to ${MOST_COUNT}`, 'Write for example 10.');
  }

  #share(): number {
    const given = this.#word('a share');
    const isPercent = this.#take('%');
    const number = /^\d{1,3}(\.\d{1,3})?$/.test(given) ? Number(given) : Number.NaN;
    if (isPercent && number > 0 && number <= 100) return Number((number / 100).toPrecision(12));
    throw new Unreadable(
      `${given}${isPercent ? '%' : ''} is no share above 0 and up to 100%`,
      'Write for example 5% or 0.1%.',
    );
  }

  #word(what: string): string {
    const token = this.#tokens[this.#at];
    if (token !== undefined && !MARKS.has(token)) {
      this.#at++;
      return token;
    }
    throw new Unreadable(`${token ?? 'The end'} stands where ${what} should be`, LIKE);
  }

  #take(mark: string): boolean {
    if (this.#tokens[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #expect(mark: string): void {
    if (this.#take(mark)) return;
    const token = this.#tokens[this.#at] ?? 'the end';
    throw new Unreadable(`${token} stands where ${mark} should be`, LIKE);
  }
}

const KINDS = ['count', 'share', 'nothing'];
const OPERATORS = ['=', '!=', '>=', '<='] as const;
const MARKS: ReadonlySet<string> = new Set([...OPERATORS, ',', '|', '[', ']', '%', '>', '<', '!']);

function kindOf(
  fields: Readonly<Record<string, FieldKind>>,
  field: string,
): Exclude<FieldKind, 'other'> | undefined {
  const dot = field.indexOf('.');
  const name = dot < 0 ? field : field.slice(0, dot);
  const kind = Object.hasOwn(fields, name) ? fields[name]! : undefined;
  if (kind === undefined || kind === 'other') return undefined;
  if (dot < 0) return kind === 'words' ? undefined : kind;
  return kind === 'words' && dot < field.length - 1 ? 'text' : undefined;
}

function numeral(field: string, value: string): string {
  if (/^-?\d{1,12}$/.test(value)) return String(Number(value));
  throw new Unreadable(`${field} is a number, not ${value}`, `Write for example ${field}=421.`);
}

function meant(word: string, known: readonly string[]): string | undefined {
  const near = nearestWord(word, known);
  return near === undefined ? undefined : `Did you mean ${near}?`;
}
