/** What the learner changes, and when whom it reaches: through the sockets, on a clock that the test moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordType } from '#protocol/dns/resolver';
import { writeDnsFact } from '#store/lab/dns';
import { startDnsStage } from '../../../test/support/lab/dns.ts';
import type { DnsStage } from '../../../test/support/lab/dns.ts';
import { StubResolver } from '#clients/dns/stub-resolver';
import { HOSTERS } from './infrastructure.ts';

const MINUTE = 60_000;

/** What a name server itself says, past every cache. */
async function askServer(
  { network, clock }: DnsStage,
  host: 'ns.registry.test' | 'ns1.dnshost.test' | 'ns2.dnshost.test',
  name: string,
  type: RecordType,
): Promise<unknown> {
  using stub = new StubResolver({
    servers: [{ address: network.addressOf(host), port: network.localPort(53), trusted: true }],
    clock,
    randomId: () => 9,
  });
  return shown(await stub.resolve(name, type));
}

function shown(answer: Awaited<ReturnType<StubResolver['resolve']>>): unknown {
  return answer.kind === 'records' ? answer.records : answer.kind;
}

const record = (name: string, type: string, ...values: string[]) => ({
  name,
  type,
  ttl: 600,
  values,
});

test('a change at the hosting company is served by the first server at once, by the second after its next look', async () => {
  await using stage = await startDnsStage();
  const { dns, clock } = stage;
  const change = await dns.panel.setRecords(
    'example.test',
    record('example.test', 'MX', '10 mx.bigmail.test.'),
  );
  assert.equal(change.kind, 'changed');
  const now = clock.now();
  assert.deepEqual(change, {
    kind: 'changed',
    name: 'example.test',
    changedAt: now,
    servedFrom: now,
    servedByAllFrom: now + 2 * MINUTE,
    // five minutes are what a cache may remember that there was none
    seenByAllFrom: now + 7 * MINUTE,
    remarks: [],
  });
  const mx = [{ preference: 10, exchange: 'mx.bigmail.test' }];
  assert.deepEqual(await askServer(stage, 'ns1.dnshost.test', 'example.test', 'MX'), mx);
  assert.equal(await askServer(stage, 'ns2.dnshost.test', 'example.test', 'MX'), 'no-data');
  clock.advance(2 * MINUTE);
  assert.deepEqual(await askServer(stage, 'ns2.dnshost.test', 'example.test', 'MX'), mx);
});

test('the resolver keeps the old answer for its TTL, and the absence of one for five minutes', async () => {
  await using stage = await startDnsStage();
  const { dns, clock, stub } = stage;
  await dns.panel.setRecords('example.test', record('example.test', 'A', '127.20.25.1'));
  clock.advance(2 * MINUTE);
  assert.deepEqual(shown(await stub.resolve('example.test', 'A')), ['127.20.25.1']);
  assert.equal(shown(await stub.resolve('example.test', 'MX')), 'no-data');
  await dns.panel.setRecords('example.test', record('example.test', 'A', '127.20.25.2'));
  await dns.panel.setRecords('example.test', record('example.test', 'MX', '10 mail.example.test.'));
  clock.advance(5 * MINUTE - 1);
  assert.equal(shown(await stub.resolve('example.test', 'MX')), 'no-data');
  clock.advance(1);
  assert.notEqual(shown(await stub.resolve('example.test', 'MX')), 'no-data');
  assert.deepEqual(shown(await stub.resolve('example.test', 'A')), ['127.20.25.1']);
  clock.advance(5 * MINUTE);
  assert.deepEqual(shown(await stub.resolve('example.test', 'A')), ['127.20.25.2']);
});

test('a domain that was bought is found after the registry has published it', async () => {
  await using stage = await startDnsStage();
  const { dns, clock, stub } = stage;
  const bought = await dns.registrar.buy('My-Shop.test.', HOSTERS);
  assert.equal(bought.kind === 'changed' && bought.servedFrom, clock.now() + 5 * MINUTE);
  await dns.panel.addRecord('my-shop.test', {
    name: 'www.my-shop.test',
    type: 'A',
    value: '127.20.25.25',
  });
  assert.equal(shown(await stub.resolve('www.my-shop.test', 'A')), 'nxdomain');
  clock.advance(5 * MINUTE);
  assert.deepEqual(shown(await stub.resolve('www.my-shop.test', 'A')), ['127.20.25.25']);
});

