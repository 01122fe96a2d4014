/**
 * npm run lab:month: thirty days of warm-up at three providers, twice with one seed, in two fresh databases: the same counts by day, provider,
 * verdict and reply code, and the same reputation in the end. Prints how long each took. Exit code 1 where they differ, where the sender was not
 * well received, or where the first took longer than the two
 * minutes that it may. A machine that is slow, or has other things to do, says by HIKYAKU_MONTH_SECONDS what it may take there.
 */
import assert from 'node:assert/strict';
import { runSimulation, type Simulation } from '../support/lab/simulation.ts';

/** Seconds. */
const MOST = Number(process.env['HIKYAKU_MONTH_SECONDS'] ?? 120);

const first = await timed('first');
const again = await timed('again');
assert.deepEqual(again.days, first.days);
assert.deepEqual(again.final, first.final);
assert.equal(first.days.length, 90);
for (const { provider, kind, quota, reputation } of first.final) {
  process.stdout.write(`${provider} ${kind}: quota ${quota}, reputation ${reputation}\n`);
  assert.ok(quota >= 160, `${provider} allows only ${quota}`);
  assert.doesNotMatch(reputation, /poor|bad/, provider);
}
assert.ok(first.seconds < MOST, `thirty days took ${first.seconds} s, and may take ${MOST} s`);
process.stdout.write('both runs are alike\n');

async function timed(name: string): Promise<Simulation> {
  const simulation = await runSimulation();
  const taken = simulation.days.reduce((sum, { inbox }) => sum + inbox, 0);
  process.stdout.write(
    `${name}: ${simulation.seconds.toFixed(1)} s, ${taken} letters in inboxes\n`,
  );
  return simulation;
}
