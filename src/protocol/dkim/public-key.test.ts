import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { dnsRecordFor } from './key-record.ts';
import { readKey } from './public-key.ts';

const RECORD = dnsRecordFor(generateKeyPairSync('ed25519').publicKey);

test('a text that was read a moment ago is not read again', () => {
  const first = readKey(RECORD);
  assert.ok(first?.publicKey);
  assert.equal(readKey(RECORD), first);
});

test('what strangers publish is forgotten in time, and a key that is in use is not', () => {
  const first = readKey(`${RECORD}; n=first`);
  const used = readKey(RECORD);
  for (let n = 0; n < 1000; n++) {
    readKey(`${RECORD}; n=${n}`);
    assert.equal(readKey(RECORD), used);
  }
  const again = readKey(`${RECORD}; n=first`);
  assert.notEqual(again, first);
  assert.deepEqual(again?.record, first?.record);
  assert.ok(again?.publicKey?.key.equals(first!.publicKey!.key));
});

test('records with the same key and other words around it stay apart', () => {
  assert.deepEqual(readKey(`${RECORD}; t=y`)?.record.flags, ['y']);
  assert.deepEqual(readKey(`${RECORD}; t=s`)?.record.flags, ['s']);
});
