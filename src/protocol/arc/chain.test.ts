import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { concat, fromLatin1, latin1, utf8 } from '#bytes';
import { hashBody, startBodyHashes } from '#protocol/dkim/body-hash';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import type { KeyAnswer } from '#protocol/dkim/report';
import { signMessage, signOffMainThread, type SigningKey } from '#protocol/dkim/sign';
import { beginVerification } from '#protocol/dkim/verify';
import { splitHeader } from '#protocol/message/header/fields';
import type { ArcReport } from './report.ts';
import { type Sealed, sealMessage } from './seal.ts';
import { beginChainVerification, verifyChain } from './verify-chain.ts';

const NOW = 1_795_500_000;
const pair = generateKeyPairSync('ed25519');
const KEY: SigningKey = {
  domain: 'list.test',
  selector: 's',
  algorithm: 'ed25519-sha256',
  privateKey: pair.privateKey,
};
const MESSAGE =
  'From: alice@example.test\r\nTo: list@list.test\r\nSubject: One\r\n\r\nHello\r\nWorld\r\n';

interface Setting {
  readonly asked?: string[];
  /** Records of names other than the key's. */
  readonly zone?: Readonly<Record<string, KeyAnswer>>;
  readonly now?: number;
}

function validate(message: string, { asked, zone, now = NOW }: Setting = {}): Promise<ArcReport> {
  const bytes = fromLatin1(message);
  const { bodyStart } = splitHeader(bytes);
  return verifyChain({
    header: bytes.subarray(0, bodyStart),
    body: [bytes.subarray(bodyStart)],
    now,
    async lookup(name) {
      asked?.push(name);
      const other = zone?.[name];
      if (other) return other;
      return { kind: 'records', records: [dnsRecordFor(pair.publicKey)] };
    },
  });
}

async function trySealing(
  message: string,
  chain: Setting,
  key = KEY,
  results?: string,
): Promise<Sealed> {
  const head = fromLatin1(message);
  const header = splitHeader(head);
  const [hash] = await hashBody(
    [head.subarray(header.bodyStart)],
    [{ canonicalization: 'relaxed' }],
  );
  return sealMessage({
    head,
    header,
    bodyHash: hash!.digest,
    chain: await validate(message, chain),
    results: utf8(results ?? ' mx.list.test;\r\n spf=pass smtp.mailfrom=example.test\r\n'),
    key,
    time: NOW,
    signBytes: signOffMainThread,
  });
}

async function seal(message: string, chain: Setting = {}, key = KEY): Promise<string> {
  const sealed = await trySealing(message, chain, key);
  assert.ok(sealed.kind === 'sealed', JSON.stringify(sealed));
  return latin1(sealed.fields) + message;
}

async function sealTimes(times: number, message = MESSAGE): Promise<string> {
  let sealed = message;
  for (let i = 0; i < times; i++) sealed = await seal(sealed);
  return sealed;
}

function why({ cv, reason, at, tag }: ArcReport): string {
  return [cv, reason, at?.field, at?.instance, tag].filter((part) => part !== undefined).join(' ');
}

describe('a chain of ARC that is valid', () => {
  test('is none without a set, and passes after one and after many', async () => {
    assert.equal(why(await validate(MESSAGE)), 'none');
    for (const sets of [1, 2, 5]) {
      const report = await validate(await sealTimes(sets));
      assert.equal(why(report), 'pass');
      assert.deepEqual([report.instance, report.oldestPass, report.sets.length], [sets, 0, sets]);
    }
  });

  test('tells its sets and its steps in the order of the RFC', async () => {
    const report = await validate(await sealTimes(2));
    assert.deepEqual(report.sets[1], {
      instance: 2,
      cv: 'pass',
      domain: 'list.test',
      selector: 's',
      signatureDomain: 'list.test',
      signsFrom: true,
      results: 'mx.list.test; spf=pass smtp.mailfrom=example.test',
    });
    const told = report.steps.map((step) =>
      'instance' in step ? `${step.step} ${step.instance}` : step.step,
    );
    const tried = ['key-asked', 'key-accepted', 'header-checked'];
    const of = (instance: number, names: string[]): string[] =>
      names.map((name) => `${name} ${instance}`);
    assert.deepEqual(told, [
      'fields-collected',
      'set-read 1',
      'set-read 2',
      ...of(2, [...tried, 'body-hashed', 'signature-judged']),
      ...of(1, [...tried, 'body-hashed', 'signature-judged']),
      'oldest-pass 0',
      ...of(2, [...tried, 'signature-judged']),
      ...of(1, [...tried, 'signature-judged']),
      'concluded',
    ]);
  });

  test('goes on where a list changes the message and seals it again', async () => {
    const first = await sealTimes(2);
    const changed = `${first.replace('Subject: One', 'Subject: [list] One')}-- \r\nfooter\r\n`;
    const report = await validate(await seal(changed, {}));
    assert.equal(why(report), 'fail failed-before ARC-Seal 3 cv');
    // the list validates what came, and seals what it sends
    const sealed = await sealChanged(first, changed);
    const after = await validate(sealed);
    assert.equal(why(after), 'pass');
    assert.equal(after.oldestPass, 3);
    assert.deepEqual(
      after.steps.filter(({ step }) => step === 'oldest-pass'),
      [{ step: 'oldest-pass', rfc: 'RFC 8617 §5.2', instance: 3 }],
    );
  });

  test('says whether the author is among what its sealer signed', async () => {
    const sealed = await sealTimes(1);
    const twoAuthors = sealed.replace('To: list', 'From: e@e.test\r\nFrom: f@e.test\r\nTo: list');
    const { sets } = await validate(twoAuthors);
    assert.equal(sets[0]!.signsFrom, false);
  });
});

