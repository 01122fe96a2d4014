import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted, duration, momentsIn } from './spoken.ts';

test('a length of time has its two largest units', () => {
  assert.equal(duration(999, 'en'), '999 ms');
  assert.equal(duration(63_000, 'en'), '1 min 3 s');
  assert.equal(duration(63_400, 'ja'), '1 分 3 秒');
  assert.equal(duration(86_400_000, 'en'), '1 day');
  assert.equal(duration(5 * 864e5 + 36e5 + 6e4, 'en'), '5 days 1 h');
  assert.equal(duration(864e5 + 5000, 'en'), '1 day');
  assert.equal(duration(3_599_900, 'en'), '1 h');
  assert.equal(duration(-5, 'en'), '0 ms');
  assert.equal(duration(Number.NaN, 'en'), '?');
});

test('counts carry their noun', () => {
  assert.equal(counted('octets', 1, 'en'), '1 octet');
  assert.equal(counted('octets', 1234567, 'en'), '1,234,567 octets');
  assert.equal(counted('recipients', 2, 'ja'), '宛先 2 件');
});

test('a moment has date and time of its zone; what is no time is a question mark', () => {
  const at = Date.UTC(2026, 10, 24, 23, 59, 58);
  assert.deepEqual(momentsIn('UTC')(at), { date: '2026-11-24', time: '23:59:58' });
  assert.deepEqual(momentsIn('Asia/Tokyo')(at), { date: '2026-11-25', time: '08:59:58' });
  assert.deepEqual(momentsIn('UTC')(Number.NaN), { date: '?', time: '?' });
});
