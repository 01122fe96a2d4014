import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ImapEar, type ImapEntry } from './ear.ts';

const SECRET = 'c3VwZXItc2VjcmV0';

/** @param cuts where octets are cut into pieces */
function heard(
  talk: readonly (readonly ['C' | 'S', string])[],
  cuts: readonly number[] = [],
  account?: string,
): ImapEntry[] {
  const entries: ImapEntry[] = [];
  const ear = new ImapEar({
    now: () => 0,
    account: () => account,
    add: (entry) => entries.push(entry),
    told: () => {},
  });
  let cut = 0;
  for (const [side, text] of talk) {
    const bytes = Buffer.from(text);
    for (let from = 0; from < bytes.length;) {
      const to = from + Math.max(1, cuts[cut++ % (cuts.length || 1)] ?? bytes.length);
      ear[side === 'C' ? 'heard' : 'said'](bytes.subarray(from, to));
      from = to;
    }
  }
  return entries;
}

const lines = (entries: readonly ImapEntry[]): string[] => entries.map(({ line }) => line);

test('however the octets are cut, the same is heard', () => {
  const talk = [
    ['S', '* OK ready\r\n'],
    ['C', `a LOGIN {5}\r\n`],
    ['S', '+ OK\r\n'],
    ['C', `alice {${SECRET.length}+}\r\n${SECRET}\r\n`],
    ['S', 'a OK done\r\n'],
    ['C', 'b APPEND INBOX {12+}\r\n'],
    ['C', 'x LOGOUT\r\n\r\n\r\nc NOOP\r\n'],
    ['S', '* 1 FETCH (BODY[] {10}\r\nx LOGOUT\r\n UID 3)\r\nc OK\r\n'],
  ] as const;
  const whole = lines(heard(talk));
  assert.deepEqual(whole, [
    '* OK ready',
    'a LOGIN …',
    '+ OK',
    '…',
    '…',
    'a OK done',
    'b APPEND …',
    '…',
    'c NOOP',
    '* 1 FETCH (BODY[] {10}… UID 3)',
    'c OK',
  ]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (cuts) => {
      assert.deepEqual(lines(heard(talk, cuts)), whole);
    }),
  );
});

test('where a password or a token can stand, whatever stands around it, it is not kept', () => {
  const word = fc.constantFrom(
    'a',
    'LOGIN',
    'login',
    'AUTHENTICATE',
    'PLAIN',
    'UID',
    'XOAUTH2',
    'list',
    '',
    '…',
    '*',
    '+',
  );
  const end = fc.constantFrom('\r\n', '\n', ' x\r\n', '"\r\n', ' {3}\r\nabc\r\n', ' {0+}\r\n\r\n');
  const login = fc.tuple(fc.array(word, { maxLength: 3 }), end).map(([words, last]) => {
    return ['C', `${[...words, 'LOGIN', 'alice', SECRET].join(' ')}${last}`] as const;
  });
  const authenticate = fc.tuple(fc.constantFrom('a', 'b'), fc.boolean()).map(([tag, first]) => {
    return ['C', `${tag} AUTHENTICATE PLAIN${first ? ` ${SECRET}` : `\r\n${SECRET}`}\r\n`] as const;
  });
  const challenge = fc.constantFrom(
    ['S', `+ ${SECRET}\r\n`] as const,
    ['S', 'a NO\r\n'] as const,
    ['S', '+ \r\n'] as const,
    ['S', `${SECRET} BAD\r\n`] as const,
    ['C', `${SECRET}\r\n`] as const,
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(login, authenticate, challenge), { maxLength: 12 }), (talk) => {
      const kept = JSON.stringify(heard(talk));
      assert.ok(!kept.includes(SECRET), kept);
    }),
    { numRuns: 500 },
  );
});

test('texts of messages in quotes are not kept, nor what was announced and refused', () => {
  const entries = heard(
    [
      ['S', '* 1 FETCH (UID 1 BODY[TEXT]<0> "abc" FLAGS ())\r\n* 2 FETCH (PREVIEW "abc")\r\n'],
      ['C', 'a APPEND INBOX {999999}\r\n'],
      ['S', 'a NO too large\r\n'],
      ['C', 'b NOOP\r\n'],
    ],
    [],
    'alice@example.test',
  );
  assert.deepEqual(lines(entries), [
    '* 1 FETCH (UID 1 BODY[TEXT]<0> …',
    '* 2 FETCH (PREVIEW …',
    'a APPEND INBOX {999999}',
    'a NO too large',
    'b NOOP',
  ]);
});

test('a line without an end, and one of a million octets, cost no more than a short one', () => {
  const entries = heard([
    ['C', `a NOOP ${'x'.repeat(1_000_000)}\r\n`],
    ['S', `* ${'y'.repeat(1_000_000)}`],
  ]);
  assert.ok(entries.length === 1 && entries[0]!.line.length < 500);
});
