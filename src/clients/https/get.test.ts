import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { before, test } from 'node:test';
import { latin1 } from '#bytes';
import { tcpDialer, type Dialer } from '#clients/smtp/dial';
import { declaredZone } from '../../../test/support/dns/declared-zone.ts';
import {
  issue,
  issueExpired,
  rootAuthority,
  type Authority,
} from '../../../test/support/certificates/authority.ts';
import type { TestCertificate } from '../../../test/support/certificates/self-signed.ts';
import { startHttpsHost, type Answer } from '../../../test/support/sockets/https-host.ts';
import { httpsGet, type GetOptions } from './get.ts';
import { isPublicAddress } from './public-address.ts';

const HOST = 'mta-sts.example.test';
let root: Authority;
let good: TestCertificate;

before(async () => {
  root = await rootAuthority('Root');
  good = await issue(root, { names: [HOST] });
});

/** Whatever address is dialled leads to the port; the addresses are remembered. */
function dialerTo(port: number, dialled: string[] = []): Dialer {
  return {
    dial({ address }) {
      dialled.push(address);
      const socket = connect({ port, host: '127.0.0.1' });
      return new Promise((resolve) => {
        socket.once('connect', () => resolve({ kind: 'connected', socket }));
        socket.once('error', ({ message }) =>
          resolve({ kind: 'network', reason: 'refused', detail: message }),
        );
      });
    },
  };
}

const zone = declaredZone({ [HOST]: { A: '192.0.2.1' }, 'private.test': { A: '10.0.0.1' } });

function optionsFor(port: number, more: Partial<GetOptions> = {}): GetOptions {
  return {
    resolver: zone,
    dialer: dialerTo(port),
    mayReach: () => true,
    ca: [root.cert],
    mediaType: 'text/plain',
    maxOctets: 100,
    // longer than any machine stands still
    timeoutMs: 60_000,
    ...more,
  };
}

async function get(
  answer: Answer,
  more: Partial<GetOptions> = {},
  certificate: TestCertificate = good,
): Promise<string> {
  await using host = await startHttpsHost(certificate, answer);
  const result = await httpsGet(HOST, '/policy', optionsFor(host.port, more));
  return result.kind === 'body' ? latin1(result.bytes) : result.reason;
}

test('what a host with a good certificate answers is read, and it is asked by its name', async () => {
  await using host = await startHttpsHost(good, 'hello');
  const dialled: string[] = [];
  const options = optionsFor(host.port, { dialer: dialerTo(host.port, dialled) });
  const result = await httpsGet(HOST, '/policy', options);
  assert.equal(result.kind === 'body' && latin1(result.bytes), 'hello');
  assert.deepEqual(host.asked, [`${HOST}/policy`]);
  assert.deepEqual(dialled, ['192.0.2.1']);
});

test('a certificate for another name, out of date or of an unknown authority is refused', async () => {
  const elsewhere = await issue(root, { names: ['elsewhere.test'] });
  assert.equal(await get('hello', {}, elsewhere), 'certificate');
  assert.equal(await get('hello', {}, await issueExpired(root, HOST)), 'certificate');
  const unknown = await issue(await rootAuthority('Unknown'), { names: [HOST] });
  assert.equal(await get('hello', {}, unknown), 'certificate');
});

test('redirects, errors and other media types are no answer', async () => {
  const redirect: Answer = (_, response) =>
    void response.writeHead(301, { location: `https://${HOST}/elsewhere` }).end();
  assert.equal(await get(redirect), 'status');
  assert.equal(await get((_, response) => void response.writeHead(404).end()), 'status');
  const html: Answer = (_, response) =>
    void response.writeHead(200, { 'content-type': 'text/html' }).end('hello');
  assert.equal(await get(html), 'media-type');
  assert.equal(await get((_, response) => void response.end('hello')), 'media-type');
  const parameter: Answer = (_, response) =>
    void response.writeHead(200, { 'content-type': 'Text/Plain; charset=utf-8' }).end('hello');
  assert.equal(await get(parameter), 'hello');
});

