import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dialoguesOfMessage } from '#store/events/dialogues';
import { StoreUnavailable } from '#store/writer/writer';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { MINUTE, openOutbound, type Outbound } from '../../../../test/support/smtp/outbound.ts';
import { SILENCE, startSmtpPeer } from '../../../../test/support/smtp/scripted-peer.ts';
import { Lease } from './lease.ts';

const ZONE = { 'other.test': { MX: '10 mx.other.test' }, 'mx.other.test': { A: '192.0.2.1' } };

/** As the time of the lease would do it; SQL's clock is not the test's. */
async function expireLeases({ store }: Outbound): Promise<void> {
  await store.pool.query(`update queue_leases set until = clock_timestamp() - interval '1 second'`);
}

test('a worker that stood still past its lease abandons the message before the final dot, and another delivers it once', async () => {
  const clock = new ManualClock();
  const atData = Promise.withResolvers<void>();
  await using peer = await startSmtpPeer({
    answers: {
      DATA: (_, times) => {
        if (times > 1) return undefined;
        atData.resolve();
        return SILENCE;
      },
    },
  });
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  const id = await outbound.send({ to: ['a@other.test'] });
  await atData.promise;
  await expireLeases(outbound);
  clock.advance(3 * MINUTE);
  outbound.start();
  await outbound.until('attempt.delivered', 1, id);
  peer.sendAll('354 go ahead\r\n');
  await outbound.until('attempt.abandoned', 1, id);
  assert.equal(peer.accepted.length, 1);
  const dialogues = await dialoguesOfMessage(outbound.store.pool, id);
  const withDot = dialogues.filter(({ entries }) =>
    entries.some((entry) => entry.kind === 'sent' && entry.line === '.'),
  );
  assert.equal(dialogues.length, 2);
  assert.equal(withDot.length, 1);
});

test('a worker that stood still, but has its lease yet, asks and goes on', async () => {
  const clock = new ManualClock();
  const atData = Promise.withResolvers<void>();
  await using peer = await startSmtpPeer({
    answers: {
      DATA: () => {
        atData.resolve();
        return SILENCE;
      },
    },
  });
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  const id = await outbound.send({ to: ['a@other.test'] });
  await atData.promise;
  // beyond what the worker knows, but the database still has the lease as its own
  clock.advance(3 * MINUTE);
  const { reads } = peer;
  peer.sendAll('354 go ahead\r\n');
  while (peer.reads === reads) await new Promise((resolve) => setImmediate(resolve));
  peer.sendAll('250 2.0.0 taken\r\n');
  await outbound.until('attempt.delivered', 1, id);
});

test('two workers on one database share the work and deliver nothing twice', async () => {
  await using peer = await startSmtpPeer({ extensions: ['PIPELINING', 'CHUNKING'] });
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const destinations = [];
  for (let i = 0; i < 300; i++) {
    const content = `Subject: ${i}\r\n\r\n${i}\r\n`;
    destinations.push((await outbound.enqueue({ to: [`r${i}@other.test`], content })).destinations);
  }
  const queues = [outbound.start({ attempts: 2 }), outbound.start({ attempts: 2 })];
  for (const queue of queues) queue.wake(destinations.flat());
  await outbound.until('attempt.delivered', 300);
  const recipients = peer.accepted.flatMap((mail) => mail.recipients);
  assert.equal(recipients.length, 300);
  assert.equal(new Set(recipients).size, 300);
});

test('a worker that dies after the peer took a message leaves it to be delivered again (RFC 1047)', async () => {
  await using peer = await startSmtpPeer();
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const { store } = outbound;
  const reached = Promise.withResolvers<void>();
  const dead = Object.create(store.queueWriter, {
    run: {
      value: () => {
        reached.resolve();
        return Promise.reject(new StoreUnavailable('killed'));
      },
    },
  }) as typeof store.queueWriter;
  const first = outbound.start({ store: { ...store, queueWriter: dead } });
  const id = await outbound.send({ to: ['a@other.test'] });
  await reached.promise;
  assert.equal(peer.accepted.length, 1);
  await first.stop(0);
  outbound.start();
  await outbound.until('attempt.delivered', 1, id);
  assert.equal(peer.accepted.length, 2);
});

test('a stop lets the message under way finish and leaves the rest of its claim in the queue', async () => {
  const atData = Promise.withResolvers<void>();
  await using peer = await startSmtpPeer({
    answers: {
      DATA: () => {
        atData.resolve();
        return undefined;
      },
    },
  });
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const mails = [];
  for (const to of ['a@other.test', 'b@other.test', 'c@other.test']) {
    mails.push(await outbound.enqueue({ to: [to] }));
  }
  // known to be of this site, so that all are in one claim
  await outbound.store.pool.query(`update queue_claims set site = 'mx.other.test'`);
  const queue = outbound.start();
  await atData.promise;
  await queue.stop();
  assert.equal(peer.accepted.length, 1);
  const { rows } = await outbound.store.pool.query<{ lease: string | null }>(
    'select lease from queue_claims',
  );
  assert.deepEqual(rows, [{ lease: null }, { lease: null }]);
  assert.equal((await outbound.store.pool.query('select from queue_leases')).rowCount, 0);
});

test('a stop without grace drops a connection before the final dot and decides nothing', async () => {
  const atData = Promise.withResolvers<void>();
  await using peer = await startSmtpPeer({
    answers: {
      DATA: () => {
        atData.resolve();
        return SILENCE;
      },
    },
  });
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const queue = outbound.start();
  const id = await outbound.send({ to: ['a@other.test'] });
  await atData.promise;
  await queue.stop(0);
  await outbound.until('attempt.abandoned', 1, id);
  assert.equal(peer.accepted.length, 0);
  const { rows } = await outbound.store.pool.query('select lease, held from queue_claims');
  assert.deepEqual(rows, [{ lease: null, held: null }]);
});

/** A database that answers a renewal when the test says so. */
function openRenewals() {
  const asked: ((found: boolean) => void)[] = [];
  const db = {
    query: () =>
      new Promise<{ rowCount: number }>((resolve) => {
        asked.push((found) => resolve({ rowCount: found ? 1 : 0 }));
      }),
  } as unknown as ConstructorParameters<typeof Lease>[0];
  return { asked, db };
}

test('a lease holds only once it was found in the database, and is then not asked for at every message', async () => {
  const { asked, db } = openRenewals();
  using lease = new Lease(db, 'token', () => 0);
  const [begun, first] = [lease.renew(), lease.holds()];
  assert.equal(asked.length, 1);
  asked[0]!(true);
  assert.deepEqual([await begun, await first, lease.holds()], [true, true, true]);
  assert.equal(asked.length, 1);
});

test('a claim that a crash of the database undid lets nothing go', async () => {
  const { asked, db } = openRenewals();
  using lease = new Lease(db, 'token', () => 0);
  const holds = lease.holds();
  asked[0]!(false);
  assert.equal(await holds, false);
  assert.equal(lease.lost, true);
  assert.equal(lease.holds(), false);
});

test('an answer that a process hears after it stood still for longer than the lease does not count', async () => {
  let now = 0;
  const { asked, db } = openRenewals();
  using lease = new Lease(db, 'token', () => now);
  const holds = lease.holds();
  now += 3 * MINUTE;
  asked[0]!(true);
  assert.equal(await holds, false);
  assert.equal(lease.lost, false);
});
