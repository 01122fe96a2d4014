import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { silentLog } from '#log';
import type { Event } from '#events';
import { APP_PASSWORD_RANDOM_OCTETS, makeAppPassword } from '#mail/accounts/app-password';
import type { Login } from '#mail/receive/envelope';
import type { PreparedText } from '#protocol/sasl/prepared-text';
import { openStore, type Store } from '#store/database/open';
import { newTestGuard } from '../../../test/support/store/guard.ts';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import {
  addTestAccounts,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';
import type { Guard } from './guard.ts';
import type { LoginPermit, LoginRequest } from './login-gate.ts';

const MINUTE = 60_000;
const clock = new ManualClock();

let one: TestStore;
let two: Store;
let alice: Login;

before(async () => {
  one = await openTestStore(clock);
  const opened = await openStore({
    connection: one.database.connection,
    clock,
    log: silentLog,
    allowUnsafe: ['fsync', 'full_page_writes', 'synchronous_commit'],
  });
  assert.ok(opened.kind === 'open');
  two = opened.store;
  const [accountId] = await addTestAccounts(one.store, 'example.test', ['alice']);
  alice = {
    principalId: '1',
    credentialId: '1',
    tenantId: '1',
    accountId: accountId!,
    name: 'alice@example.test',
  };
});

after(async () => {
  await two[Symbol.asyncDispose]();
  await one[Symbol.asyncDispose]();
});

interface Stage {
  readonly guards: readonly [Guard, Guard];
  readonly events: Event[];
  /** Milliseconds that guesses have waited. */
  readonly waits: number[];
  /** A second passes, and both nodes tell what they know, the first one first. */
  readonly second: () => Promise<void>;
}

const RATES = { connections: 100, messages: 60, recipients: 200 };

/** Two nodes on one database, of which nothing is known yet. */
async function stage(attacker: 'waits' | 'is-many' = 'waits'): Promise<Stage> {
  await one.store.pool.query('truncate abuse_counts, abuse_nodes, bans, known_places');
  clock.advance(2 * 24 * 60 * MINUTE);
  const events: Event[] = [];
  const waits: number[] = [];
  const make = (store: Store): Guard =>
    newTestGuard(store, {
      rates: RATES,
      note: (event) => events.push(event),
      sleep: (milliseconds) => {
        waits.push(milliseconds);
        if (attacker === 'waits') clock.advance(milliseconds);
        return Promise.resolve();
      },
    });
  const guards = [make(one.store), make(two)] as const;
  return {
    guards,
    events,
    waits,
    second: async () => {
      clock.advance(1000);
      for (const guard of guards) {
        await guard.flush();
        await guard.exchange();
      }
    },
  };
}

function request(address: string, name: string, secret: string): LoginRequest {
  return { address, name: name as PreparedText, secret: secret as PreparedText };
}

async function asked(guard: Guard, given: LoginRequest): Promise<LoginPermit['kind']> {
  const permit = await guard.logins.ask(given);
  if (permit.kind === 'go') await permit.check.failed();
  return permit.kind;
}

async function logsIn(guard: Guard, address: string): Promise<boolean> {
  const permit = await guard.logins.ask(request(address, 'alice@example.test', 'right'));
  if (permit.kind === 'go') permit.check.succeeded(alice);
  return permit.kind === 'go';
}

test('a rate that is used up on one node is used up on the other within two seconds', async () => {
  const { guards, second } = await stage();
  const [first, other] = guards;
  for (let i = 0; i < 60; i++) assert.equal(first.mayReceive('198.51.100.1').kind, 'ok');
  const pace = first.mayReceive('198.51.100.1');
  assert.ok(pace.kind === 'too-fast' && pace.per === 'address' && pace.seconds > 0);
  await second();
  await second();
  assert.equal(other.mayReceive('198.51.100.1').kind, 'too-fast');
  assert.equal(other.mayReceive('198.51.100.2').kind, 'ok');
  clock.advance(2 * MINUTE);
  assert.equal(first.mayReceive('198.51.100.1').kind, 'ok');
});

test('the rates of two nodes are what was set once: both together, and not a part each', async () => {
  const { guards, second } = await stage();
  const take = (count: number): number =>
    guards.reduce((sum, guard) => {
      const paces = Array.from({ length: count }, () => guard.mayReceive('198.51.100.3').kind);
      return sum + paces.filter((kind) => kind === 'ok').length;
    }, 0);
  // shared from twenty on; all that each knows of the other is told within two seconds
  assert.equal(take(25), 50);
  await second();
  await second();
  // ten on each: neither has heard of the other's last ones yet
  assert.equal(take(20), 20);
});

test('a network may do three times what an address may, an IPv6 /64 is one address', async () => {
  const { guards } = await stage();
  const [guard] = guards;
  let taken = 0;
  for (let i = 0; i < 300; i++)
    if (guard.mayReceive(`198.51.100.${i % 250}`).kind === 'ok') taken++;
  assert.equal(taken, 180);
  let inOne = 0;
  for (let i = 0; i < 100; i++) if (guard.mayReceive(`2001:db8::${i}`).kind === 'ok') inOne++;
  assert.equal(inOne, 60);
});

test('a flood of addresses that come once makes no rows', async () => {
  const { guards, second } = await stage();
  for (let i = 0; i < 5000; i++) guards[0].connected(`100.${i >> 8}.${i & 255}.1`, 'mx');
  await second();
  const { rows } = await two.pool.query<{ count: string }>('select count(*) from abuse_counts');
  assert.equal(rows[0]!.count, '0');
});

test('who goes through names is banned on both nodes, for longer each time, and let in again', async () => {
  const { guards, second, events } = await stage();
  const [first, other] = guards;
  const address = '198.51.100.9';
  for (let i = 0; i < 10; i++) await asked(first, request(address, `name${i}@example.test`, 'x'));
  await second();
  await second();
  for (const guard of guards) {
    const welcome = guard.connected(address, 'imap');
    assert.ok(welcome.kind === 'banned' && welcome.reason === 'failed-login');
    const again = guard.connected(address, 'imap');
    assert.ok(again.kind === 'banned' && again.quiet);
  }
  const banned = events.filter(({ type }) => type === 'address.banned');
  assert.equal(banned.length, 1);
  clock.advance(10 * MINUTE);
  assert.equal(other.connected(address, 'imap').kind, 'welcome');
  clock.advance(60 * MINUTE);
  // by now it is slow: a name every two minutes
  for (let i = 0; i < 12; i++) {
    await asked(other, request(address, `more${i}@example.test`, 'x'));
    clock.advance(2 * MINUTE);
    if (other.bans.count(clock.now()) > 0) break;
    await other.flush();
  }
  const [ban] = other.bans.list(clock.now());
  assert.equal(ban!.until! - ban!.since, 40 * MINUTE);
});

test('one name bans nobody, and an office whose telephone has an old password is not banned', async () => {
  const { guards } = await stage();
  const [guard] = guards;
  assert.ok(await logsIn(guard, '198.51.100.20'));
  for (let minute = 0; minute < 500; minute++) {
    await asked(guard, request('198.51.100.20', 'alice@example.test', 'old'));
    clock.advance(MINUTE);
  }
  for (let i = 0; i < 40; i++)
    await asked(guard, request('198.51.100.21', 'alice@example.test', `wrong ${i}`));
  await guard.flush();
  assert.deepEqual(guard.bans.list(clock.now()), []);
});

test('an address from where an owner logs in is not banned for failed logins, and from the MX listener alone for the rest', async () => {
  const { guards, second } = await stage();
  const [guard] = guards;
  assert.ok(await logsIn(guard, '198.51.100.30'));
  await second();
  for (let i = 0; i < 30; i++)
    await asked(guard, request('198.51.100.30', `n${i}@example.test`, 'x'));
  await guard.flush();
  assert.equal(guard.connected('198.51.100.30', 'imap').kind, 'welcome');
  for (let i = 0; i < 10; i++) guard.noteMisconduct('198.51.100.30', 'protocol-errors');
  await guard.flush();
  assert.equal(guard.connected('198.51.100.30', 'mx').kind, 'banned');
  assert.equal(guard.connected('198.51.100.30', 'submission').kind, 'welcome');
});

test('a relay that misses some mailboxes is no harvester; who finds none is', async () => {
  const { guards } = await stage();
  const [guard] = guards;
  for (let i = 0; i < 200; i++) {
    if (i % 3 === 0) guard.noteTaken('198.51.100.40');
    guard.noteMisconduct('198.51.100.40', 'unknown-recipient');
    guard.noteMisconduct('198.51.100.41', 'unknown-recipient');
  }
  await guard.flush();
  assert.equal(guard.connected('198.51.100.40', 'mx').kind, 'welcome');
  assert.equal(guard.connected('198.51.100.41', 'mx').kind, 'banned');
  assert.equal(guard.connected('198.51.100.41', 'imap').kind, 'welcome');
});

test('who changes its /64 with every connection is banned by its /48', async () => {
  const { guards } = await stage();
  const [guard] = guards;
  for (let i = 0; i < 60; i++)
    await asked(guard, request(`2001:db8:9:${i.toString(16)}::1`, `n${i}@example.test`, 'x'));
  await guard.flush();
  assert.equal(guard.connected('2001:db8:9:ffff::1', 'imap').kind, 'banned');
  assert.equal(guard.connected('2001:db8:a:1::1', 'imap').kind, 'welcome');
});

test('loopback, private addresses and gateways are never banned and never too fast', async () => {
  const { guards } = await stage();
  const [guard] = guards;
  for (const address of ['127.0.0.1', '::1', '10.0.0.1', '172.17.0.1', 'fd00::1', '100.64.0.9']) {
    for (let i = 0; i < 500; i++) {
      guard.noteMisconduct(address, 'protocol-errors');
      assert.equal(guard.connected(address, 'mx').kind, 'welcome');
      assert.equal(guard.mayReceive(address).kind, 'ok');
    }
    await guard.flush();
  }
  await guard.banByHand('0.0.0.0/0', 'everybody', null);
  assert.equal(guard.connected('127.0.0.1', 'mx').kind, 'welcome');
  assert.equal(guard.connected('198.51.100.50', 'mx').kind, 'banned');
});

test('a botnet at one name is slowed on every node; the owner at a known place and with an app password is not', async () => {
  const { guards, second, waits } = await stage('is-many');
  const [first, other] = guards;
  assert.ok(await logsIn(first, '198.51.100.60'));
  await second();
  await second();
  let put = 0;
  for (let i = 0; i < 200; i++) {
    const kind = await asked(
      guards[i % 2]!,
      request(`100.1.${i}.1`, 'alice@example.test', `guess ${i}`),
    );
    if (kind === 'later') put++;
    if (i % 20 === 0) await second();
  }
  assert.ok(put > 50, `${put} of 200 were put off`);
  waits.length = 0;
  // the other node asks the database where the owner is known
  assert.ok(await logsIn(other, '198.51.100.60'));
  const { text } = makeAppPassword(Buffer.alloc(APP_PASSWORD_RANDOM_OCTETS, 7));
  const permit = await other.logins.ask(request('203.0.113.7', 'Alice@EXAMPLE.test', text));
  assert.ok(permit.kind === 'go');
  permit.check.succeeded(alice);
  assert.deepEqual(waits, []);
  // in a new place the owner is a stranger, who gets through once those before it had their turn
  clock.advance(MINUTE);
  assert.ok(await logsIn(other, '203.0.113.200'));
  assert.ok(waits.every((wait) => wait <= 2 * 60_000));
});

test('a name that nobody has is slowed like one that somebody has', async () => {
  const waitsOf = async (name: string): Promise<readonly number[]> => {
    const { guards, waits } = await stage();
    for (let i = 0; i < 60; i++) await asked(guards[0], request('198.51.100.70', name, `g ${i}`));
    return waits;
  };
  const known = await waitsOf('alice@example.test');
  assert.ok(known.length > 5);
  assert.deepEqual(await waitsOf('nobody@example.test'), known);
});

test('bans by hand hold on every node at once, and are lifted for all', async () => {
  const { guards } = await stage();
  const [first, other] = guards;
  await first.banByHand('198.51.100.80/30', 'spam', clock.now() + 60 * MINUTE);
  await other.exchange();
  assert.equal(other.connected('198.51.100.82', 'submission').kind, 'banned');
  assert.equal(await other.liftBan('198.51.100.80/30'), true);
  assert.equal(await other.liftBan('198.51.100.80/30'), false);
  await first.exchange();
  assert.equal(first.connected('198.51.100.82', 'submission').kind, 'welcome');
});

test('a new process knows what was known, and without the database each goes by what it knows', async () => {
  const { guards, second } = await stage();
  const [first] = guards;
  await first.banByHand('198.51.100.90', 'spam', null);
  for (let i = 0; i < 100; i++) first.mayReceive('198.51.100.91');
  await second();
  const restarted = newTestGuard(two, { rates: RATES });
  await restarted.exchange();
  assert.equal(restarted.connected('198.51.100.90', 'mx').kind, 'banned');
  assert.equal(restarted.mayReceive('198.51.100.91').kind, 'too-fast');
  await one.store.pool.query('alter table abuse_nodes rename to abuse_nodes_away');
  first.mayReceive('198.51.100.92');
  await first.exchange();
  assert.equal(first.connected('198.51.100.90', 'mx').kind, 'banned');
  await one.store.pool.query('alter table abuse_nodes_away rename to abuse_nodes');
  await first.exchange();
});

test('who logs in by many connections at once is let in by all of them, at once', async () => {
  const { guards, waits } = await stage();
  const [guard] = guards;
  const ended: Promise<boolean>[] = [];
  for (let i = 0; i < 150; i++) {
    const permit = guard.logins.ask(request('198.51.100.110', 'alice@example.test', 'right'));
    ended.push(
      permit.then(async (given) => {
        await new Promise((resolve) => setImmediate(resolve));
        if (given.kind === 'go') given.check.succeeded(alice);
        return given.kind === 'go';
      }),
    );
  }
  assert.ok((await Promise.all(ended)).every((one) => one));
  assert.deepEqual(
    waits.filter((wait) => wait > 1000),
    [],
  );
});

test('many guesses at once are checked a few at a time, until there are gaps between them', async () => {
  const { guards } = await stage('is-many');
  const [guard] = guards;
  let underWay = 0;
  let most = 0;
  let checked = 0;
  await Promise.all(
    Array.from({ length: 150 }, async (_, i) => {
      const permit = await guard.logins.ask(
        request('198.51.100.111', 'alice@example.test', `guess ${i}`),
      );
      if (permit.kind !== 'go') return;
      checked++;
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      await permit.check.failed();
    }),
  );
  assert.ok(most <= 10, `${most} at once`);
  assert.ok(checked < 25, `${checked} of 150`);
});