test('a domain that was bought alone is not found before its name servers are named, and the reply says so', async () => {
  await using stage = await startDnsStage();
  const { dns, clock, stub } = stage;
  const bought = await dns.registrar.buy('my-shop.test');
  assert.ok(bought.kind === 'changed');
  assert.match(
    bought.remarks[0]!.en,
    /registrar ns my-shop\.test ns1\.dnshost\.test ns2\.dnshost\.test$/,
  );
  clock.advance(5 * MINUTE);
  assert.equal(shown(await stub.resolve('my-shop.test', 'NS')), 'nxdomain');
  const bad = await dns.registrar.buy('other.test', ['127.20.0.3']);
  assert.equal(bad.kind === 'refused' && bad.reason, 'bad-value');
  await dns.registrar.setDelegation('my-shop.test', { ns: HOSTERS });
  clock.advance(65 * MINUTE);
  assert.deepEqual(shown(await stub.resolve('my-shop.test', 'NS')), [...HOSTERS]);
});

test('a domain moved to name servers of its own needs glue, and is asked for there', async () => {
  await using stage = await startDnsStage();
  const { dns, clock, network } = stage;
  const without = await dns.registrar.setDelegation('example.test', { ns: ['ns.example.test'] });
  assert.equal(without.kind === 'refused' && without.reason, 'no-glue');
  const glue = { 'ns.example.test': [network.addressOf('mail.example.test')] };
  await dns.registrar.setDelegation('example.test', { ns: ['ns.example.test'], glue });
  clock.advance(5 * MINUTE);
  // Nobody answers there.
  assert.equal(shown(await stage.stub.resolve('example.test', 'A')), 'failure');
  const silent = dns.cache.list().find(({ kind }) => kind === 'failure');
  const [address] = glue['ns.example.test'];
  assert.deepEqual(silent?.values, [
    `for example.test: ns.example.test (${address}) does not answer`,
  ]);
});

test('the reverse name of an own address is set at the provider of addresses, of others it is refused', async () => {
  await using stage = await startDnsStage();
  const { dns, clock, network, stub } = stage;
  const own = network.addressOf('mail.example.test');
  const reversed = `${own.split('.').toReversed().join('.')}.in-addr.arpa`;
  assert.deepEqual(shown(await stub.resolve(reversed, 'PTR')), ['25-25.static.isp.test']);
  assert.deepEqual(shown(await stub.resolve('25-25.static.isp.test', 'A')), [own]);
  const change = await dns.isp.setPtr(own, 'mail.example.test');
  assert.equal(change.kind, 'changed');
  clock.advance(change.kind === 'changed' ? change.seenByAllFrom - clock.now() : 0);
  assert.deepEqual(shown(await stub.resolve(reversed, 'PTR')), ['mail.example.test']);
  const foreign = await dns.isp.setPtr(network.addressOf('mx.bigmail.test'), 'mail.example.test');
  assert.equal(foreign.kind === 'refused' && foreign.reason, 'not-yours');
});

test('everything that was changed is there after a restart, and so is the root key', async () => {
  await using stage = await startDnsStage();
  const { dns, clock, network } = stage;
  await dns.panel.setRecords('example.test', record('www.example.test', 'A', '127.20.25.9'));
  await dns.registrar.buy('second.test', HOSTERS);
  await dns.isp.setPtr(network.addressOf('mail.example.test'), 'www.example.test');
  const listed = dns.panel.listZone('example.test');
  await stage.restart();
  assert.equal(await askServer(stage, 'ns2.dnshost.test', 'www.example.test', 'A'), 'nxdomain');
  assert.deepEqual(await askServer(stage, 'ns1.dnshost.test', 'www.example.test', 'A'), [
    '127.20.25.9',
  ]);
  assert.deepEqual(stage.dns.panel.listZone('example.test'), listed);
  assert.deepEqual(stage.dns.trustAnchor, dns.trustAnchor);
  clock.advance(5 * MINUTE);
  assert.deepEqual(shown(await stage.stub.resolve('second.test', 'NS')), [
    'ns1.dnshost.test',
    'ns2.dnshost.test',
  ]);
  assert.deepEqual(stage.dns.isp.addresses(), [
    { address: network.addressOf('mail.example.test'), name: 'www.example.test' },
  ]);
});