async function sealChanged(before: string, after: string): Promise<string> {
  const head = fromLatin1(after);
  const header = splitHeader(head);
  const body = head.subarray(header.bodyStart);
  const [hash] = await hashBody([body], [{ canonicalization: 'relaxed' }]);
  const sealed = await sealMessage({
    head,
    header,
    bodyHash: hash!.digest,
    chain: await validate(before),
    results: utf8(' mx.list.test; arc=pass\r\n'),
    key: KEY,
    time: NOW,
    signBytes: signOffMainThread,
  });
  assert.ok(sealed.kind === 'sealed');
  return latin1(sealed.fields) + after;
}

describe('a chain of ARC that is not valid', () => {
  test('one octet of body or header is another', async () => {
    const sealed = await sealTimes(2);
    const body = sealed.replace('World', 'world');
    assert.equal(why(await validate(body)), 'fail body-hash-mismatch ARC-Message-Signature 2');
    const header = sealed.replace('Subject: One', 'Subject: Two');
    assert.equal(why(await validate(header)), 'fail signature-mismatch ARC-Message-Signature 2');
  });

  test('any change in any set breaks the seal of it', async () => {
    const sealed = await sealTimes(2);
    const [, newest, oldest] = sealed.split('ARC-Seal:');
    const altered = ['', newest, oldest!.replace('spf=pass', 'spf=fail')].join('ARC-Seal:');
    assert.equal(why(await validate(altered)), 'fail signature-mismatch ARC-Seal 2');
  });

  test('fields that are missing, repeated or without a number', async () => {
    const sealed = await sealTimes(2);
    const cases: readonly [string, string, string][] = [
      ['ARC-Seal: i=1', 'X-Seal: i=1', 'fail field-missing ARC-Seal 1'],
      [
        'ARC-Authentication-Results: i=2',
        'X: i=2',
        'fail field-missing ARC-Authentication-Results 2',
      ],
      [
        'ARC-Authentication-Results: i=2',
        'ARC-Authentication-Results: i=1',
        'fail field-repeated ARC-Authentication-Results 1',
      ],
      [
        'ARC-Authentication-Results: i=2;',
        'ARC-Authentication-Results: (i=2;',
        'fail malformed-instance ARC-Authentication-Results 0 i',
      ],
      [
        'ARC-Message-Signature: i=2',
        'ARC-Message-Signature: i=0',
        'fail malformed-instance ARC-Message-Signature 0 i',
      ],
      ['ARC-Seal: i=2', 'ARC-Seal: i=51', 'fail too-many-sets'],
      ['ARC-Seal: i=2', 'ARC-Seal: i=3', 'fail field-missing ARC-Seal 2'],
      ['ARC-Seal: i=2', 'ARC-Seal: i=2; i=2', 'fail malformed-tag-list ARC-Seal 0'],
      ['cv=pass', 'cv=none', 'fail wrong-chain-status ARC-Seal 2 cv'],
      ['cv=none', 'cv=fail', 'fail wrong-chain-status ARC-Seal 1 cv'],
      ['cv=pass', 'cv=fail', 'fail failed-before ARC-Seal 2 cv'],
    ];
    for (const [from, to, expected] of cases) {
      const changed = sealed.replace(from, to);
      assert.notEqual(changed, sealed);
      assert.equal(why(await validate(changed)), expected);
    }
  });

  test('the instance of the results is read with comments and white space', async () => {
    const sealed = await sealTimes(1);
    const commented = sealed.replace('Results: i=1;', 'Results: (a (b\\)) ) i (c) = (d) 01 (e);');
    // read, and then found altered
    assert.equal(why(await validate(commented)), 'fail signature-mismatch ARC-Seal 1');
  });

  test('a seal that names fields, a message signature that names a seal', async () => {
    const sealed = await sealTimes(1);
    const naming = sealed.replace('ARC-Seal: i=1;', 'ARC-Seal: i=1; h=from;');
    assert.equal(why(await validate(naming)), 'fail seal-names-fields ARC-Seal 1 h');
    const signing = sealed.replace(/h=From/, 'h=ARC-Seal:From');
    assert.equal(why(await validate(signing)), 'fail seal-signed ARC-Message-Signature 1 h');
  });

  test('a key that is gone, or that cannot be asked for, is as permanent', async () => {
    const sealed = await sealTimes(1);
    const none = { 's._domainkey.list.test': { kind: 'none' } } as const;
    assert.equal(
      why(await validate(sealed, { zone: none })),
      'fail no-key ARC-Message-Signature 1',
    );
    const down = { 's._domainkey.list.test': { kind: 'temporary', detail: 'SERVFAIL' } } as const;
    const report = await validate(sealed, { zone: down });
    assert.equal(why(report), 'fail key-unavailable ARC-Message-Signature 1');
  });

  test('a seal from the future, or without a time', async () => {
    const sealed = await sealTimes(1);
    const report = await validate(sealed, { now: NOW - 301 });
    assert.equal(why(report), 'fail signed-in-the-future ARC-Message-Signature 1 t');
  });
});

