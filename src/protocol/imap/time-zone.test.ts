import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDateTime, parseDateTime } from './date-time.ts';
import { isTimeZone, offsetsIn, UTC } from './time-zone.ts';

const ZONES = ['UTC', 'Asia/Tokyo', 'Europe/Helsinki', 'America/St_Johns', 'Asia/Kathmandu'];

test('an offset follows summer time to the second', () => {
  const helsinki = offsetsIn('Europe/Helsinki');
  const change = Date.UTC(2007, 2, 25, 1);
  assert.equal(helsinki(change - 1), 120);
  assert.equal(helsinki(change), 180);
  assert.equal(offsetsIn('Asia/Tokyo')(0), 540);
  assert.equal(offsetsIn('America/St_Johns')(Date.UTC(2026, 0)), -210);
  assert.equal(offsetsIn('UTC')(0), 0);
  assert.equal(UTC(0), 0);
});

test('a date-time with the offset of any zone is the same instant', () => {
  const second = fc.integer({ min: -62_000_000, max: 250_000_000 }).map((tens) => tens * 10);
  const offsets = new Map(ZONES.map((name) => [name, offsetsIn(name)]));
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), second, (zone, at) => {
      const instant = at * 1000;
      const text = formatDateTime(instant, offsets.get(zone)!(instant));
      assert.equal(parseDateTime(text), instant, text);
    }),
  );
});

test('what is no name of a zone is told from one', () => {
  assert.equal(isTimeZone('Asia/Tokyo'), true);
  assert.equal(isTimeZone('Asia/Edo'), false);
  assert.throws(() => offsetsIn('Asia/Edo'), RangeError);
});
