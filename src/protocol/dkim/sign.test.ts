/**
 * Signing, read back by our own verifier and by mailauth, strict (npm, a referee of others). Debian's
 * verifiers stand in test/peers/dkim-verifiers.test.ts.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { concat, fromLatin1, latin1 } from '#bytes';
import { splitHeader } from '#protocol/message/header/fields';
import { dnsRecordFor } from './key-record.ts';
import type { DkimReport } from './report.ts';
import { type SignBytes, signMessage, signOffMainThread, type SigningKey } from './sign.ts';
import { parseSignature } from './signature.ts';
import { verifyMessage } from './verify.ts';

const TIME = 1_795_500_000;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
const keys: readonly SigningKey[] = [
  { domain: 'example.test', selector: 'r1', algorithm: 'rsa-sha256', privateKey: rsa.privateKey },
  {
    domain: 'example.test',
    selector: 'e1',
    algorithm: 'ed25519-sha256',
    privateKey: ed25519.privateKey,
  },
];
const zone = new Map([
  ['r1._domainkey.example.test', dnsRecordFor(rsa.publicKey)],
  ['e1._domainkey.example.test', dnsRecordFor(ed25519.publicKey)],
]);

async function sign(message: string, signers = keys): Promise<string> {
  const bytes = fromLatin1(message);
  const { bodyStart } = splitHeader(bytes);
  const fields = await signMessage({
    header: bytes.subarray(0, bodyStart),
    body: [bytes.subarray(bodyStart)],
    keys: signers,
    time: TIME,
    signBytes: signOffMainThread,
  });
  return latin1(concat([fields, bytes]));
}

async function verify(message: string): Promise<DkimReport> {
  const bytes = fromLatin1(message);
  const { bodyStart } = splitHeader(bytes);
  return verifyMessage({
    header: bytes.subarray(0, bodyStart),
    body: [bytes.subarray(bodyStart)],
    async lookup(name) {
      const record = zone.get(name);
      return record === undefined ? { kind: 'none' } : { kind: 'records', records: [record] };
    },
    now: TIME + 60,
  });
}

async function results(message: string): Promise<string[]> {
  return (await verify(message)).signatures.map(({ result }) => result);
}

async function mailauthResults(message: string): Promise<string[]> {
  const { results } = await dkimVerify(Buffer.from(fromLatin1(message)), {
    strict: true,
    curTime: new Date((TIME + 60) * 1000),
    resolver: async (name) => [[zone.get(name) ?? '']],
  });
  return results.map(
    ({ status }) => `${status.result}${status.comment ? ` ${status.comment}` : ''}`,
  );
}

const HEADER =
  'From: Alice <alice@example.test>\r\nTo: bob@example.test\r\nSubject: One\r\n' +
  'Date: Tue, 24 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.test>\r\n';
const MESSAGE = `${HEADER}\r\nHello  Bob,\r\n\r\nbye \r\n\r\n`;

/** Every field is one that is signed, so that every octet of the message is covered. */
const name = fc.constantFrom('To', 'Cc', 'Subject', 'subject', 'Message-ID', 'List-Id', 'Sender');
const value = fc.string({
  unit: fc.constantFrom(' ', '\t', '\r\n ', 'a', 'B', ';', ':', '=', '\xc3\xa9'),
  maxLength: 12,
});
const line = fc.string({
  unit: fc.constantFrom(' ', '\t', 'a', '.', '=', '\xc3\xa9'),
  maxLength: 6,
});
const message = fc
  .tuple(fc.array(fc.tuple(name, value), { maxLength: 6 }), fc.array(line, { maxLength: 6 }))
  .map(([fields, lines]) => {
    const others = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    return `${others}From: a@example.test\r\n\r\n${lines.join('\r\n')}`;
  });

const refuse: SignBytes = () => Promise.reject(new Error('no such key'));