describe('sealing', () => {
  test('a chain that is broken gets one more set, which says so, and after that none', async () => {
    const broken = (await sealTimes(1)).replace('World', 'world');
    const marked = await seal(broken);
    assert.match(marked, /^ARC-Seal: i=2; [^]*cv=fail/);
    assert.equal(why(await validate(marked)), 'fail failed-before ARC-Seal 2 cv');
    assert.deepEqual(await trySealing(marked, {}), { kind: 'not-sealed', reason: 'failed-before' });
  });

  test('the fiftieth set is the last', async () => {
    const sealed = await sealTimes(50);
    const asked: string[] = [];
    assert.equal(why(await validate(sealed, { asked })), 'pass');
    assert.deepEqual(asked, ['s._domainkey.list.test']);
    assert.deepEqual(await trySealing(sealed, {}), { kind: 'not-sealed', reason: 'no-instance' });
  });

  test('signs the DKIM-Signatures that are there, and nothing that others remove', async () => {
    const sealed = await seal(`Authentication-Results: a; none\r\nDKIM-Signature: x\r\n${MESSAGE}`);
    const named = /ARC-Message-Signature:[^]*?h=([^;]*);/.exec(sealed)![1]!.replaceAll(/\s/g, '');
    assert.ok(named.split(':').includes('DKIM-Signature'));
    assert.doesNotMatch(named, /arc-|authentication-results|received/i);
    assert.equal(why(await validate(sealed.replace(/^Authentication-Results.*\r\n/m, ''))), 'pass');
  });

  test('results that would be more than one field are refused', async () => {
    for (const results of [
      ' mx; none\r\nX-Evil: 1\r\n',
      ' mx; none\r\n\r\nbody\r\n',
      ' mx; none',
      ' mx; none\nX-Evil: 1\r\n',
    ]) {
      await assert.rejects(trySealing(MESSAGE, {}, KEY, results), RangeError, results);
    }
  });

  test('with RSA too, folded to lines under 78 columns', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const key: SigningKey = {
      ...KEY,
      selector: 'r',
      algorithm: 'rsa-sha256',
      privateKey: rsa.privateKey,
    };
    const record = dnsRecordFor(rsa.publicKey);
    const zone = { 'r._domainkey.list.test': { kind: 'records', records: [record] } } as const;
    const sealed = await seal(await sealTimes(1), { zone }, key);
    assert.equal(why(await validate(sealed, { zone })), 'pass');
    assert.ok(sealed.split('\r\n').every((line) => line.length < 78));
  });
});

