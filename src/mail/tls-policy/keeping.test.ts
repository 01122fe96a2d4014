/** What outlives a moment: policies over restarts and for other nodes, their refreshing, and the counts of sessions. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { connect } from 'node:net';
import { silentLog } from '#log';
import { listPolicies, policyStoreOf, readPolicy } from '#store/tls-policy/policies';
import { dayOf, domainsOfDay, forgetSessionsBefore, sessionsOf } from '#store/tls-policy/sessions';
import {
  issue,
  rootAuthority,
  type Authority,
} from '../../../test/support/certificates/authority.ts';
import { declaredZone, type DeclaredZone } from '../../../test/support/dns/declared-zone.ts';
import { startHttpsHost, type HttpsHost } from '../../../test/support/sockets/https-host.ts';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { openTestStore, type TestStore } from '../../../test/support/store/store.ts';
import type { HostPolicy } from './host-policy.ts';
import { TlsLedger } from './ledger.ts';
import { refreshPolicies } from './refresh-policies.ts';
import { StsPolicies, type StsFound } from './sts-policies.ts';

const DAY = 86_400_000;
const POLICY = 'version: STSv1\nmode: enforce\nmx: mx.there.test\nmax_age: 604800\n';

let at: TestStore;
let root: Authority;
let web: HttpsHost;
let clock: ManualClock;
let zone: DeclaredZone;
let isBlocked = false;

before(async () => {
  at = await openTestStore();
  root = await rootAuthority('Root');
  web = await startHttpsHost(await issue(root, { names: ['mta-sts.there.test'] }), POLICY);
});
beforeEach(async () => {
  await at.store.pool.query('truncate sts_policies, tls_sessions');
  clock = new ManualClock();
  web.answer = POLICY;
  web.asked.length = 0;
  isBlocked = false;
  zone = declaredZone({
    '_mta-sts.there.test': { TXT: 'v=STSv1; id=1;' },
    'mta-sts.there.test': { A: '192.0.2.80' },
  });
});
after(async () => {
  await web[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
});

/** A node that remembers nothing but what the database holds. */
function newNode(): StsPolicies {
  return new StsPolicies({
    store: policyStoreOf(at.store.pool),
    clock,
    log: silentLog,
    resolver: zone,
    ca: [root.cert],
    mayReach: () => true,
    dialer: {
      dial() {
        if (isBlocked)
          return Promise.resolve({ kind: 'network', reason: 'refused', detail: 'blocked' });
        const socket = connect({ port: web.port, host: '127.0.0.1' });
        return new Promise((resolve) =>
          socket.once('connect', () => resolve({ kind: 'connected', socket })),
        );
      },
    },
  });
}

function modeOf({ policy }: StsFound): string | undefined {
  return policy?.policy.mode;
}

test('a policy is fetched once for all nodes, and is there after a restart with the policy host gone', async () => {
  assert.equal(modeOf(await newNode().of('there.test')), 'enforce');
  isBlocked = true;
  const other = newNode();
  assert.equal(modeOf(await other.of('there.test')), 'enforce');
  zone.withdraw('_mta-sts.there.test');
  assert.equal(modeOf(await newNode().of('there.test')), 'enforce');
  assert.equal(web.asked.length, 1);
});

test('what is known is answered at once, and asks nobody', async () => {
  const node = newNode();
  await node.of('there.test');
  const asked = zone.queries.length;
  assert.ok(!(node.of('there.test') instanceof Promise));
  assert.equal(zone.queries.length, asked);
  const many = newNode();
  await Promise.all(Array.from({ length: 20 }, async () => await many.of('there.test')));
  assert.equal(zone.queries.length, asked + 1);
});

test('a fetch that failed is left alone for five minutes', async () => {
  isBlocked = true;
  const node = newNode();
  const found = await node.of('there.test');
  assert.deepEqual(found.fault, { result: 'sts-policy-fetch-error', reason: 'connect' });
  isBlocked = false;
  clock.advance(299_000);
  assert.equal((await node.of('there.test')).policy, undefined);
  clock.advance(2_000);
  assert.equal(modeOf(await node.of('there.test')), 'enforce');
});

test('each way in which a policy cannot be had has its word in reports', async () => {
  const faultFor = async (answer: HttpsHost['answer']): Promise<unknown> => {
    web.answer = answer;
    return (await newNode().of('there.test')).fault;
  };
  assert.deepEqual(await faultFor('version: STSv1\nmode: enforce\nmax_age: 1\n'), {
    result: 'sts-policy-invalid',
    reason: 'no-mx',
  });
  assert.deepEqual(await faultFor(POLICY + 'x: y\n'.repeat(20_000)), {
    result: 'sts-policy-invalid',
    reason: 'too-large',
  });
  assert.deepEqual(await faultFor((_, response) => void response.writeHead(404).end()), {
    result: 'sts-policy-fetch-error',
    reason: 'status',
  });
  zone.declare('_mta-sts.mail.there.test', { TXT: 'v=STSv1; id=1;' });
  zone.declare('mta-sts.mail.there.test', { A: '192.0.2.80' });
  assert.deepEqual((await newNode().of('mail.there.test')).fault, {
    result: 'sts-webpki-invalid',
    reason: 'certificate',
  });
});