test('an answer larger than allowed is dropped, however it is declared', async () => {
  assert.equal(await get('x'.repeat(100)), 'x'.repeat(100));
  assert.equal(await get('x'.repeat(101)), 'too-large');
  const endless: Answer = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    const more = (): void => void response.write('x'.repeat(10_000), (error) => error ?? more());
    more();
  };
  assert.equal(await get(endless), 'too-large');
});

test('a host that drips or is silent is left after the time', async () => {
  const silent: Answer = () => {};
  assert.equal(await get(silent, { timeoutMs: 150 }), 'timed-out');
  const half: Answer = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write('x');
  };
  assert.equal(await get(half, { timeoutMs: 150 }), 'timed-out');
});

test('nor is a host waited for that was reached when the time was over', async () => {
  await using host = await startHttpsHost(good, () => {});
  const late: Dialer = {
    async dial({ signal, ...options }) {
      const dialled = await dialerTo(host.port).dial(options);
      // it may have been over while it dialled
      if (!signal!.aborted) await once(signal!, 'abort');
      return dialled;
    },
  };
  const result = await httpsGet(HOST, '/', optionsFor(host.port, { dialer: late, timeoutMs: 20 }));
  assert.equal(result.kind === 'failed' && result.reason, 'timed-out');
});

test('a name that leads to private addresses is not followed, one that leads nowhere says so', async () => {
  const dialled: string[] = [];
  const options = optionsFor(1, { dialer: dialerTo(1, dialled), mayReach: isPublicAddress });
  const reasonAt = async (host: string): Promise<string> => {
    const result = await httpsGet(host, '/', options);
    return result.kind === 'failed' ? result.reason : 'body';
  };
  assert.equal(await reasonAt('private.test'), 'private-address');
  assert.equal(await reasonAt('nowhere.test'), 'no-address');
  zone.declare('broken.test', { fault: 'servfail' });
  assert.equal(await reasonAt('broken.test'), 'look-up');
  assert.deepEqual(dialled, []);
});

test('a host that cannot be reached is a failure to connect', async () => {
  const options = optionsFor(1, { dialer: tcpDialer });
  zone.declare('closed.test', { A: '127.0.0.1' });
  const result = await httpsGet('closed.test', '/', options);
  assert.equal(result.kind === 'failed' && result.reason, 'connect');
});

test('addresses of this machine and its network are not public', () => {
  const special = [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
  ];
  const special6 = ['::1', '::', 'fe80::1', 'fd00::1', '::ffff:8.8.8.8', '2002:a00::1', 'ff02::1'];
  for (const one of [...special, ...special6, '224.0.0.1', 'no address'])
    assert.ok(!isPublicAddress(one), one);
  for (const one of ['8.8.8.8', '172.32.0.1', '2606:4700::1111', '2a00:1450::5'])
    assert.ok(isPublicAddress(one), one);
});

test('an inner IPv4 address is inner however IPv6 writes it, and so is what no host of the Internet has', () => {
  for (const one of [
    '64:ff9b::127.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '0064:FF9B:0:0:0:0:0a00:0001',
    '64:ff9b:1::10.0.0.1',
    '64:ff9b:1:a00:1::',
    '::ffff:10.0.0.1',
    '::ffff:0:10.0.0.1',
    '::10.0.0.1',
    '2002:c0a8:101::1',
    '2001:0:a00:1::1',
    'fec0::1',
    '1::1',
    '4000::1',
    'fe80::1%eth0',
  ])
    assert.ok(!isPublicAddress(one), one);
  // RFC 6052 §2.1: how a host that has IPv6 alone reaches those that have none
  for (const one of ['64:ff9b::8.8.8.8', '64:ff9b::808:808']) assert.ok(isPublicAddress(one), one);
});
