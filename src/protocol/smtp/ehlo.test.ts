import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Extensions, formatEhlo, parseEhlo } from './ehlo.ts';
import { computedFor } from '../../../test/support/time/cpu-time.ts';

test('the lines stand in the order of the table, after the greeting', () => {
  const extensions: Extensions = {
    pipelining: true,
    size: 52_428_800,
    startTls: true,
    auth: ['SCRAM-SHA-256', 'PLAIN'],
    limits: { rcptMax: 1000, mailMax: 100 },
    futureRelease: { maxInterval: 86_400, maxDateTime: Date.UTC(2026, 10, 25) },
  };
  assert.deepEqual(formatEhlo('mx.example.test greets you', extensions), [
    'mx.example.test greets you',
    'PIPELINING',
    'STARTTLS',
    'SIZE 52428800',
    'AUTH SCRAM-SHA-256 PLAIN',
    'LIMITS MAILMAX=100 RCPTMAX=1000',
    'FUTURERELEASE 86400 2026-11-25T00:00:00Z',
  ]);
});

test('keywords are read in any case, with the old form of AUTH', () => {
  const lines = ['mx', 'size 100', '8bitmime', 'AUTH=LOGIN', 'auth  login plain', 'X-Thing  a b '];
  assert.deepEqual(parseEhlo(lines), {
    size: 100,
    eightBitMime: true,
    auth: ['LOGIN', 'PLAIN'],
    other: new Map([['X-THING', 'a b']]),
  });
});

test('the greeting is no extension', () => {
  assert.deepEqual(parseEhlo(['PIPELINING']), {});
  assert.deepEqual(parseEhlo([]), {});
});

test('SIZE without a number names no limit', () => {
  assert.deepEqual(parseEhlo(['mx', 'SIZE']), { size: 0 });
});

test('arguments that cannot be read count as not offered', () => {
  const lines = [
    'SIZE many',
    'FUTURERELEASE 0 x',
    'FUTURERELEASE 60',
    'LIMITS RCPTMAX=0 MAILMAX=x A',
    '',
    '-',
  ];
  assert.deepEqual(parseEhlo(['mx', ...lines]), { limits: {} });
});

const yes = fc.constant(true as const);
const limit = fc.integer({ min: 1, max: 999_999 });
const extensions: fc.Arbitrary<Extensions> = fc.record(
  {
    pipelining: yes,
    size: fc.maxSafeNat(),
    eightBitMime: yes,
    chunking: yes,
    binaryMime: yes,
    smtputf8: yes,
    enhancedStatusCodes: yes,
    dsn: yes,
    startTls: yes,
    requireTls: yes,
    auth: fc.uniqueArray(fc.constantFrom('PLAIN', 'LOGIN', 'SCRAM-SHA-256-PLUS', 'X_A')),
    limits: fc.record(
      { mailMax: limit, rcptMax: limit, rcptDomainMax: limit },
      { requiredKeys: [], noNullPrototype: true },
    ),
    futureRelease: fc.record(
      {
        maxInterval: fc.integer({ min: 1, max: 999_999_999 }),
        maxDateTime: fc.integer({ min: 0, max: 4e9 }).map((second) => second * 1000),
      },
      { noNullPrototype: true },
    ),
    other: fc.constantFrom(
      new Map([['XCLIENT', 'NAME ADDR']]),
      new Map([
        ['HELP', ''],
        ['ETRN', ''],
      ]),
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
);

test('extensions come back from their lines', () => {
  fc.assert(
    fc.property(extensions, (offered) => {
      assert.deepEqual(parseEhlo(formatEhlo('mx.example.test', offered)), offered);
    }),
  );
});

test('hostile lines, as many and as long as a reply may have, are read at once', () => {
  const line = `XA${' '.repeat(2030)}\u2028y`;
  const before = computedFor();
  const { other } = parseEhlo(Array.from({ length: 128 }, () => line));
  assert.equal(other?.get('XA'), 'y');
  assert.ok(computedFor() - before < 300, 'it took more than 300 milliseconds');
});
