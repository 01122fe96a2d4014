/** Policies of domains on TLS, through whole attempts: what is sent, what waits, what is counted and what is told. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { connect } from 'node:net';
import type { Event } from '#events';
import { StsPolicies } from '#mail/tls-policy/sts-policies';
import { TlsLedger } from '#mail/tls-policy/ledger';
import { silentLog } from '#log';
import { hex } from '#bytes';
import type { Queue } from '#mail/queue/options';
import { policyStoreOf } from '#store/tls-policy/policies';
import { dayOf, sessionsOf } from '#store/tls-policy/sessions';
import {
  issue,
  issueExpired,
  rootAuthority,
  tlsaOf,
  type Authority,
} from '../../../../test/support/certificates/authority.ts';
import type { TestCertificate } from '../../../../test/support/certificates/self-signed.ts';
import type { DeclaredName } from '../../../../test/support/dns/declared-zone.ts';
import { startHttpsHost, type HttpsHost } from '../../../../test/support/sockets/https-host.ts';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import {
  openOutbound,
  type Outbound,
  type TestMail,
} from '../../../../test/support/smtp/outbound.ts';
import { startSmtpPeer, type SmtpTestPeer } from '../../../../test/support/smtp/scripted-peer.ts';
import { tellEvents } from '../../../../test/support/message/tell-events.ts';

const MX = '192.0.2.1';
const POLICY_HOST = '192.0.2.80';
const EXTENSIONS = ['PIPELINING', 'STARTTLS'];

let root: Authority;
let good: TestCertificate;
let web: TestCertificate;

before(async () => {
  root = await rootAuthority('Root');
  good = await issue(root, { names: ['mx.there.test'] });
  web = await issue(root, { names: ['mta-sts.there.test'] });
});

interface World extends AsyncDisposable {
  readonly outbound: Outbound;
  readonly queue: Queue;
  readonly clock: ManualClock;
  readonly peer: SmtpTestPeer;
  readonly web: HttpsHost;
  /** Where fetches and deliveries lead, by address. */
  readonly ports: Map<string, number>;
  /** Sends, and resolves with the type of what came of it. */
  send(mail?: Partial<TestMail>): Promise<{ outcome: Event; id: string; told: string }>;
  /** As a report would have it: `sts 2 ok, 1 certificate-expired`. */
  counts(domain?: string): Promise<string[]>;
}

interface WorldOptions {
  readonly policy?: string;
  readonly certificate?: TestCertificate;
  readonly extensions?: readonly string[];
  readonly zone?: Readonly<Record<string, DeclaredName>>;
  readonly dane?: boolean;
}

const ENFORCE = 'version: STSv1\nmode: enforce\nmx: mx.there.test\nmax_age: 86400\n';
const RECORD = { TXT: 'v=STSv1; id=1;' };