test('the serial of a zone never goes back: not by a restart after many changes in a second, nor by giving the zone up', async () => {
  await using stage = await startDnsStage();
  const { clock } = stage;
  const serial = (zone: string): number => {
    const listed = stage.dns.panel.listZone(zone);
    assert.ok(listed.kind === 'zone');
    return listed.serial;
  };
  const change = async (zone: string, to: number): Promise<number> => {
    const before = serial(zone);
    await stage.dns.panel.setRecords(zone, record(zone, 'A', `127.20.25.${to}`));
    assert.ok(serial(zone) > before);
    return serial(zone);
  };
  for (const to of [1, 2, 3]) await change('example.test', to);
  // the changes before the last are forgotten with the next, which the second server does not have yet
  clock.advance(6 * MINUTE);
  await change('example.test', 4);
  const serials = () => {
    const listed = stage.dns.panel.listZone('example.test');
    return listed.kind === 'zone' && listed.servers.map((server) => server.serial);
  };
  const served = serials();
  await stage.restart();
  assert.deepEqual(serials(), served);

  await stage.dns.registrar.buy('second.test', HOSTERS);
  await change('second.test', 1);
  const given = await change('second.test', 2);
  await stage.dns.registrar.giveUp('second.test');
  await stage.dns.registrar.buy('second.test', HOSTERS);
  assert.ok(serial('second.test') > given);

  clock.advance(60 * MINUTE);
  assert.equal(await change('example.test', 6), Math.floor(clock.now() / 1000));
  const before = serial('example.test');
  await stage.dns.reset();
  assert.ok(serial('example.test') > before);
});

test('starting over leaves example.test empty and nothing else', async () => {
  await using stage = await startDnsStage();
  const { dns, stub } = stage;
  await dns.registrar.buy('second.test', HOSTERS);
  await dns.panel.setRecords('example.test', record('example.test', 'A', '127.20.25.9'));
  await dns.reset();
  assert.deepEqual(
    dns.registrar.domains().map(({ domain }) => domain),
    ['example.test'],
  );
  assert.equal(shown(await stub.resolve('example.test', 'A')), 'no-data');
  await stage.restart();
  assert.equal(shown(await stub.resolve('second.test', 'NS')), 'nxdomain');
});

test('changes at the same moment all hold', async () => {
  await using stage = await startDnsStage();
  const { panel } = stage.dns;
  const names = Array.from({ length: 20 }, (_, index) => `h${index}.example.test`);
  await Promise.all(
    names.map((name) => panel.setRecords('example.test', record(name, 'A', '127.20.25.1'))),
  );
  const zone = panel.listZone('example.test');
  assert.equal(zone.kind === 'zone' && zone.records.length, 20);
});

