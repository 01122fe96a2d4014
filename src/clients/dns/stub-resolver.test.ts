import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { declaredZone } from '../../../test/support/dns/declared-zone.ts';
import { serveZone } from '../../../test/support/dns/declared-zone-server.ts';
import type { ServerFaults, ZoneServer } from '../../../test/support/dns/declared-zone-server.ts';
import { freePort } from '../../../test/support/machine/loopback-port.ts';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import type { DnsAnswer, RecordType } from '#protocol/dns/resolver';
import { StubResolver } from './stub-resolver.ts';
import type { StubResolverOptions } from './stub-resolver.ts';

const ZONE = {
  'example.test': { MX: ['10 mx1.example.test', '20 mx2.example.test'], TXT: 'v=spf1 -all' },
  'mx1.example.test': { A: ['192.0.2.1', '192.0.2.2'], AAAA: '2001:db8::1', ttl: 60 },
  'signed.test': { A: '192.0.2.3', authenticated: true },
  'www.example.test': { CNAME: 'host.example.test', ttl: 30 },
  'host.example.test': { CNAME: 'mx1.example.test', ttl: 600 },
  'dangling.test': { CNAME: 'gone.example.test' },
  'bare.test': { CNAME: 'signed.test' },
  'circle.test': { CNAME: 'circle2.test' },
  'circle2.test': { CNAME: 'circle.test' },
  'servfail.test': { fault: 'servfail' },
  'refused.test': { fault: 'refused' },
  'silent.test': { fault: 'timeout' },
  '*.silent.test': { fault: 'timeout' },
  'big.test': { TXT: Array.from({ length: 40 }, (_, n) => `${n} ${'x'.repeat(200)}`) },
  'c0.test': { CNAME: 'c1.test' },
  'c1.test': { CNAME: 'c2.test' },
  'c2.test': { CNAME: 'c3.test' },
  'c3.test': { CNAME: 'c4.test' },
  'c4.test': { CNAME: 'c5.test' },
  'c5.test': { CNAME: 'c6.test' },
  'c6.test': { CNAME: 'c7.test' },
  'c7.test': { CNAME: 'c8.test' },
  'c8.test': { A: '192.0.2.8' },
  '*.many.test': { A: '192.0.2.9' },
} as const;

/** What a server gets, in milliseconds: longer than any machine stands still, so that a test that wants its end ticks it. */
const PATIENCE = 60_000;

interface Bench extends AsyncDisposable {
  readonly server: ZoneServer;
  readonly resolver: StubResolver;
  /** The calendar, in milliseconds. */
  readonly calendar: { now: number };
  ask(name: string, type: RecordType): Promise<DnsAnswer>;
  /** Transport, type and name of what the server got, in order. */
  asked(): string[];
}

/** Lets the time of a question run out, once the server has got so many. */
async function runOut(
  { mock }: TestContext,
  { received }: ZoneServer,
  count: number,
  ms: number,
): Promise<void> {
  while (received.length < count) await new Promise(setImmediate);
  mock.timers.tick(ms);
}

