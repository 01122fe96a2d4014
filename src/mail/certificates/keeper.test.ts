import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, test } from 'node:test';
import { nowhereResolver } from '#clients/dns/nowhere';
import type { Clock } from '#clock';
import type { Transport } from '#clients/acme/request';
import type { Event } from '#events';
import { silentLog } from '#log';
import { saveAcmeAccount } from '#store/certificates/accounts';
import { addCertificate, currentCertificates } from '#store/certificates/certificates';
import type { Pool } from '#store/database/open';
import { certificateFor } from '../../../test/support/certificates/self-signed.ts';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { EXAMPLE_CERTIFICATE } from '../../../test/support/certificates/rfc9773.ts';
import { openTestStore, type TestStore } from '../../../test/support/store/store.ts';
import { Challenges } from './challenges.ts';
import { CertificateKeeper, type KeeperOptions, type RenewedLine } from './keeper.ts';
import { dueAt } from './lines.ts';
import { newPrivateKey, readChain } from './x509.ts';

const DIRECTORY = 'https://ca.test/dir';
const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 10, 26);

let opened: TestStore;
let pool: Pool;
let clock: ManualClock;
let events: Event[];
let asked: string[];
beforeEach(async () => {
  opened = await openTestStore();
  pool = opened.store.pool;
  clock = new ManualClock(NOW);
  events = [];
  asked = [];
});
afterEach(() => opened[Symbol.asyncDispose]());

/** Knows its directory and renewal information, and nothing else. */
function authority(renewal: object | undefined): () => Transport {
  return () => ({
    request: ({ url }) => {
      asked.push(url);
      const path = new URL(url).pathname;
      const page = (name: string): string => `https://ca.test/${name}`;
      const directory = {
        newNonce: page('nonce'),
        newAccount: page('account'),
        newOrder: page('order'),
        revokeCert: page('revoke'),
        ...(renewal && { renewalInfo: page('renewal') }),
      };
      const body = path === '/dir' ? directory : path.startsWith('/renewal/') ? renewal : undefined;
      const status = body === undefined ? 500 : 200;
      return Promise.resolve({ status, headers: {}, body: JSON.stringify(body ?? {}) });
    },
    [Symbol.dispose]() {},
  });
}

function keeper(options: Partial<KeeperOptions> = {}): CertificateKeeper {
  const { notices } = opened.store;
  return new CertificateKeeper({
    pool,
    notices,
    clock,
    log: silentLog,
    hostname: 'localhost',
    published: () => Promise.resolve([]),
    covered: () => [],
    settings: {
      directory: DIRECTORY,
      contact: '',
      challenge: { type: 'http-01' },
      keyType: 'ecdsa',
      sameKey: true,
      external: undefined,
    },
    challenges: new Challenges({ pool, notices, clock, log: silentLog }),
    resolver: nowhereResolver,
    transport: authority(undefined),
    random: () => 0.5,
    newToken: randomUUID,
    node: '1',
    note: (event) => events.push(event),
    ...options,
  });
}

/** One that was issued by the authority, and is renewed a month from now. */
async function held(notAfter: number): Promise<void> {
  const privateKey = await newPrivateKey('ecdsa');
  await saveAcmeAccount(pool, DIRECTORY, { privateKey, url: undefined, contact: '' }, NOW);
  await addCertificate(
    pool,
    {
      names: ['mail.a.test'],
      origin: 'acme',
      directory: DIRECTORY,
      chain: EXAMPLE_CERTIFICATE,
      privateKey,
      nextKey: undefined,
      fingerprint: 'of the example',
      issuer: 'ca',
      notBefore: notAfter - 90 * DAY,
      notAfter,
      renewAt: NOW + 30 * DAY,
      askRenewalAt: NOW,
    },
    undefined,
    NOW,
  );
}

async function round(one: CertificateKeeper): Promise<void> {
  await one.renew({ sets: [], force: false, newKey: false, ended: () => {} });
}

test('what the authority suggests moves the renewal there, once, and is asked for again when it says', async () => {
  await held(NOW + 80 * DAY);
  const window = { start: '2026-11-27T00:00:00Z', end: '2026-11-29T00:00:00Z' };
  const explanationURL = 'https://ca.test/incident';
  const transport = authority({ suggestedWindow: window, explanationURL });
  const one = keeper({ transport });
  await round(one);
  const [moved] = await currentCertificates(pool);
  assert.equal(moved!.renewAt, Date.UTC(2026, 10, 28));
  assert.equal(moved!.askRenewalAt, NOW + DAY / 4);
  assert.equal(moved!.explanation, explanationURL);
  const questions = asked.length;
  await round(one);
  assert.equal(asked.length, questions);
  clock.advance(DAY / 4);
  await round(keeper({ transport, random: () => 0.9 }));
  const [stays] = await currentCertificates(pool);
  // a time that was chosen in the window is not chosen anew
  assert.equal(stays!.renewAt, moved!.renewAt);
  assert.equal(stays!.askRenewalAt, NOW + DAY / 2);
});