for (const [what, input, reason] of [
  ['a CNAME beside other data', record('www.example.test', 'CNAME', 'example.test.'), 'conflict'],
  ['a CNAME at the apex', record('@', 'CNAME', 'bigmail.test.'), 'conflict'],
  ['an address that is none', record('a.example.test', 'A', '127.20.25.300'), 'bad-value'],
  ['an MX that names an address', record('@', 'MX', '10 127.20.25.25'), 'bad-value'],
  ['a name in another zone', record('www.bigmail.test', 'A', '127.20.25.25'), 'bad-name'],
  ['a type that servers make', record('@', 'RRSIG', 'x'), 'bad-type'],
  ['a DS in the zone itself', record('@', 'DS', `1 13 2 ${'00'.repeat(32)}`), 'conflict'],
  [
    'a name with the zone twice',
    record('www.example.test.example.test', 'A', '127.20.25.25'),
    'bad-name',
  ],
  [
    'a host with the zone twice',
    record('@', 'MX', '10 mail.example.test.example.test.'),
    'bad-value',
  ],
  ['a host of one label', record('@', 'MX', '10 mail'), 'bad-value'],
  ['a preference that is no number', record('@', 'MX', 'high mail.example.test.'), 'bad-value'],
  ['a preference beyond 65535', record('@', 'MX', '70000 mail.example.test.'), 'bad-value'],
  ['a missing preference', record('@', 'MX', 'mail.example.test.'), 'bad-value'],
  ['a host with an underscore', record('@', 'MX', '10 my_mail.example.test.'), 'bad-value'],
  ['a text with a line break', record('@', 'TXT', 'v=spf1 mx\r\n-all'), 'bad-value'],
  ['an empty text', record('@', 'TXT', ' '), 'bad-value'],
  ['a time to live of a year', { ...record('@', 'A', '127.20.25.25'), ttl: 31_536_000 }, 'bad-ttl'],
] as const) {
  test(`the panel refuses ${what}, with a remedy`, async () => {
    await using stage = await startDnsStage();
    const { panel } = stage.dns;
    await panel.setRecords('example.test', record('www.example.test', 'A', '127.20.25.25'));
    const before = panel.listZone('example.test');
    const refused = await panel.setRecords('example.test', input);
    assert.equal(refused.kind === 'refused' && refused.reason, reason);
    assert.ok(refused.kind === 'refused' && refused.remedy.length > 10);
    assert.match(refused.ja.message, /[\u3040-\u30ff\u4e00-\u9fff]/);
    assert.match(refused.ja.remedy, /[\u3040-\u30ff\u4e00-\u9fff]/);
    assert.deepEqual(panel.listZone('example.test'), before);
  });
}

test('a text longer than 255 octets is split, and comes back whole', async () => {
  await using stage = await startDnsStage();
  const text = `v=DKIM1; k=rsa; p=${'A'.repeat(392)}`;
  await stage.dns.panel.setRecords(
    'example.test',
    record('s._domainkey.example.test', 'TXT', `"${text}"`),
  );
  const found = (await askServer(
    stage,
    'ns1.dnshost.test',
    's._domainkey.example.test',
    'TXT',
  )) as string[][];
  assert.deepEqual(
    found[0]?.map(({ length }) => length),
    [255, text.length - 255],
  );
  assert.equal(found[0]?.join(''), text);
});

test('values are added beside each other and taken away one by one', async () => {
  await using stage = await startDnsStage();
  const { panel } = stage.dns;
  const txt = (value: string) => ({ name: '@', type: 'txt', value });
  await panel.addRecord('example.test', txt('v=spf1 mx -all'));
  await panel.addRecord('example.test', txt('"second"'));
  await panel.addRecord('example.test', txt('"second"'));
  const values = () => {
    const zone = panel.listZone('example.test');
    return zone.kind === 'zone' ? zone.records.flatMap((one) => one.values) : zone;
  };
  assert.deepEqual(values(), ['"v=spf1 mx -all"', '"second"']);
  await panel.removeRecord('example.test', txt('second'));
  assert.deepEqual(values(), ['"v=spf1 mx -all"']);
  const missing = await panel.removeRecord('example.test', txt('third'));
  assert.equal(missing.kind === 'refused' && missing.reason, 'no-such-record');
  await panel.removeRecord('example.test', { name: '@', type: 'TXT' });
  assert.deepEqual(values(), []);
});

