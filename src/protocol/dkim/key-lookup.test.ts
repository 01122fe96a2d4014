import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1, utf8 } from '#bytes';
import type { DnsAnswer, RecordType, Resolver } from '#protocol/dns/resolver';
import { keyLookup } from './key-lookup.ts';

const ORIGIN = {
  authenticated: false,
  aliases: [],
  canonicalName: 's',
  server: '',
  elapsed: 0,
  cached: false,
};

function answering(answer: DnsAnswer): Resolver {
  return { resolve: <T extends RecordType>() => Promise.resolve(answer as DnsAnswer<T>) };
}

test('the strings of a record are joined, and are UTF-8 where they can be', async () => {
  const records = [['v=DKIM1; ', 'p=YQ=='], [latin1(utf8('n=é'))], ['n=\xe9']];
  const lookup = keyLookup(answering({ kind: 'records', records, ttl: 1, ...ORIGIN }));
  assert.deepEqual(await lookup('s'), {
    kind: 'records',
    records: ['v=DKIM1; p=YQ==', 'n=é', 'n=\xe9'],
  });
});

test('no such name, no such record, no such question: no key', async () => {
  for (const kind of ['nxdomain', 'no-data'] as const) {
    assert.deepEqual(await keyLookup(answering({ kind, ttl: 0, ...ORIGIN }))('s'), {
      kind: 'none',
    });
  }
  const badName = { kind: 'failure', cause: 'bad-name', text: 'no name' } as const;
  assert.deepEqual(await keyLookup(answering(badName))('s'), { kind: 'none' });
});

test('every other failure is temporary', async () => {
  const failure = { kind: 'failure', cause: 'servfail', text: 'SERVFAIL of ns' } as const;
  assert.deepEqual(await keyLookup(answering(failure))('s'), {
    kind: 'temporary',
    detail: 'SERVFAIL of ns',
  });
});
