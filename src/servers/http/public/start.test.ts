import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { systemClock } from '#clock';
import { silentLog } from '#log';
import { Sites } from '#mail/publish/sites';
import { parseStsPolicy } from '#protocol/mta-sts/policy-file';
import { readIdentityText, type TlsIdentity } from '#servers/net/tls-context';
import type { DomainPolicies, PoliciesFound } from '#store/directory/domain-policies';
import { certificateFor } from '../../../../test/support/certificates/self-signed.ts';
import { startPublicHttp, type PublicHttp } from './start.ts';

const HOST = 'mail.example.test';
const POLICIES: Readonly<Record<string, DomainPolicies | undefined>> = {
  'example.org': undefined,
  'other.example': { mtaStsMode: 'enforce', mtaStsMaxAge: 1_209_600, dmarcPolicy: 'none' },
};
const OUTLOOK = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';

const READER = {
  tenantId: '1',
  messageId: 'm',
  recipientId: 1,
  stream: 'bulk',
  address: 'ann@there.test',
};

const left: string[] = [];
let server: PublicHttp;
let https: number;
let http: number;
let banned: string | undefined;

async function identityOf(name: string): Promise<TlsIdentity> {
  const { cert, key } = await certificateFor(name);
  const read = readIdentityText(Buffer.from(cert), Buffer.from(key), name);
  if (read.kind !== 'identity') throw new Error(read.reason);
  return read.identity;
}

function policies(domain: string): PoliciesFound {
  return Object.hasOwn(POLICIES, domain)
    ? { kind: 'domain', policies: POLICIES[domain] }
    : { kind: 'no-such-domain' };
}

before(async () => {
  const own = await identityOf(HOST);
  const policy = await identityOf('mta-sts.example.org');
  const challenge = await certificateFor('challenged.example');
  const started = await startPublicHttp({
    http: { address: '127.0.0.1', port: 0 },
    https: { address: '127.0.0.1', port: 0 },
    sites: new Sites({
      directory: { policies },
      host: HOST,
      leavingHost: 'leave.example.com',
      services: [
        { protocol: 'imap', port: 993, tls: 'implicit' },
        { protocol: 'smtp', port: 587, tls: 'starttls' },
      ],
    }),
    unsubscribe: {
      desk: () => ({
        look: (token) => (token === 'known' ? READER : undefined),
        leave: ({ address }) => Promise.resolve(void left.push(address)),
      }),
      lang: 'en',
    },
    challenges: {
      tokenAnswer: (token) => Promise.resolve(token === 'known' ? 'known.thumbprint' : undefined),
      alpnCertificate: (name) => (name === 'challenged.example' ? challenge : undefined),
    },
    tls: {
      current: { ...own, forName: (name) => (name === 'mta-sts.example.org' ? policy : own) },
    },
    welcome: (address) => address !== banned,
    clock: systemClock,
    log: silentLog,
  });
  assert.ok(started.kind === 'running');
  server = started;
  https = server.ports.https!;
  http = server.ports.http!;
});

after(() => server.stop());

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function ask(
  port: number,
  host: string | undefined,
  path: string,
  { body, method = body === undefined ? 'GET' : 'POST' }: { body?: string; method?: string } = {},
): Promise<Answer> {
  const name = host?.replace(/:\d+$/, '');
  const options = {
    host: '127.0.0.1',
    port,
    path,
    method,
    agent: false,
    headers: { ...(host !== undefined && { host }), 'content-type': 'text/xml' },
    setHost: false,
  };
  const request =
    port === https
      ? requestHttps({ ...options, rejectUnauthorized: false, servername: name ?? '' })
      : requestHttp(options);
  request.end(body);
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
  return { status: answer.statusCode!, headers: answer.headers, body: text };
}

