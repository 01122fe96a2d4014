/** The whole way through real sockets: from our own stub resolver over the recursive one to the root, `test` and a domain. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDnsStage } from '../../../test/support/lab/dns.ts';

test('a host is found from the root down, and each question is recorded', async () => {
  await using stage = await startDnsStage([], undefined, true);
  const { dns, network, stub } = stage;
  const answer = await stub.resolve('mx.bigmail.test', 'A');
  assert.equal(answer.kind, 'records');
  assert.deepEqual(answer.kind === 'records' && answer.records, [
    network.addressOf('mx.bigmail.test'),
  ]);
  const resolver = network.addressOf('resolver.test');
  assert.deepEqual(
    dns.questions.list().map(({ from, to, name, type, result }) => [from, to, name, type, result]),
    [
      [resolver, network.addressOf('a.root-servers.test'), 'mx.bigmail.test', 'A', 'NOERROR'],
      [resolver, network.addressOf('a.root-servers.test'), '.', 'DNSKEY', 'NOERROR'],
      [resolver, network.addressOf('ns.registry.test'), 'mx.bigmail.test', 'A', 'NOERROR'],
      [resolver, network.addressOf('ns.registry.test'), 'test', 'DNSKEY', 'NOERROR'],
      [resolver, network.addressOf('ns1.dnshost.test'), 'mx.bigmail.test', 'A', 'NOERROR'],
      ['127.0.0.1', resolver, 'mx.bigmail.test', 'A', 'NOERROR'],
    ],
  );
});

test('what root and test say is authenticated, and what an unsigned domain says is not', async () => {
  await using stage = await startDnsStage();
  const tld = await stage.stub.resolve('test', 'NS');
  assert.equal(tld.kind === 'records' && tld.authenticated, true);
  const nobody = await stage.stub.resolve('nobody.test', 'A');
  assert.deepEqual(
    [nobody.kind, nobody.kind === 'nxdomain' && nobody.authenticated],
    ['nxdomain', true],
  );
  const host = await stage.stub.resolve('ns1.dnshost.test', 'A');
  assert.equal(host.kind === 'records' && host.authenticated, false);
});
