/**
 * mailauth (npm, a referee of others) in its strict mode judges the same chains of ARC, genuine and damaged, and the chains that we
 * seal. Where the two differ on purpose, `READ_OTHERWISE` says how and why, and the tests below show it; everything else must agree.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { arc } from 'mailauth/lib/arc/index.js';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { parseAllDocuments } from 'yaml';
import { concat, fromLatin1, latin1, utf8 } from '#bytes';
import { hashBody } from '#protocol/dkim/body-hash';
import { signOffMainThread } from '#protocol/dkim/sign';
import { splitHeader } from '#protocol/message/header/fields';
import {
  damage,
  damaged,
  DRAFT_KEYS,
  DRAFT_TIME,
  draft,
  type Draft,
  recordChange,
} from '../../../test/support/message/signed-draft.ts';
import type { ArcReport } from './report.ts';
import { sealMessage } from './seal.ts';
import { verifyChain } from './verify-chain.ts';

const NAME = 'sel._domainkey.example.test';
const FIELDS = ['ARC-Seal', 'ARC-Message-Signature', 'ARC-Authentication-Results'] as const;

function validate(message: string, record: string, at = NAME): Promise<ArcReport> {
  const bytes = fromLatin1(message);
  const { bodyStart } = splitHeader(bytes);
  return verifyChain({
    header: bytes.subarray(0, bodyStart),
    body: [bytes.subarray(bodyStart)],
    lookup: async (name) =>
      name === at ? { kind: 'records', records: [record] } : { kind: 'none' },
    now: DRAFT_TIME,
  });
}

async function theirs(message: string, record: string, at = NAME): Promise<string> {
  const options = {
    strict: true,
    curTime: new Date(DRAFT_TIME * 1000),
    resolver: (name: string): Promise<string[][]> =>
      name === at
        ? Promise.resolve([[record]])
        : Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })),
  };
  const { arc: data } = await dkimVerify(Buffer.from(fromLatin1(message)), options);
  assert.ok(data);
  const { status } = await arc(data as Parameters<typeof arc>[0], options);
  return status.result;
}

/** The message sealed by us so many times, with changes by a list in between where `changes`. */
async function sealTimes(given: Draft, times: number, changes: boolean): Promise<string> {
  let message = `${given.fields.join('')}\r\n${given.content}`;
  for (let instance = 0; instance < times; instance++) {
    const chain = await validate(message, DRAFT_KEYS[given.algorithm].record);
    if (changes) message = `X-List: ${instance}\r\n${message}footer ${instance}\r\n`;
    const head = fromLatin1(message);
    const header = splitHeader(head);
    const body = head.subarray(header.bodyStart);
    const [hash] = await hashBody([body], [{ canonicalization: 'relaxed' }]);
    const sealed = await sealMessage({
      head,
      header,
      bodyHash: hash!.digest,
      chain,
      results: utf8(' mx.example.test; spf=pass smtp.mailfrom=a@example.test\r\n'),
      key: {
        domain: 'example.test',
        selector: 'sel',
        algorithm: given.algorithm,
        privateKey: DRAFT_KEYS[given.algorithm].privateKey,
      },
      time: DRAFT_TIME,
      signBytes: signOffMainThread,
    });
    assert.ok(sealed.kind === 'sealed');
    message = latin1(concat([sealed.fields, head]));
  }
  return message;
}

/** What we say where mailauth passes: octets after the padding are no base64string (RFC 6376 §3.5); mailauth leaves them out. */
const READ_OTHERWISE = 'malformed-tag b';

const given = fc.record({
  draft,
  sets: fc.nat(3),
  changes: fc.boolean(),
  field: fc.constantFrom(...FIELDS),
  damages: fc.array(damage, { maxLength: 2 }),
  change: recordChange,
});

test('mailauth agrees about genuine and damaged chains, and about odd key records', async () => {
  const counts = { none: 0, pass: 0, fail: 0 };
  await fc.assert(
    fc.asyncProperty(given, async ({ draft, sets, changes, field, damages, change }) => {
      const message = damaged(await sealTimes(draft, sets, changes), damages, field);
      const record = change(DRAFT_KEYS[draft.algorithm].record);
      const { cv, reason, tag } = await validate(message, record);
      if (`${reason} ${tag}` === READ_OTHERWISE) return;
      const other = await theirs(message, record);
      assert.equal(cv, other, JSON.stringify({ message, record, reason }));
      counts[cv]++;
    }),
    { numRuns: 300 },
  );
  // each answer must come often enough to mean something
  assert.ok(
    Object.values(counts).every((count) => count > 30),
    JSON.stringify(counts),
  );
});

test('a message signature that leaves out From is valid, and told, where mailauth refuses the chain', async () => {
  const file = new URL('../../../test/suites/arc/arc-draft-validation-tests.yml', import.meta.url);
  // ValiMail's suite wants it to pass: RFC 8617 §4.1.2 and §5.2 name no field that h= must have
  const scenario = parseAllDocuments(readFileSync(file, 'latin1'))
    .map((document) => document.toJS() as Scenario)
    .find(({ tests }) => 'ams_fields_h_empty' in tests)!;
  const message = scenario.tests['ams_fields_h_empty']!.message.replaceAll('\n', '\r\n');
  const record = scenario['txt-records']['dummy._domainkey.example.org']!.trim();
  const report = await validate(message, record, 'dummy._domainkey.example.org');
  assert.deepEqual([report.cv, report.sets[0]!.signsFrom], ['pass', false]);
  assert.equal(await theirs(message, record, 'dummy._domainkey.example.org'), 'fail');
});

interface Scenario {
  readonly tests: Readonly<Record<string, { readonly message: string }>>;
  readonly 'txt-records': Readonly<Record<string, string>>;
}