async function bench(
  faults: ServerFaults = {},
  options: Partial<StubResolverOptions> = {},
): Promise<Bench> {
  const server = await serveZone(declaredZone(ZONE), faults);
  const calendar = { now: 1_800_000_000_000 };
  const resolver = new StubResolver({
    servers: [{ address: server.address, port: server.port, trusted: true }],
    clock: {
      now: () => calendar.now,
      monotonic: () => performance.now(),
      sleep: () => Promise.resolve(),
    },
    randomId: () => randomInt(65_536),
    timeouts: [PATIENCE],
    deadline: 2 * PATIENCE,
    ...options,
  });
  return {
    server,
    resolver,
    calendar,
    ask: (name, type) => resolver.resolve(name, type),
    asked: () => server.received.map((query) => `${query.transport} ${query.type} ${query.name}`),
    async [Symbol.asyncDispose]() {
      resolver[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function cause(answer: DnsAnswer): string {
  return answer.kind === 'failure' ? answer.cause : `no failure but ${answer.kind}`;
}

function authenticated(answer: DnsAnswer): boolean {
  return answer.kind !== 'failure' && answer.authenticated;
}

/** Sockets and timers that are alive; closed ones leave the event loop's list on one of its next turns. */
async function openHandles(): Promise<number> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  return process.getActiveResourcesInfo().filter((kind) => /UDP|TCP|Timeout/.test(kind)).length;
}

function data(answer: DnsAnswer): unknown {
  return answer.kind === 'records' ? answer.records : answer.kind;
}

test('records come with their TTL, the server and the canonical name', async () => {
  await using dns = await bench();
  const answer = await dns.resolver.resolve('Example.Test.', 'MX');
  assert.ok(answer.kind === 'records');
  assert.deepEqual(answer.records, [
    { preference: 10, exchange: 'mx1.example.test' },
    { preference: 20, exchange: 'mx2.example.test' },
  ]);
  assert.equal(answer.ttl, 300);
  assert.equal(answer.canonicalName, 'example.test');
  assert.deepEqual(answer.aliases, []);
  assert.equal(answer.server, `127.0.0.1:${dns.server.port}`);
  assert.equal(answer.cached, false);
  assert.ok(answer.elapsed > 0);
});

test('every query has another id, leaves from a fresh port and allows 1232 octets', async () => {
  await using dns = await bench();
  await Promise.all(Array.from({ length: 20 }, (_, n) => dns.ask(`${n}.many.test`, 'A')));
  const { received } = dns.server;
  assert.equal(received.length, 20);
  assert.ok(new Set(received.map(({ port }) => port)).size > 10);
  assert.ok(new Set(received.map(({ id }) => id)).size > 10);
  assert.ok(received.every(({ udpPayload, dnssecOk }) => udpPayload === 1232 && dnssecOk));
});

test('questions leave from the address that is told, over TCP too', async () => {
  await using plain = await bench();
  const { address, port } = plain.server;
  const from = { address, port, trusted: true, localAddress: '127.0.0.9' };
  await using told = await bench({}, { servers: [from] });
  await plain.ask('example.test', 'TXT');
  await told.ask('example.test', 'TXT');
  await told.ask('big.test', 'TXT');
  assert.deepEqual(
    plain.server.received.map((query) => `${query.transport} ${query.from}`),
    ['udp 127.0.0.1', 'udp 127.0.0.9', 'udp 127.0.0.9', 'tcp 127.0.0.9'],
  );
});

test('the AD bit counts from a trusted server only', async () => {
  await using dns = await bench();
  assert.equal(authenticated(await dns.ask('signed.test', 'A')), true);
  assert.equal(authenticated(await dns.ask('example.test', 'MX')), false);
  const { address, port } = dns.server;
  await using other = await bench({}, { servers: [{ address, port, trusted: false }] });
  assert.equal(authenticated(await other.ask('signed.test', 'A')), false);
});

test('aliases are followed, and the answer holds as long as the shortest of them', async () => {
  await using dns = await bench();
  const answer = await dns.ask('www.example.test', 'A');
  assert.ok(answer.kind === 'records');
  assert.deepEqual(answer.records, ['192.0.2.1', '192.0.2.2']);
  assert.deepEqual(answer.aliases, ['host.example.test', 'mx1.example.test']);
  assert.equal(answer.canonicalName, 'mx1.example.test');
  assert.equal(answer.ttl, 30);
  assert.equal(dns.server.received.length, 1);
});

test('an alias is an answer of its own where it is asked for', async () => {
  await using dns = await bench();
  assert.deepEqual(data(await dns.ask('www.example.test', 'CNAME')), ['host.example.test']);
});

test('where a server stops half-way along the aliases, the rest is asked', async () => {
  await using dns = await bench({ aliasesPerResponse: 1 });
  const answer = await dns.ask('www.example.test', 'A');
  assert.deepEqual(data(answer), ['192.0.2.1', '192.0.2.2']);
  assert.deepEqual(dns.asked(), ['udp A www.example.test', 'udp A host.example.test']);
  assert.equal(answer.kind === 'records' && answer.ttl, 30);
});

test('an alias in a zone that is not signed makes the whole answer unauthenticated', async () => {
  await using dns = await bench({ aliasesPerResponse: 1 });
  const answer = await dns.ask('bare.test', 'A');
  assert.equal(answer.kind === 'records' && answer.authenticated, false);
});

test('eight aliases are followed and no more, in one response or in several', async () => {
  for (const aliasesPerResponse of [1, 100]) {
    await using dns = await bench({ aliasesPerResponse });
    assert.deepEqual(data(await dns.ask('c0.test', 'A')), ['192.0.2.8']);
    const zone = { ...ZONE, 'before.test': { CNAME: 'c0.test' } };
    await using server = await serveZone(declaredZone(zone), { aliasesPerResponse });
    const { address, port } = server;
    await using longer = await bench({}, { servers: [{ address, port, trusted: true }] });
    assert.equal(cause(await longer.ask('before.test', 'A')), 'cname-loop');
  }
});

test('aliases in a circle are a failure, also when the server does not notice', async () => {
  await using dns = await bench({ aliasesPerResponse: 1 });
  dns.server.faults.aliasesPerResponse = 1;
  // The declared zone answers a circle as servers do: SERVFAIL.
  assert.equal(cause(await dns.ask('circle.test', 'A')), 'servfail');
  // a.test CNAME b.test (which stands at offset 36) and b.test CNAME a.test, in one response.
  const octets = 'c00c000500010000003c00040162c00ec024000500010000003c0002c00c';
  dns.server.faults.body = { count: 2, octets: Buffer.from(octets, 'hex') };
  assert.equal(cause(await dns.ask('a.test', 'A')), 'cname-loop');
});

test('a name that does not exist is told from one without data of the type', async () => {
  await using dns = await bench();
  const gone = await dns.ask('gone.test', 'MX');
  assert.equal(gone.kind, 'nxdomain');
  const bare = await dns.ask('mx1.example.test', 'MX');
  assert.equal(bare.kind, 'no-data');
  const dangling = await dns.ask('dangling.test', 'A');
  assert.ok(dangling.kind === 'nxdomain');
  assert.equal(dangling.canonicalName, 'gone.example.test');
});

test('SERVFAIL and REFUSED are failures that name the server', async () => {
  await using dns = await bench();
  const servfail = await dns.ask('servfail.test', 'A');
  assert.ok(servfail.kind === 'failure');
  assert.equal(servfail.cause, 'servfail');
  assert.match(servfail.text, /^A of servfail\.test: 127\.0\.0\.1:\d+ answered SERVFAIL\.$/);
  assert.equal(cause(await dns.ask('refused.test', 'A')), 'refused');
});

test('a response that does not fit into a datagram is fetched over TCP', async () => {
  await using dns = await bench();
  const answer = await dns.resolver.resolve('big.test', 'TXT');
  assert.ok(answer.kind === 'records');
  assert.equal(answer.records.length, 40);
  assert.deepEqual(dns.asked(), ['udp TXT big.test', 'tcp TXT big.test']);
});

test('a TCP response is read in whatever pieces it comes', async () => {
  await using dns = await bench({ truncate: true, dribble: true });
  assert.deepEqual(data(await dns.ask('mx1.example.test', 'AAAA')), ['2001:db8::1']);
});

test('a server that cuts responses but closes TCP connections is a network failure', async () => {
  await using dns = await bench({ truncate: true, closeTcp: true });
  assert.equal(cause(await dns.ask('example.test', 'MX')), 'network');
});

for (const fault of ['wrongId', 'wrongQuestion', 'wrongSource', 'echo'] as const) {
  test(`a response with the fault ${fault} is not taken for an answer`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    await using dns = await bench({ [fault]: true });
    const answer = dns.ask('example.test', 'MX');
    await runOut(t, dns.server, 1, PATIENCE - 1);
    // what the server said has come by then
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    t.mock.timers.tick(1);
    assert.equal(cause(await answer), 'timeout');
    assert.equal(dns.server.received.length, 1);
  });
}

test('a few forged datagrams before the true response do no harm', async () => {
  await using dns = await bench({ forged: 15 });
  assert.deepEqual(data(await dns.ask('signed.test', 'A')), ['192.0.2.3']);
  assert.deepEqual(dns.asked(), ['udp A signed.test']);
});

test('a flood of forged datagrams sends the question over TCP', async () => {
  await using dns = await bench({ forged: 16 });
  assert.deepEqual(data(await dns.ask('signed.test', 'A')), ['192.0.2.3']);
  assert.deepEqual(dns.asked(), ['udp A signed.test', 'tcp A signed.test']);
});

test('a response that stops in the middle of a record is malformed, over UDP and TCP', async () => {
  await using dns = await bench({ cut: true });
  assert.equal(cause(await dns.ask('example.test', 'MX')), 'malformed');
  dns.server.faults.truncate = true;
  assert.equal(cause(await dns.ask('example.test', 'TXT')), 'malformed');
});

test('a server that does not answer is asked again with a longer time-out', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  await using dns = await bench({ drop: 2 }, { timeouts: [30, 40, 5_000] });
  const answer = dns.ask('signed.test', 'A');
  await runOut(t, dns.server, 1, 30);
  await runOut(t, dns.server, 2, 40);
  assert.deepEqual(data(await answer), ['192.0.2.3']);
  assert.equal(dns.server.received.length, 3);
});

test('a question ends at its deadline, whatever time-outs are left', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const clock = new ManualClock();
  await using dns = await bench({}, { clock, timeouts: [50, 60_000, 60_000], deadline: 120 });
  const answer = dns.ask('silent.test', 'A');
  for (const [count, ms] of [
    [1, 50],
    [2, 70],
  ] as const) {
    while (dns.server.received.length < count) await new Promise(setImmediate);
    clock.advance(ms);
    t.mock.timers.tick(ms);
  }
  assert.equal(cause(await answer), 'timeout');
  assert.equal(dns.server.received.length, 2);
});

