import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { concat, EMPTY, fromLatin1, latin1 } from '#bytes';
import { splitHeader } from '#protocol/message/header/fields';
import { type Chunks, hashBody } from './body-hash.ts';
import { canonicalizeFields, chooseFields, headerToSign } from './canonicalize-header.ts';
import { formatSignature } from './format-signature.ts';
import { dnsRecordFor } from './key-record.ts';
import type { DkimReport, KeyAnswer, SignatureReport, Step } from './report.ts';
import { RULES } from './rules.ts';
import type { Signature } from './signature.ts';
import { beginVerification, verifyMessage } from './verify.ts';

const NOW = 1_795_500_000;
const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ed25519 = generateKeyPairSync('ed25519');
const RSA_RECORD = dnsRecordFor(rsa.publicKey);
const ED25519_RECORD = dnsRecordFor(ed25519.publicKey);
const HEADER = 'From: a@example.test\r\nSubject: One\r\n\r\n';
const BODY = 'Hello\r\nWorld\r\n';

const DEFAULTS: Signature = {
  algorithm: 'ed25519-sha256',
  signature: EMPTY,
  bodyHash: EMPTY,
  canonicalization: { header: 'simple', body: 'simple' },
  domain: 'example.test',
  selector: 's',
  signedFields: ['From', 'Subject'],
  identity: { localPart: '', domain: 'example.test' },
};

/** A DKIM-Signature with any tags, genuine for HEADER and `body`. */
async function signature(changes: Partial<Signature> = {}, body = BODY): Promise<string> {
  const wanted = { ...DEFAULTS, ...changes };
  const [hash] = await hashBody(
    [fromLatin1(body)],
    [
      {
        canonicalization: wanted.canonicalization.body,
        ...(wanted.bodyLength !== undefined && { limit: wanted.bodyLength }),
      },
    ],
  );
  const unsigned: Signature = { ...wanted, bodyHash: hash!.digest, signature: Buffer.from('x') };
  // simple canonicalization wants the folding of the final field: b= ends the field and is removed from there
  const folded = latin1(formatSignature(unsigned));
  const own = fromLatin1(`${folded.slice(0, folded.lastIndexOf('b=') + 2)}\r\n`);
  const header = fromLatin1(HEADER);
  const kind = wanted.canonicalization.header;
  const chosen = chooseFields(splitHeader(header).fields, wanted.signedFields);
  const data = headerToSign(kind, canonicalizeFields(kind, header, chosen), own);
  const made =
    wanted.algorithm === 'ed25519-sha256'
      ? sign(null, createHash('sha256').update(data).digest(), ed25519.privateKey)
      : sign('sha256', data, rsa.privateKey);
  return `${latin1(own).trimEnd()}${made.toString('base64')}\r\n`;
}

interface Setting {
  readonly answer?: KeyAnswer;
  readonly body?: Chunks;
  readonly now?: number;
  readonly maxSignatures?: number;
  readonly asked?: string[];
}

function records(...texts: string[]): KeyAnswer {
  return { kind: 'records', records: texts };
}

async function verify(fields: string, setting: Setting = {}): Promise<DkimReport> {
  const { answer = records(ED25519_RECORD), body = [fromLatin1(BODY)], now = NOW } = setting;
  return verifyMessage({
    header: fromLatin1(fields + HEADER),
    body,
    now,
    async lookup(name) {
      setting.asked?.push(name);
      return answer;
    },
    ...(setting.maxSignatures !== undefined && { maxSignatures: setting.maxSignatures }),
  });
}

async function one(fields: string, setting: Setting = {}): Promise<SignatureReport> {
  const { signatures } = await verify(fields, setting);
  assert.equal(signatures.length, 1);
  return signatures[0]!;
}

async function outcome(fields: string, setting: Setting = {}): Promise<string> {
  const { result, reason } = await one(fields, setting);
  return reason ? `${result} ${reason}` : result;
}