test('what the learner is given at the first start is there at once on both servers, and never comes over what they changed', async () => {
  await using stage = await startDnsStage();
  const { dns, network, stub } = stage;
  const own = network.addressOf('mail.example.test');
  const reversed = `${own.split('.').toReversed().join('.')}.in-addr.arpa`;
  await stub.resolve('example.test', 'MX');
  const zone = `@ MX 10 mail\nmail A ${own}\n`;
  assert.equal(await dns.foundLearner(zone, 'mail.example.test'), true);
  const mx = [{ preference: 10, exchange: 'mail.example.test' }];
  for (const host of ['ns1.dnshost.test', 'ns2.dnshost.test'] as const) {
    assert.deepEqual(await askServer(stage, host, 'example.test', 'MX'), mx);
  }
  assert.deepEqual(shown(await stub.resolve('example.test', 'MX')), mx);
  assert.deepEqual(shown(await stub.resolve(reversed, 'PTR')), ['mail.example.test']);
  await dns.panel.removeRecord('example.test', { name: '@', type: 'MX' });
  assert.equal(await dns.foundLearner(zone, 'mail.example.test'), false);
  await stage.restart();
  assert.equal(await stage.dns.foundLearner(zone, 'mail.example.test'), false);
  assert.equal(await askServer(stage, 'ns1.dnshost.test', 'example.test', 'MX'), 'no-data');
});

test('a reverse name that the learner set stays when their zone is given to them later', async () => {
  await using stage = await startDnsStage();
  const { dns, network, clock, stub } = stage;
  const own = network.addressOf('mail.example.test');
  await dns.isp.setPtr(own, 'www.example.test');
  assert.equal(await dns.foundLearner(`mail A ${own}\n`, 'mail.example.test'), true);
  clock.advance(MINUTE);
  const reversed = `${own.split('.').toReversed().join('.')}.in-addr.arpa`;
  assert.deepEqual(shown(await stub.resolve(reversed, 'PTR')), ['www.example.test']);
});

test('a domain that was bought can be given up, and is gone with its zone; the first one stays', async () => {
  await using stage = await startDnsStage();
  const { dns, clock } = stage;
  await dns.registrar.buy('hanako.test', HOSTERS);
  clock.advance(15 * MINUTE);
  const ns = await askServer(stage, 'ns1.dnshost.test', 'hanako.test', 'NS');
  assert.equal(Array.isArray(ns), true);
  assert.equal((await dns.registrar.giveUp('hanako.test')).kind, 'changed');
  clock.advance(15 * MINUTE);
  assert.equal(await askServer(stage, 'ns.registry.test', 'hanako.test', 'NS'), 'nxdomain');
  assert.deepEqual(
    dns.registrar.domains().map(({ domain }) => domain),
    ['example.test'],
  );
  assert.equal((await dns.registrar.giveUp('hanako.test')).kind, 'refused');
  assert.equal((await dns.registrar.giveUp('example.test')).kind, 'refused');
  assert.equal((await dns.registrar.buy('hanako.test', HOSTERS)).kind, 'changed');
});

test('what the name servers say now stands beside what is remembered', async () => {
  await using stage = await startDnsStage();
  const { dns } = stage;
  await dns.panel.setRecords('example.test', record('www.example.test', 'A', '127.20.25.1'));
  const [now] = await dns.cache.now('www.example.test', ['A']);
  assert.deepEqual([now?.type, now?.kind, now?.values], ['A', 'records', ['127.20.25.1']]);
});

test('what was there before a rule of typing may stay, and may be taken away', async () => {
  await using stage = await startDnsStage();
  const { pool } = stage;
  const records = [record('example.test', 'MX', '10 mail.', '20 my_mail.example.test.')];
  const changedAt = new Date(stage.clock.now());
  await writeDnsFact(
    pool,
    { kind: 'zone', name: 'example.test', value: { records, keys: [] }, changedAt },
    changedAt,
  );
  await stage.restart();
  const { panel } = stage.dns;
  const other = await panel.setRecords(
    'example.test',
    record('www.example.test', 'A', '127.20.25.1'),
  );
  assert.equal(other.kind, 'changed');
  const gone = { name: '@', type: 'MX', value: '10 mail.' };
  assert.equal((await panel.removeRecord('example.test', gone)).kind, 'changed');
});