test('where the first server is silent the second answers, and is then asked first', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  await using silent = await serveZone(declaredZone({ test: { fault: 'timeout' } }), {
    drop: Number.POSITIVE_INFINITY,
  });
  await using good = await serveZone(declaredZone(ZONE));
  const servers = [silent, good].map(({ address, port }) => ({ address, port, trusted: true }));
  await using dns = await bench({}, { servers });
  const answer = dns.ask('signed.test', 'A');
  await runOut(t, silent, 1, PATIENCE);
  assert.deepEqual(data(await answer), ['192.0.2.3']);
  assert.deepEqual(data(await dns.ask('1.many.test', 'A')), ['192.0.2.9']);
  assert.deepEqual(data(await dns.ask('2.many.test', 'A')), ['192.0.2.9']);
  assert.deepEqual([silent.received.length, good.received.length], [1, 3]);
});

test('where nothing listens the next server is asked at once', async () => {
  await using good = await serveZone(declaredZone(ZONE));
  const { address } = good;
  const servers = [await freePort(), good.port].map((port) => ({ address, port, trusted: true }));
  await using dns = await bench({}, { servers });
  assert.deepEqual(data(await dns.ask('signed.test', 'A')), ['192.0.2.3']);
  await using alone = await bench({}, { servers: servers.slice(0, 1) });
  const answer = await alone.ask('signed.test', 'A');
  assert.equal(cause(answer), 'network');
  assert.match(answer.kind === 'failure' ? answer.text : '', /nothing listens there/);
});

