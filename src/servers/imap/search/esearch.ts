/**
 * The answers to SEARCH and SORT: SEARCH, SORT and ESEARCH responses (RFC 9051 §7.3.4, RFC 4731, RFC 5267, RFC 7162 §3.1.5 and §3.1.10,
 * RFC 9394), and what of them is kept as `$` (RFC 5182 §2.4). Pure.
 */
import type { Partial, SearchReturn } from '#protocol/imap/command';
import { formatSet } from '#protocol/imap/sequence-set';

export interface Answer {
  readonly tag: string;
  readonly uid: boolean;
  /** Numbers or UIDs in the order of the answer. */
  readonly numbers: Uint32Array;
  /** Where the search was about modseqs: that of a message by its index in `numbers`. */
  readonly modseqAt: ((index: number) => number) | undefined;
}

export function searchLine(verb: 'SEARCH' | 'SORT', answer: Answer): string {
  const { numbers } = answer;
  if (numbers.length === 0) return `* ${verb}\r\n`;
  const modseq = highestModseq(answer, { start: 0, end: numbers.length });
  return `* ${verb} ${numbers.join(' ')}${modseq === 0 ? '' : ` (MODSEQ ${modseq})`}\r\n`;
}

/** MIN and MAX of SORT are the first and the last in its order (RFC 5267 §3.1). Undefined where SAVE alone was asked for. */
export function esearchLine(answer: Answer, asked: SearchReturn): string | undefined {
  const { tag, uid, numbers } = answer;
  const { min, max, all, count, partial } = asked;
  if (!min && !max && !all && !count && partial === undefined) return undefined;
  const { length } = numbers;
  const parts = [`* ESEARCH (TAG "${tag}")`];
  if (uid) parts.push('UID');
  if (length > 0) {
    if (min) parts.push(`MIN ${numbers[0]!}`);
    if (max) parts.push(`MAX ${numbers[length - 1]!}`);
    if (all) parts.push(`ALL ${formatSet(numbers)}`);
  }
  if (count) parts.push(`COUNT ${length}`);
  if (partial !== undefined) {
    const { start, end } = rangeOf(length, partial);
    const set = start < end ? formatSet(numbers.subarray(start, end)) : 'NIL';
    parts.push(`PARTIAL (${partial.from}:${partial.to} ${set})`);
  }
  const modseq = highestModseq(answer, ...namedRanges(length, asked));
  if (modseq > 0) parts.push(`MODSEQ ${modseq}`);
  return `${parts.join(' ')}\r\n`;
}

/** What `$` stands for afterwards: UIDs, rising. */
export function savedUids(uids: Uint32Array, asked: SearchReturn): Uint32Array {
  const saved = new Set<number>();
  for (const { start, end } of namedRanges(uids.length, asked))
    for (let index = start; index < end; index++) saved.add(uids[index]!);
  return Uint32Array.from(saved).sort();
}

/** Half-open. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** Which messages an answer is about: MIN, MAX and PARTIAL name some, everything else means all (RFC 5182 §2.4, RFC 9394 §3.3). */
function namedRanges(length: number, { min, max, all, count, partial }: SearchReturn): Range[] {
  if (length === 0) return [];
  if (all || count || (!min && !max && partial === undefined)) return [{ start: 0, end: length }];
  return [
    ...(min ? [{ start: 0, end: 1 }] : []),
    ...(max ? [{ start: length - 1, end: length }] : []),
    ...(partial === undefined ? [] : [rangeOf(length, partial)]),
  ];
}

/** RFC 9394 §3.1: from the end where negative. */
function rangeOf(length: number, { from, to }: Partial): Range {
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  return low > 0
    ? { start: Math.min(low - 1, length), end: Math.min(high, length) }
    : { start: Math.max(0, length + low), end: Math.max(0, length + high + 1) };
}

/** 0 where the search is not about modseqs, or nothing is named. */
function highestModseq({ modseqAt }: Answer, ...ranges: readonly Range[]): number {
  let highest = 0;
  if (modseqAt)
    for (const { start, end } of ranges)
      for (let index = start; index < end; index++) highest = Math.max(highest, modseqAt(index));
  return highest;
}
