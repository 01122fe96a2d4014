import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { base64, utf8 } from '#bytes';
import { indexAccount } from '#mail/search/follow/index-account';
import type { SearchContext } from '#mail/search/keys/search-state';
import type { MessageSet, SearchKey } from '#protocol/imap/command';
import { foldText } from '#protocol/message/header/fold';
import { summarize } from '#protocol/message/summary';
import { wholeBlob } from '#store/emails/blobs';
import { append } from '#store/mailboxes/change/append';
import { expunge } from '#store/mailboxes/change/expunge';
import { mailStoreOf, type MailStore } from '#store/mailboxes/mail-store';
import { findMailbox } from '#store/mailboxes/tree/tree';
import type { OpenView } from '#store/mailboxes/view/views';
import { hasText, indexContext } from '../../../../test/support/store/search.ts';
import {
  addTestAccounts,
  openTestStore,
  type TestStore,
} from '../../../../test/support/store/store.ts';
import { findMessages } from './find-messages.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 0, 20);

/** A message, and what a search may know of it. */
interface Sample {
  readonly flags: number;
  readonly keywords: readonly string[];
  readonly receivedAt: number;
  readonly subjects: readonly string[];
  readonly from: string;
  /** As it stands in the field; '' for none. */
  readonly date: string;
  /** Midnight UTC of the day that is written there. */
  readonly sentDay: number | undefined;
  readonly body: string;
  readonly bytes: Uint8Array;
}

const WORDS = ['Apple', 'apples', 'Österreich', '会議', 'x'];
const ZONES = ['+0000', '+1300', '-1100', '+9959'];

function sample(seed: number): Sample {
  const word = (step: number) => WORDS[Math.floor(seed / step) % WORDS.length]!;
  const subjects = seed % 7 === 0 ? [] : seed % 5 === 0 ? [word(1), word(3)] : [word(1)];
  const from = `${word(2)} <user${seed % 4}@sender.test>`;
  const sentDay = seed % 6 === 0 ? undefined : NOW - (seed % 12) * DAY;
  const written = sentDay === undefined ? '' : new Date(sentDay).toUTCString().slice(5, 16);
  const date = sentDay === undefined ? '' : `${written} 23:30:00 ${ZONES[seed % 4]!}`;
  // of one in thirteen more than is kept as text, and a word behind that
  const much = seed % 13 === 0 ? `${'many words '.repeat(900)} at last` : '';
  const body = `${word(4)} and ${word(5)} ${'long '.repeat(seed % 9)}${much}`;
  const lines = [
    ...subjects.map((subject) => `Subject: =?utf-8?B?${base64(utf8(subject))}?=`),
    `From: ${from}`,
    ...(date === '' ? [] : [`Date: ${date}`]),
    'Content-Type: text/plain; charset=utf-8',
    '',
    body,
  ];
  return {
    flags: seed % 32,
    keywords: [['Work'], ['work', 'other'], []][seed % 3]!,
    receivedAt: NOW - (seed % 10) * DAY + 3_600_000,
    subjects,
    from,
    date,
    sentDay,
    body,
    bytes: utf8(lines.map((line) => `${line}\r\n`).join('')),
  };
}

let opened: TestStore;
let mail: MailStore;
let accountId: string;
let mailboxId: string;
let view: OpenView;
/** By UID. */
const samples = new Map<number, Sample>();

before(async () => {
  opened = await openTestStore();
  mail = mailStoreOf(opened.store);
  [accountId] = (await addTestAccounts(opened.store, 'example.test', ['anna'])) as [string];
  mailboxId = (await findMailbox(opened.store.pool, accountId, ['INBOX']))!.id;
  view = (await mail.views.open(accountId, mailboxId))!;
  await store(0, 70);
  await using context = indexContext(opened.store);
  await indexAccount(context, accountId);
  await store(70, 20);
});
after(async () => {
  view.close();
  await mail[Symbol.asyncDispose]();
  await opened[Symbol.asyncDispose]();
});

