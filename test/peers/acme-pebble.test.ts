/** Orders from Pebble, a real certificate authority for tests, which validates, refuses nonces and forgets everything. */
import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { connect, type ConnectionOptions } from 'node:tls';
import { httpsTransport } from '#clients/acme/request';
import { systemClock } from '#clock';
import type { EventStep } from '#events';
import { silentLog } from '#log';
import type { RenewedLine } from '#mail/certificates/keeper';
import { dueAt } from '#mail/certificates/lines';
import type { OrderFailure } from '#mail/certificates/order-steps';
import { publicKeyDigest } from '#mail/certificates/x509';
import { remedyFor } from '#mail/story/tell/tell-certificate';
import { accountKey, signRequest } from '#protocol/acme/jws';
import { readAcmeAccount, type AcmeAccount } from '#store/certificates/accounts';
import { takeCertificateLease } from '#store/certificates/lease';
import { currentCertificates, type StoredCertificate } from '#store/certificates/certificates';
import { beginOrder, certificateOrders } from '#store/certificates/orders';
import { addCertificateRequest } from '#store/certificates/requests';
import { openStore, type Store } from '#store/database/open';
import {
  CertificateNode,
  type CertificateNodeOptions,
} from '../support/certificates/ordering-node.ts';
import { declaredZone } from '../support/dns/declared-zone.ts';
import { Pebble, pebblePeer } from '../support/peers/pebble.ts';
import { eventually } from '../support/program/running-server.ts';
import { openTestStore, type TestStore } from '../support/store/store.ts';