test('a policy is refreshed before it expires, keeps the old one where that fails, and leaves when its time is over', async () => {
  const { pool } = at.store;
  const node = newNode();
  await node.of('there.test');
  const refresh = (): Promise<number> => refreshPolicies({ pool, clock, sts: node });
  assert.equal(await refresh(), 0);
  clock.advance(DAY + 1000);
  web.answer = POLICY.replace('enforce', 'testing');
  assert.equal(await refresh(), 1);
  assert.equal(modeOf(await node.of('there.test')), 'testing');
  clock.advance(DAY + 1000);
  isBlocked = true;
  assert.equal(await refresh(), 1);
  const kept = await readPolicy(pool, 'there.test');
  assert.deepEqual(
    [kept!.policy.mode, kept!.failure, kept!.failedAt],
    ['testing', 'sts-policy-fetch-error', clock.now()],
  );
  assert.equal(await refresh(), 0, 'not again within the hour');
  clock.advance(7 * DAY);
  await refresh();
  assert.deepEqual(await listPolicies(pool, 0, '', 10), []);
});

test('a policy whose record is gone is not refreshed, but runs out', async () => {
  const { pool } = at.store;
  const node = newNode();
  await node.of('there.test');
  zone.withdraw('_mta-sts.there.test');
  clock.advance(DAY + 1000);
  assert.equal(await refreshPolicies({ pool, clock, sts: node }), 1);
  assert.equal(web.asked.length, 1);
  assert.equal((await readPolicy(pool, 'there.test'))!.fetchedAt, clock.now() - DAY - 1000);
});

function policyFor(recipientDomain: string, strings: readonly string[] = []): HostPolicy {
  return {
    recipientDomain,
    type: 'sts',
    domain: recipientDomain,
    strings,
    mxPatterns: ['mx.there.test'],
    faults: [],
  };
}

test('sessions of a kind are one row of the day, counted together by all nodes; what went well names no address', async () => {
  const { pool } = at.store;
  const nodes = [1, 2].map(() => new TlsLedger({ pool, clock, log: silentLog }));
  const well = { result: '', reason: '', mxHost: 'mx.there.test' } as const;
  const ours = { sendingIp: '192.0.2.9', receivingIp: '192.0.2.1', helo: 'mx.there.test' };
  const broken = { ...well, result: 'certificate-expired', reason: 'CERT_HAS_EXPIRED' } as const;
  for (const node of nodes) {
    for (let i = 0; i < 3; i++)
      node.note(policyFor('there.test', ['mode: enforce']), { ...well, ...ours });
    node.note(policyFor('there.test', ['mode: enforce']), { ...broken, ...ours });
    node.note(policyFor('there.test', ['mode: testing']), { ...well, ...ours });
    node.note(policyFor('other.test'), { ...well, ...ours, helo: 'nul\0 \ud800'.repeat(100) });
  }
  await Promise.all(nodes.map((node) => node.flush()));
  const day = dayOf(clock.now());
  const rows = await sessionsOf(pool, day, 'there.test', 10);
  assert.deepEqual(
    rows.map(({ policy, result, sendingIp, helo, sessions }) => [
      policy.strings,
      result,
      sendingIp,
      helo,
      sessions,
    ]),
    [
      [['mode: enforce'], '', '', '', 6],
      [['mode: testing'], '', '', '', 2],
      [['mode: enforce'], 'certificate-expired', '192.0.2.9', 'mx.there.test', 2],
    ],
  );
  assert.deepEqual(await domainsOfDay(pool, day, '', 10), ['other.test', 'there.test']);
  assert.deepEqual(await domainsOfDay(pool, day, 'other.test', 10), ['there.test']);
  clock.advance(DAY);
  nodes[0]!.note(policyFor('there.test'), well);
  await nodes[0]!.flush();
  await forgetSessionsBefore(pool, dayOf(clock.now()));
  assert.deepEqual(await domainsOfDay(pool, day, '', 10), []);
  assert.deepEqual(await domainsOfDay(pool, dayOf(clock.now()), '', 10), ['there.test']);
});

test('what the database does not take is counted with the next writing, and the number of kinds is bounded', async () => {
  const { pool } = at.store;
  let isAway = true;
  const flaky = {
    query: (...args: unknown[]) =>
      isAway
        ? Promise.reject(new Error('away'))
        : (pool.query as (...all: unknown[]) => unknown)(...args),
  } as unknown as typeof pool;
  const ledger = new TlsLedger({ pool: flaky, clock, log: silentLog });
  const well = { result: '', reason: '', mxHost: 'mx.there.test' } as const;
  ledger.note(policyFor('there.test'), well);
  await ledger.flush();
  ledger.note(policyFor('there.test'), well);
  isAway = false;
  await ledger.flush();
  const day = dayOf(clock.now());
  const [row] = await sessionsOf(pool, day, 'there.test', 10);
  assert.equal(row!.sessions, 2);
  for (let i = 0; i < 10_100; i++) ledger.note(policyFor(`d${i}.test`), well);
  await ledger.flush();
  const { rows } = await pool.query<{ n: number }>(
    'select count(*)::integer as n from tls_sessions',
  );
  assert.equal(rows[0]!.n, 10_001);
});
