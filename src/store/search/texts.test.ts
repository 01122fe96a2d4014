import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { utf8 } from '#bytes';
import { mailStoreOf, type MailStore } from '#store/mailboxes/mail-store';
import { deliverAll, textMessage } from '../../../test/support/store/search.ts';
import {
  addTestAccounts,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';
import { NO, UNKNOWN, YES } from './answers.ts';
import { askTexts, saveTexts, TEXT_PLACES, type EmailTexts } from './texts.ts';

const VERSION = 7;
const ALL = [...Array(60).keys()];
const LETTERS = ['a', 'b', '%', '_', '\\', '会', '議', '\0'];
/** An id that the others are far from. */
const NOWHERE = 1_000_000;

let opened: TestStore;
let mail: MailStore;
let anna: string;
let otto: string;
/** Of both accounts in turn. */
let emailIds: number[];
const kept = new Map<number, EmailTexts>();

before(async () => {
  opened = await openTestStore();
  mail = mailStoreOf(opened.store);
  [anna, otto] = (await addTestAccounts(opened.store, 'example.test', ['anna', 'otto'])) as [
    string,
    string,
  ];
  emailIds = [];
  for (let i = 0; i < 60; i++) {
    const owner = i % 3 === 2 ? otto : anna;
    emailIds.push(...(await deliverAll(opened.store, owner, [textMessage('', '')])));
  }
  const [values] = fc.sample(
    fc.array(fc.tuple(fc.array(strings, { minLength: 6, maxLength: 6 }), fc.nat(63)), {
      minLength: 60,
      maxLength: 60,
    }),
    { seed: 1, numRuns: 1 },
  );
  for (const [i, [texts, cut]] of values!.entries()) {
    const emailId = emailIds[i]!;
    // one in ten has no row, or one of another version
    if (i % 10 === 4) continue;
    const version = i % 10 === 5 ? VERSION - 1 : VERSION;
    const places = TEXT_PLACES.map((place, p) => [place, utf8(texts[p]!)] as const);
    kept.set(emailId, {
      emailId,
      version,
      cut: i % 2 === 0 ? 0 : cut,
      texts: Object.fromEntries(places) as EmailTexts['texts'],
    });
  }
  for (const [owner, remainder] of [
    [anna, false],
    [otto, true],
  ] as const)
    await saveTexts(
      opened.store,
      owner,
      emailIds.flatMap((id, i) => ((i % 3 === 2) === remainder ? (kept.get(id) ?? []) : [])),
    );
});
after(async () => {
  await mail[Symbol.asyncDispose]();
  await opened[Symbol.asyncDispose]();
});

const strings = fc.oneof(
  fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 12 }),
  fc.constantFrom('ab'.repeat(50), `${'ab'.repeat(49)}a%`),
);
const needles = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({
      unit: fc.constantFrom(...LETTERS.slice(0, -1)),
      minLength: 1,
      maxLength: 3,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('ab'.repeat(32), 'ab'.repeat(33), `${'ab'.repeat(40)}a%`),
  },
);

function expected(
  id: number,
  needle: Buffer,
  places: readonly (typeof TEXT_PLACES)[number][],
): number {
  const place = emailIds.indexOf(id);
  const one = kept.get(id);
  if (!one || place % 3 === 2 || one.version !== VERSION) return UNKNOWN;
  if (places.some((name) => Buffer.from(one.texts[name]).includes(needle))) return YES;
  const cut = places.some((name) => (one.cut & (1 << TEXT_PLACES.indexOf(name))) !== 0);
  return cut ? UNKNOWN : NO;
}

test('texts are found literally, in the order of any ids, near together or far apart', async () => {
  const apart = { near: 0, far: 0 };
  await fc.assert(
    fc.asyncProperty(
      needles,
      fc.subarray([...TEXT_PLACES], { minLength: 1, maxLength: 2 }),
      fc.oneof(fc.shuffledSubarray(ALL), fc.shuffledSubarray(ALL, { minLength: ALL.length })),
      fc.boolean(),
      async (text, places, chosen, far) => {
        const ids = [...chosen.map((i) => emailIds[i]!), ...(far ? [NOWHERE] : [])];
        const needle = Buffer.from(text);
        apart[far ? 'far' : 'near'] += 1;
        const question = { places, needle, version: VERSION };
        const answers = await askTexts(mail.pool, anna, Float64Array.from(ids), question);
        assert.deepEqual(
          [...answers],
          ids.map((id) => expected(id, needle, places)),
        );
      },
    ),
    { numRuns: 200 },
  );
  assert.ok(apart.near > 20 && apart.far > 20);
});

test('an email that is asked about twice is answered twice', async () => {
  const [id] = [...kept.keys()];
  const question = { places: ['body'], needle: Buffer.from('a'), version: VERSION } as const;
  for (const ids of [
    [id!, id!],
    [id!, NOWHERE, id!],
  ]) {
    const answers = await askTexts(mail.pool, anna, Float64Array.from(ids), question);
    assert.equal(answers[0], expected(id!, question.needle, question.places));
    assert.equal(answers.at(-1), answers[0]);
  }
});

test('nobody is asked about nothing', async () => {
  const question = { places: ['body'], needle: Buffer.from('a'), version: VERSION } as const;
  assert.equal((await askTexts(mail.pool, anna, new Float64Array(0), question)).length, 0);
});