test('the MTA-STS policy stands at its name and nowhere else', async () => {
  const answer = await ask(https, 'mta-sts.example.org', '/.well-known/mta-sts.txt');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
  assert.deepEqual(parseStsPolicy(Buffer.from(answer.body)), {
    kind: 'policy',
    policy: {
      mode: 'testing',
      mx: [HOST],
      maxAge: 86_400,
      lines: ['version: STSv1', 'mode: testing', `mx: ${HOST}`, 'max_age: 86400'],
    },
  });
  const other = await ask(https, 'mta-sts.other.example:443', '/.well-known/mta-sts.txt');
  assert.match(other.body, /^mode: enforce\r$/m);
  for (const host of ['example.org', 'autoconfig.example.org', HOST])
    assert.equal((await ask(https, host, '/.well-known/mta-sts.txt')).status, 404, host);
  assert.equal((await ask(https, 'mta-sts.example.org', '/mail/config-v1.1.xml')).status, 404);
});

test('readers leave lists by one POST under TLS, at our names; the clear port leads there and does nothing', async () => {
  const body = 'List-Unsubscribe=One-Click';
  for (const host of [HOST, 'leave.example.com']) {
    const answer = await ask(https, host, '/u/known', { body });
    assert.equal(answer.status, 200);
    assert.match(String(answer.headers['content-type']), /^text\/html/);
    assert.equal((await ask(https, host, '/u/unknown', { body })).status, 404);
  }
  assert.deepEqual(left, ['ann@there.test', 'ann@there.test']);
  assert.equal((await ask(https, 'nowhere.test', '/u/known', { body })).status, 421);
  assert.equal((await ask(http, HOST, '/u/known', { body })).status, 301);
  assert.equal(left.length, 2);
});

test('who asks for a name that is not ours learns nothing', async () => {
  for (const host of [
    'mta-sts.nowhere.test',
    'nowhere.test',
    'mta-sts.mta-sts.example.org',
    '127.0.0.1',
    '[::1]',
    '',
    'example.org.',
    'a b',
  ])
    assert.equal((await ask(https, host, '/.well-known/mta-sts.txt')).status, 421, host);
});

test('each name is answered with its own certificate', async () => {
  for (const [servername, expected] of [
    ['mta-sts.example.org', 'mta-sts.example.org'],
    ['autoconfig.example.org', HOST],
    ['', HOST],
  ] as const) {
    const socket = connectTls({
      port: https,
      host: '127.0.0.1',
      servername,
      rejectUnauthorized: false,
    });
    await once(socket, 'secureConnect');
    assert.equal(socket.getPeerCertificate().subject.CN, expected, servername);
    socket.destroy();
  }
});

for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
  test(`a certificate authority that offers acme-tls/1 by ${version} sees the certificate of the challenge`, async () => {
    const socket = connectTls({
      port: https,
      host: '127.0.0.1',
      servername: 'challenged.example',
      ALPNProtocols: ['acme-tls/1'],
      rejectUnauthorized: false,
      minVersion: version,
      maxVersion: version,
    });
    await once(socket, 'secureConnect');
    assert.equal(socket.alpnProtocol, 'acme-tls/1');
    assert.equal(socket.getPeerCertificate().subject.CN, 'challenged.example');
    await ended(socket);
  });

test('Thunderbird finds the settings of an address, whoever it is', async () => {
  const paths = [
    ['autoconfig.example.org', '/mail/config-v1.1.xml?emailaddress=nobody%40example.org'],
    ['example.org', '/.well-known/autoconfig/mail/config-v1.1.xml'],
    [HOST, '/mail/config-v1.1.xml?emailaddress=%25EMAILADDRESS%25%40example.org'],
  ] as const;
  const answers = await Promise.all(paths.map(([host, path]) => ask(https, host, path)));
  for (const { status, headers, body } of answers) {
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'text/xml; charset=utf-8');
    assert.equal(body, answers[0]!.body);
  }
  assert.match(
    answers[0]!.body,
    /<clientConfig version="1\.1">\n {2}<emailProvider id="example\.org">/,
  );
  assert.match(
    answers[0]!.body,
    /<incomingServer type="imap">\s*<hostname>mail\.example\.test<\/hostname>\s*<port>993<\/port>\s*<socketType>SSL<\/socketType>/,
  );
  assert.match(answers[0]!.body, /<username>%EMAILADDRESS%<\/username>/);
  for (const path of [
    '/mail/config-v1.1.xml',
    '/mail/config-v1.1.xml?emailaddress=a%40nowhere.test',
  ])
    assert.equal((await ask(https, HOST, path)).status, 404, path);
});

