import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseError } from 'pg';
import { systemClock } from '#clock';
import type { Store } from '#store/database/open';
import type { Job } from '#store/writer/writer';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { openOutbound } from '../../../../test/support/smtp/outbound.ts';
import { startSmtpPeer } from '../../../../test/support/smtp/scripted-peer.ts';

const ZONE = { 'other.test': { MX: '10 mx.other.test' }, 'mx.other.test': { A: '192.0.2.1' } };

/** The next jobs that conclude something, and meet the condition, fail with this SQLSTATE; how many have. */
function failJobs(
  { queueWriter: writer }: Store,
  code: string,
  times: number,
  meets: (job: Job) => boolean = () => true,
): { readonly failed: number } {
  const run = writer.run.bind(writer);
  const state = { failed: 0 };
  writer.run = (job: Job) => {
    const concludes = job.statements.some(({ name }) => name === 'conclude');
    if (state.failed === times || !concludes || !meets(job)) return run(job);
    state.failed += 1;
    const error = new DatabaseError(`fails with ${code}`, 0, 'error');
    error.severity = 'ERROR';
    error.code = code;
    return Promise.reject(error);
  };
  return state;
}

/** As PostgreSQL does on a full disk. */
const fillDisk = (store: Store, times: number) => failJobs(store, '53100', times);

/** Something is queued in it: a notice. */
const queuesNotice = (job: Job) => job.statements.length > 5;

/** The next questions for the header of a large message fail as those to a PostgreSQL that is starting; how many have. */
function refuseSessions({ pool }: Store, times: number): { readonly failed: number } {
  const query = pool.query.bind(pool) as (...given: unknown[]) => unknown;
  const away = { failed: 0 };
  const refusing = (...given: unknown[]): unknown => {
    const [asked] = given as [{ name?: string } | string];
    const isHeader = typeof asked !== 'string' && asked.name === 'read_small_blobs';
    if (away.failed === times || !isHeader) return query(...given);
    away.failed += 1;
    const error = new DatabaseError('the database system is starting up', 0, 'error');
    error.severity = 'FATAL';
    error.code = '57P03';
    return Promise.reject(error);
  };
  Object.assign(pool, { query: refusing });
  return away;
}

test('a refusal that meets a full disk is told to the author once there is room', async () => {
  await using peer = await startSmtpPeer({ answers: { RCPT: '550 5.1.1 nobody' } });
  await using outbound = await openOutbound(systemClock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const full = fillDisk(outbound.store, 2);
  outbound.start();
  const id = await outbound.send({ to: ['a@other.test'] });
  await outbound.until('notice.sent', 1, id);
  await outbound.until('attempt.delivered');
  assert.equal(full.failed, 2);
});

test('a delivery is written down though the notice on its neighbour has to wait for the database', async () => {
  await using peer = await startSmtpPeer({
    answers: { RCPT: (line) => (line.includes('<b@') ? '550 5.1.1 nobody' : undefined) },
  });
  await using outbound = await openOutbound(systemClock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const away = refuseSessions(outbound.store, 3);
  outbound.start();
  const content = `Subject: large\r\n\r\n${'many words\r\n'.repeat(30_000)}`;
  const id = await outbound.send({ to: ['a@other.test', 'b@other.test'], content });
  await outbound.until('notice.sent', 1, id);
  assert.equal(away.failed, 3);
  assert.equal(peer.accepted.length, 1);
});

test('a delivery that meets a full disk is written down once there is room, and not sent again', async () => {
  await using peer = await startSmtpPeer();
  await using outbound = await openOutbound(systemClock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const full = fillDisk(outbound.store, 3);
  outbound.start();
  const id = await outbound.send({ to: ['a@other.test'] });
  await outbound.until('attempt.delivered', 1, id);
  assert.equal(full.failed, 3);
  assert.equal(peer.accepted.length, 1);
});

test('a refusal whose notice meets a deadlock however often is told to the author', async () => {
  await using peer = await startSmtpPeer({ answers: { RCPT: '550 5.1.1 nobody' } });
  await using outbound = await openOutbound(systemClock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const locked = failJobs(outbound.store, '40P01', 2);
  outbound.start();
  const id = await outbound.send({ to: ['a@other.test'] });
  await outbound.until('notice.sent', 1, id);
  await outbound.until('attempt.delivered');
  assert.equal(locked.failed, 2);
});

test('a recipient whose notice PostgreSQL refuses is not given up unheard: it stays in the queue until its author can be told', async () => {
  await using peer = await startSmtpPeer({
    answers: { RCPT: (line) => (line.includes('<b@') ? '550 5.1.1 nobody' : undefined) },
  });
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const refused = failJobs(outbound.store, 'XX000', 1, queuesNotice);
  outbound.start();
  const id = await outbound.send({ to: ['a@other.test', 'b@other.test'] });
  await outbound.until('attempt.deferred', 1, id);
  assert.equal(refused.failed, 1);
  assert.equal(peer.accepted.length, 1);
  await outbound.forward(clock, 'notice.sent', 1, id);
  assert.equal(peer.accepted.length, 1, 'what was delivered is not sent again');
});
