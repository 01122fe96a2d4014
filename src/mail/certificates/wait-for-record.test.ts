import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '#clock';
import { declaredZone, type DeclaredName } from '../../../test/support/dns/declared-zone.ts';
import { serveZone, type ZoneServer } from '../../../test/support/dns/declared-zone-server.ts';
import { waitForRecord } from './wait-for-record.ts';

const NAME = '_acme-challenge.mail.a.test';
const HOSTS = { 'ns1.a.test': { A: '127.0.0.1' } };

let server: ZoneServer;
const zone: Record<string, DeclaredName> = {
  [NAME]: { TXT: ['another', 'wanted'] },
  'elsewhere.b.test': { TXT: 'wanted' },
};
before(async () => {
  server = await serveZone(declaredZone(zone));
});
after(() => server[Symbol.asyncDispose]());

function wait(names: Readonly<Record<string, DeclaredName>>, value: string) {
  return waitForRecord({
    resolver: declaredZone({ ...HOSTS, ...names }),
    clock: systemClock,
    randomId: () => 7,
    name: NAME,
    value,
    patience: 0,
    port: server.port,
    signal: new AbortController().signal,
  });
}

test('the servers of the zone are found above the name and asked themselves', async () => {
  const seen = await wait({ 'a.test': { NS: 'ns1.a.test' } }, 'wanted');
  assert.deepEqual(seen, { kind: 'seen', servers: ['127.0.0.1'] });
});

test('another value is none, and who shows it is named', async () => {
  const seen = await wait({ 'a.test': { NS: 'ns1.a.test' } }, 'unheard');
  assert.equal(seen.kind, 'not-seen');
  assert.match((seen as { text: string }).text, /127\.0\.0\.1 \(of a\.test\) did not show/);
});

test('an alias leads to the zone that holds the record', async () => {
  const names = {
    [NAME]: { CNAME: 'elsewhere.b.test' },
    'elsewhere.b.test': { TXT: 'old' },
    'b.test': { NS: 'ns1.a.test' },
  };
  assert.equal((await wait(names, 'wanted')).kind, 'seen');
});

test('a zone that nobody serves is told', async () => {
  const seen = await wait({}, 'wanted');
  assert.match((seen as { text: string }).text, /no name server/);
});