function outlook(address: string, schema = OUTLOOK): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">' +
    `<Request><EMailAddress>${address}</EMailAddress><AcceptableResponseSchema>${schema}</AcceptableResponseSchema></Request></Autodiscover>`
  );
}

test('Outlook is told where to read and to send, under the address that it asked for', async () => {
  for (const path of ['/autodiscover/autodiscover.xml', '/Autodiscover/Autodiscover.xml']) {
    const answer = await ask(https, 'autodiscover.example.org', path, {
      body: outlook('a&amp;b@example.org'),
    });
    assert.equal(answer.status, 200);
    assert.match(
      answer.body,
      /<Type>IMAP<\/Type>\s*<Server>mail\.example\.test<\/Server>\s*<Port>993<\/Port>/,
    );
    assert.match(answer.body, /<Encryption>TLS<\/Encryption>/);
    assert.match(answer.body, /<LoginName>a&amp;b@example\.org<\/LoginName>/);
  }
});

test('what is no such request is answered with an error of Autodiscover', async () => {
  const entity = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>';
  for (const [body, code] of [
    ['', 600],
    ['no xml', 600],
    [entity + outlook('a@example.org'), 600],
    [outlook('&x;@example.org'), 600],
    [outlook('nobody'), 600],
    [outlook('a@nowhere.test'), 601],
    [
      outlook(
        'a@example.org',
        'http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006',
      ),
      601,
    ],
  ] as const) {
    const answer = await ask(https, 'autodiscover.example.org', '/autodiscover/autodiscover.xml', {
      body,
    });
    assert.equal(answer.status, 200);
    assert.match(answer.body, new RegExp(`<ErrorCode>${code}</ErrorCode>`));
  }
  const large = await ask(https, 'autodiscover.example.org', '/autodiscover/autodiscover.xml', {
    body: outlook('a'.repeat(9000)),
  });
  assert.equal(large.status, 413);
});

test('Autodiscover by JSON leads to the XML', async () => {
  for (const path of [
    '/autodiscover/autodiscover.json?Email=a%40example.org&Protocol=Autodiscoverv1',
    '/autodiscover/autodiscover.json/v1.0/a@example.org?Protocol=AutodiscoverV1',
  ]) {
    const answer = await ask(https, 'autodiscover.example.org', path);
    assert.deepEqual(JSON.parse(answer.body), {
      Protocol: 'Autodiscoverv1',
      Url: 'https://autodiscover.example.org/autodiscover/autodiscover.xml',
    });
  }
  const other = await ask(
    https,
    'autodiscover.example.org',
    '/autodiscover/autodiscover.json?Protocol=ActiveSync&Protocol=EWS',
  );
  assert.equal(other.status, 400);
});

test('answers say what browsers must not do, and not who gives them', async () => {
  const { headers } = await ask(https, 'autoconfig.example.org', '/mail/config-v1.1.xml');
  assert.equal(headers['strict-transport-security'], 'max-age=31536000');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.match(String(headers['content-security-policy']), /default-src 'none'/);
  for (const name of ['server', 'x-powered-by', 'access-control-allow-origin', 'set-cookie'])
    assert.equal(headers[name], undefined, name);
  assert.equal(
    (await ask(http, 'example.org', '/')).headers['strict-transport-security'],
    undefined,
  );
});

