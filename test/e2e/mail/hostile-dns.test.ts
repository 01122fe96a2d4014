/**
 * Strangers with zones made to hurt, each in a session of its own, all at once, against one resolver over real sockets: every message gets its reply in
 * bounded time, with temperror or permerror where the zone is ill, and an honest stranger who comes after them all is served at once.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '#clock';
import { StubResolver } from '#clients/dns/stub-resolver';
import type { DeclaredName, DeclaredValue, Found } from '../../support/dns/declared-zone.ts';
import {
  serveZone,
  type ServerFaults,
  type ZoneServer,
} from '../../support/dns/declared-zone-server.ts';
import { HONEST, startReception, world, type TestReception } from '../../support/smtp/reception.ts';
import { openTestStore, type TestStore } from '../../support/smtp/own-server.ts';

/** Milliseconds. What the resolver may take for a question, and what a message may wait for its answers. */
const DEADLINE = 8000;
const PATIENCE = 10_000;
/** Of a reply to the final dot: patience, what lingers after it, and a machine that is busy besides. */
const BOUND = 3 * PATIENCE;

const SILENT: DeclaredName = { fault: 'timeout' };
const FAILING: DeclaredName = { fault: 'servfail' };
const OF_300 = Array.from(
  { length: 300 },
  (_, n) => `${String(n).padStart(3, '0')} ${'x'.repeat(150)}`,
);
/** 60 KB in one record. */
const HUGE = Array.from({ length: 240 }, () => 'x'.repeat(250));
const LOOP: DeclaredName = { CNAME: 'a.loop.example' };

interface Stranger {
  /** What differs from a zone in order, by the name before the domain (`NAME.example`). */
  readonly records: Readonly<Record<string, DeclaredName>>;
  /** What the server does with questions about it. */
  readonly faults?: ServerFaults;
  /** The begin of the reply, and the results of SPF, DKIM and DMARC. */
  readonly expected: readonly [reply: string, spf: string, dkim: string, dmarc: string];
}

const ORDINARY = 'v=spf1 ip4:198.18.0.0/15 -all';
const STRANGERS: Readonly<Record<string, Stranger>> = {
  silent: {
    records: { '': SILENT, 's._domainkey.': SILENT, '_dmarc.': SILENT },
    expected: ['451 4.4.3', 'temperror', 'temperror', 'temperror'],
  },
  failing: {
    records: { '': FAILING, 's._domainkey.': FAILING, '_dmarc.': FAILING },
    expected: ['451 4.4.3', 'temperror', 'temperror', 'temperror'],
  },
  loop: {
    records: {
      '': LOOP,
      's._domainkey.': LOOP,
      '_dmarc.': LOOP,
      'a.': { CNAME: 'b.loop.example' },
      'b.': { CNAME: 'a.loop.example' },
    },
    expected: ['451 4.4.3', 'temperror', 'temperror', 'temperror'],
  },
  'silent-dmarc': {
    records: { '_dmarc.': SILENT },
    expected: ['451 4.7.0', 'pass', 'pass', 'temperror'],
  },
  'silent-key': {
    records: { 's._domainkey.': SILENT },
    expected: ['250 ', 'pass', 'temperror', 'pass'],
  },
  'silent-spf': {
    records: { '': { MX: '10 mx.silent-spf.example', TXT: { fault: 'timeout' } } },
    expected: ['250 ', 'temperror', 'pass', 'pass'],
  },
  'silent-include': {
    records: {
      '': { MX: '10 mx.x.example', TXT: 'v=spf1 include:_spf.silent-include.example -all' },
      '_spf.': SILENT,
    },
    expected: ['250 ', 'temperror', 'pass', 'pass'],
  },
  'many-spf': {
    records: { '': { MX: '10 mx.x.example', TXT: OF_300.map((text) => `v=spf1 exp=${text}`) } },
    expected: ['250 ', 'permerror', 'pass', 'pass'],
  },
  'one-spf-among-300': {
    records: { '': { MX: '10 mx.x.example', TXT: [...OF_300, ORDINARY] } },
    expected: ['250 ', 'pass', 'pass', 'pass'],
  },
  'many-keys': {
    records: { 's._domainkey.': { TXT: OF_300 } },
    expected: ['250 ', 'pass', 'permerror', 'pass'],
  },
  'many-policies': {
    records: { '_dmarc.': { TXT: OF_300.map((text) => `v=DMARC1; p=reject; x=${text}`) } },
    expected: ['250 ', 'pass', 'pass', 'none'],
  },
  'huge-spf': {
    records: { '': { MX: '10 mx.x.example', TXT: [['v=spf1 ', ...HUGE]] } },
    expected: ['250 ', 'permerror', 'pass', 'pass'],
  },
  'huge-key': {
    records: { 's._domainkey.': { TXT: [['v=DKIM1; p=', ...HUGE]] } },
    expected: ['250 ', 'pass', 'permerror', 'pass'],
  },
  'huge-policy': {
    records: { '_dmarc.': { TXT: [['v=DMARC1; p=reject; x=', ...HUGE]] } },
    expected: ['250 ', 'pass', 'pass', 'pass'],
  },
  bottomless: {
    records: {
      '': { MX: '10 mx.x.example', TXT: 'v=spf1 include:0.bottomless.example -all' },
      ...Object.fromEntries(
        Array.from({ length: 30 }, (_, n) => [
          `${n}.`,
          { TXT: `v=spf1 include:${n + 1}.bottomless.example -all` },
        ]),
      ),
    },
    expected: ['250 ', 'permerror', 'pass', 'pass'],
  },
  'many-exchanges': {
    records: {
      '': {
        MX: Array.from({ length: 200 }, (_, n) => `10 mx${n}.many-exchanges.example`),
        TXT: 'v=spf1 mx mx:b.many-exchanges.example -all',
      },
    },
    expected: ['250 ', 'permerror', 'pass', 'pass'],
  },
  dripping: {
    records: {},
    faults: { truncate: true, dribble: () => delay(200) },
    expected: ['451 4.4.3', 'temperror', 'temperror', 'temperror'],
  },
  cut: {
    records: {},
    faults: { cut: true },
    expected: ['451 4.4.3', 'temperror', 'temperror', 'temperror'],
  },
  nonsense: {
    records: {},
    faults: { body: { count: 65_535, octets: new Uint8Array(400).fill(0xc0) } },
    expected: ['451 4.4.3', 'temperror', 'temperror', 'temperror'],
  },
};

