/** The recursive resolver on sockets: what it remembers, what it believes, and what it does when servers fail. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordType } from '#protocol/dns/resolver';
import { startDnsStage } from '../../../../test/support/lab/dns.ts';
import type { DnsStage } from '../../../../test/support/lab/dns.ts';
import { HOSTERS } from '#lab/dns/infrastructure';

const MINUTE = 60_000;
const record = (name: string, type: string, value: string, ttl = 600) => ({
  name,
  type,
  ttl,
  value,
});

async function resolve(
  { stub }: DnsStage,
  name: string,
  type: RecordType,
): Promise<[unknown, unknown]> {
  const answer = await stub.resolve(name, type);
  if (answer.kind === 'failure') return ['failure', false];
  return [answer.kind === 'records' ? answer.records : answer.kind, answer.authenticated];
}

/** How many questions were asked of authorities since a number. */
function asked({ dns, network }: DnsStage, after: number): number {
  const resolver = network.addressOf('resolver.test');
  return dns.questions.list(after).filter(({ to }) => to !== resolver).length;
}

const last = ({ dns }: DnsStage): number => dns.questions.list().at(-1)?.number ?? 0;

/** example.test with records, signed, its DS published. */
async function signedStage(): Promise<DnsStage> {
  const stage = await startDnsStage();
  const { panel, registrar } = stage.dns;
  await panel.addRecord('example.test', record('@', 'MX', '10 mail.example.test.'));
  await panel.addRecord('example.test', record('mail.example.test', 'A', '127.20.25.25'));
  await panel.addRecord('example.test', record('*.w.example.test', 'A', '127.20.25.26'));
  await panel.addRecord('example.test', record('alias.example.test', 'CNAME', 'mx.bigmail.test.'));
  const signed = await panel.signZone('example.test');
  assert.ok(signed.kind === 'changed');
  await registrar.addDs('example.test', signed.keys[0]!.ds);
  stage.clock.advance(5 * MINUTE);
  return stage;
}

test('an answer is remembered for its TTL by the calendar, shown with what is left, and forgotten on request', async () => {
  await using stage = await startDnsStage([], undefined, true);
  const { dns, clock } = stage;
  await resolve(stage, 'bigmail.test', 'MX');
  clock.advance(100_000);
  let before = last(stage);
  await resolve(stage, 'bigmail.test', 'MX');
  assert.equal(asked(stage, before), 0);
  const row = dns.cache.list().find(({ name, type }) => name === 'bigmail.test' && type === 'MX');
  assert.deepEqual(row, {
    name: 'bigmail.test',
    type: 'MX',
    ttlLeft: 200,
    kind: 'records',
    secure: false,
    values: ['10 mx.bigmail.test.'],
  });
  clock.advance(200_000);
  before = last(stage);
  await resolve(stage, 'bigmail.test', 'MX');
  assert.equal(asked(stage, before), 1);
  assert.equal(dns.cache.flush('bigmail.test'), 2);
  before = last(stage);
  await resolve(stage, 'bigmail.test', 'MX');
  assert.equal(asked(stage, before), 2);
});

test('the TTL that a client sees goes down', async () => {
  await using stage = await startDnsStage();
  const ttl = async () => {
    const answer = await stage.stub.resolve('bigmail.test', 'MX');
    return answer.kind === 'records' && answer.ttl;
  };
  assert.equal(await ttl(), 300);
  stage.clock.advance(40_000);
  assert.equal(await ttl(), 260);
});

test('a name that does not exist is remembered for every type', async () => {
  await using stage = await startDnsStage();
  await resolve(stage, 'nobody.bigmail.test', 'A');
  const before = last(stage);
  assert.equal((await resolve(stage, 'nobody.bigmail.test', 'TXT'))[0], 'nxdomain');
  assert.equal(asked(stage, before), 0);
});

test('the same question at the same time is asked once', async () => {
  await using stage = await startDnsStage([], undefined, true);
  const { network, clock, dns } = stage;
  const { StubResolver } = await import('#clients/dns/stub-resolver');
  const stubs = Array.from(
    { length: 10 },
    (_, id) =>
      new StubResolver({
        servers: [{ ...dns.resolver, trusted: true }],
        clock,
        randomId: () => id,
        timeouts: [30_000],
        deadline: 30_000,
      }),
  );
  await Promise.all(stubs.map((stub) => stub.resolve('bigmail.test', 'MX')));
  assert.equal(asked(stage, 0), 5);
  assert.equal(
    dns.questions.list().filter(({ to }) => to === network.addressOf('resolver.test')).length,
    10,
  );
});

