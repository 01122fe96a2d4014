/** The certificate authority of the practice Internet and our own keeper of certificates: orders, proofs, renewals, refusals. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { RenewedLine } from '#mail/certificates/keeper';
import type { OrderFailure } from '#mail/certificates/order-steps';
import { fetchStsPolicy } from '#mail/tls-policy/fetch-policy';
import { currentCertificates, type StoredCertificate } from '#store/certificates/certificates';
import { certificateOrders } from '#store/certificates/orders';
import { addCertificateRequest } from '#store/certificates/requests';
import {
  CertificateNode,
  type CertificateNodeOptions,
} from '../../support/certificates/ordering-node.ts';
import { serveZone } from '../../support/dns/declared-zone-server.ts';
import { startHttpsHost } from '../../support/sockets/https-host.ts';
import { startTestCa, type TestCa } from '../../support/lab/ca.ts';
import { freePort } from '../../support/machine/loopback-port.ts';
import { openTestStore, type TestStore } from '../../support/store/store.ts';

const HOST = 'mail.example.test';
const DAY = 24 * 60 * 60 * 1000;

let lab: TestCa;
let opened: TestStore;
beforeEach(async () => {
  lab = await startTestCa();
  lab.zone.declare(HOST, { A: '127.0.0.1' });
  opened = await openTestStore();
});
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  await lab[Symbol.asyncDispose]();
});

function node(options: Partial<CertificateNodeOptions> = {}): CertificateNode {
  return new CertificateNode({
    store: opened.store,
    pebble: { directory: lab.ca.directoryUrl, caFile: lab.ca.rootFile },
    network: { resolver: lab.zone, dialer: lab.dialer },
    resolver: lab.zone,
    hostname: HOST,
    ...options,
  });
}

async function nodeByHttp(options: Partial<CertificateNodeOptions> = {}): Promise<CertificateNode> {
  const one = node(options);
  lab.ports.set(80, await one.answerHttp(0));
  return one;
}

async function only(): Promise<StoredCertificate> {
  const certificates = await currentCertificates(opened.store.pool);
  assert.equal(certificates.length, 1);
  return certificates[0]!;
}

/** By the root alone, as anybody would who trusts it. */
function assertTrusted(chain: string, rootPem: string, name: string): void {
  const [own, above] = chain.split(/(?=-----BEGIN)/).map((pem) => new X509Certificate(pem));
  const root = new X509Certificate(rootPem);
  assert.ok(above!.verify(root.publicKey));
  assert.ok(own!.verify(above!.publicKey));
  assert.ok(own!.checkIssued(above!) && above!.checkIssued(root));
  assert.notEqual(own!.checkHost(name), undefined);
}

function issued(lines: readonly RenewedLine[]): void {
  assert.equal(lines[0]?.kind, 'issued', JSON.stringify(lines));
}

function failureIn(lines: readonly RenewedLine[]): OrderFailure {
  const failed = lines.find(({ kind }) => kind === 'failed');
  assert.ok(failed?.kind === 'failed', JSON.stringify(lines));
  return failed.failure;
}

test('HTTP-01: the authority finds the host by its resolver, comes to port 80, and what it did can be read', async () => {
  await using one = await nodeByHttp();
  issued((await one.renew()).lines);
  const { chain, notAfter } = await only();
  assertTrusted(chain, lab.ca.rootPem, HOST);
  const days = (notAfter - Date.now()) / DAY;
  assert.ok(days > 89.9 && days < 90, `${days} days`);
  assert.ok(lab.dialled.includes('127.0.0.1:80'));
  const [order] = lab.ca.orders();
  assert.deepEqual([order!.status, order!.names], ['valid', [HOST]]);
  assert.deepEqual(
    order!.steps.filter(({ step }) => step !== 'asked-dns').map(({ step }) => step),
    ['ordered', 'challenged', 'dialled', 'http-answer', 'caa-none', 'proved', 'caa-none', 'issued'],
  );
});

test('TLS-ALPN-01: the certificate of the challenge is looked at on port 443', async () => {
  await using one = node({ settings: { challenge: { type: 'tls-alpn-01' }, keyType: 'rsa' } });
  lab.ports.set(443, await one.answerTls(0));
  issued((await one.renew()).lines);
  const { chain } = await only();
  assertTrusted(chain, lab.ca.rootPem, HOST);
  assert.equal(new X509Certificate(chain).publicKey.asymmetricKeyType, 'rsa');
  assert.deepEqual(
    lab.dialled.filter((at) => at.endsWith(':80')),
    [],
  );
});