test('an authority without an opinion is not asked again, one that is out of order later', async () => {
  await held(NOW + 80 * DAY);
  const down: Transport = {
    request: () => Promise.reject(new Error('down')),
    [Symbol.dispose]() {},
  };
  await round(keeper({ transport: () => down }));
  assert.equal((await currentCertificates(pool))[0]!.askRenewalAt, NOW + DAY / 4);
  clock.advance(DAY);
  await round(keeper());
  const [certificate] = await currentCertificates(pool);
  assert.equal(certificate!.askRenewalAt, undefined);
  assert.equal(certificate!.renewAt, NOW + 30 * DAY);
});

test('the end of a certificate is told from 21 days before it, once a day, and whatever orders come to', async () => {
  await held(NOW + 22 * DAY);
  const looked = async (): Promise<void> => {
    const one = keeper({ settings: undefined, hostname: 'mail.a.test' });
    one.start();
    // a call of the keeper's turn follows its first look
    await one.lines();
    await one.stop();
  };
  await looked();
  assert.equal(events.length, 0);
  clock.advance(2 * DAY);
  await looked();
  await looked();
  assert.deepEqual(
    events.map(({ type, public: fields }) => [type, (fields as { days: number }).days]),
    [['certificate.expiring', 20]],
  );
  clock.advance(DAY + 1);
  await looked();
  assert.equal(events.length, 2);
});

test('an order that the authority cannot take comes back later and later, and is made once by all nodes', async () => {
  const nodes = [keeper({ hostname: 'mail.a.test' }), keeper({ hostname: 'mail.a.test' })];
  for (const node of nodes) node.start();
  const gapAfter = async (failures: number): Promise<number> => {
    for (;;) {
      const { rows } = await pool.query<{ ended: Date; next: Date }>(
        `select ended_at as ended, next_at as next from certificate_orders where state = 'failed' and failures >= $1`,
        [failures],
      );
      if (rows[0]) return rows[0].next.getTime() - rows[0].ended.getTime();
      await clock.toNextSleeper();
    }
  };
  const first = await gapAfter(1);
  assert.ok(first >= 5 * 60_000 && first <= 6.25 * 60_000, String(first));
  const second = await gapAfter(2);
  assert.ok(second > first * 1.5, `${first} then ${second}`);
  for (const node of nodes) await node.stop();
  const { rows } = await pool.query<{ failures: number }>(
    'select failures from certificate_orders',
  );
  const told = events.filter(({ type }) => type === 'certificate.failed');
  assert.equal(told.length, rows[0]!.failures);
});

test('one that was brought in is served, found by its name, and renewed by ACME when its time comes', async () => {
  const { cert, key } = await certificateFor('mail.a.test');
  const one = keeper();
  // certificates of tests begin now, and this clock stands still
  const { notBefore } = readChain(cert);
  clock.advance(Math.max(0, notBefore - clock.now()));
  assert.equal((await one.bringIn(cert, key)).kind, 'added');
  assert.equal((await one.bringIn(cert, key)).kind, 'exists');
  const [line] = await one.lines();
  assert.deepEqual(line!.names, ['mail.a.test']);
  assert.ok(line!.isWanted);
  assert.ok(line!.certificate!.renewAt > clock.now());
  assert.equal(events.at(-1)!.type, 'certificate.imported');
  const other = keeper({ covered: () => ['mail.a.test'], hostname: 'mail.a.test' });
  assert.equal((await other.lines()).length, 1);
});

test('names that somebody asks for are taken in by the turn that orders them: no round of the server’s own comes first', async () => {
  const asking = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const slow: Transport = {
    request: async (request, signal) => {
      asking.resolve();
      await answered.promise;
      return authority(undefined)().request(request, signal);
    },
    [Symbol.dispose]() {},
  };
  const one = keeper({ hostname: 'mail.a.test', transport: () => slow });
  one.start();
  await asking.promise;
  const names = ['a.test', 'www.a.test'];
  const told: RenewedLine[] = [];
  const done = one.renew({
    sets: [names],
    force: false,
    newKey: false,
    wants: true,
    ended: (line) => void told.push(line),
  });
  // whoever looks meanwhile, this node or another, has no wish to order for
  one.look();
  const wanted = async () => (await one.lines()).map((line) => line.names.join(' '));
  assert.deepEqual(await wanted(), ['mail.a.test']);
  answered.resolve();
  assert.equal((await done).kind, 'done');
  assert.deepEqual(
    told.map((line) => [line.kind, line.names]),
    [['failed', names]],
  );
  assert.ok((await wanted()).includes(names.join(' ')));
  await one.stop();
});