function stepNames(steps: readonly Step[]): string[] {
  return steps.map(({ step }) => step);
}

describe('a signature that passes', () => {
  test('tells its steps, with what was asked and answered', async () => {
    const report = await one(await signature());
    assert.equal(report.result, 'pass');
    assert.deepEqual(stepNames(report.steps), [
      'signature-read',
      'key-asked',
      'key-accepted',
      'header-checked',
      'body-hashed',
      'concluded',
    ]);
    assert.deepEqual(report.steps[1], {
      step: 'key-asked',
      rfc: 'RFC 6376 §3.6.2.1',
      name: 's._domainkey.example.test',
      answer: records(ED25519_RECORD),
    });
    assert.deepEqual(report.steps.at(-1), {
      step: 'concluded',
      rfc: 'RFC 6376 §6.1.3',
      result: 'pass',
      domain: 'example.test',
      selector: 's',
    });
  });

  test('in all four canonicalizations and both algorithms', async () => {
    for (const header of ['simple', 'relaxed'] as const) {
      for (const body of ['simple', 'relaxed'] as const) {
        const canonicalization = { header, body };
        assert.equal(await outcome(await signature({ canonicalization })), 'pass');
        const made = await signature({ canonicalization, algorithm: 'rsa-sha256' });
        assert.equal(await outcome(made, { answer: records(RSA_RECORD) }), 'pass');
      }
    }
  });

  test('with l= tells how many octets anyone may have added', async () => {
    const made = await signature({ bodyLength: 7 });
    const report = await one(made, { body: [fromLatin1(`${BODY}spam\r\n`)] });
    assert.deepEqual([report.result, report.uncoveredOctets], ['pass', 13]);
    const changed = await outcome(made, { body: [fromLatin1(BODY.toUpperCase())] });
    assert.equal(changed, 'fail body-hash-mismatch');
  });

  test('with l=0 covers no octet', async () => {
    const report = await one(await signature({ bodyLength: 0 }));
    assert.deepEqual([report.result, report.uncoveredOctets], ['pass', BODY.length]);
  });

  test('with a key under test says so', async () => {
    const report = await one(await signature(), {
      answer: records(ED25519_RECORD.replace('p=', 't=y; p=')),
    });
    assert.deepEqual([report.result, report.testing, report.keyBits], ['pass', true, 256]);
  });

  test('with the second of two records tells why the first did not serve', async () => {
    const report = await one(await signature(), { answer: records(RSA_RECORD, ED25519_RECORD) });
    assert.equal(report.result, 'pass');
    assert.deepEqual(report.steps[2], {
      step: 'key-refused',
      rfc: RULES['key-for-other-algorithm'].rfc,
      record: RSA_RECORD,
      reason: 'key-for-other-algorithm',
    });
  });

  test('tells what anyone may have changed of what readers see', async () => {
    const made = await signature({ bodyLength: 7 });
    const added =
      'Subject: Zero\r\nContent-Type: text/html\r\nX-Other: 1\r\nReply-To: e@evil.test\r\n';
    const { result, weaknesses, steps } = await one(made + added);
    assert.equal(result, 'pass');
    assert.deepEqual(weaknesses, [
      { kind: 'octets-uncovered', octets: 7 },
      { kind: 'body-form-uncovered', field: 'Content-Type' },
      { kind: 'field-uncovered', field: 'Subject', present: 2, signed: 1 },
      { kind: 'field-uncovered', field: 'Reply-To', present: 1, signed: 0 },
    ]);
    assert.deepEqual(
      steps.filter(({ step }) => step === 'weakness').map(({ rfc }) => rfc),
      ['RFC 6376 §8.2', 'RFC 6376 §8.2', 'RFC 6376 §8.15', 'RFC 6376 §8.15'],
    );
    // the form of a body that is covered whole is what was hashed, whatever it is read as
    const whole = await one(`${await signature()}Content-Type: text/html\r\n`);
    assert.deepEqual([whole.result, whole.weaknesses], ['pass', undefined]);
  });

  test('may sign another DKIM-Signature, but never takes itself for it', async () => {
    const signedFields = ['From', 'DKIM-Signature'];
    assert.equal(await outcome(await signature({ signedFields })), 'pass');
  });
});