test('a server that no way leads to is a failure like others, and the next one is asked', async () => {
  await using good = await serveZone(declaredZone(ZONE));
  const { address, port } = good;
  // the kernel lets nobody send to a broadcast address who did not ask for it
  const cutOff = { address: '127.255.255.255', port: 53, trusted: true };
  await using dns = await bench({}, { servers: [cutOff, { address, port, trusted: true }] });
  assert.deepEqual(data(await dns.ask('signed.test', 'A')), ['192.0.2.3']);
  await using alone = await bench({}, { servers: [cutOff] });
  assert.equal(cause(await alone.ask('signed.test', 'A')), 'network');
});

test('a server that says SERVFAIL is not asked again, the next one is', async () => {
  await using failing = await serveZone(declaredZone({ 'signed.test': { fault: 'servfail' } }));
  await using good = await serveZone(declaredZone(ZONE));
  const servers = [failing, good].map(({ address, port }) => ({ address, port, trusted: true }));
  await using dns = await bench({}, { servers });
  assert.deepEqual(data(await dns.ask('signed.test', 'A')), ['192.0.2.3']);
  await using alone = await bench(
    {},
    { servers: servers.slice(0, 1), timeouts: [PATIENCE, PATIENCE, PATIENCE] },
  );
  assert.equal(cause(await alone.ask('signed.test', 'A')), 'servfail');
  assert.equal(failing.received.length, 2);
});