test('two SPF records, a forgotten underscore and a host without an address are done, with a remark', async () => {
  await using stage = await startDnsStage();
  const { panel } = stage.dns;
  const remarksOf = async (...set: Parameters<typeof record>) => {
    const done = await panel.setRecords('example.test', record(...set));
    assert.ok(done.kind === 'changed', JSON.stringify(done));
    return done.remarks.map(({ en }) => en);
  };
  assert.match((await remarksOf('@', 'TXT', 'v=spf1 mx -all', 'v=spf1 ~all'))[0]!, /2 SPF records/);
  assert.match(
    (await remarksOf('dmarc.example.test', 'TXT', 'v=DMARC1; p=none'))[0]!,
    /_dmarc\.example/,
  );
  assert.match(
    (await remarksOf('s.domainkey.example.test', 'TXT', 'v=DKIM1; p='))[0]!,
    /_domainkey/,
  );
  assert.match((await remarksOf('imaps.example.test', 'SRV', '0 1 993 .'))[0]!, /_imaps\._tcp/);
  assert.match((await remarksOf('mail.example.test', 'TLSA', '3 1 1 00ff'))[0]!, /_25\._tcp/);
  assert.match((await remarksOf('my_host.example.test', 'A', '127.20.25.25'))[0]!, /underscore/);
  assert.match((await remarksOf('@', 'MX', '10 mail.example.test.'))[0]!, /no A or AAAA/);
  assert.deepEqual(await remarksOf('mail.example.test', 'A', '127.20.25.25'), []);
  assert.deepEqual(await remarksOf('_dmarc.example.test', 'TXT', 'v=DMARC1; p=none'), []);
  const gone = await panel.removeRecord('example.test', { name: 'mail.example.test', type: 'A' });
  assert.match(gone.kind === 'changed' ? gone.remarks[0]!.en : '', /no A or AAAA/);
  await remarksOf('www.example.test', 'CNAME', 'mx.bigmail.test.');
  assert.match((await remarksOf('@', 'MX', '10 www.example.test.'))[0]!, /alias/);
  const long = await remarksOf('s._domainkey.example.test', 'TXT', `v=DKIM1; p=${'A'.repeat(392)}`);
  assert.match(long[0]!, /2 strings of 255 \+ 148 octets/);
});

test('a DS record that fits no key is taken with a warning, one that fits without', async () => {
  await using stage = await startDnsStage();
  const { panel, registrar } = stage.dns;
  const strange = `4711 13 2 ${'00'.repeat(32)}`;
  const remarks = (done: Awaited<ReturnType<typeof registrar.setDs>>) =>
    done.kind === 'changed' ? done.remarks.map(({ en }) => en) : [done.message];
  assert.match(remarks(await registrar.setDs('example.test', [strange]))[0]!, /fits a key.*none/);
  const signed = await panel.signZone('example.test');
  assert.ok(signed.kind === 'changed');
  assert.match(remarks(signed)[0]!, /No DS record of example\.test fits/);
  const both = remarks(await registrar.addDs('example.test', signed.keys[0]!.ds));
  assert.match(both[0]!, /^The DS record 4711 fits no key/);
  assert.deepEqual(remarks(await registrar.removeDs('example.test', 4711)), []);
  assert.match(remarks(await panel.unsignZone('example.test'))[0]!, /fits a key.*none/);
});

test('where a change has got to can be asked for, by the place where it was made', async () => {
  await using stage = await startDnsStage();
  const { dns, clock } = stage;
  const done = await dns.panel.setRecords('example.test', record('@', 'A', '127.20.25.9'));
  assert.deepEqual(dns.lastChange('zone', 'example.test'), done);
  assert.equal(dns.lastChange('delegation', 'example.test'), undefined);
  const serials = () => {
    const zone = dns.panel.listZone('example.test');
    return zone.kind === 'zone' ? [zone.serial, ...zone.servers.map(({ serial }) => serial)] : [];
  };
  const [newest, first, second] = serials();
  assert.deepEqual([first, Number(second) < Number(newest)], [newest, true]);
  clock.advance(2 * MINUTE);
  assert.deepEqual(serials(), [newest, newest, newest]);
  await dns.reset();
  assert.equal(dns.lastChange('zone', 'example.test'), undefined);
});