test('port 80 answers certificate authorities under any name', async () => {
  const answer = await ask(http, 'whatever.test', '/.well-known/acme-challenge/known');
  assert.deepEqual([answer.status, answer.body], [200, 'known.thumbprint']);
  assert.equal(answer.headers['content-type'], 'application/octet-stream');
  for (const token of ['unknown', 'KNOWN', 'known/..', '%2e%2e%2fknown', 'a'.repeat(700)])
    assert.equal(
      (await ask(http, 'mta-sts.nowhere.test', `/.well-known/acme-challenge/${token}`)).status,
      404,
      token,
    );
});

test('port 80 leads to HTTPS at names of ours, and never elsewhere', async () => {
  const to = async (host: string, path: string): Promise<string | undefined> => {
    const { status, headers } = await ask(http, host, path);
    return status === 301 ? headers.location : undefined;
  };
  const base = `https://mta-sts.example.org:${https}`;
  assert.equal(
    await to('MTA-STS.example.org:80', '/.well-known/mta-sts.txt?a=%0d%0ab'),
    `${base}/.well-known/mta-sts.txt?a=%0d%0ab`,
  );
  assert.equal(await to('mta-sts.example.org', '//evil.test/'), `${base}//evil.test/`);
  assert.equal(await to('mta-sts.example.org', 'http://evil.test/a'), `${base}/`);
  assert.equal(await to('mta-sts.example.org', `/${'a'.repeat(3000)}`), `${base}/`);
  assert.equal(await to('evil.test', '/'), undefined);
  assert.equal(await to('example.org@evil.test', '/'), undefined);
  assert.equal((await ask(http, 'example.org', '/x', { body: 'data' })).status, 301);
});

test('who is banned, and who speaks something else, gets nothing', async () => {
  banned = '127.0.0.1';
  const refused = connect({ port: http, host: '127.0.0.1' });
  await ended(refused);
  banned = undefined;
  const clear = connect({ port: https, host: '127.0.0.1' });
  clear.write('GET / HTTP/1.1\r\nHost: example.org\r\n\r\n');
  await ended(clear);
  const header = connect({ port: http, host: '127.0.0.1' });
  header.write(`GET / HTTP/1.1\r\nHost: example.org\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`);
  const [said] = (await once(header, 'data')) as [Buffer];
  assert.match(said.toString(), /^HTTP\/1\.1 431 /);
  header.destroy();
});

test('one address has a bounded number of connections', async () => {
  const sockets = Array.from({ length: 40 }, () => connect({ port: http, host: '127.0.0.1' }));
  let gone = 0;
  const done = Promise.withResolvers<void>();
  for (const socket of sockets)
    socket.on('error', () => {}).on('close', () => ++gone === 10 && done.resolve());
  await done.promise;
  for (const socket of sockets) socket.destroy();
});

test('a port that is taken is a failure with a remedy, and off opens none', async () => {
  const off = { address: '127.0.0.1', port: 'off' } as const;
  const options = {
    http: off,
    https: off,
    sites: new Sites({ directory: { policies }, host: HOST, services: [] }),
    unsubscribe: { desk: () => undefined, lang: 'en' as const },
    challenges: {
      tokenAnswer: () => Promise.resolve(undefined),
      alpnCertificate: () => undefined,
    },
    tls: { current: await identityOf(HOST) },
    welcome: () => true,
    clock: systemClock,
    log: silentLog,
  };
  const none = await startPublicHttp(options);
  assert.ok(none.kind === 'running');
  assert.deepEqual(none.ports, { http: undefined, https: undefined });
  await none.stop();
  const taken = await startPublicHttp({ ...options, http: { address: '127.0.0.1', port: http } });
  assert.ok(taken.kind === 'failed');
  assert.match(taken.message, /^http\.public_port: cannot listen/);
  assert.match(taken.remedy, /HIKYAKU_HTTP_PUBLIC_PORT=off/);
});

async function ended(socket: TLSSocket | ReturnType<typeof connect>): Promise<void> {
  socket.on('error', () => {});
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
}