test('an answer is asked for once and then remembered by the calendar', async () => {
  await using dns = await bench();
  await dns.ask('mx1.example.test', 'A');
  dns.calendar.now += 45_000;
  const again = await dns.ask('MX1.example.test', 'A');
  assert.ok(again.kind === 'records');
  assert.deepEqual([again.cached, again.ttl], [true, 15]);
  assert.equal(dns.server.received.length, 1);
  dns.calendar.now += 15_000;
  const fresh = await dns.ask('mx1.example.test', 'A');
  assert.equal(fresh.kind === 'records' && fresh.cached, false);
  assert.equal(dns.server.received.length, 2);
});

test('what does not exist is remembered for the minimum of the zone, for all types', async () => {
  await using dns = await bench();
  await dns.ask('gone.test', 'MX');
  assert.equal((await dns.ask('gone.test', 'AAAA')).kind, 'nxdomain');
  assert.equal(dns.server.received.length, 1);
  dns.calendar.now += 300_000;
  await dns.ask('gone.test', 'MX');
  assert.equal(dns.server.received.length, 2);
});

test('a failure is remembered for five seconds', async () => {
  await using dns = await bench();
  await dns.ask('servfail.test', 'A');
  await dns.ask('servfail.test', 'A');
  assert.equal(dns.server.received.length, 1);
  dns.calendar.now += 5_000;
  await dns.ask('servfail.test', 'A');
  assert.equal(dns.server.received.length, 2);
});

test('identical look-ups under way are one question', async () => {
  await using dns = await bench({}, { cacheSize: 0 });
  const answers = await Promise.all(Array.from({ length: 50 }, () => dns.ask('signed.test', 'A')));
  assert.ok(answers.every(({ kind }) => kind === 'records'));
  assert.equal(dns.server.received.length, 1);
  assert.equal(dns.resolver.underWay, 0);
});

test('a caller that gives up is answered at once and leaves the others waiting', async () => {
  const release = Promise.withResolvers<void>();
  await using dns = await bench({ hold: release.promise });
  const controller = new AbortController();
  const impatient = dns.resolver.resolve('signed.test', 'A', { signal: controller.signal });
  const patient = dns.resolver.resolve('signed.test', 'A', {
    signal: new AbortController().signal,
  });
  controller.abort();
  assert.equal(cause(await impatient), 'aborted');
  release.resolve();
  assert.equal((await patient).kind, 'records');
});

test('when the last caller has given up the question ends, and the next one asks anew', async () => {
  const release = Promise.withResolvers<void>();
  await using dns = await bench({ hold: release.promise });
  const controller = new AbortController();
  const both = ['x', 'y'].map(() =>
    dns.resolver.resolve('signed.test', 'A', { signal: controller.signal }),
  );
  controller.abort();
  for (const answer of await Promise.all(both)) assert.equal(cause(answer), 'aborted');
  release.resolve();
  assert.equal((await dns.ask('signed.test', 'A')).kind, 'records');
  const already = dns.resolver.resolve('1.many.test', 'A', { signal: controller.signal });
  assert.equal(cause(await already), 'aborted');
});

