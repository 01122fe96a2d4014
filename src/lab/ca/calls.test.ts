import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AcmeAsker } from '../../../test/support/certificates/acme-asker.ts';
import { startTestCa } from '../../../test/support/lab/ca.ts';
import { caCalls, type CaOrders, type CaView } from './calls.ts';
import { CA_LIMITS } from './limits.ts';

test('orders are told in either language, refused ones too, the newest first', async () => {
  await using lab = await startTestCa();
  using asker = new AcmeAsker(lab);
  await asker.register();
  await asker.order(['a.test']);
  await asker.order(['gmail.com']);
  const ask = async (given: object): Promise<CaOrders> => {
    const { input, run } = caCalls(lab.ca)['ca-orders']!;
    return (await run(input.parse(given) as never)) as CaOrders;
  };
  const { orders } = await ask({ lang: 'ja', limit: 10 });
  assert.deepEqual(orders.map(({ names, status }) => `${names.join()} ${status}`).sort(), [
    'a.test pending',
    'gmail.com refused',
  ]);
  const refused = orders.find(({ status }) => status === 'refused')!;
  assert.match(refused.steps[0]!.text, /^拒否しました（rejectedIdentifier）/);
  assert.match(refused.problem!, /not of the practice Internet/);
  assert.equal((await ask({ lang: 'en', limit: 1 })).orders.length, 1);
});

test('rules are changed one by one, and only to what they can be', async () => {
  await using lab = await startTestCa();
  const { input, run } = caCalls(lab.ca)['ca-rules']!;
  const change = (given: object) => run(input.parse(given) as never) as CaView;
  const before = change({}).rules;
  assert.deepEqual(change({ profile: 'short' }).rules, { ...before, profile: 'short' });
  assert.equal(lab.ca.rules.profile, 'short');
  assert.throws(() => change({ profile: 'long' }));
  assert.throws(() => change({ refusedNonces: 1 }));
});

test('steps of old orders are forgotten before the orders are', async () => {
  await using lab = await startTestCa();
  using asker = new AcmeAsker(lab);
  await asker.register();
  for (let i = 0; i <= CA_LIMITS.told; i++) await asker.order([`h${i}.test`]);
  const orders = lab.ca.orders();
  const stepsOf = (name: string) => orders.find(({ names }) => names[0] === name)!.steps.length;
  assert.equal(orders.length, CA_LIMITS.told + 1);
  assert.equal(stepsOf('h0.test'), 0);
  assert.equal(stepsOf('h1.test'), 1);
});