describe('certificates from Pebble', { skip: pebblePeer.skip }, () => {
  let pebble: Pebble;
  let opened: TestStore;
  before(async () => {
    pebble = await Pebble.start();
  });
  after(async () => {
    await pebble[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    opened = await openTestStore();
  });
  afterEach(async () => {
    await opened[Symbol.asyncDispose]();
  });

  function node(options: Partial<CertificateNodeOptions> = {}): CertificateNode {
    return new CertificateNode({
      store: opened.store,
      pebble,
      hostname: 'mail.a.test',
      ...options,
    });
  }

  test('HTTP-01: the host gets a certificate of its name, by its root', async () => {
    await using one = node();
    await one.answerHttp(pebble.httpPort);
    const { lines } = await one.renew();
    assert.equal(lines[0]?.kind, 'issued', JSON.stringify(lines));
    const [certificate] = await currentCertificates(opened.store.pool);
    await assertIssuedBy(pebble, certificate!, ['mail.a.test']);
    const [order] = await certificateOrders(opened.store.pool);
    assert.deepEqual(
      order!.steps.map(({ key }) => key).filter((key) => key !== 'nonces'),
      [
        'directory',
        'account-new',
        'ordered',
        'answer-http',
        'responded',
        'validated',
        'finalized',
        'issued',
      ],
    );
  });

  test('TLS-ALPN-01: only who offers acme-tls/1 alone is shown the challenge', async () => {
    await using one = node({ settings: { challenge: { type: 'tls-alpn-01' } } });
    await one.answerTls(pebble.tlsPort);
    const challenge = {
      type: 'tls-alpn-01',
      name: 'other.a.test',
      token: 'token',
      keyAuthorization: 'token.x',
    } as const;
    await one.challenges.put(challenge);
    const ask = (servername: string, ALPNProtocols: string[]) =>
      shown(pebble.tlsPort, { servername, ALPNProtocols });
    const answer = await ask('other.a.test', ['acme-tls/1']);
    assert.equal(answer.protocol, 'acme-tls/1');
    assert.equal(answer.certificate?.subjectAltName, 'DNS:other.a.test');
    const usual = await ask('other.a.test', ['http/1.1']);
    assert.equal(usual.protocol, 'http/1.1');
    assert.equal(usual.certificate?.subjectAltName, 'DNS:fallback.test');
    assert.equal((await ask('other.a.test', ['acme-tls/1', 'http/1.1'])).protocol, 'http/1.1');
    assert.match((await ask('unknown.a.test', ['acme-tls/1'])).error!, /no.application.protocol/i);
    const { lines } = await one.renew();
    assert.equal(lines[0]?.kind, 'issued', JSON.stringify(lines));
    // the challenge is gone with its order
    assert.equal(one.challenges.alpnCertificate('mail.a.test'), undefined);
  });

  test('DNS-01: the hook writes, all name servers show it, a wildcard is issued, and the hook cleans up', async () => {
    const seen = await mkdtemp(path.join(tmpdir(), 'hikyaku-hook-'));
    const script = `
      const { ACME_ACTION: action, ACME_NAME: name, ACME_VALUE: value } = process.env;
      require('node:fs').appendFileSync(${JSON.stringify(path.join(seen, 'calls'))}, action + ' ' + name + '\\n');
      const call = action === 'add' ? 'set-txt' : 'clear-txt';
      fetch('${pebble.dnsManagement}/' + call, { method: 'POST', body: JSON.stringify({ host: name + '.', value }) })
        .then((answer) => process.exit(answer.ok ? 0 : 1));`;
    await using one = node({
      resolver: declaredZone({ 'a.test': { NS: 'ns.a.test' }, 'ns.a.test': { A: '127.0.0.1' } }),
      hostname: 'localhost',
      settings: {
        challenge: {
          type: 'dns-01',
          hook: { command: [process.execPath, '-e', script], timeout: 20_000 },
          patience: 20_000,
          port: pebble.dnsPort,
        },
      },
    });
    const names = ['*.a.test', 'b.a.test'];
    await addCertificateRequest(opened.store.pool, names, Date.now());
    const { lines } = await one.renew();
    assert.equal(lines[0]?.kind, 'issued', JSON.stringify(lines));
    const [certificate] = await currentCertificates(opened.store.pool);
    await assertIssuedBy(pebble, certificate!, ['anything.a.test', 'b.a.test']);
    const calls = (await readFile(path.join(seen, 'calls'), 'utf8')).trim().split('\n').sort();
    assert.deepEqual(calls, [
      'add _acme-challenge.a.test',
      'add _acme-challenge.b.a.test',
      'remove _acme-challenge.a.test',
      'remove _acme-challenge.b.a.test',
    ]);
    await rm(seen, { recursive: true });
  });

  test('DNS-01: what the name servers do not show is not asked about, and told', async () => {
    await using one = node({
      resolver: declaredZone({ 'a.test': { NS: 'ns.a.test' }, 'ns.a.test': { A: '127.0.0.1' } }),
      settings: {
        challenge: {
          type: 'dns-01',
          hook: { command: ['/bin/true'], timeout: 20_000 },
          patience: 500,
          port: pebble.dnsPort,
        },
      },
    });
    const { lines } = await one.renew();
    assert.equal(failureIn(lines).cause, 'not-propagated');
    assert.match(
      failureIn(lines).text,
      /127\.0\.0\.1 .* did not show _acme-challenge\.mail\.a\.test/,
    );
  });

  test('a hook that fails is told with what it said, without a shell', async () => {
    const command = ['/bin/ls', '/nowhere; touch /tmp/never'];
    const dns = { hook: { command, timeout: 5000 }, patience: 500, port: 53 };
    await using one = node({ settings: { challenge: { type: 'dns-01', ...dns } } });
    const { lines } = await one.renew();
    assert.equal(failureIn(lines).cause, 'hook-failed');
    assert.match(failureIn(lines).text, /ended with 2: .*nowhere; touch/);
  });

  test('a name that is not in the DNS is not ordered, told once, and looked for again soon', async () => {
    const resolver = declaredZone({ 'mail.a.test': { AAAA: '::1' } });
    await using one = node({ resolver, published: ['mta-sts.a.test'] });
    await one.answerHttp(pebble.httpPort);
    const { lines } = await one.renew();
    assert.equal(lines[0]?.kind, 'issued', JSON.stringify(lines));
    assert.equal(failureIn(lines).cause, 'not-in-dns');
    await one.renew();
    assert.equal(one.events.filter(({ type }) => type === 'certificate.failed').length, 1);
    // who knows better may say so
    const sets = [['mta-sts.a.test']];
    assert.equal((await one.renew({ sets, force: true })).lines[0]?.kind, 'issued');
  });

  test('several names: the host and what is published each have their own, what was asked for is one', async () => {
    await using one = node({ published: ['mta-sts.a.test', 'autoconfig.a.test', 'www.a.test'] });
    await one.answerHttp(pebble.httpPort);
    await addCertificateRequest(opened.store.pool, ['www.a.test', 'www.b.test'], Date.now());
    const { lines } = await one.renew();
    assert.deepEqual(
      lines.map(({ kind, names }) => `${kind} ${names.join(' ')}`),
      [
        'issued mail.a.test',
        'issued mta-sts.a.test',
        'issued autoconfig.a.test',
        'issued www.a.test www.b.test',
      ],
    );
  });

  test('RSA keys, and the key stays unless another is wanted, which was known before', async () => {
    await using one = node({ settings: { keyType: 'rsa' } });
    await one.answerHttp(pebble.httpPort);
    const digests = async () => {
      const [{ privateKey, nextKey }] = (await currentCertificates(opened.store.pool)) as [
        StoredCertificate,
      ];
      return [publicKeyDigest(privateKey), publicKeyDigest(nextKey!)];
    };
    await one.renew();
    const [first, second] = await digests();
    await one.renew({ force: true });
    assert.deepEqual(await digests(), [first, second]);
    await one.renew({ force: true, newKey: true });
    const [third, fourth] = await digests();
    assert.equal(third, second);
    assert.notEqual(fourth, first);
    const [{ chain }] = (await currentCertificates(opened.store.pool)) as [StoredCertificate];
    assert.equal(new X509Certificate(chain).publicKey.asymmetricKeyType, 'rsa');
    const { rows } = await opened.store.pool.query(
      'select count(*)::integer as all, count(private_key)::integer as keys from certificates',
    );
    assert.deepEqual(rows, [{ all: 3, keys: 1 }]);
  });

  test('what is not due is left alone, and too many for the same names are refused here', async () => {
    await using one = node();
    await one.answerHttp(pebble.httpPort);
    await one.renew();
    const { lines } = await one.renew();
    assert.equal(lines[0]?.kind, 'not-due');
    for (let i = 0; i < 3; i++) await one.renew({ force: true });
    const tooMany = await one.renew({ force: true });
    assert.equal(failureIn(tooMany.lines).cause, 'many-of-the-same');
    // what there is is served on
    assert.equal((await currentCertificates(opened.store.pool)).length, 1);
  });

  test('an authority that forgot everything gets the account again, by the same key', async () => {
    await using one = node();
    await one.answerHttp(pebble.httpPort);
    await one.renew();
    await pebble.restart();
    const { lines } = await one.renew({ force: true });
    assert.equal(lines[0]?.kind, 'issued', JSON.stringify(lines));
    const keys = stepKeys(lines);
    assert.ok(keys.indexOf('account-forgotten') < keys.indexOf('account-new'), keys.join(' '));
    // and once more without any trouble
    const again = await one.renew({ force: true });
    assert.equal(again.lines[0]?.kind, 'issued');
    assert.ok(!stepKeys(again.lines).includes('account-forgotten'));
  });

  test('an account that was deactivated stays so: another key gets an account, and the next order is its own', async () => {
    await using one = node();
    await one.answerHttp(pebble.httpPort);
    await one.renew();
    const before = await readAcmeAccount(opened.store.pool, pebble.directory);
    await deactivate(pebble, before!);
    const { lines } = await one.renew({ force: true });
    assert.equal(lines[0]?.kind, 'issued', JSON.stringify(lines));
    const keys = stepKeys(lines);
    const [lost, fresh, made] = ['account-forgotten', 'account-key-new', 'account-new'].map((key) =>
      keys.indexOf(key),
    );
    assert.ok(lost! >= 0 && fresh! > lost! && made! > fresh!, keys.join(' '));
    const after = await readAcmeAccount(opened.store.pool, pebble.directory);
    assert.notEqual(after!.url, before!.url);
    assert.notDeepEqual(after!.privateKey, before!.privateKey);
    // from here on it is an account like any other
    const again = await one.renew({ force: true });
    assert.equal(again.lines[0]?.kind, 'issued');
    assert.ok(stepKeys(again.lines).includes('account-known'));
  });

  test('an account key that was lost is replaced', async () => {
    await using one = node();
    await one.answerHttp(pebble.httpPort);
    await one.renew();
    await opened.store.pool.query('delete from acme_accounts');
    const { lines } = await one.renew({ force: true });
    assert.equal(lines[0]?.kind, 'issued', JSON.stringify(lines));
    assert.ok(stepKeys(lines).includes('account-new'));
  });

  test('a wrong answer is told by the words of the authority, and the certificate before is served on', async () => {
    await using liar = createServer((_asked, answer) => answer.end('something else'));
    await using one = node();
    liar.listen(pebble.httpPort, '127.0.0.1');
    await once(liar, 'listening');
    const { lines } = await one.renew();
    const failure = failureIn(lines);
    assert.ok(['unauthorized', 'incorrectResponse'].includes(failure.cause), failure.cause);
    assert.match(failure.type!, /^urn:ietf:params:acme:error:/);
    assert.match(failure.text, /something else|key authorization/i);
    assert.equal(failure.name, 'mail.a.test');
    assert.ok(remedyFor(failure.cause, 'ja'));
    const [order] = await certificateOrders(opened.store.pool);
    assert.equal(order!.state, 'failed');
    assert.equal(order!.failures, 1);
    // nothing is left of the challenge
    const { rows } = await opened.store.pool.query('select from acme_challenges');
    assert.equal(rows.length, 0);
    assert.deepEqual(
      one.events.map(({ type }) => type),
      ['certificate.failed'],
    );
  });

  test('nobody on port 80 is told as such', async () => {
    await using one = node();
    const { lines } = await one.renew();
    assert.equal(failureIn(lines).cause, 'connection');
    assert.match(failureIn(lines).text, /refused/i);
  });

  test('an authority that is down is tried again soon, and nothing breaks', async () => {
    await using one = node();
    await one.answerHttp(pebble.httpPort);
    await pebble.stop();
    const { lines } = await one.renew();
    assert.equal(failureIn(lines).cause, 'unreachable');
    const line = lines[0] as Extract<(typeof lines)[0], { kind: 'failed' }>;
    assert.ok(line.nextAt - Date.now() < 7 * 60_000);
    await pebble.restart();
    const again = await one.renew();
    assert.equal(again.lines[0]?.kind, 'issued', JSON.stringify(again.lines));
  });

  test('two nodes on one database make one order, and any node answers for it', async () => {
    const other = await openStore({
      connection: opened.database.connection,
      clock: systemClock,
      log: silentLog,
      allowUnsafe: ['fsync', 'full_page_writes', 'synchronous_commit'],
    });
    assert.equal(other.kind, 'open');
    await using second = (other as { store: Store }).store;
    await using ordering = node({ name: 'first' });
    await using answering = node({ store: second, name: 'second' });
    // the authority only ever reaches the node that may not be the one that orders
    await answering.answerHttp(pebble.httpPort);
    ordering.keeper.start();
    answering.keeper.start();
    await eventually('a certificate', async () => {
      const [certificate] = await currentCertificates(opened.store.pool);
      return certificate;
    });
    // both have looked again by then
    const answers = await Promise.all([ordering.renew(), answering.renew()]);
    for (const { answer, lines } of answers) {
      assert.ok(answer.kind === 'busy' || lines[0]?.kind === 'not-due', JSON.stringify(lines));
    }
    const { rows } = await opened.store.pool.query('select id from certificates');
    assert.equal(rows.length, 1);
    const events = [...ordering.events, ...answering.events].map(({ type }) => type);
    assert.deepEqual(events, ['certificate.issued']);
  });

  test('a node that died in the middle leaves the lease until it ends, and its order is not made again at once', async () => {
    await using one = node();
    await one.answerHttp(pebble.httpPort);
    const { pool } = opened.store;
    await takeCertificateLease(pool, 'of the dead', 'dead');
    await beginOrder(pool, ['mail.a.test'], Date.now(), Date.now() + 60_000);
    assert.deepEqual((await one.renew()).answer, { kind: 'busy', node: 'dead' });
    await pool.query(
      `update certificate_lease set until = clock_timestamp() - interval '1 second'`,
    );
    const [line] = await one.keeper.lines();
    assert.ok(dueAt(line!, pebble.directory) > Date.now());
    // by hand it need not wait
    const { lines } = await one.renew();
    assert.equal(lines[0]?.kind, 'issued');
  });

  test('revoked: it is served no more, and the next has another key', async () => {
    await using one = node();
    await one.answerHttp(pebble.httpPort);
    await one.renew();
    const [certificate] = (await currentCertificates(opened.store.pool)) as [StoredCertificate];
    const revoked = await one.keeper.revoke(certificate, 'keyCompromise');
    assert.deepEqual(revoked, { kind: 'revoked' });
    assert.deepEqual(await currentCertificates(opened.store.pool), []);
    const { lines } = await one.renew();
    assert.equal(lines[0]?.kind, 'issued');
    const [next] = (await currentCertificates(opened.store.pool)) as [StoredCertificate];
    assert.notEqual(publicKeyDigest(next.privateKey), publicKeyDigest(certificate.privateKey));
    // what is revoked already is no failure
    assert.deepEqual(await one.keeper.revoke(certificate, 'superseded'), { kind: 'revoked' });
  });
});

describe('certificates from a Pebble with more to it', { skip: pebblePeer.skip }, () => {
  test('most nonces are refused, and the order succeeds', async () => {
    await using pebble = await Pebble.start({ nonceReject: 50, authorizationReuse: 100 });
    await using opened = await openTestStore();
    await using one = new CertificateNode({ store: opened.store, pebble, hostname: 'mail.a.test' });
    await one.answerHttp(pebble.httpPort);
    const { lines } = await one.renew();
    assert.equal(lines[0]?.kind, 'issued', JSON.stringify(lines));
    const nonces = (lines[0] as { steps: readonly EventStep[] }).steps.find(
      ({ key }) => key === 'nonces',
    );
    assert.ok(Number(nonces?.['count']) > 0);
    // authorizations may be reused: nothing is to be proved then
    const again = await one.renew({ force: true });
    assert.ok(stepKeys(again.lines).includes('authorized-before'));
  });

  test('an account is bound to one elsewhere where the authority wants that', async () => {
    const macKey = 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W';
    await using pebble = await Pebble.start({ externalAccounts: { 'kid-1': macKey } });
    await using opened = await openTestStore();
    const base = { store: opened.store, pebble, hostname: 'mail.a.test' };
    await using without = new CertificateNode(base);
    const refused = await without.renew();
    assert.equal(failureIn(refused.lines).cause, 'externalAccountRequired');
    const settings = { external: { keyId: 'kid-1', macKey } };
    await using one = new CertificateNode({ ...base, settings });
    await one.answerHttp(pebble.httpPort);
    const { lines } = await one.renew();
    assert.equal(lines[0]?.kind, 'issued', JSON.stringify(lines));
  });
});

function failureIn(lines: readonly RenewedLine[]): OrderFailure {
  const failed = lines.find((line) => line.kind === 'failed');
  assert.ok(failed, JSON.stringify(lines));
  return failed.failure;
}

/** What the owner of an account may ask for (RFC 8555 §7.3.6); nothing here does. */
async function deactivate(pebble: Pebble, { privateKey, url }: AcmeAccount): Promise<void> {
  const key = accountKey(
    createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' }),
  );
  using transport = httpsTransport({
    ca: await readFile(pebble.caFile, 'utf8'),
    userAgent: 'hikyaku test',
    network: undefined,
  });
  const signal = AbortSignal.timeout(10_000);
  const { body: directory } = await transport.request(
    { method: 'GET', url: pebble.directory },
    signal,
  );
  const { newNonce } = JSON.parse(directory) as { newNonce: string };
  // some nonces are refused by chance
  await eventually('it is deactivated', async () => {
    const { headers } = await transport.request({ method: 'HEAD', url: newNonce }, signal);
    const body = signRequest(key, {
      url: url!,
      nonce: String(headers['replay-nonce']),
      account: url!,
      payload: { status: 'deactivated' },
    });
    const answer = await transport.request({ method: 'POST', url: url!, body }, signal);
    return (
      answer.status === 200 &&
      (JSON.parse(answer.body) as { status: string }).status === 'deactivated'
    );
  });
}

function stepKeys(lines: readonly RenewedLine[]): string[] {
  return lines.flatMap((line) => ('steps' in line ? line.steps.map(({ key }) => key) : []));
}

interface Shown {
  readonly protocol: string | false | null;
  readonly certificate: X509Certificate | undefined;
  readonly error?: string;
}

/** What a TLS server shows to such a client. */
async function shown(port: number, options: ConnectionOptions): Promise<Shown> {
  const { promise, resolve } = Promise.withResolvers<Shown>();
  const socket = connect({ ...options, port, host: '127.0.0.1', rejectUnauthorized: false });
  socket.once('secureConnect', () =>
    resolve({ protocol: socket.alpnProtocol, certificate: socket.getPeerX509Certificate() }),
  );
  socket.once('error', (error: NodeJS.ErrnoException) =>
    resolve({ protocol: false, certificate: undefined, error: `${error.code} ${error.message}` }),
  );
  const answer = await promise;
  socket.destroy();
  return answer;
}

async function assertIssuedBy(
  pebble: Pebble,
  { chain }: StoredCertificate,
  names: readonly string[],
): Promise<void> {
  const [own, intermediate] = chain
    .split(/(?<=-----END CERTIFICATE-----)\s+/)
    .filter((part) => part !== '')
    .map((part) => new X509Certificate(part));
  const root = new X509Certificate(await pebble.root());
  for (const name of names) assert.ok(own!.checkHost(name), name);
  assert.ok(own!.verify(intermediate!.publicKey));
  assert.ok(intermediate!.verify(root.publicKey));
}