test('a signed domain is authenticated: data, aliases within it, wildcards, and what is missing', async () => {
  await using stage = await signedStage();
  for (const [name, type, what] of [
    ['example.test', 'MX', [{ preference: 10, exchange: 'mail.example.test' }]],
    ['x.y.w.example.test', 'A', ['127.20.25.26']],
    ['example.test', 'AAAA', 'no-data'],
    ['w.example.test', 'A', 'no-data'],
    ['x.w.example.test', 'MX', 'no-data'],
    ['none.example.test', 'A', 'nxdomain'],
  ] as const) {
    assert.deepEqual(await resolve(stage, name, type), [what, true], `${name} ${type}`);
  }
  const [, secure] = await resolve(stage, 'alias.example.test', 'A');
  assert.equal(secure, false, 'an alias into an unsigned domain');
});

test('a zone signed without a DS at the registry is answered, and not authenticated', async () => {
  await using stage = await startDnsStage();
  await stage.dns.panel.addRecord('example.test', record('@', 'A', '127.20.25.25'));
  await stage.dns.panel.signZone('example.test');
  stage.clock.advance(2 * MINUTE);
  assert.deepEqual(await resolve(stage, 'example.test', 'A'), [['127.20.25.25'], false]);
});

for (const [what, prepare, cause] of [
  [
    'a DS of another key',
    async ({ dns, clock }: DnsStage) => {
      await dns.registrar.setDs('example.test', [`1 13 2 ${'ab'.repeat(32)}`]);
      clock.advance(5 * MINUTE);
    },
    /no key of example\.test \(\d+\) fits a DS of its parent \(1\)/,
  ],
  [
    'signing switched off while the DS stays',
    async ({ dns, clock }: DnsStage) => {
      await dns.panel.unsignZone('example.test');
      clock.advance(5 * MINUTE);
    },
    /example\.test has a DS at its parent, and no key/,
  ],
  [
    'a forged answer',
    ({ dns }: DnsStage) => {
      dns.faults.declare({
        id: 'f',
        name: 'mail.example.test',
        type: 'A',
        kind: 'wrong',
        values: ['127.20.66.5'],
      });
      return Promise.resolve();
    },
    /A of mail\.example\.test has no signature/,
  ],
] as const) {
  test(`${what} is bogus: SERVFAIL, with the cause in the cache`, async () => {
    await using stage = await signedStage();
    await prepare(stage);
    stage.dns.cache.flush();
    assert.deepEqual(await resolve(stage, 'mail.example.test', 'A'), ['failure', false]);
    const failure = stage.dns.cache
      .list()
      .find(({ kind, type }) => kind === 'failure' && type === 'A');
    assert.match(failure?.values[0] ?? '', cause);
  });
}

test('a DS of an algorithm that nobody here knows makes a zone unsigned (RFC 4035 §5.2)', async () => {
  await using stage = await signedStage();
  await stage.dns.registrar.setDs('example.test', [`1 250 2 ${'ab'.repeat(32)}`]);
  stage.clock.advance(5 * MINUTE);
  stage.dns.cache.flush();
  assert.deepEqual(await resolve(stage, 'mail.example.test', 'A'), [['127.20.25.25'], false]);
});

test('a key is rolled with two keys and two DS records without one bogus answer', async () => {
  await using stage = await signedStage();
  const { panel, registrar } = stage.dns;
  const good = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute++) {
      stage.clock.advance(MINUTE);
      assert.deepEqual(await resolve(stage, 'mail.example.test', 'A'), [['127.20.25.25'], true]);
    }
  };
  const zone = panel.listZone('example.test');
  assert.ok(zone.kind === 'zone');
  const old = zone.keys[0]!.keyTag;
  await good(1);
  const rolled = await panel.rollKey('example.test');
  assert.ok(rolled.kind === 'changed');
  // Until every cache has both keys.
  await good((rolled.seenByAllFrom - stage.clock.now()) / MINUTE);
  const added = await registrar.addDs('example.test', rolled.keys[1]!.ds);
  assert.ok(added.kind === 'changed');
  await good((added.seenByAllFrom - stage.clock.now()) / MINUTE);
  const removed = await registrar.removeDs('example.test', old);
  assert.ok(removed.kind === 'changed');
  await good((removed.seenByAllFrom - stage.clock.now()) / MINUTE);
  await panel.retireKey('example.test', old);
  await good(130);
});

