/** The DNS of the practice Internet seen by BIND's dig and delv and by ldns' drill, which check signatures from the root's key on by themselves. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startDnsStage } from '../../support/lab/dns.ts';
import type { DnsStage } from '../../support/lab/dns.ts';
import { peer } from '../../support/peers/installed.ts';
import { systemClock } from '#clock';

const dig = peer('dig', 'dnsutils');
const delv = peer('delv', 'bind9-dnsutils');
const drill = peer('drill', 'ldnsutils');
const run = promisify(execFile);

async function digs(
  stage: DnsStage,
  host: Parameters<DnsStage['network']['addressOf']>[0],
  ...args: string[]
): Promise<string> {
  const { stdout } = await run(dig.path, [
    `@${stage.network.addressOf(host)}`,
    '-p',
    '5353',
    '+tries=1',
    ...args,
  ]);
  return stdout;
}

/** What delv says of a question: it goes by the root's key, and by nothing that our resolver says of itself. */
async function delvs(stage: DnsStage, name: string, type: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lab-dns-'));
  try {
    const file = path.join(folder, 'anchor.key');
    const [flags, protocol, algorithm, key] = stage.dns.trustAnchor.dnskey.split(' ');
    await writeFile(
      file,
      `trust-anchors { . static-key ${flags} ${protocol} ${algorithm} "${key}"; };\n`,
    );
    const { address, port } = stage.dns.resolver;
    const { stdout, stderr } = await run(delv.path, [
      `@${address}`,
      '-p',
      String(port),
      '-a',
      file,
      '+root=.',
      name,
      type,
    ]);
    return stdout + stderr;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A signed example.test whose DS the registry has published. @param ahead days by which the calendar is before the real one */
async function signedStage(ahead = 0): Promise<DnsStage> {
  const stage = await startDnsStage([], systemClock.now() + ahead * 86_400_000);
  const { panel, registrar } = stage.dns;
  const records: readonly [string, string, string][] = [
    ['@', 'MX', '10 mail.example.test.'],
    ['mail.example.test', 'A', stage.network.addressOf('mail.example.test')],
    ['www.example.test', 'CNAME', 'mail.example.test.'],
    ['*.wild.example.test', 'TXT', '"any"'],
    ['a.b.example.test', 'TXT', `"${'x'.repeat(2_000)}"`],
  ];
  for (const [name, type, value] of records)
    await panel.addRecord('example.test', { name, type, value });
  const signed = await panel.signZone('example.test');
  assert.equal(signed.kind, 'changed');
  if (signed.kind === 'changed') await registrar.addDs('example.test', signed.keys[0]!.ds);
  stage.clock.advance(5 * 60_000);
  return stage;
}

test('dig finds a provider through the resolver', { skip: dig.skip }, async () => {
  await using stage = await startDnsStage();
  const answer = await digs(stage, 'resolver.test', 'MX', 'bigmail.test', '+short');
  assert.equal(answer, '10 mx.bigmail.test.\n');
});

test('dig follows delegations from the root by itself', { skip: dig.skip }, async () => {
  await using stage = await startDnsStage();
  const root = await digs(stage, 'a.root-servers.test', 'A', 'mx.bigmail.test', '+norecurse');
  assert.match(root, /AUTHORITY SECTION:\ntest\.\s+86400\s+IN\s+NS\s+ns\.registry\.test\./);
  assert.match(root, /ADDITIONAL SECTION:\nns\.registry\.test\./);
  assert.doesNotMatch(root, /flags:[^;]* aa/);
  const host = await digs(stage, 'ns2.dnshost.test', 'A', 'mx.bigmail.test', '+norecurse');
  assert.match(host, /flags:[^;]* aa/);
});

test(
  'dig gets an answer that is too large for a datagram over TCP',
  { skip: dig.skip },
  async () => {
    await using stage = await signedStage();
    const answer = await digs(stage, 'resolver.test', 'TXT', 'a.b.example.test');
    assert.match(answer, /Truncated, retrying in TCP mode/);
    assert.equal(answer.match(/x{200,255}/g)?.join('').length, 2_000);
  },
);

test('dig is answered politely whatever it asks for', { skip: dig.skip }, async () => {
  await using stage = await startDnsStage();
  for (const [args, status] of [
    [['AXFR', 'bigmail.test'], 'Transfer failed'],
    [['ANY', 'bigmail.test'], 'NOERROR'],
    [['TYPE65400', 'bigmail.test'], 'NOERROR'],
    [['CH', 'TXT', 'version.bind'], 'REFUSED'],
    [['A', 'not-there.test'], 'REFUSED'],
    [['A', 'bigmail.test', '+edns=7', '+noednsneg'], 'BADVERS'],
    [['A', 'bigmail.test', '+noedns'], 'NOERROR'],
    [['A', 'bigmail.test', '+opcode=2'], 'NOTIMP'],
  ] as const) {
    assert.match(
      await digs(stage, 'ns1.dnshost.test', ...args),
      new RegExp(status),
      args.join(' '),
    );
  }
});

test('delv validates every kind of answer from the root key on', { skip: delv.skip }, async () => {
  await using stage = await signedStage();
  for (const [name, type, said] of [
    ['example.test', 'MX', 'fully validated'],
    ['www.example.test', 'A', 'fully validated'],
    ['one.two.wild.example.test', 'TXT', 'fully validated'],
    ['a.b.example.test', 'TXT', 'fully validated'],
    ['example.test', 'DNSKEY', 'fully validated'],
    ['example.test', 'DS', 'fully validated'],
    ['example.test', 'AAAA', 'negative response, fully validated'],
    ['b.example.test', 'A', 'negative response, fully validated'],
    ['nobody.example.test', 'A', 'negative response, fully validated'],
    ['x.wild.example.test', 'A', 'negative response, fully validated'],
    ['bigmail.test', 'DS', 'negative response, fully validated'],
    ['nobody.test', 'A', 'negative response, fully validated'],
    ['com', 'NS', 'negative response, fully validated'],
    ['mx.bigmail.test', 'A', 'unsigned answer'],
  ] as const) {
    assert.match(await delvs(stage, name, type), new RegExp(`; ${said}`), `${name} ${type}`);
  }
});

test(
  'delv, which goes by the real time, still validates when the calendar is a year ahead',
  { skip: delv.skip },
  async () => {
    await using stage = await signedStage(365);
    assert.match(await delvs(stage, 'example.test', 'MX'), /; fully validated/);
    assert.match(await delvs(stage, 'nobody.test', 'A'), /; negative response, fully validated/);
  },
);

test('drill chases the signatures of an answer up to the root', { skip: drill.skip }, async () => {
  await using stage = await signedStage();
  const folder = await mkdtemp(path.join(tmpdir(), 'lab-dns-'));
  try {
    const file = path.join(folder, 'root.key');
    await writeFile(file, `. 3600 IN DNSKEY ${stage.dns.trustAnchor.dnskey}\n`);
    const { address, port } = stage.dns.resolver;
    const args = ['-S', '-k', file, '-p', String(port), 'example.test', `@${address}`, 'MX'];
    const { stdout } = await run(drill.path, args);
    assert.match(stdout, /Chase successful/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test(
  'dig sees a bogus zone as SERVFAIL with its cause, and the data with +cd',
  { skip: dig.skip },
  async () => {
    await using stage = await signedStage();
    await stage.dns.registrar.setDs('example.test', [`4711 13 2 ${'00'.repeat(32)}`]);
    stage.clock.advance(5 * 60_000);
    stage.dns.cache.flush();
    const answer = await digs(stage, 'resolver.test', 'MX', 'example.test');
    assert.match(answer, /status: SERVFAIL/);
    assert.match(answer, /EDE: 9 \(DNSKEY Missing\): \(no key of example\.test/);
    assert.equal(
      await digs(stage, 'resolver.test', 'MX', 'example.test', '+cd', '+short'),
      '10 mail.example.test.\n',
    );
  },
);
