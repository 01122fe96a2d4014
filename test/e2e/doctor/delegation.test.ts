/** D1 against real name servers: those of the practice Internet, whose registry sends to where the learner says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askDelegation } from '#clients/dns/delegation';
import { StubResolver } from '#clients/dns/stub-resolver';
import { nameServers } from '#mail/doctor/checks/name-servers';
import type { Context } from '#mail/doctor/context';
import type { LabHost } from '#lab/addresses';
import { startDnsStage, type DnsStage } from '../../support/lab/dns.ts';

const MINUTE = 60_000;
/** Milliseconds. Every server that is asked answers, or its port is closed: nothing here is decided by this time. */
const PATIENCE = 60_000;
const DOMAIN = 'example.test';

/** Of what checks look with, what D1 does. */
async function examine({ stub, network, clock }: DnsStage, domain = DOMAIN) {
  const port = network.localPort(53);
  using made = new DisposableStack();
  const at = (address: string): StubResolver =>
    made.use(
      new StubResolver({
        servers: [{ address, port, trusted: false }],
        clock,
        randomId: () => 7,
        timeouts: [PATIENCE],
      }),
    );
  const shared = new Map<string, unknown>();
  const context: Partial<Context> = {
    domain,
    signal: new AbortController().signal,
    dns: {
      local: stub,
      public: undefined,
      at,
      believed: stub,
      delegation: (address, zone, signal) =>
        askDelegation({ address, port, trusted: false }, zone, {
          clock,
          randomId: () => 7,
          timeouts: [PATIENCE],
          signal,
        }),
    },
    share<Value>(name: string, make: () => Promise<Value>) {
      if (!shared.has(name)) shared.set(name, make());
      return shared.get(name) as Promise<Value>;
    },
  };
  const outcome = await nameServers(context as Context);
  return {
    ...outcome,
    asked: (outcome.evidence ?? []).map(({ asked, answer }) => `${asked}: ${answer}`),
  };
}

function direct(stage: DnsStage, host: LabHost, zone: string) {
  const { network, clock } = stage;
  return askDelegation(
    { address: network.addressOf(host), port: network.localPort(53), trusted: false },
    zone,
    { clock, randomId: () => 7, timeouts: [PATIENCE], signal: new AbortController().signal },
  );
}

test('the registry sends to the servers of a domain, and they hold it as their own', async () => {
  await using stage = await startDnsStage();
  const sent = await direct(stage, 'ns.registry.test', 'bigmail.test');
  const own = await direct(stage, 'ns1.dnshost.test', 'bigmail.test');
  assert.equal(sent.kind, 'sent');
  assert.equal(own.kind, 'own');
  const servers = ['ns1.dnshost.test', 'ns2.dnshost.test'];
  assert.deepEqual(sent.kind === 'sent' && sent.servers.toSorted(), servers);
  assert.deepEqual(own.kind === 'own' && own.servers.toSorted(), servers);
  const nobody = await direct(stage, 'ns.registry.test', 'nobody.test');
  assert.equal(nobody.kind === 'none' && nobody.exists, false);
  const elsewhere = await direct(stage, 'ns1.dnshost.test', 'nobody.test');
  assert.equal(elsewhere.kind, 'failure');
});

test('D1 passes where parent and zone agree, and shows what the parent said', async () => {
  await using stage = await startDnsStage();
  const found = await examine(stage, 'bigmail.test');
  assert.equal(found.finding, 'same', JSON.stringify(found, undefined, 1));
  assert.ok(
    found.asked.some((one) =>
      one.startsWith('NS bigmail.test (RD=0): → ns1.dnshost.test, ns2.dnshost.test'),
    ),
    found.asked.join('\n'),
  );
});

test('a delegation to one server of two differs from the zone, and one to a stranger is lame', async () => {
  await using stage = await startDnsStage();
  const { dns, clock } = stage;
  const changed = await dns.registrar.setDelegation(DOMAIN, { ns: ['ns1.dnshost.test'] });
  assert.equal(changed.kind, 'changed', JSON.stringify(changed));
  clock.advance(60 * MINUTE * 24);
  assert.equal((await examine(stage)).finding, 'parent-differs');
  await dns.registrar.setDelegation(DOMAIN, { ns: ['ns1.dnshost.test', 'mx.bigmail.test'] });
  clock.advance(60 * MINUTE * 24);
  const lame = await examine(stage);
  assert.equal(lame.finding, 'lame', JSON.stringify(lame, undefined, 1));
  assert.deepEqual(lame.values, { servers: 'mx.bigmail.test' });
});
