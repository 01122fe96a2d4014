import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { silentLog } from '#log';
import { ensureSelfSigned } from './self-signed.ts';
import { readIdentity, TlsIdentities } from './tls-context.ts';

const NOW = Date.now();
const YEAR = 365 * 24 * 60 * 60 * 1000;

let parent: string;
before(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'hikyaku-tls-'));
});
after(() => rm(parent, { recursive: true }));

test('the first start makes a certificate for the host, localhost and 127.0.0.1, with a private key file', async () => {
  const folder = path.join(parent, 'first');
  const files = await ensureSelfSigned(folder, 'mail.example.test', NOW);
  assert.equal((await stat(files.key)).mode & 0o777, 0o600);
  const certificate = new X509Certificate(await readFile(files.certificate));
  for (const name of ['mail.example.test', 'localhost'])
    assert.equal(certificate.checkHost(name), name);
  assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1');
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  const years = (certificate.validToDate.getTime() - NOW) / YEAR;
  assert.ok(years > 9.9 && years < 10.1, `${years} years`);
  assert.equal((await readIdentity(files)).kind, 'identity');
});

test('it stays until the host has another name, it nears its end, or a file is gone', async () => {
  const folder = path.join(parent, 'stays');
  const fingerprint = async (hostname: string, now: number): Promise<string> => {
    const { certificate } = await ensureSelfSigned(folder, hostname, now);
    return new X509Certificate(await readFile(certificate)).fingerprint256;
  };
  const first = await fingerprint('mail.example.test', NOW);
  assert.equal(await fingerprint('mail.example.test', NOW + 9 * YEAR), first);
  const renamed = await fingerprint('mx.example.test', NOW);
  assert.notEqual(renamed, first);
  const renewed = await fingerprint('mx.example.test', NOW + 10 * YEAR);
  assert.notEqual(renewed, renamed);
  await unlink(path.join(folder, 'self-signed.key'));
  assert.notEqual(await fingerprint('mx.example.test', NOW), renewed);
});

test('a certificate is taken again when it changed, and not when the pair does not fit', async () => {
  const one = await ensureSelfSigned(path.join(parent, 'one'), 'one.example.test', NOW);
  const two = await ensureSelfSigned(path.join(parent, 'two'), 'two.example.test', NOW);
  const files = { certificate: path.join(parent, 'live.crt'), key: path.join(parent, 'live.key') };
  await writeFile(files.certificate, await readFile(one.certificate));
  await writeFile(files.key, await readFile(one.key));
  const opened = await TlsIdentities.open(files, silentLog);
  assert.ok(opened.kind === 'open');
  using tls = opened.tls;
  const before = tls.current;
  assert.equal(await tls.reload(), false);
  await writeFile(files.certificate, await readFile(two.certificate));
  assert.equal(await tls.reload(), false);
  assert.equal(tls.current, before);
  await writeFile(files.key, await readFile(two.key));
  await tls.reload();
  assert.notEqual(tls.current.fingerprint, before.fingerprint);
});

test('what cannot be used says why and what to do', async () => {
  const { certificate, key } = await ensureSelfSigned(path.join(parent, 'bad'), 'a.test', NOW);
  const other = await ensureSelfSigned(path.join(parent, 'other'), 'b.test', NOW);
  const garbage = path.join(parent, 'garbage.pem');
  await writeFile(garbage, 'no PEM');
  for (const [files, reason] of [
    [{ certificate: path.join(parent, 'absent'), key }, /ENOENT/],
    [{ certificate: garbage, key }, /garbage\.pem/],
    [{ certificate, key: garbage }, /garbage\.pem/],
    [{ certificate, key: other.key }, /the key is not that of the first certificate/],
  ] as const) {
    const read = await readIdentity(files);
    assert.ok(read.kind === 'unusable');
    assert.match(read.reason, reason);
    assert.notEqual(read.remedy, '');
  }
});