/** A zone in order for each of them, but for what it makes ill. */
function zoneOfStrangers() {
  const zone = world();
  const { records: key } = zone.find('s._domainkey.good.example', 'TXT') as Found;
  for (const [name, { records }] of Object.entries(STRANGERS)) {
    const inOrder: Record<string, DeclaredName> = {
      '': { MX: '10 mx.x.example', TXT: ORDINARY },
      's._domainkey.': { TXT: key as DeclaredValue },
      '_dmarc.': { TXT: 'v=DMARC1; p=reject' },
    };
    for (const [prefix, declared] of Object.entries({ ...inOrder, ...records }))
      zone.declare(`${prefix}${name}.example`, declared);
  }
  return zone;
}

let at: TestStore;
let server: ZoneServer;
let resolver: StubResolver;
let reception: TestReception;
before(async () => {
  at = await openTestStore();
  server = await serveZone(zoneOfStrangers(), {
    instead: (name) => STRANGERS[/([^.]+)\.example$/.exec(name)?.[1] ?? '']?.faults,
  });
  resolver = new StubResolver({
    servers: [{ address: server.address, port: server.port, trusted: true }],
    clock: systemClock,
    randomId: () => randomInt(0x1_0000),
    timeouts: [DEADLINE / 3, DEADLINE],
    deadline: DEADLINE,
  });
  reception = await startReception(at, resolver, { inquiry: { patience: PATIENCE } });
});
after(async () => {
  await reception[Symbol.asyncDispose]();
  resolver[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
});

interface Outcome {
  readonly reply: string;
  readonly results: readonly string[];
  /** Milliseconds of the whole session. */
  readonly elapsed: number;
}

async function send(domain: string, ip: string): Promise<Outcome> {
  const began = performance.now();
  const { reply, messageId } = await reception.send({
    ip,
    ehlo: `mx.${domain}`,
    from: `ann@${domain}`,
    header: [`From: ann@${domain}`, 'Subject: hello'],
    signedBy: domain,
  });
  const elapsed = performance.now() - began;
  const events = await reception.judged(messageId!);
  const judged = events.find(({ type }) => type === 'message.judged')!.public;
  const results = judged['results'] as Readonly<Record<string, string>>;
  return { reply, elapsed, results: ['spf', 'dkim', 'dmarc'].map((name) => results[name]!) };
}

describe('strangers with hostile zones, all at once', () => {
  const ended: string[] = [];
  const outcomes = new Map<string, Promise<Outcome>>();

  test('an honest one is served while they still wait', async () => {
    for (const [network, name] of Object.keys(STRANGERS).entries()) {
      const outcome = send(`${name}.example`, `198.18.${network}.5`);
      outcomes.set(name, outcome);
      void outcome.finally(() => ended.push(name));
    }
    const { reply, results } = await send('good.example', HONEST);
    assert.match(reply, /^250 /);
    assert.deepEqual(results, ['pass', 'pass', 'pass']);
    for (const name of ['silent', 'dripping']) assert.ok(!ended.includes(name), name);
  });

  for (const [name, { expected }] of Object.entries(STRANGERS))
    test(`${name}: ${expected.join(', ')}`, async () => {
      const { reply, results, elapsed } = await outcomes.get(name)!;
      const [begin, ...wanted] = expected;
      assert.equal(reply.slice(0, begin.length), begin, reply);
      assert.deepEqual(results, wanted);
      assert.ok(elapsed < BOUND, `${elapsed} ms`);
    });
});
