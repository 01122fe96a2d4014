import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatDateTime, parseDateTime } from './date-time.ts';

test('offsets, fractions and leap seconds are read', () => {
  const nine = Date.UTC(2026, 10, 24, 9);
  assert.equal(parseDateTime('2026-11-24T09:00:00Z'), nine);
  assert.equal(parseDateTime('2026-11-24t18:00:00+09:00'), nine);
  assert.equal(parseDateTime('2026-11-24T04:30:00.25-04:30'), nine + 250);
  assert.equal(parseDateTime('2016-12-31T23:59:60Z'), Date.UTC(2017, 0, 1));
});

test('what names no instant is refused', () => {
  const bad = ['2026-11-24', '2026-11-24T09:00:00', '2026-02-29T00:00:00Z', '2026-13-01T00:00:00Z'];
  const worse = ['2026-00-10T00:00:00Z', '2026-01-00T00:00:00Z', '2026-01-01T24:00:00Z'];
  const outside = ['2026-01-01T00:60:00Z', '2026-01-01T00:00:61Z', '2026-01-01T00:00:00+24:00', ''];
  for (const text of [...bad, ...worse, ...outside])
    assert.equal(parseDateTime(text), undefined, text);
});

test('an instant comes back from its text', () => {
  const seconds = fc.integer({ min: Date.UTC(1, 0) / 1000, max: Date.UTC(9999, 11, 31) / 1000 });
  fc.assert(
    fc.property(seconds, (second) => {
      assert.equal(parseDateTime(formatDateTime(second * 1000)), second * 1000);
    }),
  );
});