describe('a signature that does not pass', () => {
  test('a changed body, and that the header is genuine all the same', async () => {
    const report = await one(await signature(), { body: [fromLatin1(`${BODY}footer\r\n`)] });
    assert.deepEqual([report.result, report.reason], ['fail', 'body-hash-mismatch']);
    const header = report.steps.find(({ step }) => step === 'header-checked');
    assert.ok(header?.step === 'header-checked' && header.matches);
  });

  test('a changed header', async () => {
    const made = `${await signature()}Subject: Zero\r\n`;
    assert.equal(await outcome(made), 'pass');
    const twice = await signature({ signedFields: ['From', 'Subject', 'Subject'] });
    assert.equal(await outcome(`${twice}Subject: Zero\r\n`), 'fail signature-mismatch');
  });

  test('a body shorter than l=', async () => {
    const made = await signature({ bodyLength: 13 });
    const body = [fromLatin1('Hello\r\n')];
    assert.equal(await outcome(made, { body }), 'fail body-shorter-than-signed');
  });

  test('too old, or from the future by more than five minutes', async () => {
    const made = await signature({ timestamp: NOW, expiration: NOW + 10 });
    assert.equal(await outcome(made, { now: NOW + 10 }), 'pass');
    assert.equal(await outcome(made, { now: NOW + 11 }), 'policy expired');
    assert.equal(await outcome(made, { now: NOW - 300 }), 'pass');
    assert.equal(await outcome(made, { now: NOW - 301 }), 'policy signed-in-the-future');
  });

  test('SHA-1 is refused without asking for a key', async () => {
    const asked: string[] = [];
    const made = await signature({ algorithm: 'rsa-sha1' });
    assert.equal(await outcome(made, { asked }), 'policy sha1');
    assert.deepEqual(asked, []);
  });

  test('no key, no answer, a record that is none', async () => {
    const made = await signature();
    const temporary = { kind: 'temporary', detail: 'SERVFAIL' } as const;
    assert.equal(await outcome(made, { answer: { kind: 'none' } }), 'permerror no-key');
    assert.equal(await outcome(made, { answer: records() }), 'permerror no-key');
    assert.equal(await outcome(made, { answer: temporary }), 'temperror key-unavailable');
    const spf = records('v=spf1 -all');
    assert.equal(await outcome(made, { answer: spf }), 'permerror malformed-key-record');
  });

  test('a key that is revoked, for other use, or unreadable', async () => {
    const made = await signature();
    const with_ = (from: string, to: string): Promise<string> =>
      outcome(made, { answer: records(ED25519_RECORD.replace(from, to)) });
    assert.equal(await with_('p=', 's=tlsrpt; p='), 'permerror key-for-other-service');
    assert.equal(await with_('p=', 's=tlsrpt:email; p='), 'pass');
    assert.equal(await with_('p=', 'h=sha1; p='), 'permerror key-for-other-hash');
    assert.equal(await with_('p=', 'h=sha1:sha256; p='), 'pass');
    assert.equal(await with_('k=ed25519', 'k=rsa'), 'permerror key-for-other-algorithm');
    const revoked = records('v=DKIM1; k=ed25519; p=');
    assert.equal(await outcome(made, { answer: revoked }), 'permerror key-revoked');
    const short = records('v=DKIM1; k=ed25519; p=YWJj');
    assert.equal(await outcome(made, { answer: short }), 'permerror unreadable-public-key');
  });

  test('i= below d= under a key with t=s', async () => {
    const identity = { localPart: 'a', domain: 'sub.example.test' };
    const made = await signature({ identity });
    const answer = records(ED25519_RECORD.replace('p=', 't=y:s; p='));
    assert.equal(await outcome(made), 'pass');
    assert.equal(await outcome(made, { answer }), 'permerror key-for-exact-domain');
    assert.equal(await outcome(await signature(), { answer }), 'pass');
  });

  test('RSA keys under 1024 bits, over 4096, or with an exponent of over 32 bits or of 1', async () => {
    const made = await signature({ algorithm: 'rsa-sha256' });
    const short = generateKeyPairSync('rsa', { modulusLength: 768 });
    const answer = records(dnsRecordFor(short.publicKey));
    assert.equal(await outcome(made, { answer }), 'policy key-too-short');
    const long = rsaRecord(Buffer.alloc(513, 0xab), Buffer.of(1, 0, 1));
    assert.equal(await outcome(made, { answer: records(long) }), 'policy key-too-long');
    const longest = rsaRecord(Buffer.alloc(512, 0xab), Buffer.of(1, 0, 1));
    assert.equal(await outcome(made, { answer: records(longest) }), 'fail signature-mismatch');
    const slow = rsaRecord(Buffer.alloc(256, 0xab), Buffer.alloc(5, 0xcd));
    assert.equal(await outcome(made, { answer: records(slow) }), 'policy key-too-long');
    const none = rsaRecord(Buffer.alloc(256, 0xab), Buffer.of(1));
    assert.equal(await outcome(made, { answer: records(none) }), 'policy key-without-effect');
  });

  test('a From field that is not covered, whoever added it', async () => {
    const asked: string[] = [];
    const made = await signature();
    const second = 'From: ceo@example.test\r\n';
    assert.equal(await outcome(made + second, { asked }), 'policy from-not-covered');
    assert.deepEqual(asked, []);
    // oversigned: the second was not there when it was signed
    const oversigned = await signature({ signedFields: ['From', 'From', 'Subject'] });
    assert.equal(await outcome(oversigned), 'pass');
    assert.equal(await outcome(oversigned + second), 'fail signature-mismatch');
  });

  test('a field of more than 64 KB, unread', async () => {
    const made = await signature();
    const padded = made.replace('v=1;', `v=1; zz=${'x'.repeat(65_536)};`);
    assert.equal(await outcome(padded), 'policy signature-too-long');
  });

  test('a field that cannot be read, with what could be read of it', async () => {
    const report = await one('DKIM-Signature: v=1; d=example.test; s=x\r\n');
    assert.deepEqual(
      [report.result, report.reason, report.tag, report.domain, report.selector],
      ['neutral', 'missing-tag', 'a', 'example.test', 'x'],
    );
    assert.deepEqual(report.steps, [
      {
        step: 'concluded',
        rfc: 'RFC 6376 §6.1.1',
        result: 'neutral',
        reason: 'missing-tag',
        tag: 'a',
        domain: 'example.test',
        selector: 'x',
      },
    ]);
  });
});