test('who retires the old key while caches go by its DS is not believed', async () => {
  await using stage = await signedStage();
  const { panel, registrar } = stage.dns;
  await resolve(stage, 'mail.example.test', 'A');
  const zone = panel.listZone('example.test');
  const rolled = await panel.rollKey('example.test');
  assert.ok(zone.kind === 'zone' && rolled.kind === 'changed');
  await registrar.setDs('example.test', [rolled.keys[1]!.ds]);
  await panel.retireKey('example.test', zone.keys[0]!.keyTag);
  stage.clock.advance(11 * MINUTE);
  assert.deepEqual(await resolve(stage, 'mail.example.test', 'A'), ['failure', false]);
  // An hour later nobody remembers the old DS.
  stage.clock.advance(60 * MINUTE);
  assert.deepEqual(await resolve(stage, 'mail.example.test', 'A'), [['127.20.25.25'], true]);
});

test('signatures are made anew before they end', async () => {
  await using stage = await signedStage();
  for (let week = 0; week < 10; week++) {
    stage.clock.advance(7 * 24 * 60 * MINUTE);
    assert.deepEqual(await resolve(stage, 'mail.example.test', 'A'), [['127.20.25.25'], true]);
  }
});

test('a server that fails is passed over for the other one', async () => {
  for (const kind of ['servfail', 'lame', 'timeout'] as const) {
    await using stage = await startDnsStage();
    stage.dns.faults.declare({
      id: 'one',
      name: 'bigmail.test',
      kind,
      host: stage.network.addressOf('ns1.dnshost.test'),
    });
    for (let round = 0; round < 2; round++) {
      stage.dns.cache.flush();
      assert.notEqual((await resolve(stage, 'bigmail.test', 'MX'))[0], 'failure', kind);
    }
  }
});

test('where every server fails the answer is SERVFAIL for five seconds, and well again once the fault is gone', async () => {
  for (const kind of ['servfail', 'lame', 'timeout'] as const) {
    await using stage = await startDnsStage();
    stage.dns.faults.declare({ id: 'all', name: 'bigmail.test', below: true, kind });
    assert.equal((await resolve(stage, 'mx.bigmail.test', 'A'))[0], 'failure', kind);
    assert.ok(stage.dns.faults.remove('all'));
    assert.equal((await resolve(stage, 'mx.bigmail.test', 'A'))[0], 'failure', kind);
    stage.clock.advance(5_000);
    assert.notEqual((await resolve(stage, 'mx.bigmail.test', 'A'))[0], 'failure', kind);
  }
});

test('a fault declared at the resolver is seen by its clients, and by no authority', async () => {
  await using stage = await startDnsStage();
  stage.dns.faults.declare({
    id: 'r',
    name: 'bigmail.test',
    kind: 'servfail',
    host: stage.network.addressOf('resolver.test'),
  });
  assert.equal((await resolve(stage, 'bigmail.test', 'MX'))[0], 'failure');
  assert.equal(asked(stage, 0), 0);
});

test('a forged answer of an unsigned domain is believed', async () => {
  await using stage = await startDnsStage();
  stage.dns.faults.declare({
    id: 'f',
    name: 'mx.bigmail.test',
    type: 'A',
    kind: 'wrong',
    values: ['127.20.66.5'],
  });
  assert.deepEqual(await resolve(stage, 'mx.bigmail.test', 'A'), [['127.20.66.5'], false]);
});

test('name servers without glue are looked up, and two domains that wait for each other come to an end', async () => {
  await using stage = await startDnsStage();
  const { dns, clock } = stage;
  for (const domain of ['one.test', 'two.test']) await dns.registrar.buy(domain, HOSTERS);
  await dns.registrar.setDelegation('one.test', { ns: ['ns.two.test'] });
  await dns.registrar.setDelegation('two.test', { ns: ['ns.one.test'] });
  clock.advance(5 * MINUTE);
  assert.equal((await resolve(stage, 'one.test', 'A'))[0], 'failure');
  assert.ok(asked(stage, 0) <= 40);
  await dns.registrar.setDelegation('two.test', { ns: ['ns1.dnshost.test'] });
  await dns.panel.addRecord(
    'two.test',
    record('ns.two.test', 'A', stage.network.addressOf('ns1.dnshost.test')),
  );
  await dns.panel.addRecord('one.test', record('one.test', 'A', '127.20.25.25'));
  clock.advance(65 * MINUTE);
  assert.deepEqual(await resolve(stage, 'one.test', 'A'), [['127.20.25.25'], false]);
});