async function store(from: number, count: number): Promise<void> {
  const seeds = Array.from({ length: count }, (_, i) => sample((from + i) * 11));
  const done = await append(
    mail,
    accountId,
    mailboxId,
    seeds.map(({ bytes, flags, keywords, receivedAt }) => ({
      blob: wholeBlob(bytes),
      summary: summarize(bytes),
      flags,
      keywords: view.view.spellings(keywords),
      internalDate: receivedAt,
    })),
  );
  assert.ok(done.kind === 'appended');
  for (const [i, uid] of done.uids.entries()) samples.set(uid, seeds[i]!);
}

function searchContext(changes: Partial<SearchContext> = {}): SearchContext {
  const { state } = view.view;
  return {
    pool: mail.pool,
    viewCache: mail.viewCache,
    accountId,
    mailboxId,
    numbered: { uids: state.uids, count: state.count },
    view: state,
    saved: Uint32Array.of(3, 4, 5, 60),
    now: NOW,
    offsetAt: () => 0,
    emailNumber: Number,
    threadNumber: Number,
    pause: () => undefined,
    takeTurn: async () => ({ [Symbol.dispose]: () => {} }),
    ...changes,
  };
}

async function uidsFound(key: SearchKey, context = searchContext()): Promise<number[]> {
  const places = await findMessages(context, key);
  return Array.from(places, (place) => context.numbered.uids[place]!);
}

/** One message after the other, from what is known of how it was made. */
function fits(key: SearchKey, uid: number, context: SearchContext): boolean {
  const one = samples.get(uid)!;
  const { numbered, view: state, saved, now } = context;
  const last = { uid: numbered.uids[numbered.count - 1]!, number: numbered.count };
  const number = numbered.uids.indexOf(uid) + 1;
  switch (key.key) {
    case 'ALL':
    case 'SAVEDATESUPPORTED':
      return true;
    case 'NOT':
      return !fits(key.of, uid, context);
    case 'OR':
      return fits(key.left, uid, context) || fits(key.right, uid, context);
    case 'AND':
      return key.of.every((of) => fits(of, uid, context));
    case 'FLAG':
      return ((one.flags & key.bit) === key.bit) === key.set;
    case 'KEYWORD':
      return one.keywords.some((k) => k.toLowerCase() === key.keyword.toLowerCase()) === key.set;
    case 'RECENT':
      return !key.set;
    case 'SEQUENCE':
      return key.set.kind === 'saved' ? saved.includes(uid) : inSet(key.set, number, last.number);
    case 'UID':
      return key.set.kind === 'saved' ? saved.includes(uid) : inSet(key.set, uid, last.uid);
    case 'LARGER':
      return one.bytes.length > key.octets;
    case 'SMALLER':
      return one.bytes.length < key.octets;
    case 'BEFORE':
    case 'ON':
    case 'SINCE':
      return onDay(key.key, one.receivedAt, key.day);
    case 'SENTBEFORE':
    case 'SENTON':
    case 'SENTSINCE':
      return one.sentDay !== undefined && onDay(key.key.slice(4), one.sentDay, key.day);
    case 'SAVEDBEFORE':
    case 'SAVEDON':
    case 'SAVEDSINCE':
      return onDay(key.key.slice(5), opened.store.clock.now(), key.day);
    case 'OLDER':
      return one.receivedAt <= now - key.seconds * 1000;
    case 'YOUNGER':
      return one.receivedAt >= now - key.seconds * 1000;
    case 'MODSEQ':
      return state.modseqs[state.placeOf(uid)]! >= key.modseq;
    case 'EMAILID':
      return state.emailIds[state.placeOf(uid)] === Number(key.id);
    case 'THREADID':
      return false;
    case 'TEXT':
    case 'BODY':
      return hasText(one.bytes, { where: key.key === 'TEXT' ? 'text' : 'body', needle: key.text });
    case 'HEADER':
      return fieldsOf(one, key.field).some((text) => foldText(text).includes(foldText(key.text)));
    default:
      return key satisfies never;
  }
}

