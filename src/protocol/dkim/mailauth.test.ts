/**
 * mailauth (npm, a referee of others) in its strict mode judges the same messages and key records, genuine and damaged. Where the two
 * differ on purpose, `READ_OTHERWISE` says how and why, and the tests below show it; everything else must agree.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { fromLatin1 } from '#bytes';
import { splitHeader } from '#protocol/message/header/fields';
import {
  damage,
  damaged,
  type Draft,
  DRAFT_KEYS,
  DRAFT_TIME,
  draft,
  recordChange,
  signDraft,
} from '../../../test/support/message/signed-draft.ts';
import { verifyMessage } from './verify.ts';

const NAME = 'sel._domainkey.example.test';

/** `pass`, or why not. */
async function ours(message: string, records: readonly string[]): Promise<string[]> {
  const bytes = fromLatin1(message);
  const { bodyStart } = splitHeader(bytes);
  const { signatures } = await verifyMessage({
    header: bytes.subarray(0, bodyStart),
    body: [bytes.subarray(bodyStart)],
    lookup: async (name) => (name === NAME ? { kind: 'records', records } : { kind: 'none' }),
    now: DRAFT_TIME,
  });
  return signatures.map(({ result, reason, tag }) =>
    [result, reason, tag].filter((part) => part !== undefined).join(' '),
  );
}

async function theirs(message: string, records: readonly string[]): Promise<readonly string[]> {
  const { results } = await dkimVerify(Buffer.from(fromLatin1(message)), {
    strict: true,
    curTime: new Date(DRAFT_TIME * 1000),
    resolver: (name: string): Promise<string[][]> =>
      name === NAME
        ? Promise.resolve(records.map((record) => [record]))
        : Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })),
  });
  return results.map(({ status }) => status.result).filter((result) => result !== 'none');
}

/** What we say where mailauth passes. */
const READ_OTHERWISE = new Set([
  // RFC 6376 §3.5 l=: «MUST NOT be larger than the actual number of octets in the canonicalized message body»
  'fail body-shorter-than-signed',
  // §8.15: a second From that is not signed is what readers may be shown
  'policy from-not-covered h',
  // §2.10, §3.5: octets after the padding are no base64string; mailauth leaves them out
  'neutral malformed-tag b',
]);

test('mailauth agrees about genuine and damaged messages, and about odd key records', async () => {
  const counts = { pass: 0, not: 0, otherwise: 0 };
  await fc.assert(
    fc.asyncProperty(
      draft,
      fc.array(damage, { maxLength: 2 }),
      recordChange,
      async (given, damages, change) => {
        const message = damaged(await signDraft(given), damages);
        const record = change(DRAFT_KEYS[given.algorithm].record);
        const [mine, other] = [await ours(message, [record]), await theirs(message, [record])];
        assert.equal(mine.length, other.length, message);
        for (const [index, said] of mine.entries()) {
          if (READ_OTHERWISE.has(said)) {
            counts.otherwise++;
            continue;
          }
          assert.equal(
            said === 'pass',
            other[index] === 'pass',
            JSON.stringify({ message, record, said, other }),
          );
          counts[said === 'pass' ? 'pass' : 'not']++;
        }
      },
    ),
    { numRuns: 400 },
  );
  // both answers must come often enough to mean something
  assert.ok(counts.pass > 20 && counts.not > 100, JSON.stringify(counts));
});

const PLAIN: Draft = {
  algorithm: 'ed25519-sha256',
  header: 'relaxed',
  body: 'relaxed',
  fields: ['From: a@example.test\r\n'],
  content: 'Hello\r\n',
  names: ['from'],
  tags: [],
  place: 7,
  between: ' ',
};
const { record: RECORD } = DRAFT_KEYS['ed25519-sha256'];

async function both(
  draft: Draft,
  records: readonly string[] = [RECORD],
  change = (text: string): string => text,
): Promise<string[]> {
  const message = change(await signDraft(draft));
  return [...(await ours(message, records)), ...(await theirs(message, records))];
}

test('where we are stricter, on purpose', async () => {
  assert.deepEqual(await both(PLAIN), ['pass', 'pass']);
  assert.deepEqual(await both({ ...PLAIN, bodyLength: 8 }), [
    'fail body-shorter-than-signed',
    'pass',
  ]);
  const twoAuthors = (text: string): string => `From: eve@evil.test\r\n${text}`;
  assert.deepEqual(await both(PLAIN, [RECORD], twoAuthors), ['policy from-not-covered h', 'pass']);
  const padded = (text: string): string => text.replace('==\r\n', '==x\r\n');
  assert.deepEqual(await both(PLAIN, [RECORD], padded), ['neutral malformed-tag b', 'pass']);
  // §3.5 t=: «implementations MAY ignore signatures that have a timestamp in the future»; mailauth only tells it
  const future = { ...PLAIN, tags: [`t=${DRAFT_TIME + 301}`] };
  assert.deepEqual(await both(future), ['policy signed-in-the-future t', 'pass']);
});

test('where we are more generous, on purpose', async () => {
  // §3.6.2.2: results are undefined for several records; during a change of keys there are two
  const records = [DRAFT_KEYS['rsa-sha256'].record, RECORD];
  assert.deepEqual(await both(PLAIN, records), ['pass', 'neutral']);
  // §3.6.1 n=: «not interpreted by any program»; what stands in it may be no quoted-printable
  const noted = RECORD.replace('p=', 'n=a=b; p=');
  assert.deepEqual(await both(PLAIN, [noted]), ['pass', 'pass']);
});