describe('signing', () => {
  test('what is signed verifies, here and by mailauth', async () => {
    const runs = fc.asyncProperty(message, async (text) => {
      const signed = await sign(text);
      assert.deepEqual(await results(signed), ['pass', 'pass']);
      assert.deepEqual(await mailauthResults(signed), ['pass', 'pass']);
    });
    await fc.assert(runs, { numRuns: 60 });
  });

  test('any flipped octet of a signed field or of the body makes both fail', async () => {
    const runs = fc.asyncProperty(message, fc.nat(), async (text, place) => {
      const signed = await sign(text);
      const at = signed.length - 1 - (place % text.length);
      // the empty line between header and body may move; everything else is covered
      const flipped = String.fromCharCode(signed.charCodeAt(at) ^ 1);
      const broken = signed.slice(0, at) + flipped + signed.slice(at + 1);
      assert.ok(!(await results(broken)).includes('pass'), JSON.stringify({ at, text }));
    });
    await fc.assert(runs, { numRuns: 100 });
  });

  test('a body of 300 KB in chunks of any size has the same signature as in one', async () => {
    const body = fromLatin1('a line  with \t white space \r\n\r\n'.repeat(10_000));
    const header = fromLatin1(`${HEADER}\r\n`);
    const [, ed] = keys;
    const signIn = (chunk: number): Promise<Uint8Array> =>
      signMessage({
        header,
        body: (function* () {
          for (let at = 0; at < body.length; at += chunk) yield body.subarray(at, at + chunk);
        })(),
        keys: [ed!],
        time: TIME,
        signBytes: signOffMainThread,
      });
    const whole = latin1(await signIn(body.length));
    for (const chunk of [97, 4096, 262_144]) assert.equal(latin1(await signIn(chunk)), whole);
  });

  test('h= names the nine fields once more than they are present, the others as often as they are', async () => {
    const header =
      'Received: from a\r\nReturn-Path: <>\r\nBcc: c@example.test\r\nX-Other: 1\r\n' +
      `${HEADER}List-Unsubscribe: <https://example.test/>\r\n` +
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n';
    const { signatures } = await verify(await sign(`${header}\r\n`, keys.slice(0, 1)));
    assert.equal(
      signatures[0]!.signedFields!.join(':'),
      'From:From:To:To:Cc:Subject:Subject:Date:Date:Message-ID:Message-ID:' +
        'Reply-To:MIME-Version:Content-Type:List-Unsubscribe:List-Unsubscribe-Post',
    );
  });

  test('a second From, a Subject or a Content-Type that is added breaks it; a Received does not', async () => {
    const signed = await sign(MESSAGE);
    for (const added of ['From: eve@example.test', 'Subject: Two', 'Content-Type: text/html']) {
      assert.deepEqual(await results(`${added}\r\n${signed}`), ['fail', 'fail'], added);
    }
    assert.deepEqual(await results(`Received: by b\r\n${signed}`), ['pass', 'pass']);
  });

  test('the field is folded, tells t=, and is readable', async () => {
    const signed = await sign(MESSAGE, keys.slice(1));
    const field = signed.slice(0, signed.indexOf('From: Alice'));
    assert.ok(field.split('\r\n').every((text) => text.length < 78));
    assert.match(
      field,
      /^DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed\/relaxed; d=example\.test;\r\n s=e1; t=1795500000; h=From:/,
    );
    const parsed = parseSignature(field.slice('DKIM-Signature:'.length));
    assert.equal(parsed.kind, 'signature');
  });

  test('the body is hashed once for all keys, and not without a key', async () => {
    let reads = 0;
    const body = {
      *[Symbol.iterator]() {
        reads++;
        yield fromLatin1('body\r\n');
      },
    };
    const options = { header: fromLatin1(HEADER), body, time: TIME, signBytes: signOffMainThread };
    const none = await signMessage({ ...options, keys: [] });
    assert.equal(none.length, 0);
    assert.equal(reads, 0);
    await signMessage({ ...options, keys });
    assert.equal(reads, 1);
  });

  test('a failing private-key operation is handed on', async () => {
    await assert.rejects(
      signMessage({ header: fromLatin1(HEADER), body: [], keys, time: TIME, signBytes: refuse }),
      /no such key/,
    );
  });
});