test('DNS-01: a wildcard is proved by a record, which the hook wrote', async () => {
  await using servers = await serveZone(lab.zone);
  lab.zone.declare('example.test', { NS: 'ns.example.test' });
  lab.zone.declare('ns.example.test', { A: servers.address });
  await using panel = createServer((asked, answer) => {
    const { searchParams } = new URL(asked.url!, 'http://panel');
    const name = searchParams.get('name')!;
    if (searchParams.get('action') === 'add') {
      lab.zone.declare(name, { TXT: searchParams.get('value')! });
    } else lab.zone.withdraw(name);
    answer.end();
  });
  panel.listen(0, '127.0.0.1');
  await once(panel, 'listening');
  const script = `
    const { ACME_ACTION: action, ACME_NAME: name, ACME_VALUE: value } = process.env;
    fetch('http://127.0.0.1:${(panel.address() as AddressInfo).port}/?' + new URLSearchParams({ action, name, value }))
      .then((answer) => process.exit(answer.ok ? 0 : 1));`;
  await addCertificateRequest(opened.store.pool, ['*.example.test'], Date.now());
  await using one = node({
    hostname: 'localhost',
    settings: {
      challenge: {
        type: 'dns-01',
        hook: { command: [process.execPath, '-e', script], timeout: 20_000 },
        patience: 20_000,
        port: servers.port,
      },
    },
  });
  issued((await one.renew()).lines);
  const { chain } = await only();
  assertTrusted(chain, lab.ca.rootPem, 'anything.example.test');
  assert.ok(lab.zone.asked().includes('TXT _acme-challenge.example.test'));
  const after = await lab.zone.resolve('_acme-challenge.example.test', 'TXT');
  assert.equal(after.kind, 'nxdomain');
});

test('a renewal says what it replaces (RFC 9773)', async () => {
  await using one = await nodeByHttp();
  issued((await one.renew()).lines);
  const first = await only();
  issued((await one.renew({ force: true })).lines);
  const second = await only();
  assert.notEqual(second.fingerprint, first.fingerprint);
  assert.ok(lab.ca.orders()[0]!.steps.some(({ step }) => step === 'replaces'));
});

test('a recalled certificate is renewed once the keeper has asked (RFC 9773)', async () => {
  lab.ca.rules.askRenewalAgain = 0;
  await using one = await nodeByHttp();
  issued((await one.renew()).lines);
  const { askRenewalAt, renewAt } = await only();
  assert.ok(renewAt > Date.now() + 50 * DAY);
  assert.equal(lab.ca.recall(HOST), 1);
  assert.equal(lab.ca.recall('other.test'), 0);
  const clock = {
    now: () => Math.max(Date.now(), askRenewalAt!) + 1,
    monotonic: () => performance.now(),
    sleep: () => Promise.resolve(),
  };
  await using later = await nodeByHttp({ clock });
  await later.renew({ sets: [] });
  const moved = await only();
  assert.ok(moved.renewAt < Date.now());
  assert.match(moved.explanation!, /\/why-renew$/);
});

test('a short profile is for seven days', async () => {
  lab.ca.rules.profile = 'short';
  await using one = await nodeByHttp();
  issued((await one.renew()).lines);
  const { notAfter } = await only();
  assert.ok(notAfter - Date.now() < 7 * DAY && notAfter - Date.now() > 6.9 * DAY);
});

test('nonces that are refused now and then stop nobody who tries again', async () => {
  let asked = 0;
  // every second one
  await using other = await startTestCa({ random: () => (asked++ % 2 === 0 ? 0 : 0.9) });
  other.ca.rules.refusedNonces = 0.5;
  other.zone.declare(HOST, { A: '127.0.0.1' });
  await using one = node({
    pebble: { directory: other.ca.directoryUrl, caFile: other.ca.rootFile },
    network: { resolver: other.zone, dialer: other.dialer },
  });
  other.ports.set(80, await one.answerHttp(0));
  issued((await one.renew()).lines);
  const [order] = await certificateOrders(opened.store.pool);
  assert.ok(order!.steps.some(({ key }) => key === 'nonces'));
});

