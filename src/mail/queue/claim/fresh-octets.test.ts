import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FreshOctets, SMALL } from './fresh-octets.ts';

test('what was queued is there by its message; what is large is not kept', () => {
  const fresh = new FreshOctets();
  fresh.keep('small', new Uint8Array(SMALL));
  fresh.keep('large', new Uint8Array(SMALL + 1));
  assert.equal(fresh.of('small')?.length, SMALL);
  assert.equal(fresh.of('large'), undefined);
});

test('the oldest go when it is too much', () => {
  const fresh = new FreshOctets();
  for (let i = 0; i < 100; i++) fresh.keep(`m${i}`, new Uint8Array(SMALL));
  const kept = Array.from({ length: 100 }, (_, i) => i).filter((i) => fresh.of(`m${i}`));
  assert.deepEqual(
    kept,
    Array.from({ length: 64 }, (_, i) => 36 + i),
  );
});
