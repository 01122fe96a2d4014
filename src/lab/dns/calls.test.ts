/** The calls as the command line makes them: what comes is parsed, then run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDnsStage } from '../../../test/support/lab/dns.ts';
import { dnsCalls } from './calls.ts';
import type { LabDns } from './start.ts';

async function ask(dns: LabDns, name: string, given: unknown): Promise<object> {
  const { input, run } = dnsCalls(dns)[name]!;
  return run(input.parse(given) as never);
}

test('a domain is bought, filled, signed and delegated securely by calls alone', async () => {
  await using stage = await startDnsStage();
  const { dns, clock, stub, network } = stage;
  const begun = new Date(clock.now()).toISOString();
  const bought = await ask(dns, 'registrar-buy', {
    domain: 'shop.test',
    ns: ['ns1.dnshost.test', 'ns2.dnshost.test'],
  });
  assert.deepEqual((bought as { changedAt: string }).changedAt, begun);
  await ask(dns, 'dns-import', { zone: 'shop.test', text: '@ MX 10 mail\nmail A 127.20.25.25\n' });
  await ask(dns, 'dns-set', {
    zone: 'shop.test',
    name: '@',
    type: 'TXT',
    values: ['"v=spf1 mx -all"'],
  });
  await ask(dns, 'dns-add', {
    zone: 'shop.test',
    name: 'mail.shop.test',
    type: 'A',
    value: '127.20.25.26',
  });
  await ask(dns, 'dns-remove', {
    zone: 'shop.test',
    name: 'mail.shop.test',
    type: 'A',
    value: '127.20.25.25',
  });
  const signed = (await ask(dns, 'dns-sign', { zone: 'shop.test' })) as {
    keys: { ds: string; keyTag: number }[];
  };
  await ask(dns, 'registrar-ds-add', { domain: 'shop.test', ds: signed.keys[0]!.ds });
  await ask(dns, 'isp-ptr', {
    address: network.addressOf('mail.example.test'),
    name: 'mail.shop.test',
  });
  clock.advance(600_000);
  const answer = await stub.resolve('mail.shop.test', 'A');
  assert.deepEqual(answer.kind === 'records' && [answer.records, answer.authenticated], [
    ['127.20.25.26'],
    true,
  ]);
  const { domains } = (await ask(dns, 'registrar-domains', {})) as {
    domains: { domain: string; ds: string[] }[];
  };
  assert.deepEqual(
    domains.map(({ domain, ds }) => [domain, ds.length]),
    [
      ['example.test', 0],
      ['shop.test', 1],
    ],
  );
  const listed = (await ask(dns, 'dns-list', { zone: 'shop.test' })) as {
    records: { type: string }[];
  };
  assert.deepEqual(listed.records.map(({ type }) => type).toSorted(), ['A', 'MX', 'TXT']);
  const { entries } = (await ask(dns, 'dns-cache', {})) as {
    entries: { name: string; type: string }[];
  };
  assert.ok(entries.some(({ name, type }) => name === 'mail.shop.test' && type === 'A'));
  const { questions } = (await ask(dns, 'dns-questions', { most: 1 })) as {
    questions: { at: string }[];
  };
  assert.match(questions[0]!.at, /^\d{4}-\d\d-\d\dT/);
});

test('a fault is declared, listed, met and ended', async () => {
  await using stage = await startDnsStage();
  const { dns, clock, stub } = stage;
  await ask(dns, 'dns-fault', { id: 'x', name: 'MX.bigmail.test', type: 'a', kind: 'servfail' });
  assert.equal((await stub.resolve('mx.bigmail.test', 'A')).kind, 'failure');
  assert.deepEqual(await ask(dns, 'dns-faults', {}), {
    faults: [
      { id: 'x', name: 'mx.bigmail.test', below: false, type: 'A', kind: 'servfail', values: [] },
    ],
  });
  assert.deepEqual(await ask(dns, 'dns-fault-end', { id: 'x' }), { ended: true });
  clock.advance(5_000);
  assert.equal((await stub.resolve('mx.bigmail.test', 'A')).kind, 'records');
  const wrong = await ask(dns, 'dns-fault', {
    id: 'y',
    name: 'a.test',
    type: 'A',
    kind: 'wrong',
    values: ['no address'],
  });
  assert.equal((wrong as { reason?: string }).reason, 'bad-value');
});

test('what was refused comes with its cause and remedy', async () => {
  await using stage = await startDnsStage();
  for (const [name, given, reason] of [
    ['registrar-buy', { domain: 'bigmail.test' }, 'taken'],
    ['registrar-buy', { domain: 'example.com' }, 'bad-name'],
    ['registrar-ns', { domain: 'bigmail.test', ns: ['ns1.dnshost.test'] }, 'not-yours'],
    ['registrar-ns', { domain: 'example.test', ns: ['127.20.25.25'] }, 'bad-value'],
    ['registrar-ns', { domain: 'example.test', ns: [] }, 'too-many'],
    [
      'registrar-ns',
      {
        domain: 'example.test',
        ns: ['ns1.dnshost.test'],
        glue: { 'ns1.dnshost.test': ['127.20.0.3'] },
      },
      'needless-glue',
    ],
    ['registrar-ds-add', { domain: 'example.test', ds: '1 13 2 abcd' }, 'bad-value'],
    ['registrar-ds-remove', { domain: 'example.test', keyTag: 1 }, 'no-such-ds'],
    ['dns-roll-key', { zone: 'example.test' }, 'not-signed'],
    ['dns-retire-key', { zone: 'example.test', keyTag: 7 }, 'no-such-key'],
    ['dns-unsign', { zone: 'example.test' }, 'not-signed'],
    ['dns-list', { zone: 'dnshost.test' }, 'not-yours'],
    ['dns-remove', { zone: 'example.test', name: 'a.example.test', type: 'A' }, 'no-such-record'],
    ['dns-import', { zone: 'example.test', text: '@ A nowhere' }, 'bad-value'],
    ['isp-ptr', { address: '127.20.25.25', name: 'a b' }, 'not-yours'],
  ] as const) {
    const refused = (await ask(stage.dns, name, given)) as {
      kind: string;
      reason: string;
      remedy: string;
    };
    assert.deepEqual(
      [refused.kind, refused.reason],
      ['refused', reason],
      `${name} ${JSON.stringify(given)}`,
    );
    assert.ok(refused.remedy.length > 5);
  }
});

test('input of another shape is not run', async () => {
  await using stage = await startDnsStage();
  for (const [name, given] of [
    ['dns-set', { zone: 'example.test', name: '@', type: 'A', values: [] }],
    ['dns-set', { zone: 'example.test', name: '@', type: 'A', ttl: -1, values: ['127.20.25.25'] }],
    ['registrar-buy', { domain: 7 }],
    ['dns-fault', { id: 'x', name: 'a.test', kind: 'explode' }],
    ['dns-import', { zone: 'example.test', text: 'x'.repeat(300_000) }],
  ] as const) {
    await assert.rejects(ask(stage.dns, name, given), { name: 'ZodError' });
  }
});

test('what is refused or remarked is told in the language that was asked for, and the reason stays', async () => {
  await using stage = await startDnsStage();
  const record = { zone: 'example.test', name: '@', type: 'MX', values: ['10 mail'] };
  for (const [lang, words] of [
    ['en', /«mail» is a name of one label/],
    ['ja', /«mail» はラベル一つだけの名前です/],
  ] as const) {
    const refused = (await ask(stage.dns, 'dns-set', { ...record, lang })) as Record<
      string,
      string
    >;
    assert.deepEqual(Object.keys(refused).toSorted(), ['kind', 'message', 'reason', 'remedy']);
    assert.equal(refused['reason'], 'bad-value');
    assert.match(refused['message']!, words);
  }
  const values = ['10 mail.example.test.'];
  const done = (await ask(stage.dns, 'dns-set', { ...record, values, lang: 'ja' })) as {
    remarks: string[];
  };
  assert.match(done.remarks[0]!, /^example\.test の MX が指す mail\.example\.test には/);
  await assert.rejects(ask(stage.dns, 'dns-set', { ...record, lang: 'fr' }), { name: 'ZodError' });
});
