import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { openOutbound } from '../../../../test/support/smtp/outbound.ts';
import { isGone, workerName } from './worker-name.ts';

/** The name of another process of this machine. */
function nameOf(pid: number | undefined, instance: string): string {
  const [node, place] = workerName('1').split('|');
  return [node, place, pid, instance].join('|');
}

test('a process is gone when its number is free, or is ours from an earlier start', () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  assert.equal(isGone(nameOf(pid, 'other')), true);
  assert.equal(isGone(nameOf(process.ppid, 'other')), false);
  assert.equal(isGone(nameOf(process.pid, 'other')), true);
  assert.equal(isGone(workerName('7')), false);
});

test('of a process of another machine nothing is known', () => {
  assert.equal(isGone(`1|elsewhere pid:[1]|${process.pid}|other`), false);
});

test('a worker takes over at once what a process that died here held', async () => {
  await using outbound = await openOutbound(new ManualClock());
  const { store } = outbound;
  const { id } = await outbound.enqueue({ to: ['bob@example.test'] });
  const { pid } = spawnSync(process.execPath, ['--version']);
  await store.pool.query(
    `insert into queue_leases (token, node, site, stream, source_pool, source, until)
     values ('dead', $1, 'local', 'transactional', '', '', clock_timestamp() + interval '2 minutes')`,
    [nameOf(pid, 'other')],
  );
  await store.pool.query(`update queue_claims set lease = 'dead'`);
  outbound.start();
  await outbound.until('attempt.delivered', 1, id);
});
