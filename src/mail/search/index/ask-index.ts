/**
 * Asks the search index of an account which of its messages have a text in them. The index answers for each message with yes, no or
 * that it does not know; whoever asks looks into those. What is not indexed yet is not known, so a search is exact at every moment.
 * Answers are columns, an octet for each message: a process that has just begun spends most of a search in loops over messages.
 * Called by mail/search/find/find-messages.ts.
 */
import { foldText } from '#protocol/message/header/fold';
import type { Pool } from '#store/database/open';
import { NO, UNKNOWN, YES } from '#store/search/answers';
import { readBlocks, readIndex, SegmentGone } from '#store/search/snapshot';
import { addFound, allEmails, countIn, keepThoseWith } from './ask-segment.ts';
import { unpackedBlock } from './block.ts';
import { FIELD_PLACES, gramsOfNeedle, INDEX_VERSION, type NeedleGrams } from './grams.ts';
import { indexedEmails, placesAmong, type PlacedSegment } from './indexed-emails.ts';

/**
 * What SEARCH TEXT, BODY, SUBJECT, FROM, HEADER, … ask for (RFC 9051 §6.4.4): a text anywhere, in a body, in the header with the names
 * of its fields (`Name: value`), or in the value of a field; an empty one asks whether the field is there.
 */
export type TextCondition =
  | { readonly where: 'text' | 'header' | 'body'; readonly needle: string }
  /** `field` in lower case. */
  | { readonly where: 'field'; readonly field: string; readonly needle: string };

/** Emails of segments, and conditions, that are asked at once: what is read for them stays in memory. */
const EMAILS_AT_ONCE = 16_384;
const CONDITIONS_AT_ONCE = 4;
/** Every so many grams of a needle are looked for first; they mostly leave few messages, which are read sooner than the other grams. */
const EVERY = 3;
const FEW = 50;
/** What more of a segment's emails may have is told sooner by their texts than by further grams, which will hardly leave fewer. */
const MOST = 0.75;
/** A search with more conditions reads the messages that the first ones leave over. */
const MAX_CONDITIONS = 100;

/** A merge that ends while the index is read makes it be read again; merges are rare, and what they wrote lasts. */
const ATTEMPTS = 4;

/** The answers to conditions, in their order: of each email, in the order of the ids, {@link YES}, {@link NO} or {@link UNKNOWN}. */
export async function askIndex(
  pool: Pool,
  accountId: string,
  conditions: readonly TextCondition[],
  emailIds: Float64Array,
): Promise<Uint8Array[]> {
  let answers: readonly Uint8Array[] = [];
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      answers = await askOnce(pool, accountId, conditions.slice(0, MAX_CONDITIONS), emailIds);
      break;
    } catch (error) {
      if (!(error instanceof SegmentGone)) throw error;
    }
  }
  return conditions.map((_, i) => answers[i] ?? new Uint8Array(emailIds.length).fill(UNKNOWN));
}

/** None where the account has no index. */
async function askOnce(
  pool: Pool,
  accountId: string,
  conditions: readonly TextCondition[],
  emailIds: Float64Array,
): Promise<Uint8Array[]> {
  const index = await readIndex(pool, accountId, INDEX_VERSION);
  if (!index) return [];
  const { segments, ids, partial } = indexedEmails(index.segments);
  const asked = conditions.map((condition) => askedFor(condition, ids.length));
  for (let at = 0; at < asked.length; at += CONDITIONS_AT_ONCE)
    for (const group of groupsOf(segments))
      await collect(asked.slice(at, at + CONDITIONS_AT_ONCE), pool, group);
  const places = placesAmong(ids, emailIds);
  return asked.map(({ found }) => {
    const answers = new Uint8Array(emailIds.length);
    for (let i = 0; i < answers.length; i++) {
      const place = places[i]!;
      if (place < 0) answers[i] = emailIds[i]! > index.indexedId ? UNKNOWN : NO;
      else answers[i] = partial[place] === 1 ? UNKNOWN : found[place]!;
    }
    return answers;
  });
}

/** A condition while it is asked. */
interface Asked {
  /** Texts are kept of where it asks (store/search/texts.ts). */
  readonly hasTexts: boolean;
  readonly alternatives: readonly NeedleGrams[];
  /** What those that are found have: YES, or where a needle is not told exactly UNKNOWN. */
  readonly answer: number;
  /** Of each email of the index the answer, NO for those that are not found. */
  readonly found: Uint8Array;
}

function askedFor(condition: TextCondition, emails: number): Asked {
  const alternatives = alternativesOf(condition);
  const answer = alternatives.every(({ exact }) => exact) ? YES : UNKNOWN;
  const hasTexts = condition.where !== 'field' || isFieldPlace(condition.field);
  return { hasTexts, alternatives, answer, found: new Uint8Array(emails).fill(NO) };
}

function isFieldPlace(field: string): boolean {
  return FIELD_PLACES.some((place) => place === field);
}

function groupsOf(segments: readonly PlacedSegment[]): PlacedSegment[][] {
  const groups: PlacedSegment[][] = [];
  let emails = Infinity;
  for (const segment of segments) {
    emails += segment.emails;
    if (emails > EMAILS_AT_ONCE) {
      groups.push([]);
      emails = segment.emails;
    }
    groups.at(-1)!.push(segment);
  }
  return groups;
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
  readonly asked: Asked;
  readonly segment: PlacedSegment;
  readonly grams: NeedleGrams['all'];
  readonly bitmap: Uint8Array;
}

/** Notes the emails of some segments that one of the alternatives of a condition is true of. */
async function collect(
  asked: readonly Asked[],
  pool: Pool,
  segments: readonly PlacedSegment[],
): Promise<void> {
  const candidates = asked.flatMap((one) =>
    segments.flatMap((segment) =>
      one.alternatives.map(({ all }): Candidates => ({
        asked: one,
        segment,
        grams: all,
        bitmap: allEmails(segment.emails),
      })),
    ),
  );
  await narrow(candidates, pool, (grams) => grams.filter((_, i) => i % EVERY === 0));
  const left = candidates.flatMap((one) => {
    const count = countIn(one.bitmap);
    return count > 0 ? [{ ...one, count }] : [];
  });
  if (left.reduce((sum, { count }) => sum + count, 0) > FEW) {
    const worth = left.filter(
      ({ asked: { hasTexts }, segment, count }) => !hasTexts || count < MOST * segment.emails,
    );
    await narrow(worth, pool, (grams) => grams.filter((_, i) => i % EVERY !== 0));
  }
  for (const { asked: one, segment, bitmap } of left)
    addFound(bitmap, one.found.subarray(segment.start, segment.start + segment.emails), one.answer);
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
  const stored = await readBlocks(pool, [...segmentIds], [...ranges]);
  const blocks = new Map(
    Array.from(stored, ([id, packed]) => [id, packed.map((block) => unpackedBlock(block))]),
  );
  for (const { segment, grams, bitmap } of candidates)
    keepThoseWith(bitmap, blocks.get(segment.id) ?? [], some(grams), segment.emails);
}
