import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ImapEntry } from './ear.ts';
import { imapTurns } from './turns.ts';

function entries(...lines: readonly string[]): ImapEntry[] {
  return lines.map((line, index) => ({
    at: index * 10_000,
    kind: line.startsWith('C ') ? 'client' : line.startsWith('S ') ? 'server' : 'tls',
    line: line.slice(2),
  }));
}

test('commands stand with their answers, waiting with what was told meanwhile', () => {
  const turns = imapTurns(
    entries(
      '--TLSv1.3',
      'S * OK hello',
      'C a LOGIN …',
      'S a OK',
      'C b UID FETCH 1 FLAGS',
      'C c NOOP',
      'S * 1 FETCH (UID 1)',
      'S b OK',
      'S c OK',
      'C d IDLE',
      'S + idling',
      'S * 2 EXISTS',
      'S * 3 EXISTS',
      'C DONE',
      'S d OK',
      'C hello',
      'S * BAD',
      'S * BYE',
    ),
  );
  assert.deepEqual(
    turns.map(({ kind, verbs, entries: said }) => [kind, verbs.join(' '), said.length]),
    [
      ['tls', '', 1],
      ['greeting', '', 1],
      ['commands', 'LOGIN', 2],
      ['commands', 'FETCH NOOP', 5],
      ['commands', 'IDLE', 2],
      ['unasked', '', 1],
      ['unasked', '', 1],
      ['done', '', 2],
      ['other', '', 2],
      ['unasked', '', 1],
    ],
  );
});

test('whatever was said, nothing is left out and the order stays', () => {
  const line = fc.constantFrom(
    'C a IDLE',
    'C DONE',
    'C …',
    'C b NOOP',
    'S + idling',
    'S a OK',
    'S b OK',
    'S * 1 EXISTS',
    '--TLSv1.3',
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      const all = entries(...lines);
      assert.deepEqual(
        imapTurns(all).flatMap((turn) => turn.entries),
        all,
      );
    }),
  );
});