test('look-ups beyond the bound wait for their turn, and beyond the queue they fail', async () => {
  const release = Promise.withResolvers<void>();
  await using dns = await bench({ hold: release.promise }, { concurrency: 2, waiting: 3 });
  const asked = Array.from({ length: 6 }, (_, n) => dns.ask(`${n}.many.test`, 'A'));
  assert.equal(cause(await asked[5]!), 'overload');
  assert.ok(dns.server.received.length <= 2);
  release.resolve();
  const answers = await Promise.all(asked.slice(0, 5));
  assert.deepEqual(
    answers.map(({ kind }) => kind),
    Array(5).fill('records'),
  );
  assert.equal(dns.server.received.length, 5);
});

test('a look-up that gives up while it waits for its turn leaves the queue', async () => {
  const release = Promise.withResolvers<void>();
  await using dns = await bench({ hold: release.promise }, { concurrency: 1, waiting: 1 });
  const first = dns.ask('0.many.test', 'A');
  const controller = new AbortController();
  const second = dns.resolver.resolve('1.many.test', 'A', { signal: controller.signal });
  controller.abort();
  assert.equal(cause(await second), 'aborted');
  const third = dns.ask('2.many.test', 'A');
  release.resolve();
  assert.deepEqual([(await first).kind, (await third).kind], ['records', 'records']);
});

test('an owner whose look-ups are slow keeps nobody else waiting', async () => {
  await using dns = await bench({}, { concurrency: 10, concurrencyEach: 4 });
  const slow = Array.from({ length: 50 }, (_, n) =>
    dns.resolver.resolve(`${n}.silent.test`, 'A', { owner: 'mallory' }),
  );
  const others = Array.from({ length: 20 }, (_, n) =>
    dns.resolver.resolve(`${n}.many.test`, 'A', { owner: 'alice' }),
  );
  for (const answer of await Promise.all(others)) assert.equal(answer.kind, 'records');
  assert.equal((await dns.ask('signed.test', 'A')).kind, 'records');
  dns.resolver[Symbol.dispose]();
  for (const answer of await Promise.all(slow)) assert.equal(cause(answer), 'aborted');
});

test('a name that another owner asked for first, behind slow ones, is not held up by it', async () => {
  await using dns = await bench({}, { concurrency: 10, concurrencyEach: 1 });
  const slow = dns.resolver.resolve('silent.test', 'A', { owner: 'mallory' });
  const behind = dns.resolver.resolve('signed.test', 'A', { owner: 'mallory' });
  const asked = dns.resolver.resolve('signed.test', 'A', { owner: 'alice' });
  assert.equal((await asked).kind, 'records');
  assert.equal((await behind).kind, 'records');
  assert.equal(dns.asked().filter((question) => question.includes('signed')).length, 1);
  const freed = await Promise.all(
    [1, 2, 3].map((n) => dns.resolver.resolve(`${n}.many.test`, 'A', { owner: 'alice' })),
  );
  assert.ok(
    freed.every(({ kind }) => kind === 'records'),
    'the turn was given back',
  );
  dns.resolver[Symbol.dispose]();
  assert.equal(cause(await slow), 'aborted');
});

test('what is no domain name is not asked', async () => {
  await using dns = await bench();
  for (const name of ['', 'a..b', 'bücher.test', `${'a'.repeat(64)}.test`]) {
    assert.equal(cause(await dns.ask(name, 'A')), 'bad-name');
  }
  assert.equal(dns.server.received.length, 0);
});

test('a resolver that is disposed ends what is under way and leaves no socket', async () => {
  const before = await openHandles();
  {
    await using dns = await bench();
    const waiting = [dns.ask('silent.test', 'A'), dns.ask('silent.test', 'AAAA')];
    await dns.ask('signed.test', 'A');
    await dns.ask('big.test', 'TXT');
    dns.resolver[Symbol.dispose]();
    for (const answer of await Promise.all(waiting)) assert.equal(cause(answer), 'aborted');
    assert.equal(cause(await dns.ask('example.test', 'MX')), 'aborted');
  }
  assert.equal(await openHandles(), before);
});
