/**
 * Days of sending to the three providers of the practice Internet: by submission, by the queue of production, over real sockets, each run in a
 * fresh database. The whole month is `npm run lab:month`.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSimulation } from '../../support/lab/simulation.ts';

const DAYS = ['--days', '2', '--letters', '24'];

test('the same seed gives the same counts by day, provider, verdict and reply, and the same reputation; another one does not', async () => {
  const first = await runSimulation(...DAYS, '--seed', '5');
  const [again, other] = await Promise.all([
    runSimulation(...DAYS, '--seed', '5'),
    runSimulation(...DAYS, '--seed', '6'),
  ]);
  assert.deepEqual(again.days, first.days);
  assert.deepEqual(again.final, first.final);
  assert.equal(first.days.length, 6);
  assert.equal(first.final.length, 6);
  const untold = ({ days }: typeof first) => days.map((day) => ({ ...day, seed: 0 }));
  assert.notDeepEqual(untold(other), untold(first));
  // within the plan nobody was put off, and the quotas grew
  for (const { provider, deferred, day, quota } of first.days) {
    assert.equal(deferred, 0, `${provider} on day ${day}`);
    assert.equal(quota, 20 * 2 ** (day! - 1), `${provider} on day ${day}`);
  }
});

test('past the server the same letters run into every quota, and the name of the sender is lost within two days', async () => {
  const { days, final } = await runSimulation(
    '--way',
    'straight',
    '--days',
    '2',
    '--letters',
    '50',
  );
  const said = days.filter(({ day }) => day === 1).flatMap(({ replies }) => Object.keys(replies));
  for (const reply of ['421 4.7.28', '421 4.7.650', '421 4.7.0'])
    assert.ok(
      said.some((one) => one.startsWith(`${reply} `)),
      `${reply} in ${said.join(', ')}`,
    );
  const addresses = final.filter(({ kind }) => kind === 'ip');
  assert.equal(addresses.length, 3);
  for (const { provider, quota, reputation } of addresses) {
    assert.ok(quota <= 10, `${provider} allows ${quota}`);
    assert.match(reputation, /^(poor|bad)$/, provider);
  }
});
