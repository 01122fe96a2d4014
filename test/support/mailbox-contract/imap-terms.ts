/** The terms of the mailbox contract in those of IMAP: flags, and search keys (RFC 9051 §6.4.4). */
import { literal, type Piece } from '../imap/client.ts';
import type { Query } from './driver.ts';

const SYSTEM = new Map([
  ['$seen', '\\Seen'],
  ['$answered', '\\Answered'],
  ['$flagged', '\\Flagged'],
  ['$draft', '\\Draft'],
]);
const FROM_SYSTEM = new Map(Array.from(SYSTEM, ([name, flag]) => [flag.toLowerCase(), name]));

export function flagToImap(flag: string): string {
  return SYSTEM.get(flag) ?? flag;
}

export function flagsFromImap(flags: readonly string[]): string[] {
  return flags
    .map((flag) => FROM_SYSTEM.get(flag.toLowerCase()) ?? flag.toLowerCase())
    .filter((flag) => flag !== '\\recent')
    .toSorted();
}

/** A search key as parts of a command; text goes as literals, in UTF-8. */
export function searchKey(query: Query): Piece[] {
  if ('flag' in query) {
    const flag = SYSTEM.get(query.flag);
    return [flag === undefined ? `KEYWORD ${query.flag}` : flag.slice(1).toUpperCase()];
  }
  if ('header' in query) {
    const [name, value] = query.header;
    return [`HEADER ${name} `, literal(value)];
  }
  if ('and' in query)
    return ['(', ...query.and.flatMap((q, i) => [...(i > 0 ? [' '] : []), ...searchKey(q)]), ')'];
  if ('or' in query) return ['OR ', ...searchKey(query.or[0]), ' ', ...searchKey(query.or[1])];
  if ('not' in query) return ['NOT ', ...searchKey(query.not)];
  const [[name, value]] = Object.entries(query) as [[string, string | number | Date]];
  if (typeof value === 'string') return [`${name.toUpperCase()} `, literal(value)];
  return [`${name.toUpperCase()} ${typeof value === 'number' ? value : dateOf(value)}`];
}

function dateOf(date: Date): string {
  const [, day, month, year] = /, (\d\d) (\w+) (\d+)/.exec(date.toUTCString())!;
  return `${day}-${month}-${year}`;
}
