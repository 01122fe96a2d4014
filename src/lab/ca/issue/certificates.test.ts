import assert from 'node:assert/strict';
import { X509Certificate, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect as connectTcp, isIP, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { connect, createServer } from 'node:tls';
import type { PemPair } from '#mail/certificates/x509';
import { handshake } from '#clients/smtp/tls';
import { AcmeProblem } from '#lab/ca/problem';
import { makeHostCertificate, newSerial } from './certificates.ts';
import { Issuance } from './issuance.ts';
import { keepAuthority, type Authority } from './keep-authority.ts';

const NOW = Date.now();
const DAY = 24 * 60 * 60 * 1000;
const YEAR = 365 * DAY;

let parent: string;
let authority: Authority;
before(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'hikyaku-ca-'));
  authority = await keepAuthority(path.join(parent, 'first'), NOW);
});
after(() => rm(parent, { recursive: true }));

/** What a client that trusts the root alone has against a server. */
async function objection(pair: PemPair, name: string): Promise<string | undefined> {
  await using server = createServer({ ...pair });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({
    socket: connectTcp(port, '127.0.0.1'),
    host: name,
    ...(isIP(name) === 0 && { servername: name }),
    ca: authority.rootPem,
  });
  const seen = await once(socket, 'secureConnect').then(
    () => undefined,
    (error: Error) => error.message,
  );
  socket.destroy();
  return seen;
}

test('who trusts the root alone takes what is issued, by name and by loopback address', async () => {
  const issuance = new Issuance(authority, () => NOW);
  const names = ['mx.bigmail.test', '*.bigmail.test'];
  const pair = await issuance.direct(names, { addresses: ['127.20.1.25'] });
  assert.equal(await objection(pair, 'mx.bigmail.test'), undefined);
  assert.equal(await objection(pair, 'www.bigmail.test'), undefined);
  assert.equal(await objection(pair, '127.20.1.25'), undefined);
  assert.match((await objection(pair, 'other.test'))!, /altnames/);
  await assert.rejects(issuance.direct(['gmail.com']), AcmeProblem);
  await assert.rejects(issuance.direct([]), AcmeProblem);
});

test('the root is good for no name outside: whoever trusts it risks nothing', async () => {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const make = async (names: string[], addresses: string[] = []): Promise<PemPair> => {
    const certificate = await makeHostCertificate(authority.intermediate, {
      names,
      addresses,
      publicKey: createPublicKey(keys.privateKey).export({ type: 'spki', format: 'der' }),
      serial: newSerial(),
      notBefore: NOW - DAY,
      notAfter: NOW + DAY,
    });
    return {
      cert: `${certificate}${authority.intermediate.certificate}`,
      key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  };
  assert.match(
    (await objection(await make(['mail.example.com']), 'mail.example.com'))!,
    /permitted subtree violation/,
  );
  assert.match(
    (await objection(await make(['a.test'], ['192.0.2.1']), '192.0.2.1'))!,
    /permitted subtree violation/,
  );
  const long = `${'a'.repeat(63)}.${'b'.repeat(63)}.test`;
  assert.equal(await objection(await make([long]), long), undefined);
});

test('an SMTP client that is handed the root verifies an MX host', async () => {
  const issuance = new Issuance(authority, () => NOW);
  await using server = createServer(await issuance.direct(['mx.bigmail.test']));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connectTcp((server.address() as AddressInfo).port, '127.0.0.1');
  const secured = await handshake(socket, {
    serverName: 'mx.bigmail.test',
    ca: [authority.rootPem],
    timeoutMs: 10_000,
  });
  assert.ok(secured.kind === 'secured');
  assert.deepEqual(secured.facts.peer, { kind: 'verified', name: 'mx.bigmail.test' });
  secured.socket.destroy();
});

test('keys are for nobody else to read, and stay what they are', async () => {
  const folder = path.join(parent, 'stays');
  const first = await keepAuthority(folder, NOW);
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  for (const name of ['root.key', 'intermediate.key']) {
    assert.equal((await stat(path.join(folder, name))).mode & 0o777, 0o600);
  }
  assert.deepEqual(await keepAuthority(folder, NOW), first);
  assert.equal(await readFile(path.join(folder, 'root.pem'), 'utf8'), first.rootPem);
  // the intermediate ends first, and the root goes on
  const later = await keepAuthority(folder, NOW + 9.5 * YEAR);
  assert.equal(later.rootPem, first.rootPem);
  assert.notEqual(later.intermediate.certificate, first.intermediate.certificate);
  const last = await keepAuthority(folder, NOW + 19.5 * YEAR);
  assert.notEqual(last.rootPem, first.rootPem);
});

test('a start that was broken off is made good, a key that does not fit is told', async () => {
  const folder = path.join(parent, 'broken');
  const first = await keepAuthority(folder, NOW);
  await unlink(path.join(folder, 'intermediate.pem'));
  const mended = await keepAuthority(folder, NOW);
  assert.equal(mended.rootPem, first.rootPem);
  await unlink(path.join(folder, 'root.key'));
  const anew = await keepAuthority(folder, NOW);
  assert.notEqual(anew.rootPem, first.rootPem);
  const above = new X509Certificate(anew.rootPem);
  assert.ok(new X509Certificate(anew.intermediate.certificate).verify(above.publicKey));
  await writeFile(
    path.join(folder, 'root.key'),
    await readFile(path.join(folder, 'intermediate.key')),
  );
  await assert.rejects(keepAuthority(folder, NOW), /root\.pem cannot be used: .* is not its key/);
});
