/** The answers to SEARCH and SORT: SEARCH, SORT and ESEARCH responses (RFC 9051 §7.3.4, RFC 4731, RFC 5267, RFC 7162 §3.1.6, RFC 9394). */
import type { Partial, SearchReturn } from '#protocol/imap/command';
import { formatSet } from '#protocol/imap/sequence-set';

export interface Answer {
  readonly tag: string;
  readonly uid: boolean;
  /** Numbers or UIDs in the order of the answer. */
  readonly numbers: ArrayLike<number>;
  /** Of the messages that are named, where the search was about modseqs: by their index in `numbers`. */
  readonly modseqOf: ((indices: Iterable<number>) => number) | undefined;
}

/**
 * MIN and MAX of SORT are the first and the last in its order (RFC 5267 §3.1).
 * @param rising the numbers rise, as those of SEARCH do
 */
export function esearchLine(answer: Answer, asked: SearchReturn, rising: boolean): string {
  const { tag, uid, numbers, modseqOf } = answer;
  const { length } = numbers;
  const named = new Set<number>();
  let text = `* ESEARCH (TAG "${tag}")${uid ? ' UID' : ''}`;
  if (asked.min && length > 0) {
    text += ` MIN ${numbers[0]!}`;
    named.add(0);
  }
  if (asked.max && length > 0) {
    text += ` MAX ${numbers[length - 1]!}`;
    named.add(length - 1);
  }
  if (asked.all && length > 0) text += ` ALL ${setText(numbers, rising)}`;
  if (asked.count) text += ` COUNT ${length}`;
  let part: readonly number[] = [];
  if (asked.partial !== undefined) {
    part = partOf(length, asked.partial);
    const some = part.map((index) => numbers[index]!);
    text += ` PARTIAL (${asked.partial.from}:${asked.partial.to} ${some.length === 0 ? 'NIL' : setText(some, rising)})`;
  }
  if (modseqOf !== undefined && length > 0) {
    const all = asked.all || (asked.count && !asked.min && !asked.max);
    const indices = all ? Array.from(numbers, (_, index) => index) : [...named, ...part];
    if (indices.length > 0) text += ` MODSEQ ${modseqOf(indices)}`;
  }
  return `${text}\r\n`;
}

export function searchLine(verb: 'SEARCH' | 'SORT', { numbers, modseqOf }: Answer): string {
  let text = `* ${verb}`;
  for (let i = 0; i < numbers.length; i++) text += ` ${numbers[i]!}`;
  if (modseqOf !== undefined && numbers.length > 0)
    text += ` (MODSEQ ${modseqOf(Array.from(numbers, (_, index) => index))})`;
  return `${text}\r\n`;
}

/** RFC 9394 §3.1: indices from one place to another, from the end where negative; in the order of the answer. */
export function partOf(length: number, { from, to }: Partial): number[] {
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  const start = low > 0 ? low - 1 : Math.max(0, length + low);
  const end = low > 0 ? Math.min(high, length) : length + high + 1;
  const indices: number[] = [];
  for (let index = start; index < end; index++) indices.push(index);
  return indices;
}

/** A set that keeps the order: nothing is put together. */
function setText(numbers: ArrayLike<number>, rising: boolean): string {
  if (rising) return formatSet(Array.from(numbers));
  let text = '';
  for (let i = 0; i < numbers.length; i++) text += `${i === 0 ? '' : ','}${numbers[i]!}`;
  return text;
}
