import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnswerCache } from './cache.ts';
import type { AnswerOrigin, DnsAnswer, DnsRecords, FailureCause } from '#protocol/dns/resolver';

const origin: AnswerOrigin = {
  authenticated: false,
  aliases: [],
  canonicalName: 'a.test',
  server: '127.0.0.1:53',
  elapsed: 1,
  cached: false,
};
const records = (ttl: number): DnsRecords<'A'> => ({
  kind: 'records',
  records: ['192.0.2.1'],
  ttl,
  ...origin,
});
const nothing = (kind: 'no-data' | 'nxdomain', ttl: number): DnsAnswer => ({
  kind,
  ttl,
  ...origin,
});

test('an answer is remembered for its TTL and says how much of it is left', () => {
  let now = 1_000_000;
  const cache = new AnswerCache(10, 1_000_000, () => now);
  cache.put('a.test', 'A', records(60));
  now += 20_500;
  assert.deepEqual(cache.get('a.test', 'A'), { ...records(40), cached: true });
  now += 39_499;
  assert.equal(cache.get('a.test', 'A')?.kind, 'records');
  now += 1;
  assert.equal(cache.get('a.test', 'A'), undefined);
  assert.equal(cache.size, 0);
});

test('an answer with TTL 0 is not remembered, and one of a week only for a day', () => {
  let now = 0;
  const cache = new AnswerCache(10, 1_000_000, () => now);
  cache.put('a.test', 'A', records(0));
  assert.equal(cache.get('a.test', 'A'), undefined);
  cache.put('a.test', 'A', records(604_800));
  now = 86_399_999;
  assert.equal(cache.get('a.test', 'A')?.kind, 'records');
  now = 86_400_000;
  assert.equal(cache.get('a.test', 'A'), undefined);
});

test('that a name does not exist holds for every type, that it has no data only for one', () => {
  const cache = new AnswerCache(10, 1_000_000, () => 0);
  cache.put('gone.test', 'MX', nothing('nxdomain', 60));
  cache.put('bare.test', 'MX', nothing('no-data', 60));
  assert.equal(cache.get('gone.test', 'AAAA')?.kind, 'nxdomain');
  assert.equal(cache.get('bare.test', 'MX')?.kind, 'no-data');
  assert.equal(cache.get('bare.test', 'AAAA'), undefined);
});

test('an alias to a name that does not exist says nothing about other types of the alias', () => {
  const cache = new AnswerCache(10, 1_000_000, () => 0);
  cache.put('alias.test', 'MX', {
    kind: 'nxdomain',
    ttl: 60,
    ...origin,
    aliases: ['gone.test'],
    canonicalName: 'gone.test',
  });
  assert.equal(cache.get('alias.test', 'MX')?.kind, 'nxdomain');
  assert.equal(cache.get('alias.test', 'CNAME'), undefined);
});

test('a negative answer is remembered for at most an hour', () => {
  let now = 0;
  const cache = new AnswerCache(10, 1_000_000, () => now);
  cache.put('a.test', 'A', nothing('no-data', 86_400));
  now = 3_599_999;
  assert.equal(cache.get('a.test', 'A')?.kind, 'no-data');
  now = 3_600_000;
  assert.equal(cache.get('a.test', 'A'), undefined);
});

test('failures of servers are remembered for five seconds, those of the caller not at all', () => {
  let now = 0;
  const cache = new AnswerCache(20, 1_000_000, () => now);
  const causes: Record<FailureCause, boolean> = {
    servfail: true,
    refused: true,
    timeout: true,
    malformed: true,
    network: true,
    'cname-loop': true,
    aborted: false,
    overload: false,
    'bad-name': false,
  };
  for (const [cause, kept] of Object.entries(causes)) {
    const failure: DnsAnswer = { kind: 'failure', cause: cause as FailureCause, text: 'x' };
    now = 0;
    cache.put(`${cause}.test`, 'A', failure);
    now = 4_999;
    assert.deepEqual(cache.get(`${cause}.test`, 'A'), kept ? failure : undefined, cause);
    now = 5_000;
    assert.equal(cache.get(`${cause}.test`, 'A'), undefined, cause);
  }
});

test('the entry that was not used for the longest time leaves first', () => {
  const cache = new AnswerCache(2, 1_000_000, () => 0);
  cache.put('a.test', 'A', records(60));
  cache.put('b.test', 'A', records(60));
  cache.get('a.test', 'A');
  cache.put('c.test', 'A', records(60));
  assert.equal(cache.size, 2);
  assert.equal(cache.get('b.test', 'A'), undefined);
  assert.equal(cache.get('a.test', 'A')?.kind, 'records');
  assert.equal(cache.get('c.test', 'A')?.kind, 'records');
});

test('a calendar that is set back does not make an answer last longer', () => {
  let now = 1_000_000;
  const cache = new AnswerCache(10, 1_000_000, () => now);
  cache.put('a.test', 'A', records(60));
  now -= 3_600_000;
  assert.equal(cache.get('a.test', 'A'), undefined);
});

test('a cache of size 0 remembers nothing', () => {
  const cache = new AnswerCache(0, 1_000_000, () => 0);
  cache.put('a.test', 'A', records(60));
  assert.equal(cache.get('a.test', 'A'), undefined);
});

test('answers take no more memory than allowed, however large one is', () => {
  const cache = new AnswerCache(1_000, 300_000, () => 0);
  const strings = Array.from({ length: 300 }, () => ['x'.repeat(255)]);
  const large: DnsRecords<'TXT'> = { ...records(60), records: strings };
  for (let n = 0; n < 50; n++) cache.put(`${n}.test`, 'TXT', large);
  assert.ok(cache.octets <= 300_000);
  assert.equal(cache.size, 2);
  assert.equal(cache.get('49.test', 'TXT')?.kind, 'records');
  for (let n = 0; n < 2; n++) cache.put(`${n}.test`, 'A', records(60));
  assert.equal(cache.size, 4, 'small ones have room beside it');
  const huge: DnsRecords<'TXT'> = {
    ...records(60),
    records: [...strings, ...strings, ...strings, ...strings],
  };
  cache.put('huge.test', 'TXT', huge);
  assert.equal(cache.get('huge.test', 'TXT'), undefined);
  assert.equal(cache.octets, 0);
});
