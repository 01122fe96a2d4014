import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { computedFor } from '../../../../test/support/time/cpu-time.ts';
import { formatDate, parseDate, parseDay } from './date.ts';

const NOON = Date.UTC(2026, 10, 24, 12, 0, 0);
const year = (text: string) => new Date(parseDate(`1 Jan ${text} 00:00 GMT`)!).getUTCFullYear();

test('a date is written with day, date, time and zone', () => {
  assert.equal(formatDate(NOON), 'Tue, 24 Nov 2026 12:00:00 +0000');
  assert.equal(formatDate(NOON, 540), 'Tue, 24 Nov 2026 21:00:00 +0900');
  assert.equal(formatDate(NOON, -210), 'Tue, 24 Nov 2026 08:30:00 -0330');
  assert.equal(formatDate(Date.UTC(2026, 0, 1, 3)), 'Thu, 1 Jan 2026 03:00:00 +0000');
});

for (const text of [
  'Tue, 24 Nov 2026 12:00:00 +0000',
  'Tue, 24 Nov 2026 21:00:00 +0900 (JST)',
  '24 Nov 2026 12:00 -0000',
  'Tue,24 Nov 2026 12:00:00 GMT',
  ' Tue (day) , 24 (d) Nov 2026 (y) 12 : 00 : 00 (t (nested)) UT',
  'Tue, 24 Nov 26 07:00:00 EST',
  'tue, 24 NOV 2026 05:00:00 pdt',
  'Tue, 24 Nov 2026 12:00:00 Z',
  'Tue, 24 Nov 2026 12:00:00 K',
  'Tue, 24 Nov 2026 12:00:00',
  'Tue, 24 Nov 2026 12:00:00 GMT+00:00',
  'Tuesday, 24-November-26 12:00:00 GMT',
  'Tue, 24 Nov 2026 12.00.00 +0000',
  'Tue Nov 24 12:00:00 2026',
  'Tue Nov 24 21:00:00 JST 2026',
  '2026-11-24T12:00:00Z',
  '2026-11-24 21:00:00.123 +09:00',
  'Mon, 23 Nov 2026 23:30:00 -1230',
  'Wed, 25 Nov 2026 02:00:00 +1400',
])
  test(`the same instant: ${text}`, () => {
    assert.equal(parseDate(text), NOON);
  });

for (const text of [
  '',
  'yesterday',
  'Tue, 24 Nov 2026',
  'Tue, 32 Nov 2026 12:00:00 +0000',
  'Tue, 30 Feb 2026 12:00:00 +0000',
  'Tue, 0 Nov 2026 12:00:00 +0000',
  'Tue, 24 Foo 2026 12:00:00 +0000',
  'Tue, 24 Nov 2026 24:00:00 +0000',
  'Tue, 24 Nov 2026 12:60:00 +0000',
  'Tue, 24 Nov 2026 12:00:61 +0000',
  'Tue, 24 Nov 1899 12:00:00 +0000',
  'Tue, 24 Nov 99999 12:00:00 +0000',
  '2026-13-24T12:00:00Z',
])
  test(`no instant: ${text}`, () => {
    assert.equal(parseDate(text), undefined);
  });

test('two- and three-digit years are those of RFC 5322 §4.3', () => {
  assert.equal(year('49'), 2049);
  assert.equal(year('50'), 1950);
  assert.equal(year('126'), 2026);
});

test('a leap day and a leap second are read', () => {
  assert.equal(parseDate('29 Feb 2028 00:00 GMT'), Date.UTC(2028, 1, 29));
  assert.equal(parseDate('31 Dec 2016 23:59:60 GMT'), Date.UTC(2017, 0, 1));
});

test('a written date is read back to the second', () => {
  const second = fc.integer({ min: Date.UTC(1902, 0, 1) / 1000, max: Date.UTC(9998, 0, 1) / 1000 });
  fc.assert(
    fc.property(second, fc.integer({ min: -14 * 60, max: 14 * 60 }), (seconds, offset) => {
      assert.equal(parseDate(formatDate(seconds * 1000, offset)), seconds * 1000);
    }),
  );
});

test('any text is read or refused, in linear time', () => {
  const part = fc.constantFrom(
    'Tue,',
    ' ',
    '24',
    'Nov',
    '2026',
    '12',
    ':',
    '00',
    '+0900',
    '(',
    ')',
    'é',
    '-',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 16 }), (parts) => {
      const ms = parseDate(parts.join(''));
      assert.ok(ms === undefined || Number.isSafeInteger(ms));
    }),
    { numRuns: 500 },
  );
  const started = computedFor();
  for (const text of ['(', '1 ', 'a', ' ', '1', ':']) parseDate(text.repeat(1_000_000));
  assert.ok(computedFor() - started < 5_000);
});

test('the day of a date is the one that is written, whatever the zone', () => {
  const day = Date.UTC(2026, 10, 24);
  assert.equal(parseDay('Tue, 24 Nov 2026 00:30:00 +0900'), day);
  assert.equal(parseDay('24 Nov 2026 23:59:60 -1100'), day);
  assert.equal(parseDay('Tue, 24 Nov'), undefined);
});
