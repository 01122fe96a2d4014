import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask } from '#lab/dns/recursor/ask';
import { formatRdata } from '#lab/dns/wire/rdata';
import { TYPE } from '#lab/dns/wire/record-types';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import { delegate, DOMAIN, ownAddress, pass, publish } from '../../support/lab/own-domain.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
});
after(() => learner[Symbol.asyncDispose]());

/** What `dig` does. */
async function lookUp(name: string, type: number = TYPE.A): Promise<string[]> {
  const response = await ask(name, type, {
    address: `${learner.prefix}.0.53`,
    port: 5353,
    localAddress: '127.0.0.1',
    recursive: true,
    patience: 10_000,
    signal: AbortSignal.timeout(10_000),
  });
  return response!.answers
    .filter((record) => record.type === type)
    .map(({ rdata }) => formatRdata(type, rdata));
}

test('2.1: the lesson proposes a name, and shows its steps with that name and with the addresses of this network', async () => {
  const [started] = await learner.server.json('lab', 'start', '2.1');
  const [told] = started!['told'] as string[];
  const name = /: (\S+\.test)\./.exec(told!)![1]!;
  const steps = String(started!['steps']);
  assert.ok(steps.includes(`registrar buy ${name}`));
  assert.ok(steps.includes(`mail.${name} A ${learner.prefix}.25.25`));
  assert.doesNotMatch(steps, /hanako\.test/);
});

test('2.1: a domain that nobody delegated is found by nobody, nor is a host of it that has another address', async () => {
  const { server } = learner;
  await learner.start('2.1');
  assert.deepEqual((await learner.check('2.1')).seen, []);
  await server.done('lab', 'registrar', 'buy', DOMAIN);
  await learner.answer('2.1', { domain: DOMAIN });
  const bought = await learner.check('2.1');
  assert.deepEqual(bought.seen, ['bought']);
  assert.match(bought.why['delegated']!, /no name servers for it/);
  await publish(learner, `mail.${DOMAIN}`, 'A', `${learner.prefix}.1.25`);
  await pass(learner, '10m');
  assert.deepEqual(await lookUp(`mail.${DOMAIN}`), []);
  await delegate(learner);
  // the resolver remembers for five minutes that there was nothing
  await pass(learner, '10m');
  assert.deepEqual(await lookUp(`mail.${DOMAIN}`), [`${learner.prefix}.1.25`]);
  const state = await learner.check('2.1');
  assert.deepEqual(state.missing, ['resolver', 'address', 'found']);
  assert.match(state.why['address']!, new RegExp(`your server is at ${learner.prefix}.25.25`));
});

test('2.1: the domain that was bought is found by everybody once the registry refers to it', async () => {
  await learner.start('2.1');
  await publish(learner, `mail.${DOMAIN}`, 'A', ownAddress(learner));
  await learner.server.done('lab', 'dns', 'flush', DOMAIN);
  await pass(learner, '10m');
  assert.deepEqual((await learner.check('2.1')).seen, ['bought', 'delegated'], 'nobody asked yet');
  assert.deepEqual(await lookUp(`mail.${DOMAIN}`), [ownAddress(learner)]);
  assert.deepEqual((await learner.check('2.1')).missing, ['resolver']);
  assert.deepEqual((await lookUp(DOMAIN, TYPE.NS)).toSorted(), [
    'ns1.dnshost.test.',
    'ns2.dnshost.test.',
  ]);
  const state = await learner.check('2.1');
  assert.deepEqual(state.missing, [], JSON.stringify(state.why));
});
