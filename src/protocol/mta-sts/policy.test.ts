import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { utf8 } from '#bytes';
import { callsForFetch, expiresAt, holds, refreshAt, type CachedPolicy } from './cached-policy.ts';
import { namesMx } from './match-mx.ts';
import { MAX_AGE_CAP, parseStsPolicy } from './policy-file.ts';
import { parseStsRecord, selectStsRecord } from './record.ts';

const FILE =
  'version: STSv1\nmode: enforce\nmx: MX1.example.com\nmx: *.example.net\nmax_age: 604800\n';

function parsed(text: string) {
  const result = parseStsPolicy(utf8(text));
  return result.kind === 'policy' ? result.policy : result.fault;
}

test('a policy is read with its patterns in lower case and its lines as they came', () => {
  assert.deepEqual(parsed(FILE), {
    mode: 'enforce',
    mx: ['mx1.example.com', '*.example.net'],
    maxAge: 604_800,
    lines: FILE.trimEnd().split('\n'),
  });
});

test('of a field that stands twice the first counts', () => {
  const policy = parsed(`${FILE}mode: none\nmax_age: 1\nversion: STSv9\n`);
  assert.ok(typeof policy === 'object');
  assert.deepEqual([policy.mode, policy.maxAge], ['enforce', 604_800]);
});

test('a policy never holds for longer than about a year', () => {
  const policy = parsed('version: STSv1\nmode: none\nmax_age: 9999999999\n');
  assert.ok(typeof policy === 'object' && policy.maxAge === MAX_AGE_CAP);
});

test('more than 64 KB, empty lines and octets that are no text are no policy', () => {
  assert.equal(parsed(`${FILE}${'x: y\n'.repeat(14_000)}`), 'too-large');
  assert.equal(parsed(`${FILE}\n`), 'malformed-line');
  assert.equal(parsed(FILE + 'mx: a.test\n'.repeat(300)), 'too-many-mx');
  const result = parseStsPolicy(Uint8Array.of(...utf8(FILE), 0xff));
  assert.deepEqual(result, { kind: 'invalid', fault: 'not-utf8' });
});

for (const [what, text, fault] of [
  ['another version', FILE.replace('STSv1', 'STSv2'), 'other-version'],
  ['no version', FILE.replace('version: STSv1\n', ''), 'no-version'],
  ['no mode', FILE.replace('mode: enforce\n', ''), 'no-mode'],
  ['a mode that nobody knows', FILE.replace('enforce', 'strict'), 'unknown-mode'],
  ['no time for which it holds', FILE.replace('max_age: 604800\n', ''), 'no-max-age'],
  ['a time with a sign', FILE.replace('604800', '-1'), 'malformed-max-age'],
  ['a pattern that is no host', FILE.replace('MX1.example.com', '*.*.example.com'), 'malformed-mx'],
  ['no host at all, while it is enforced', FILE.replaceAll(/mx: .*\n/g, ''), 'no-mx'],
] as const)
  test(`a file with ${what} is no policy: mail goes on as if there were none`, () => {
    assert.equal(parsed(text), fault);
  });

test('a policy of mode none needs no host', () => {
  const policy = parsed('version: STSv1\nmode: none\nmax_age: 86400\n');
  assert.ok(typeof policy === 'object' && policy.mx.length === 0);
});

test('any octets are judged without a throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.string({ maxLength: 300 }), (bytes, text) => {
      parseStsPolicy(bytes);
      parseStsPolicy(utf8(FILE + text));
      parseStsRecord(`v=STSv1;${text}`);
    }),
  );
});

test('a wildcard stands for exactly one label', () => {
  const patterns = ['mx.example.com', '*.example.net'];
  for (const host of ['mx.example.com', 'a.example.net']) assert.ok(namesMx(patterns, host), host);
  for (const host of [
    'example.net',
    'a.b.example.net',
    'xmx.example.com',
    'mx.example.com.evil.test',
  ])
    assert.ok(!namesMx(patterns, host), host);
});

test('records of other versions do not count, and two of ours make none', () => {
  assert.deepEqual(selectStsRecord(['v=spf1 -all', 'v=STSv1; id=1;']), { kind: 'record', id: '1' });
  assert.deepEqual(selectStsRecord(['v=spf1 -all', 'v=STSv10; id=1']), { kind: 'none' });
  assert.deepEqual(selectStsRecord(['v=STSv1; id=1', 'v=STSv1; id=2']), {
    kind: 'invalid',
    fault: 'several-records',
  });
  assert.deepEqual(selectStsRecord(['V=stsv1; id=1']), { kind: 'none' });
});

test('a policy is fetched anew for another id or when its time is over, and refreshed before', () => {
  const policy = parsed(FILE);
  assert.ok(typeof policy === 'object');
  const cached: CachedPolicy = { id: 'a', policy, fetchedAt: 1000 };
  const end = 1000 + 604_800_000;
  assert.equal(expiresAt(cached), end);
  assert.ok(holds(cached, end - 1) && !holds(cached, end));
  assert.ok(!callsForFetch('a', cached, end - 1));
  assert.ok(callsForFetch('b', cached, 1000));
  assert.ok(callsForFetch('a', cached, end));
  assert.ok(callsForFetch('a', undefined, 0));
  assert.equal(refreshAt(cached), 1000 + 86_400_000);
  assert.equal(refreshAt({ ...cached, policy: { ...policy, maxAge: 3600 } }), 1000 + 1_800_000);
});