function rsaRecord(modulus: Buffer, exponent: Buffer): string {
  const integer = (octets: Buffer): Buffer => der(0x02, Buffer.concat([Buffer.of(0), octets]));
  const sequence = der(0x30, Buffer.concat([integer(modulus), integer(exponent)]));
  return `v=DKIM1; k=rsa; p=${sequence.toString('base64')}`;
}

function der(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag, 0x82, content.length >> 8, content.length & 0xff), content]);
}

const lookup = (): Promise<never> => Promise.reject(new Error('bug'));

describe('the work for a message', () => {
  test('without a signature: none is reported, the body is not read, nothing is asked', async () => {
    const asked: string[] = [];
    const body = {
      [Symbol.iterator]: (): never => assert.fail('the body was read'),
    };
    assert.deepEqual(await verify('', { body, asked }), { signatures: [], ignored: 0 });
    assert.deepEqual(
      await verify('DKIM-Signature: x\r\n', { body, asked }).then(({ ignored }) => ignored),
      0,
    );
    assert.deepEqual(asked, []);
  });

  test('eight signatures are looked at, the rest is counted; each key is asked for once', async () => {
    const asked: string[] = [];
    const made = await signature();
    const { signatures, ignored } = await verify(made.repeat(10), { asked });
    assert.equal(signatures.length, 8);
    assert.equal(ignored, 2);
    assert.deepEqual(asked, ['s._domainkey.example.test']);
    assert.equal((await verify(made.repeat(3), { maxSignatures: 2 })).ignored, 1);
  });

  test('a step repeats no more of an answer than is looked at', async () => {
    const made = await signature();
    const texts = Array.from({ length: 300 }, () => `x=${'y'.repeat(60_000)}`);
    const report = await one(made, { answer: records(...texts) });
    assert.equal(report.reason, 'malformed-key-record');
    assert.ok(JSON.stringify(report.steps).length < 25_000);
    const asked = report.steps.find(({ step }) => step === 'key-asked');
    assert.ok(asked?.step === 'key-asked' && asked.answer.kind === 'records');
    assert.equal(asked.answer.more, 296);
  });

  test('four records of a selector are tried', async () => {
    const made = await signature();
    const answer = records(RSA_RECORD, RSA_RECORD, RSA_RECORD, RSA_RECORD, ED25519_RECORD);
    assert.equal(await outcome(made, { answer }), 'permerror key-for-other-algorithm');
  });

  test('a body is hashed in one pass for every canonicalization and length', async () => {
    let passes = 0;
    const body = {
      *[Symbol.iterator]() {
        passes++;
        yield fromLatin1(BODY);
      },
    };
    const fields = [
      await signature(),
      await signature({ bodyLength: 3 }),
      await signature({ bodyLength: 4 }),
      await signature({ canonicalization: { header: 'relaxed', body: 'relaxed' } }),
    ].join('');
    const { signatures } = await verify(fields, { body });
    assert.deepEqual(
      signatures.map(({ result }) => result),
      ['pass', 'pass', 'pass', 'pass'],
    );
    assert.equal(passes, 1);
  });

  test('keys are asked for before the body has begun, and nobody is told of a failure that nobody waits for', async () => {
    const head = fromLatin1((await signature()) + HEADER);
    const header = splitHeader(head);
    const asked: string[] = [];
    const { bodyHashes } = beginVerification({
      head,
      header,
      now: NOW,
      lookup(name) {
        asked.push(name);
        return Promise.reject(new Error('bug'));
      },
    });
    assert.deepEqual(asked, ['s._domainkey.example.test']);
    assert.deepEqual(bodyHashes, [{ canonicalization: 'simple' }]);
    await new Promise(setImmediate);
  });

  test('an error of the body or of the lookup is handed on', async () => {
    const made = await signature();
    const broken = (async function* (): AsyncGenerator<Uint8Array> {
      yield EMPTY;
      throw new Error('disk');
    })();
    await assert.rejects(verify(made, { body: broken }), /disk/);
    const header = fromLatin1(made + HEADER);
    await assert.rejects(verifyMessage({ header, body: [EMPTY], lookup, now: NOW }), /bug/);
  });

  test('any octets as header, body and key record lead to a report', async () => {
    const made = await signature();
    const noise = fc.string({ unit: 'binary-ascii', maxLength: 60 });
    const text = fc.tuple(noise, fc.nat(made.length), fc.nat(20)).map(([junk, at, cut]) => {
      return made.slice(0, at) + junk + made.slice(at + cut);
    });
    const key = fc.oneof(
      noise,
      noise.map((junk) => `v=DKIM1; k=rsa; p=${Buffer.from(junk).toString('base64')}`),
    );
    await fc.assert(
      fc.asyncProperty(text, noise, key, async (field, body, record) => {
        const report = await verify(field, {
          answer: records(record),
          body: [concat([fromLatin1(body)])],
        });
        assert.ok(report.signatures.every(({ result }) => result !== 'pass'));
      }),
      { numRuns: 300 },
    );
  });
});
