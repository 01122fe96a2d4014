/** `hikyaku tls policy`, run as a person runs it, against a declared DNS whose AD bit counts since it is on this machine. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { declaredZone } from '../../../test/support/dns/declared-zone.ts';
import { serveZone, type ZoneServer } from '../../../test/support/dns/declared-zone-server.ts';
import { runProgram } from '../../../test/support/program/run-once.ts';

const SIGNED = { authenticated: true };

let server: ZoneServer;
before(async () => {
  const zone = declaredZone({
    'signed.test': { MX: '10 mx.signed.test', ...SIGNED },
    'mx.signed.test': { A: '192.0.2.1', ...SIGNED },
    '_25._tcp.mx.signed.test': { TLSA: `3 1 1 ${'ab'.repeat(32)}`, ...SIGNED },
    'bogus.test': { MX: '10 mx.bogus.test', ...SIGNED },
    'mx.bogus.test': { A: '192.0.2.1', ...SIGNED },
    '_25._tcp.mx.bogus.test': { fault: 'servfail' },
    'plain.test': { MX: '10 mx.plain.test' },
    'mx.plain.test': { A: '192.0.2.1' },
    '_mta-sts.plain.test': { TXT: 'v=STSv1; id=1;' },
    'mta-sts.plain.test': { A: '127.0.0.1' },
    'none.test': { MX: '0 .' },
  });
  server = await serveZone(zone);
});
after(() => server[Symbol.asyncDispose]());

async function policy(...words: readonly string[]): Promise<{ code: number; text: string }> {
  const dns = ['--dns', `127.0.0.1:${server.port}`];
  const data = ['--set', 'data_dir=/nonexistent'];
  const { code, stdout, stderr } = await runProgram(['tls', 'policy', ...words, ...dns, ...data]);
  return { code, text: (stdout + stderr).replaceAll(/\s+/g, ' ') };
}

test('what is asked of a host by DANE is told with its records', async () => {
  const { code, text } = await policy('signed.test');
  assert.equal(code, 0);
  assert.match(
    text,
    /TLS with signed\.test Mail goes to mx\.signed\.test only under TLS with a cert/,
  );
  assert.match(text, /at _25\._tcp\.mx\.signed\.test, signed by DNSSEC: 3 1 1 abab/);
  assert.match(text, /\[RFC 7672 §2\.2\]/);
});

test('a look-up of TLSA records that fails stops the mail, and the command says that it is not well', async () => {
  const { code, text } = await policy('bogus.test', '--lang', 'ja');
  assert.equal(code, 1);
  assert.match(text, /送信を見合わせます/);
  assert.match(text, /攻撃者が隠しているおそれ/);
});

test('a policy host on a private address is not asked, and without a policy TLS is only tried', async () => {
  const { code, text } = await policy('plain.test');
  assert.equal(code, 0);
  assert.match(text, /where it is offered, else in clear/);
  assert.match(
    text,
    /could not be fetched: the policy host has no public address \(127\.0\.0\.1\)/,
  );
});

test('with --json the hosts stand with what they are held to', async () => {
  const { text } = await policy('signed.test', '--json');
  const report = JSON.parse(text) as { hosts: unknown; steps: { key: string; text: string }[] };
  assert.deepEqual(report.hosts, [
    {
      name: 'mx.signed.test',
      port: 25,
      preference: 10,
      tls: 'required',
      policy: 'tlsa',
      policyDomain: 'mx.signed.test',
      mode: null,
    },
  ]);
  assert.ok(report.steps.every(({ key, text: told }) => key !== '' && told !== ''));
});

test('a domain that takes no mail, and what is no domain, are not well', async () => {
  const none = await policy('none.test');
  assert.equal(none.code, 1);
  assert.match(none.text, /No mail can be sent there/);
  assert.equal((await policy('no domain')).code, 2);
});