test('a wrong answer is told with what was found', async () => {
  await using liar = createServer((_asked, answer) => answer.end('something else'));
  liar.listen(0, '127.0.0.1');
  await once(liar, 'listening');
  lab.ports.set(80, (liar.address() as AddressInfo).port);
  await using one = node();
  const failure = failureIn((await one.renew()).lines);
  assert.equal(failure.cause, 'unauthorized');
  assert.match(failure.text, /did not match this challenge\. Expected .* \(got "something else"\)/);
  assert.equal(lab.ca.orders()[0]!.status, 'invalid');
});

test('nobody on port 80 is told as such', async () => {
  lab.ports.set(80, 1);
  await using one = node();
  const failure = failureIn((await one.renew()).lines);
  assert.equal(failure.cause, 'connection');
  assert.match(failure.text, /127\.0\.0\.1: refused/);
});

test('CAA that names somebody else forbids, wherever upwards it stands', async () => {
  lab.zone.declare('example.test', { CAA: ['0 issue letsencrypt.org'] });
  await using one = await nodeByHttp();
  const failure = failureIn((await one.renew()).lines);
  assert.equal(failure.cause, 'caa');
  assert.match(failure.text, /CAA record for example\.test prevents issuance/);
  lab.zone.declare('example.test', { CAA: ['0 issue letsencrypt.org', '0 issue ca.test'] });
  issued((await one.renew({ force: true })).lines);
});

test('a provider with certificates of the authority has its policy fetched by who is handed the root, and by nobody else', async () => {
  const policy = 'version: STSv1\nmode: enforce\nmx: mx.bigmail.test\nmax_age: 604800\n';
  await using host = await startHttpsHost(await lab.ca.issue(['mta-sts.bigmail.test']), policy);
  lab.zone.declare('mta-sts.bigmail.test', { A: '127.0.0.1' });
  lab.ports.set(443, host.port);
  const parts = { resolver: lab.zone, dialer: lab.dialer, mayReach: () => true };
  const { signal } = new AbortController();
  const trusting = { ...parts, ca: lab.ca.trustedRoots };
  const fetched = await fetchStsPolicy('bigmail.test', trusting, signal);
  assert.ok(fetched.kind === 'policy', JSON.stringify(fetched));
  assert.equal(fetched.policy.mode, 'enforce');
  const refused = await fetchStsPolicy('bigmail.test', parts, signal);
  assert.ok(refused.kind === 'failed' && refused.result === 'sts-webpki-invalid');
});

test('too many certificates for the same names are refused while the rule is on, with the time to wait', async () => {
  lab.ca.rules.rateLimits = true;
  await using one = await nodeByHttp();
  for (let i = 0; i < 5; i++) {
    await opened.store.pool.query('delete from certificates');
    await opened.store.pool.query('delete from certificate_orders');
    issued((await one.renew({ force: true })).lines);
  }
  await opened.store.pool.query('delete from certificates');
  await opened.store.pool.query('delete from certificate_orders');
  const failure = failureIn((await one.renew({ force: true })).lines);
  assert.equal(failure.cause, 'rateLimited');
  assert.match(failure.text, /exact set of identifiers/);
  assert.ok(failure.retryAfter! > 6 * DAY);
  assert.equal(lab.ca.orders()[0]!.status, 'refused');
});

test('the root lasts, and the URL of an account follows from its key', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-lab-ca-'));
  // one that nobody takes between the two
  const port = await freePort();
  const first = await startTestCa({ folder, port });
  const { directoryUrl, rootFile, rootPem } = first.ca;
  const renewAt = async ({ zone, ports, dialer }: TestCa): Promise<void> => {
    zone.declare(HOST, { A: '127.0.0.1' });
    await using one = node({
      pebble: { directory: directoryUrl, caFile: rootFile },
      network: { resolver: zone, dialer },
    });
    ports.set(80, await one.answerHttp(0));
    issued((await one.renew({ force: true })).lines);
  };
  const accounts = () => opened.store.pool.query('select url from acme_accounts');
  await renewAt(first);
  const { rows: before } = await accounts();
  await first[Symbol.asyncDispose]();
  await using second = await startTestCa({ folder, port });
  await renewAt(second);
  assert.equal(second.ca.rootPem, rootPem);
  assert.deepEqual((await accounts()).rows, before);
  assertTrusted((await only()).chain, rootPem, HOST);
  await rm(folder, { recursive: true });
});
