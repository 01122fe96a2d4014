/** What a learner brings about on purpose: a block list that refuses to answer, faults of the DNS, mallory who looks around. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
});
after(() => learner[Symbol.asyncDispose]());

test('the block list refuses everybody, until nobody is refused', async () => {
  const [refused] = await learner.server.json('lab', 'dnsbl', '--refuse', 'public-resolver');
  assert.deepEqual(refused, { refused: 'public-resolver' });
  const [over] = await learner.server.json('lab', 'dnsbl', '--refuse', 'nobody');
  assert.deepEqual(over, { refused: null });
});

test('a fault of the DNS is there until it is ended', async () => {
  await learner.server.done('lab', 'dns', 'fault', 'bigmail.test', '--type', 'MX');
  const faults = await learner.server.json<{ id: string }>('lab', 'dns', 'faults');
  assert.deepEqual(
    faults.map(({ id }) => id),
    ['bigmail.test mx'],
  );
  await learner.server.done('lab', 'dns', 'fault-end', 'bigmail.test mx');
  assert.deepEqual(await learner.server.json('lab', 'dns', 'faults'), []);
});

test('mallory scans and harvests from an address of hers', async () => {
  const [seen] = await learner.server.json<{ there: number }>('lab', 'mallory', 'scan');
  assert.ok(seen!.there > 0);
  const harvest = await learner.server.command('lab', 'mallory', 'harvest', '--json');
  const report = JSON.parse(harvest.stdout) as { asked: number; found: readonly string[] };
  assert.ok(report.asked > 0);
  assert.equal(harvest.code, report.found.length > 0 ? 1 : 0);
});

test('a domain that was bought is given up', async () => {
  await learner.server.done('lab', 'registrar', 'buy', 'hanako.test');
  await learner.server.done('lab', 'registrar', 'give-up', 'hanako.test');
  const domains = await learner.server.json<{ domain: string }>('lab', 'registrar', 'list');
  assert.deepEqual(
    domains.map(({ domain }) => domain),
    ['example.test'],
  );
});
