import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { openOutbound } from '../../../../test/support/smtp/outbound.ts';
import { startSmtpPeer } from '../../../../test/support/smtp/scripted-peer.ts';
import { LINGER_MILLISECONDS, Lingering } from './lingering.ts';

const HERE = { site: 'mx.other.test', stream: 'bulk', sourcePool: '' };
const never = new AbortController().signal;

test('mail goes to an attempt that lingers at its destination, always to the same of several', async () => {
  const lingering = new Lingering(() => true);
  using first = lingering.join(HERE);
  using second = lingering.join(HERE);
  const ends = [first.linger(never), second.linger(never)];
  assert.equal(lingering.wake({ ...HERE, stream: 'transactional' }), false);
  assert.equal(lingering.wake(HERE), true);
  assert.deepEqual(await Promise.all(ends), [true, false]);
  assert.deepEqual([first.news, second.news], [false, false]);
});

test('an attempt that is busy hears of mail that nobody took up', () => {
  const lingering = new Lingering(() => true);
  using visit = lingering.join(HERE);
  assert.equal(lingering.wake(HERE), false);
  assert.equal(visit.news, true);
});

test('an attempt that has ended hears nothing', () => {
  const lingering = new Lingering(() => true);
  const visit = lingering.join(HERE);
  visit[Symbol.dispose]();
  assert.equal(lingering.wake(HERE), false);
  assert.equal(visit.news, false);
});

test('nobody lingers in a place that others may want, or when the server stops', async () => {
  let room = false;
  const lingering = new Lingering(() => room);
  using visit = lingering.join(HERE);
  assert.equal(await visit.linger(never), false);
  room = true;
  const stopping = new AbortController();
  const end = visit.linger(stopping.signal);
  stopping.abort();
  assert.equal(await end, false);
  assert.equal(await visit.linger(stopping.signal), false);
  assert.equal(lingering.wake(HERE), false);
});

/** An attempt lingers for as long as the test may take, however slow the machine is. */
function lingerOn({ mock }: TestContext): void {
  const { setTimeout: set } = globalThis;
  mock.method(globalThis, 'setTimeout', (run: () => void, after?: number) =>
    set(run, after === LINGER_MILLISECONDS ? 600_000 : after),
  );
}

test('a message that is queued as the one before it has left takes its connection', async (t) => {
  lingerOn(t);
  await using peer = await startSmtpPeer();
  await using outbound = await openOutbound(new ManualClock(), {
    'other.test': { MX: '10 mx.other.test' },
    'mx.other.test': { A: '192.0.2.1' },
  });
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  for (let count = 1; count <= 5; count++) {
    await outbound.send({ to: ['a@other.test'] });
    await outbound.until('attempt.delivered', count);
  }
  assert.equal(outbound.dialled.length, 1);
  assert.equal(peer.accepted.length, 5);
});