describe('the work for a chain', () => {
  test('one pass over the body, however it is cut, serves DKIM and ARC', async () => {
    const head = fromLatin1(await seal(await dkimSigned(`X-Before: 1\r\n${MESSAGE}`)));
    const header = splitHeader(head);
    const body = head.subarray(header.bodyStart);
    const cuts = fc.array(fc.nat(body.length), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const input = { head: head.subarray(0, header.bodyStart), header, lookup, now: NOW };
        const dkim = beginVerification(input);
        const arc = beginChainVerification(input);
        const hasher = startBodyHashes([...dkim.bodyHashes, ...arc.bodyHashes]);
        const ends = [...places, body.length].toSorted((a, b) => a - b);
        let from = 0;
        for (const end of ends) {
          hasher.push(body.subarray(from, end));
          from = end;
        }
        hasher.end();
        const [signatures, chain] = await Promise.all([dkim.finish(hasher), arc.finish(hasher)]);
        assert.deepEqual(
          [signatures.signatures.map(({ result }) => result), chain.cv],
          [['pass'], 'pass'],
        );
      }),
      { numRuns: 50 },
    );
  });

  test('the other keys are asked for only when the newest set is genuine', async () => {
    const sets = Array.from({ length: 50 }, (_, index) => forgedSet(50 - index)).join('');
    const asked: string[] = [];
    const report = await validate(sets + MESSAGE, { asked });
    assert.equal(why(report), 'fail body-hash-mismatch ARC-Message-Signature 50');
    assert.deepEqual(asked, ['m50._domainkey.evil.test', 's50._domainkey.evil.test']);
  });

  test('more than 256 KB of fields are not read', async () => {
    const sealed = await sealTimes(1);
    const padded = sealed.replace('ARC-Seal: i=1;', `ARC-Seal: i=1; z=${'x'.repeat(262_144)};`);
    assert.equal(why(await validate(padded)), 'fail fields-too-large');
    assert.deepEqual(await trySealing(padded, {}), { kind: 'not-sealed', reason: 'no-instance' });
  });

  test('a thousand comments and a thousand fields are read in no time', async () => {
    const comments = `ARC-Authentication-Results: ${'('.repeat(100_000)}\r\n`;
    assert.equal(
      why(await validate(comments + MESSAGE)),
      'fail malformed-instance ARC-Authentication-Results 0 i',
    );
    const fields = 'ARC-Seal: i=1\r\n'.repeat(4_000);
    assert.equal(
      why(await validate(fields + MESSAGE)),
      'fail field-missing ARC-Authentication-Results 1',
    );
  });

  test('any octets in any field of a chain lead to a report, and never to pass', async () => {
    const sealed = await sealTimes(2);
    const end = sealed.indexOf('From: alice');
    const damage = fc.tuple(
      fc.nat(end - 3),
      fc.nat(20),
      fc.string({ unit: 'binary-ascii', maxLength: 30 }),
    );
    await fc.assert(
      fc.asyncProperty(damage, async ([at, cut, junk]) => {
        const damaged = sealed.slice(0, at) + junk + sealed.slice(Math.min(at + cut, end));
        const { cv } = await validate(damaged);
        assert.ok(cv !== 'pass' || relaxed(damaged) === relaxed(sealed), damaged.slice(0, 3000));
      }),
      { numRuns: 300 },
    );
  });
});

async function lookup(): Promise<KeyAnswer> {
  return { kind: 'records', records: [dnsRecordFor(pair.publicKey)] };
}

async function dkimSigned(message: string): Promise<string> {
  const bytes = fromLatin1(message);
  const { bodyStart } = splitHeader(bytes);
  const fields = await signMessage({
    header: bytes.subarray(0, bodyStart),
    body: [bytes.subarray(bodyStart)],
    keys: [KEY],
    time: NOW,
    signBytes: signOffMainThread,
  });
  return latin1(fields) + message;
}

/** What no canonicalization distinguishes is no change. */
function relaxed(message: string): string {
  return message.replaceAll(/\s+/g, '').toLowerCase();
}

function forgedSet(i: number): string {
  const tags = `a=ed25519-sha256; d=evil.test; t=1; b=${Buffer.alloc(64).toString('base64')}`;
  return (
    `ARC-Seal: i=${i}; ${tags}; s=s${i}; cv=${i === 1 ? 'none' : 'pass'}\r\n` +
    `ARC-Message-Signature: i=${i}; ${tags}; s=m${i}; h=from; bh=YQ==\r\n` +
    `ARC-Authentication-Results: i=${i}; evil.test; none\r\n`
  );
}

test('the fields of a set stand together, the seal on top', async () => {
  const sealed = await trySealing(MESSAGE, {});
  assert.ok(sealed.kind === 'sealed');
  assert.deepEqual(
    splitHeader(concat([sealed.fields, utf8('\r\n')])).fields.map(({ name }) => name),
    ['ARC-Seal', 'ARC-Message-Signature', 'ARC-Authentication-Results'],
  );
});
