/**
 * Six real messages with their DNS keys, from Stalwart's mail-auth (dkim-mailauth-rs/SOURCE.md): RFC 8463's
 * and RFC 6376's examples, and mail from ietf.org, facebookmail.com, topicbox.com and github.com.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromLatin1 } from '#bytes';
import { splitHeader } from '#protocol/message/header/fields';
import type { KeyLookup } from '#protocol/dkim/report';
import { verifyMessage } from '#protocol/dkim/verify';

const FOLDER = new URL('dkim-mailauth-rs/', import.meta.url);
/** Before the x= of 005 (1667930064), after the t= of all. */
const NOW = 1_667_930_000;

function readCase(name: string): { message: Uint8Array; lookup: KeyLookup } {
  const text = readFileSync(new URL(name, FOLDER), 'latin1');
  const split = text.indexOf('\n\n');
  const zone = new Map(
    text
      .slice(0, split)
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );
  return {
    message: fromLatin1(text.slice(split + 2).replaceAll('\n', '\r\n')),
    async lookup(name) {
      const record = zone.get(name);
      return record === undefined ? { kind: 'none' } : { kind: 'records', records: [record] };
    },
  };
}

let signatures = 0;
const cases = readdirSync(FOLDER).filter((name) => name.endsWith('.txt') && /^\d/.test(name));

for (const name of cases) {
  test(`every signature of ${name} verifies`, async () => {
    const { message, lookup } = readCase(name);
    const { bodyStart } = splitHeader(message);
    const report = await verifyMessage({
      header: message.subarray(0, bodyStart),
      body: [message.subarray(bodyStart)],
      lookup,
      now: NOW,
    });
    assert.ok(report.signatures.length > 0);
    for (const signature of report.signatures) {
      assert.equal(signature.result, 'pass', JSON.stringify(signature.steps));
    }
    signatures += report.signatures.length;
  });
}

test('005 has expired a minute later', async () => {
  const { message, lookup } = readCase('005.txt');
  const { bodyStart } = splitHeader(message);
  const { signatures } = await verifyMessage({
    header: message.subarray(0, bodyStart),
    body: [message.subarray(bodyStart)],
    lookup,
    now: 1_667_930_065,
  });
  assert.deepEqual(
    signatures.map(({ result, reason }) => [result, reason]),
    [['policy', 'expired']],
  );
});

test('the suite has 6 messages with 8 signatures', (t) => {
  t.diagnostic(`messages: ${cases.length}, signatures: ${signatures}`);
  assert.equal(cases.length, 6);
  assert.equal(signatures, 8);
});