function fieldsOf({ subjects, from, date }: Sample, field: string): readonly string[] {
  if (field === 'subject') return subjects;
  if (field === 'from') return [from];
  return field === 'date' && date !== '' ? [date] : [];
}

function onDay(key: string, at: number, day: number): boolean {
  const atDay = Math.floor(at / DAY) * DAY;
  if (key === 'BEFORE') return atDay < day;
  return key === 'ON' ? atDay === day : atDay >= day;
}

function inSet(set: Extract<MessageSet, { kind: 'ranges' }>, value: number, last: number): boolean {
  return set.ranges.some((range) => {
    const [from, to] = [range.from, range.to].map((end) => (end === Infinity ? last : end));
    return value >= Math.min(from!, to!) && value <= Math.max(from!, to!);
  });
}

const set: fc.Arbitrary<MessageSet> = fc.oneof(
  fc.constant<MessageSet>({ kind: 'saved' }),
  fc
    .array(
      fc.tuple(
        fc.integer({ min: 1, max: 120 }),
        fc.oneof(fc.integer({ min: 1, max: 120 }), fc.constant(Infinity)),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((ranges): MessageSet => ({
      kind: 'ranges',
      ranges: ranges.map(([from, to]) => ({ from, to })),
    })),
);
const day = fc.integer({ min: -14, max: 3 }).map((days) => NOW + days * DAY);
const text = fc.constantFrom(
  '',
  'apple',
  'APPLES',
  'öst',
  '会',
  '会議',
  'x',
  'sender',
  'long long',
  'nowhere',
  'user1@',
  ' and ',
  'e and ',
  'ple and ö',
  '会議 and',
  'at last',
  'subject: ',
  'sender.test',
);
const leaf: fc.Arbitrary<SearchKey> = fc.oneof(
  fc.constantFrom<SearchKey>(
    { key: 'ALL' },
    { key: 'RECENT', set: true },
    { key: 'RECENT', set: false },
  ),
  fc.record({
    key: fc.constant('FLAG' as const),
    bit: fc.constantFrom(1, 2, 4, 8, 16),
    set: fc.boolean(),
  }),
  fc.record({
    key: fc.constant('KEYWORD' as const),
    keyword: fc.constantFrom('WORK', 'other', 'none'),
    set: fc.boolean(),
  }),
  fc.record({ key: fc.constantFrom('SEQUENCE' as const, 'UID' as const), set }),
  fc.record({
    key: fc.constantFrom('LARGER' as const, 'SMALLER' as const),
    octets: fc.integer({ min: 100, max: 300 }),
  }),
  fc.record({ key: fc.constantFrom('BEFORE' as const, 'ON' as const, 'SINCE' as const), day }),
  fc.record({
    key: fc.constantFrom('SENTBEFORE' as const, 'SENTON' as const, 'SENTSINCE' as const),
    day,
  }),
  fc.record({
    key: fc.constantFrom('SAVEDBEFORE' as const, 'SAVEDSINCE' as const),
    day: fc.constantFrom(0, Date.UTC(2200, 0)),
  }),
  fc.record({
    key: fc.constantFrom('OLDER' as const, 'YOUNGER' as const),
    seconds: fc.integer({ min: 1, max: 10 * 86_400 }),
  }),
  fc.record({ key: fc.constant('MODSEQ' as const), modseq: fc.integer({ min: 0, max: 6 }) }),
  fc.record({
    key: fc.constant('EMAILID' as const),
    id: fc.integer({ min: 1, max: 90 }).map(String),
  }),
  fc.record({ key: fc.constantFrom('TEXT' as const, 'BODY' as const), text }),
  fc.record({
    key: fc.constant('HEADER' as const),
    field: fc.constantFrom('subject', 'from', 'date', 'x-none'),
    text,
  }),
);
function keys(depth: number): fc.Arbitrary<SearchKey> {
  if (depth === 0) return leaf;
  const inner = keys(depth - 1);
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    inner.map((of): SearchKey => ({ key: 'NOT', of })),
    fc.tuple(inner, inner).map(([left, right]): SearchKey => ({ key: 'OR', left, right })),
    fc.array(inner, { minLength: 1, maxLength: 3 }).map((of): SearchKey => ({ key: 'AND', of })),
  );
}

async function compare(
  key: SearchKey,
  context: SearchContext,
  present: readonly number[],
): Promise<void> {
  const expected = present.filter((uid) => fits(key, uid, context));
  assert.deepEqual(await uidsFound(key, context), expected, JSON.stringify(key));
}

test('a search finds what a look at each message finds, indexed or not', async () => {
  await fc.assert(
    fc.asyncProperty(keys(3), (key) => compare(key, searchContext(), [...samples.keys()])),
    { numRuns: 300 },
  );
});

test('what the view decides is not asked of anybody', async () => {
  const pool = { query: refuse, connect: refuse } as unknown as SearchContext['pool'];
  const none: SearchKey = { key: 'EMAILID', id: '0' };
  const body: SearchKey = { key: 'BODY', text: 'apple' };
  const context = searchContext({ pool });
  assert.deepEqual(await uidsFound({ key: 'AND', of: [body, none] }, context), []);
  const either: SearchKey = { key: 'OR', left: { key: 'NOT', of: none }, right: body };
  assert.equal((await uidsFound(either, context)).length, samples.size);
  await assert.rejects(uidsFound(body, context), /asked/);
});

test('what many messages have is told without reading one of them that the index has, but for what did not fit', async () => {
  const read: string[] = [];
  const { pool } = mail;
  const query = (asked: { name: string; text: string; values: unknown[] }) => {
    read.push(asked.name);
    return pool.query(asked);
  };
  const counting = Object.create(pool, { query: { value: query } }) as typeof pool;
  await using context = indexContext(opened.store);
  await indexAccount(context, accountId);
  const search = async (key: SearchKey): Promise<number> => {
    read.length = 0;
    const found = await uidsFound(key, searchContext({ pool: counting }));
    await compare(key, searchContext(), [...samples.keys()]);
    return found.length;
  };
  assert.equal(await search({ key: 'BODY', text: ' and ' }), samples.size);
  assert.ok(read.includes('ask_texts_body'));
  assert.equal(read.includes('read_views'), false);
  assert.equal(await search({ key: 'HEADER', field: 'from', text: 'sender.test' }), samples.size);
  assert.equal(read.includes('read_heads'), false);
  assert.ok((await search({ key: 'TEXT', text: '会議 and' })) > 0);
  assert.ok((await search({ key: 'BODY', text: 'at last' })) > 0);
});

function refuse(): never {
  throw new Error('somebody was asked');
}

test('a search that nobody waits for ends at the next pause', async () => {
  let pauses = 0;
  const context = searchContext({
    pause: async () => {
      if (++pauses === 3) throw new Error('gone');
    },
  });
  await assert.rejects(uidsFound({ key: 'BODY', text: 'long long long' }, context), /gone/);
  assert.equal(pauses, 3);
});

test('messages that went are not found, and the others keep the numbers that were told', async () => {
  const told = searchContext().numbered;
  const uids = Uint32Array.of(10, 11, 40);
  await expunge(mail, accountId, mailboxId, { uids, onlyDeleted: false });
  for (const uid of uids) samples.delete(uid);
  const context = searchContext({ numbered: told });
  assert.notEqual(context.view.uids, told.uids);
  await fc.assert(
    fc.asyncProperty(keys(2), (key) => compare(key, context, [...samples.keys()])),
    { numRuns: 50 },
  );
  const places = await findMessages(context, {
    key: 'SEQUENCE',
    set: { kind: 'ranges', ranges: [{ from: 9, to: 12 }] },
  });
  assert.deepEqual([...places], [8, 11]);
});