test('a rate limit is kept for as long as the authority says, by hand too, unless it is forced', async () => {
  const limited: Transport = {
    request: ({ url, method }) => {
      asked.push(`${method} ${new URL(url).pathname}`);
      const answer = (status: number, headers: object, body: object) =>
        Promise.resolve({
          status,
          headers: { 'replay-nonce': `n${asked.length}`, ...headers },
          body: JSON.stringify(body),
        });
      if (url === 'https://ca.test/account') {
        return answer(201, { location: 'https://ca.test/account/1' }, { status: 'valid' });
      }
      if (url === 'https://ca.test/order') {
        const detail = 'too many new orders recently';
        const type = 'urn:ietf:params:acme:error:rateLimited';
        return answer(429, { 'retry-after': String((2 * DAY) / 1000) }, { type, detail });
      }
      if (url === 'https://ca.test/nonce') return answer(200, {}, {});
      return authority(undefined)().request({ url, method }, new AbortController().signal);
    },
    [Symbol.dispose]() {},
  };
  const one = keeper({ hostname: 'mail.a.test', transport: () => limited });
  const renew = async (force: boolean) => {
    const lines: RenewedLine[] = [];
    await one.renew({
      sets: undefined,
      force,
      newKey: false,
      ended: (line) => void lines.push(line),
    });
    return lines[0]!;
  };
  const first = await renew(false);
  assert.ok(first.kind === 'failed');
  assert.equal(first.failure.cause, 'rateLimited');
  assert.equal(first.failure.text, 'too many new orders recently');
  assert.ok(first.nextAt >= NOW + 2 * DAY);
  const questions = asked.length;
  assert.deepEqual(await renew(false), {
    kind: 'rate-limited',
    names: ['mail.a.test'],
    at: first.nextAt,
  });
  assert.equal(asked.length, questions);
  assert.equal((await renew(true)).kind, 'failed');
  assert.ok(asked.length > questions);
});

test('an order that a stop breaks off is nobody’s failure, and goes on at the next start', async () => {
  const asking = Promise.withResolvers<void>();
  const silent: Transport = {
    request: (_request, signal) => {
      asking.resolve();
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
      });
    },
    [Symbol.dispose]() {},
  };
  const one = keeper({ hostname: 'mail.a.test', transport: () => silent });
  one.start();
  await asking.promise;
  await one.stop();
  assert.deepEqual(events, []);
  const [line] = await one.lines();
  assert.equal(line!.order!.failures, 0);
  assert.ok(dueAt(line!, DIRECTORY) <= clock.now());
});

test('an order by hand does not wait for, nor is refused because of, a node that only asks for renewal information', async () => {
  await held(NOW + 80 * DAY);
  const asking = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const window = { start: '2026-11-27T00:00:00Z', end: '2026-11-29T00:00:00Z' };
  const answering = authority({ suggestedWindow: window });
  const slow: Transport = {
    request: async (request, signal) => {
      if (request.url.includes('/renewal/')) {
        asking.resolve();
        await answered.promise;
      }
      return answering().request(request, signal);
    },
    [Symbol.dispose]() {},
  };
  const hostname = 'mail.a.test';
  const other = keeper({ hostname, transport: () => slow });
  other.start();
  await asking.promise;
  const one = keeper({ hostname, node: '2', transport: answering });
  const told: RenewedLine[] = [];
  const answer = await one.renew({
    sets: [['b.test']],
    force: false,
    newKey: false,
    wants: true,
    ended: (line) => void told.push(line),
  });
  assert.equal(answer.kind, 'done');
  assert.deepEqual(
    told.map(({ kind, names }) => [kind, names]),
    [['failed', ['b.test']]],
  );
  // what one node asks, no other does
  assert.deepEqual(
    asked.filter((url) => url.includes('/renewal/')),
    [],
  );
  answered.resolve();
  const moved = Date.UTC(2026, 10, 28);
  const until = AbortSignal.timeout(20_000);
  while ((await currentCertificates(pool))[0]!.renewAt !== moved) until.throwIfAborted();
  await other.stop();
});

test('after an order by hand has failed, the keeper makes the next when its time comes', async () => {
  await held(NOW + 80 * DAY);
  const slept: number[] = [];
  const counting: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep(ms, signal) {
      slept.push(ms);
      return clock.sleep(ms, signal);
    },
  };
  const one = keeper({ hostname: 'mail.a.test', clock: counting });
  one.start();
  // it has asked what it wanted to know, and sleeps for as long as it may
  for (let woken = 0; slept.at(-1) !== 60 * 60_000; await one.lines()) {
    if (slept.length === woken) continue;
    woken = slept.length;
    await clock.toNextSleeper();
  }
  const begun = clock.now();
  await one.renew({ sets: [['b.test']], force: false, newKey: false, wants: true, ended() {} });
  for (;;) {
    const line = (await one.lines()).find(({ names }) => names[0] === 'b.test');
    if (line!.order!.failures > 1) break;
    await clock.toNextSleeper();
  }
  await one.stop();
  const minutes = (clock.now() - begun) / 60_000;
  assert.ok(minutes < 8, String(minutes));
});