async function openWorld(options: WorldOptions = {}): Promise<World> {
  const { policy, certificate = good, extensions = EXTENSIONS, zone = {}, dane = true } = options;
  await using stack = new AsyncDisposableStack();
  const clock = new ManualClock();
  const host = stack.use(await startHttpsHost(web, policy ?? ''));
  const peer = stack.use(await startSmtpPeer({ extensions, certificate }));
  const names: Record<string, DeclaredName> = {
    'there.test': { MX: '10 mx.there.test' },
    'mx.there.test': { A: MX },
    'mta-sts.there.test': { A: POLICY_HOST },
    ...(policy !== undefined && { '_mta-sts.there.test': RECORD }),
    ...zone,
  };
  const ca = [root.cert];
  const outbound = stack.use(await openOutbound(clock, names, { ca }));
  const { ports, store, zone: resolver } = outbound;
  ports.set(MX, peer.port).set(POLICY_HOST, host.port);
  const sts = stack.use(
    new StsPolicies({
      store: policyStoreOf(store.pool),
      clock,
      log: silentLog,
      resolver,
      ca,
      mayReach: () => true,
      dialer: {
        dial({ address }) {
          const port = ports.get(address);
          if (port === undefined)
            return Promise.resolve({ kind: 'network', reason: 'refused', detail: 'refused' });
          const socket = connect({ port, host: '127.0.0.1' });
          return new Promise((resolve) =>
            socket.once('connect', () => resolve({ kind: 'connected', socket })),
          );
        },
      },
    }),
  );
  const ledger = stack.use(new TlsLedger({ pool: store.pool, clock, log: silentLog }));
  const queue = outbound.start({ tlsPolicy: { sts, ledger, dane } });
  const kept = stack.move();
  return {
    outbound,
    queue,
    clock,
    peer,
    web: host,
    ports,
    async send(mail = {}) {
      const before = outbound.events.length;
      const id = await outbound.send({ to: ['ann@there.test'], ...mail });
      const done = ['attempt.delivered', 'attempt.deferred', 'attempt.failed'] as const;
      await Promise.race(done.map((type) => outbound.until(type, 1, id)));
      const events = outbound.events.slice(before).filter((one) => one.ids.messageId === id);
      const outcome = events.find(({ type }) => (done as readonly string[]).includes(type))!;
      return { outcome, id, told: tellEvents(id, events) };
    },
    async counts(domain = 'there.test') {
      await ledger.flush();
      const rows = await sessionsOf(store.pool, dayOf(clock.now()), domain, 100);
      return rows
        .map(({ policy: { type }, result, sessions }) => `${type} ${result || 'ok'} ${sessions}`)
        .sort();
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

test('enforce: mail goes to a host that proves itself', async () => {
  await using world = await openWorld({ policy: ENFORCE });
  const { outcome, told } = await world.send();
  assert.equal(outcome.type, 'attempt.delivered');
  assert.match(told, /there\.test has an MTA-STS policy \(fetched now, id 1/);
  assert.match(told, /required of mx\.there\.test\. \[RFC 8461 §5\]/);
  assert.match(told, /TLS with mx\.there\.test is as its policy has it \(MTA-STS/);
  assert.deepEqual(await world.counts(), ['sts ok 1']);
  await world.send();
  assert.deepEqual(world.web.asked, ['mta-sts.there.test/.well-known/mta-sts.txt']);
});

const BROKEN: readonly (readonly [
  string,
  WorldOptions | (() => Promise<WorldOptions>),
  RegExp,
  string,
])[] = [
  [
    'whose STARTTLS was stripped',
    { extensions: ['PIPELINING'] },
    /breaks its policy \(MTA-STS.*it offers no STARTTLS\. Nothing was sent/,
    'sts starttls-not-supported 1',
  ],
  [
    'whose certificate is for another name',
    async () => ({ certificate: await issue(root, { names: ['elsewhere.test'] }) }),
    /its certificate is for another name/,
    'sts certificate-host-mismatch 1',
  ],
  [
    'whose certificate has expired',
    async () => ({ certificate: await issueExpired(root, 'mx.there.test') }),
    /its certificate has expired/,
    'sts certificate-expired 1',
  ],
  [
    'whose certificate nobody vouches for',
    async () => ({
      certificate: await issue(await rootAuthority('X'), { names: ['mx.there.test'] }),
    }),
    /nothing that is trusted vouches for its certificate/,
    'sts certificate-not-trusted 1',
  ],
];

for (const [what, options, why, count] of BROKEN) {
  test(`enforce: nothing is sent to a host ${what}; testing only counts it`, async () => {
    const broken = typeof options === 'function' ? await options() : options;
    await using world = await openWorld({ policy: ENFORCE, ...broken });
    const { outcome, told } = await world.send();
    assert.equal(outcome.type, 'attempt.deferred');
    assert.match(told, why);
    assert.equal(world.peer.accepted.length, 0);
    assert.deepEqual(await world.counts(), [count]);
    const testing = ENFORCE.replace('enforce', 'testing');
    await using lenient = await openWorld({ policy: testing, ...broken });
    const delivered = await lenient.send();
    assert.equal(delivered.outcome.type, 'attempt.delivered');
    assert.match(delivered.told, /The mail goes there all the same, and it is reported/);
    assert.deepEqual(await lenient.counts(), [count]);
  });
}

test('enforce: nothing is sent to a host that the policy does not name', async () => {
  const policy = ENFORCE.replace('mx.there.test', 'other.there.test');
  await using world = await openWorld({ policy });
  const { outcome, told } = await world.send();
  assert.equal(outcome.type, 'attempt.deferred');
  assert.match(told, /mx\.there\.test is not named by the MTA-STS policy of there\.test/);
  assert.deepEqual(await world.counts(), ['sts validation-failure 1']);
  assert.equal(world.peer.connections, 0);
});

test('a domain that breaks its own policy slows nobody down who shares its host', async () => {
  const zone = { 'free.test': { MX: '10 mx.there.test' } };
  await using world = await openWorld({ policy: ENFORCE, extensions: ['PIPELINING'], zone });
  assert.equal((await world.send()).outcome.type, 'attempt.deferred');
  const { outcome } = await world.send({ to: ['ann@free.test'] });
  assert.equal(outcome.type, 'attempt.delivered');
  await world.outbound.rest();
  const { rows } = await world.outbound.store.pool.query(
    'select from site_limits where blocked_until is not null or failures > 0',
  );
  assert.deepEqual(rows, []);
});

test('a stop does not wait for a policy that is being fetched', async () => {
  await using world = await openWorld({ policy: ENFORCE });
  world.web.answer = () => {};
  await world.outbound.send({ to: ['ann@there.test'] });
  while (world.web.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const begun = performance.now();
  await world.queue.stop(0);
  // the fetch goes on for half a minute
  assert.ok(performance.now() - begun < 25_000);
});

test('without a policy mail goes in clear where no TLS is offered, and that is counted', async () => {
  await using world = await openWorld({ extensions: ['PIPELINING'] });
  const { outcome, told } = await world.send();
  assert.equal(outcome.type, 'attempt.delivered');
  assert.match(told, /there\.test publishes no MTA-STS record/);
  assert.deepEqual(await world.counts(), ['no-policy-found starttls-not-supported 1']);
});

const SIGNED = {
  'there.test': { MX: '10 mx.there.test', authenticated: true },
  'mx.there.test': { A: MX, authenticated: true },
} satisfies Record<string, DeclaredName>;

function tlsa(...records: ReturnType<typeof tlsaOf>[]): Record<string, DeclaredName> {
  return {
    ...SIGNED,
    '_25._tcp.mx.there.test': {
      TLSA: records.map(
        ({ usage, selector, matchingType, certificate }) =>
          `${usage} ${selector} ${matchingType} ${hex(certificate)}`,
      ),
      authenticated: true,
    },
  };
}

test('DANE: any certificate that matches a record will do, and MTA-STS is not asked', async () => {
  const certificate = await issueExpired(await rootAuthority('X'), 'elsewhere.test');
  const zone = tlsa(tlsaOf(good.cert, 3, 1, 1), tlsaOf(certificate.cert, 3, 1, 1));
  await using world = await openWorld({ policy: ENFORCE, certificate, zone });
  const { outcome, told } = await world.send();
  assert.equal(outcome.type, 'attempt.delivered');
  assert.match(told, /certificate that matches the TLSA records is required of mx\.there\.test/);
  assert.deepEqual(await world.counts(), ['tlsa ok 1']);
  assert.deepEqual(world.web.asked, []);
});

test('DANE: a certificate that matches no record gets nothing, though MTA-STS would be content', async () => {
  const zone = tlsa(tlsaOf(root.cert, 3, 1, 1));
  await using world = await openWorld({ policy: ENFORCE, zone });
  const { outcome, told } = await world.send();
  assert.equal(outcome.type, 'attempt.deferred');
  assert.match(told, /breaks its policy \(DANE.*nothing that is trusted vouches/);
  assert.match(told, /matches none of the TLSA records/);
  assert.deepEqual(await world.counts(), ['tlsa certificate-not-trusted 1']);
});

test('DANE: a look-up that fails is no absence', async () => {
  const zone = { ...SIGNED, '_25._tcp.mx.there.test': { fault: 'servfail' } } as const;
  await using world = await openWorld({ policy: ENFORCE, zone });
  const { outcome, told } = await world.send();
  assert.equal(outcome.type, 'attempt.deferred');
  assert.match(told, /could not be looked up .*an attacker may be holding them back/);
  assert.equal(world.peer.connections, 0);
  assert.deepEqual(await world.counts(), ['tlsa dnssec-invalid 1']);
});

test('DANE: records that SMTP cannot use ask for TLS, whoever the peer is', async () => {
  const zone = tlsa(tlsaOf(root.cert, 0, 0, 1));
  await using bare = await openWorld({ zone, extensions: ['PIPELINING'] });
  assert.equal((await bare.send()).outcome.type, 'attempt.deferred');
  const certificate = await issue(await rootAuthority('X'), { names: ['elsewhere.test'] });
  await using world = await openWorld({ zone, certificate });
  const { outcome, told } = await world.send();
  assert.equal(outcome.type, 'attempt.delivered');
  assert.match(told, /none of which SMTP can use/);
  assert.deepEqual(await world.counts(), ['tlsa tlsa-invalid 1']);
});

test('DANE: insecure names, and a resolver that is not trusted, mean no DANE', async () => {
  const zone = tlsa(tlsaOf(root.cert, 3, 1, 1));
  const insecure = { ...zone, 'there.test': { MX: '10 mx.there.test' } };
  await using world = await openWorld({ zone: insecure });
  const { outcome, told } = await world.send();
  assert.equal(outcome.type, 'attempt.delivered');
  assert.match(told, /No DANE for mx\.there\.test: the mail exchanges or their addresses are not/);
  await using off = await openWorld({ zone, dane: false });
  const unasked = await off.send();
  assert.equal(unasked.outcome.type, 'attempt.delivered');
  assert.match(unasked.told, /the resolver is not trusted/);
});

test('DANE: the name that an alias leads to is asked first, and is what SNI carries', async () => {
  const zone = {
    'there.test': { MX: '10 alias.there.test', authenticated: true },
    'alias.there.test': { CNAME: 'mx.there.test', authenticated: true },
    'mx.there.test': { A: MX, authenticated: true },
    '_25._tcp.mx.there.test': {
      TLSA: `2 0 1 ${hex(tlsaOf(root.cert, 2, 0, 1).certificate)}`,
      authenticated: true,
    },
  };
  const { cert, key } = good;
  await using world = await openWorld({ zone, certificate: { cert: cert + root.cert, key } });
  const { outcome } = await world.send();
  assert.equal(outcome.type, 'attempt.delivered');
  assert.deepEqual(await world.counts(), ['tlsa ok 1']);
});

test('an enforced policy outlives the record and the policy host, until its time is over', async () => {
  await using world = await openWorld({ policy: ENFORCE, extensions: ['PIPELINING'] });
  assert.equal((await world.send()).outcome.type, 'attempt.deferred');
  world.outbound.zone.declare('_mta-sts.there.test', { fault: 'servfail' });
  world.ports.delete(POLICY_HOST);
  world.clock.advance(3_601_000);
  const blocked = await world.send();
  assert.equal(blocked.outcome.type, 'attempt.deferred');
  assert.match(blocked.told, /could not be looked up[^]*fetched before/);
  world.outbound.zone.declare('_mta-sts.there.test', { TXT: 'v=STSv1; id=2;' });
  world.clock.advance(3_601_000);
  const unfetched = await world.send();
  assert.equal(unfetched.outcome.type, 'attempt.deferred');
  assert.match(unfetched.told, /could not be fetched: the policy host could not be reached/);
  world.clock.advance(86_400_000);
  const { outcome, told } = await world.send();
  assert.equal(outcome.type, 'attempt.delivered');
  assert.match(told, /There is no earlier MTA-STS policy of there\.test either/);
});

test('a policy with a new id takes the place of the old one, and mode none takes it away', async () => {
  await using world = await openWorld({ policy: ENFORCE, extensions: ['PIPELINING'] });
  assert.equal((await world.send()).outcome.type, 'attempt.deferred');
  world.web.answer = ENFORCE.replace('enforce', 'testing');
  world.outbound.zone.declare('_mta-sts.there.test', { TXT: 'v=STSv1; id=2;' });
  world.clock.advance(3_601_000);
  assert.match((await world.send()).told, /id 2.*testing/);
  world.web.answer = ENFORCE.replace('enforce', 'none');
  world.outbound.zone.declare('_mta-sts.there.test', { TXT: 'v=STSv1; id=3;' });
  world.clock.advance(3_601_000);
  const { outcome, told } = await world.send();
  assert.equal(outcome.type, 'attempt.delivered');
  assert.match(told, /the policy was taken back/);
});
