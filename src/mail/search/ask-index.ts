/**
 * Asks the search index of an account which of its messages have a text in them. The index answers for each message with yes, no or
 * maybe; whoever asks reads the messages of which it says maybe. What is not indexed yet is maybe, so a search is exact at every
 * moment.
 * Called by mail/search/find-messages.ts.
 */
import { foldText } from '#protocol/message/fold';
import type { Pool } from '#store/open';
import type { StoredSegment } from '#store/search/segments';
import { readBlocks, readIndex, SegmentGone } from '#store/search/snapshot';
import { allEmails, countIn, keepThoseWith, numbersIn } from './ask-segment.ts';
import { FIELD_PLACES, gramsOfNeedle, INDEX_VERSION, type NeedleGrams } from './grams.ts';
import { unpackNumbers } from './packed-numbers.ts';

/**
 * What SEARCH TEXT, BODY, SUBJECT, FROM, HEADER, … ask for (RFC 9051 §6.4.4): a text anywhere, in a body, in the header with the names
 * of its fields (`Name: value`), or in the value of a field; an empty one asks whether the field is there.
 */
export type TextCondition =
  | { readonly where: 'text' | 'header' | 'body'; readonly needle: string }
  /** `field` in lower case. */
  | { readonly where: 'field'; readonly field: string; readonly needle: string };

export type Answer = 'yes' | 'no' | 'maybe';

/** What the index knows of one condition. */
export type IndexAnswer = (emailId: number) => Answer;

/** Emails of segments that are asked at once: what is read for them stays in memory, and is looked through in one go. */
const EMAILS_AT_ONCE = 16_384;
/** Every so many grams of a needle are looked for first; they mostly leave few messages, which are read sooner than the other grams. */
const EVERY = 3;
const FEW = 50;
/** A search with more conditions reads the messages that the first ones leave over. */
const MAX_CONDITIONS = 100;

/** A merge that ends while the index is read makes it be read again; merges are rare, and what they wrote lasts. */
const ATTEMPTS = 4;

/** The answers to conditions, in their order. */
export async function askIndex(
  pool: Pool,
  accountId: string,
  conditions: readonly TextCondition[],
): Promise<IndexAnswer[]> {
  let answers: readonly IndexAnswer[] = [];
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      answers = await askOnce(pool, accountId, conditions.slice(0, MAX_CONDITIONS));
      break;
    } catch (error) {
      if (!(error instanceof SegmentGone)) throw error;
    }
  }
  return conditions.map((_, i) => answers[i] ?? (() => 'maybe'));
}

/** None where the account has no index. */
async function askOnce(
  pool: Pool,
  accountId: string,
  conditions: readonly TextCondition[],
): Promise<IndexAnswer[]> {
  const index = await readIndex(pool, accountId, INDEX_VERSION);
  if (!index) return [];
  const asked: Asked = { pool, indexedId: index.indexedId, groups: groupsOf(index.segments) };
  const found: IndexAnswer[] = [];
  for (const condition of conditions) found.push(await askFor(condition, asked));
  return found;
}

interface Asked {
  readonly pool: Pool;
  readonly indexedId: number;
  readonly groups: readonly (readonly OpenSegment[])[];
}

interface OpenSegment extends StoredSegment {
  readonly ids: readonly number[];
  readonly partialNumbers: readonly number[];
}

function groupsOf(segments: readonly StoredSegment[]): OpenSegment[][] {
  const groups: OpenSegment[][] = [];
  let emails = Infinity;
  for (const segment of segments) {
    emails += segment.emails;
    if (emails > EMAILS_AT_ONCE) {
      groups.push([]);
      emails = segment.emails;
    }
    groups.at(-1)!.push({
      ...segment,
      ids: unpackNumbers(segment.emailIds),
      partialNumbers: unpackNumbers(segment.partial),
    });
  }
  return groups;
}

async function askFor(
  condition: TextCondition,
  { pool, indexedId, groups }: Asked,
): Promise<IndexAnswer> {
  const alternatives = alternativesOf(condition);
  const having = new Set<number>();
  const partial = new Set<number>();
  for (const group of groups) await collect(alternatives, pool, group, having, partial);
  const found = alternatives.every(({ exact }) => exact) ? 'yes' : 'maybe';
  return (emailId) => {
    if (emailId > indexedId || partial.has(emailId)) return 'maybe';
    return having.has(emailId) ? found : 'no';
  };
}

/** One of which must be true of a message. */
function alternativesOf(condition: TextCondition): NeedleGrams[] {
  const { where } = condition;
  const needle = foldText(condition.needle);
  if (where === 'text') return [gramsOfNeedle(needle, 'header'), gramsOfNeedle(needle, 'body')];
  if (where !== 'field') return [gramsOfNeedle(needle, where)];
  const place = FIELD_PLACES.find((name) => name === condition.field);
  if (place && needle !== '') return [gramsOfNeedle(needle, place)];
  // the field is there, and somewhere in the header the text
  const { all } = gramsOfNeedle(foldText(`${condition.field}: `), 'header');
  return [{ all: [...all, ...gramsOfNeedle(needle, 'header').all], exact: false }];
}

/** Emails of a segment that an alternative may be true of. */
interface Candidates {
  readonly segment: OpenSegment;
  readonly grams: NeedleGrams['all'];
  readonly bitmap: Uint8Array;
}

/** Adds the emails of some segments that one of the alternatives is true of, and those that anything may be true of. */
async function collect(
  alternatives: readonly NeedleGrams[],
  pool: Pool,
  segments: readonly OpenSegment[],
  having: Set<number>,
  partial: Set<number>,
): Promise<void> {
  const candidates = segments.flatMap((segment) =>
    alternatives.map(({ all }) => ({ segment, grams: all, bitmap: allEmails(segment.emails) })),
  );
  await narrow(candidates, pool, (grams) => grams.filter((_, i) => i % EVERY === 0));
  const left = candidates.filter(({ bitmap }) => bitmap.some((octet) => octet !== 0));
  if (left.reduce((sum, { bitmap }) => sum + countIn(bitmap), 0) > FEW)
    await narrow(left, pool, (grams) => grams.filter((_, i) => i % EVERY !== 0));
  for (const { segment, bitmap } of left)
    for (const number of numbersIn(bitmap, segment.emails)) having.add(segment.ids[number]!);
  for (const { ids, partialNumbers } of segments)
    for (const number of partialNumbers) partial.add(ids[number]!);
}

/** Leaves those that have some of their grams. */
async function narrow(
  candidates: readonly Candidates[],
  pool: Pool,
  some: (grams: NeedleGrams['all']) => NeedleGrams['all'],
): Promise<void> {
  const ranges = new Set(candidates.flatMap(({ grams }) => some(grams).flat()));
  if (ranges.size === 0) return;
  const segmentIds = new Set(candidates.map(({ segment }) => segment.id));
  const blocks = await readBlocks(pool, [...segmentIds], [...ranges]);
  for (const { segment, grams, bitmap } of candidates)
    keepThoseWith(bitmap, blocks.get(segment.id) ?? [], some(grams), segment.emails);
}
