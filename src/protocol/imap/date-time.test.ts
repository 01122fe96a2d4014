import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatDateTime, parseDate, parseDateTime } from './date-time.ts';

describe('dates of IMAP', () => {
  const instants: [string, string][] = [
    ['17-Jul-1996 02:44:25 -0700', '1996-07-17T09:44:25.000Z'],
    [' 7-Feb-1994 21:52:25 -0800', '1994-02-08T05:52:25.000Z'],
    ['1-jan-2000 00:00:00 +0530', '1999-12-31T18:30:00.000Z'],
    ['31-Dec-2016 23:59:60 +0000', '2017-01-01T00:00:00.000Z'],
    ['29-Feb-2024 12:00:00 -0000', '2024-02-29T12:00:00.000Z'],
    ['01-Jan-0001 00:00:00 +0000', '0001-01-01T00:00:00.000Z'],
    ['31-Dec-9999 23:59:59 +0000', '9999-12-31T23:59:59.000Z'],
  ];
  for (const [text, instant] of instants) {
    it(`${text} is ${instant}`, () =>
      assert.equal(new Date(parseDateTime(text)!).toISOString(), instant));
  }

  const wrong = [
    '',
    '17-Jul-1996',
    '17-Jul-1996 02:44:25',
    '17-Jul-1996 02:44:25 GMT',
    '17-Jul-96 02:44:25 -0700',
    '17-Jul-1996 24:00:00 +0000',
    '17-Jul-1996 02:60:00 +0000',
    '17-Jul-1996 02:44:25 +0060',
    '17-Jux-1996 02:44:25 -0700',
    '29-Feb-2023 12:00:00 +0000',
    '0-Jan-2023 12:00:00 +0000',
    '  7-Feb-1994 21:52:25 -0800',
    '17-Jul-1996 02:44:25 -0700 ',
    // in UTC the year 0, and the year 10000
    '01-Jan-0001 00:00:00 +0100',
    '31-Dec-9999 23:59:59 -0100',
    '01-Jan-0000 00:00:00 +0000',
  ];
  for (const text of wrong)
    it(`${JSON.stringify(text)} is no instant`, () => assert.equal(parseDateTime(text), undefined));

  it('every second that can be written is read again', () => {
    const seconds = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 });
    fc.assert(
      fc.property(seconds, (second) => {
        assert.equal(parseDateTime(formatDateTime(second * 1000)), second * 1000);
      }),
    );
  });

  it('is written with two digits for the day, in UTC', () => {
    assert.equal(formatDateTime(Date.UTC(1996, 6, 7, 2, 4, 5)), '07-Jul-1996 02:04:05 +0000');
  });

  it('a day is the midnight in UTC that begins it', () => {
    assert.equal(parseDate('1-Feb-1994'), Date.UTC(1994, 1, 1));
    assert.equal(parseDate('31-Apr-1994'), undefined);
    assert.equal(parseDate('1-Feb-94'), undefined);
  });
});