test('a name server that no way leads to is one that does not answer', async () => {
  await using stage = await startDnsStage();
  const { dns, clock } = stage;
  for (const domain of ['one.test', 'two.test']) await dns.registrar.buy(domain, HOSTERS);
  await dns.registrar.setDelegation('two.test', { ns: ['ns.one.test'] });
  // the kernel lets nobody send to a broadcast address who did not ask for it
  await dns.panel.addRecord('one.test', record('ns.one.test', 'A', '127.255.255.255'));
  clock.advance(5 * MINUTE);
  assert.equal((await resolve(stage, 'two.test', 'A'))[0], 'failure');
});

test('aliases across zones are followed, and those in a circle come to an end', async () => {
  await using stage = await startDnsStage();
  const { dns, clock } = stage;
  await dns.registrar.buy('two.test', HOSTERS);
  await dns.panel.addRecord('example.test', record('a.example.test', 'CNAME', 'mx.bigmail.test.'));
  await dns.panel.addRecord('example.test', record('b.example.test', 'CNAME', 'c.two.test.'));
  await dns.panel.addRecord('two.test', record('c.two.test', 'CNAME', 'b.example.test.'));
  clock.advance(5 * MINUTE);
  assert.deepEqual(await resolve(stage, 'a.example.test', 'A'), [
    [stage.network.addressOf('mx.bigmail.test')],
    false,
  ]);
  assert.equal((await resolve(stage, 'b.example.test', 'A'))[0], 'failure');
});

test('a zone that is a function is asked each time, refuses where it says so, and ends', async () => {
  await using stage = await startDnsStage();
  const seen: string[] = [];
  const zone = await stage.dns.addDynamicZone('dnsbl.test', 'ns.dnsbl.test', (name, type, from) => {
    seen.push(`${name} ${type} ${from === stage.network.addressOf('resolver.test')}`);
    if (name.startsWith('9.')) return 'refused';
    if (!name.startsWith('2.')) return 'no-name';
    return [
      { type: 'A', ttl: 60, value: '127.0.0.2' },
      { type: 'TXT', ttl: 60, value: '"listed: https://dnsbl.test/2"' },
    ];
  });
  assert.deepEqual(await resolve(stage, '2.0.0.127.dnsbl.test', 'A'), [['127.0.0.2'], false]);
  assert.deepEqual(await resolve(stage, '2.0.0.127.dnsbl.test', 'TXT'), [
    [['listed: https://dnsbl.test/2']],
    false,
  ]);
  assert.equal((await resolve(stage, '2.0.0.127.dnsbl.test', 'MX'))[0], 'no-data');
  assert.equal((await resolve(stage, '1.0.0.127.dnsbl.test', 'A'))[0], 'nxdomain');
  assert.equal((await resolve(stage, '9.0.0.127.dnsbl.test', 'A'))[0], 'failure');
  assert.deepEqual(await resolve(stage, 'ns.dnsbl.test', 'A'), [
    [stage.network.addressOf('ns.dnsbl.test')],
    false,
  ]);
  assert.equal(seen[0], '2.0.0.127.dnsbl.test A true');
  await zone[Symbol.asyncDispose]();
  stage.dns.cache.flush();
  assert.equal((await resolve(stage, '2.0.0.127.dnsbl.test', 'A'))[0], 'nxdomain');
});

test('a signed party is authenticated from the start', async () => {
  const zone = {
    zone: 'safe.test',
    signed: true,
    records: [{ name: 'safe.test', type: 'A', ttl: 60, values: ['127.20.1.1'] }],
  };
  await using stage = await startDnsStage([zone]);
  assert.deepEqual(await resolve(stage, 'safe.test', 'A'), [['127.20.1.1'], true]);
  await stage.restart();
  assert.deepEqual(await resolve(stage, 'safe.test', 'A'), [['127.20.1.1'], true]);
});
