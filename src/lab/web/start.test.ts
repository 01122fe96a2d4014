/** The pages over real HTTP, with what strangers write into addresses, headers and forms. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as ask, type OutgoingHttpHeaders } from 'node:http';
import { connect as connectTls } from 'node:tls';
import { after, before, test } from 'node:test';
import { StubResolver } from '#clients/dns/stub-resolver';
import { startLabDns, type LabDns } from '#lab/dns/start';
import { TTL, ZONE } from '#lab/dnsbl/answer';
import { startBlockList, type BlockList } from '#lab/dnsbl/start';
import { providerCalls } from '#lab/providers/calls';
import { certificateFor } from '../../../test/support/certificates/self-signed.ts';
import { startProviderStage, type ProviderStage } from '../../../test/support/lab/providers.ts';
import { dnsParts } from './dns-parts.ts';
import { CONTENT_SECURITY_POLICY } from './layout.ts';
import { startLabWeb } from './start.ts';
import { homeOfPages, recordOfList, withPostmaster } from './zones.ts';

const DAY = 24 * 60 * 60 * 1000;

const opened = new AsyncDisposableStack();
let stage: ProviderStage;
let list: BlockList;
let dns: LabDns;
let resolver: StubResolver;
let address: string;
let root: string;
let calls: ReturnType<typeof providerCalls>;
before(async () => {
  stage = opened.use(await startProviderStage());
  const { ground, providers } = stage;
  const { network, pool, clock, log } = ground;
  address = network.addressOf('web.lab.test');
  list = await startBlockList(ground);
  calls = providerCalls({
    pool,
    now: () => clock.now(),
    addressOf: ({ mx }) => network.addressOf(mx),
    providers,
  });
  const bigmail = withPostmaster({ zone: 'bigmail.test', records: [] }, address);
  const hostRecords = [homeOfPages(address), bigmail];
  dns = opened.use(await startLabDns({ ground, hostRecords }));
  const answer = (name: string, type: string) =>
    list.answer(name, type)?.map((value) => ({ type, ttl: TTL, value })) ?? ('no-name' as const);
  await dns.addDynamicZone(ZONE, 'ns.dnsbl.test', answer, [recordOfList(address)]);
  const servers = [{ ...dns.resolver, trusted: true }];
  resolver = opened.use(new StubResolver({ servers, clock, randomId: () => 7, cacheSize: 0 }));
  const { cert, key } = await certificateFor('why.lab.test');
  const identity = { cert, key };
  root = identity.cert;
  const parts = dnsParts(dns, { ground, resolver, hostname: 'mail.example.test' });
  opened.use(await startLabWeb({ network, log, calls, blockList: list, dns: parts, identity }));
});
after(() => opened.disposeAsync());

interface Asked {
  readonly host?: string;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

function fetched(path: string, asked: Asked = {}): Promise<Answered> {
  const { host = address, method = 'GET', headers, body } = asked;
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const port = stage.ground.network.localPort(80);
  const sent = ask({ host: address, port, path, method, headers: { host, ...headers } }, (got) => {
    const parts: Buffer[] = [];
    got.on('data', (part: Buffer) => parts.push(part));
    got.on('error', reject);
    got.on('end', () => {
      const text = Buffer.concat(parts).toString();
      resolve({ status: got.statusCode ?? 0, headers: got.headers, text });
    });
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

function submitted(fields: Readonly<Record<string, string>>, headers: OutgoingHttpHeaders = {}) {
  return fetched('/remove', {
    host: 'dnsbl.test',
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  });
}

const tokenIn = (text: string): string => /name="token" value="([\w-]+)"/.exec(text)?.[1] ?? '';

async function refusedLetter(): Promise<{ readonly id: string; readonly url: URL }> {
  const sent = await stage.send({ by: stage.sender('good.test'), to: 'nobody' });
  const said = sent.lines.map((line) => /https:\/\/why\.lab\.test\/[\w-]+/.exec(line)?.[0]);
  return { id: sent.id!, url: new URL(said.find((one) => one !== undefined)!) };
}

test('the address in a reply of a provider leads to its page, by the DNS and the dialer of the practice Internet', async () => {
  const { url } = await refusedLetter();
  const found = await resolver.resolve(url.hostname, 'A');
  assert.ok(found.kind === 'records');
  const port = 443;
  const dialled = await stage.ground.network.dialer.dial({
    address: found.records[0]!,
    port,
    timeoutMs: 10_000,
  });
  assert.ok(dialled.kind === 'connected');
  const socket = connectTls({ socket: dialled.socket, servername: url.hostname, ca: root });
  await once(socket, 'secureConnect');
  socket.write(
    `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.hostname}\r\nConnection: close\r\n\r\n`,
  );
  let text = '';
  for await (const part of socket as AsyncIterable<Buffer>) text += part.toString();
  assert.match(text, /^HTTP\/1\.1 200 /);
  assert.match(text, /There is no nobody@bigmail\.test\./);
});

test('every site has an address in the DNS, and the list still answers for addresses', async () => {
  for (const name of ['why.lab.test', 'dnsbl.test', 'postmaster.bigmail.test']) {
    const found = await resolver.resolve(name, 'A');
    assert.deepEqual(found.kind === 'records' && found.records, [address], name);
  }
  const listed = await resolver.resolve('2.0.0.127.dnsbl.test', 'A');
  assert.deepEqual(listed.kind === 'records' && listed.records, ['127.0.0.2']);
});

test('a message is explained in either language, by the name and by the plain address', async () => {
  const { id } = await refusedLetter();
  const named = await fetched(`/${id}`, { host: 'why.lab.test' });
  assert.equal(named.status, 200);
  assert.match(named.text, /<html lang="en">[^]*550 5\.1\.1[^]*There is no nobody@bigmail\.test\./);
  assert.match(named.text, new RegExp(`href="/${id}\\?lang=ja"`));
  const plain = await fetched(`/why.lab.test/${id}`, {
    host: `${address}:8080`,
    headers: { 'accept-language': 'ja' },
  });
  assert.match(plain.text, /<html lang="ja">[^]*nobody@bigmail\.test は存在しません。/);
  assert.match(plain.text, new RegExp(`href="/why\\.lab\\.test/${id}\\?lang=en"`));
});

test('in an exam the page has the code alone, as the command', async () => {
  const { id } = await refusedLetter();
  await calls.mode.run({ mode: 'exam' });
  const { text } = await fetched(`/${id}`, { host: 'why.lab.test' });
  await calls.mode.run({ mode: 'learn' });
  assert.match(text, /550 5\.1\.1/);
  assert.match(text, /In an exam there is the code alone/);
  assert.doesNotMatch(text, /unknown-user|nobody@|<pre>/);
});

test('an id that nobody knows, and whatever else is written there, is a kind 404 without a word of it', async () => {
  const ids = [
    '0000000000000',
    '%3Cscript%3Ealert(1)%3C%2Fscript%3E',
    '%00',
    `x%27%20or%201=1`,
    'x'.repeat(500),
  ];
  for (const id of ids) {
    const { status, text } = await fetched(`/${id}`, { host: 'why.lab.test' });
    assert.equal(status, 404, id);
    assert.match(text, /No provider knows this id/, id);
    assert.doesNotMatch(text, /<script|alert/, id);
  }
  const broken = await fetched('/%ff%fe', { host: 'why.lab.test' });
  assert.ok([400, 404].includes(broken.status));
  assert.equal((await fetched(`/${'x'.repeat(5000)}`, { host: 'why.lab.test' })).status, 414);
});

test('other names are turned away, other places are not there, and every page forbids scripts', async () => {
  for (const host of ['evil.test', 'why.lab.test.evil.test', '127.0.0.1', 'localhost:8080']) {
    const { status, text } = await fetched('/', { host });
    assert.equal(status, 421, host);
    assert.doesNotMatch(text, /<html/, host);
  }
  assert.equal((await fetched('/dnsbl.test/', { host: 'why.lab.test' })).status, 404);
  assert.equal((await fetched('/why.lab.test/', { host: 'web.lab.test' })).status, 200);
  const { status, headers, text } = await fetched('/');
  assert.equal(status, 200);
  assert.equal(headers['content-security-policy'], CONTENT_SECURITY_POLICY);
  assert.match(CONTENT_SECURITY_POLICY, /default-src 'none'/);
  assert.doesNotMatch(text, /<script|style="|onclick/);
});

test('an address that is listed is shown with its reason, whatever was seen of it, and taken off by the rules of the list', async () => {
  const ip = `${stage.ground.network.prefix}.25.90`;
  const page = () => fetched(`/?ip=${ip}`, { host: 'dnsbl.test' });
  assert.match((await page()).text, /is not listed/);
  await list.report(ip, 'spam-trap', '<img src=x onerror=alert(1)>@bigmail.test');
  const shown = await page();
  assert.match(shown.text, /is listed\.[^]*an address that nobody ever gave to anybody/);
  assert.match(shown.text, /&lt;img src=x onerror=alert\(1\)&gt;@bigmail\.test/);
  assert.doesNotMatch(shown.text, /<img/);
  const token = tokenIn(shown.text);
  const early = await submitted({ ip, token });
  assert.equal(early.status, 409);
  const until = new Date(stage.clock.now() + DAY).toISOString().slice(0, 10);
  assert.match(early.text, new RegExp(`Ask again from ${until}`));
  stage.clock.advanceTo(stage.clock.now() + DAY);
  const gone = await submitted({ ip, token, lang: 'ja' });
  assert.deepEqual([gone.status, list.isListed(ip)], [200, false]);
  assert.match(gone.text, /登録を解除しました/);
  assert.equal((await submitted({ ip, token })).status, 404);
});

test('a form without its token, with another one, or from another site changes nothing', async () => {
  const ip = `${stage.ground.network.prefix}.25.91`;
  await list.report(ip, 'spam-trap', 'trap');
  stage.clock.advanceTo(stage.clock.now() + DAY);
  const token = tokenIn((await fetched(`/?ip=${ip}`, { host: 'dnsbl.test' })).text);
  assert.ok(token.length > 20);
  const refused = [
    await submitted({ ip }),
    await submitted({ ip, token: 'x'.repeat(token.length) }),
    await submitted({ ip, token: 'é' }),
    await submitted({ ip, token }, { 'sec-fetch-site': 'cross-site' }),
  ];
  assert.deepEqual(
    refused.map(({ status }) => status),
    [403, 403, 403, 403],
  );
  const json = await submitted({ ip, token }, { 'content-type': 'application/json' });
  assert.equal(json.status, 415);
  assert.equal((await fetched('/remove', { host: 'dnsbl.test' })).status, 404);
  assert.equal((await submitted({ ip, token, more: 'x'.repeat(10_000) })).status, 413);
  assert.equal(list.isListed(ip), true);
  assert.equal((await submitted({ ip, token })).status, 200);
});

test('what is no address is said back as text', async () => {
  const { status, text } = await fetched(`/?ip=${encodeURIComponent('"><script>x</script>')}`, {
    host: 'dnsbl.test',
  });
  assert.equal(status, 400);
  assert.match(text, /value="&quot;&gt;&lt;script&gt;x&lt;\/script&gt;"/);
  assert.doesNotMatch(text, /<script/);
});

test('the reasons that the list gives in the DNS lead to a page', async () => {
  for (const [path, words] of [
    ['/dnsbl-spam-trap?ip=127.20.25.25', /nobody ever gave[^]*dnsbl\.test\/\?ip=127\.20\.25\.25/],
    ['/dnsbl-public-resolver', /public resolver/],
    ['/dnsbl-constructor?ip=<b>', /IP address/],
  ] as const) {
    const { status, text } = await fetched(path.replaceAll(/[<>]/g, encodeURIComponent), {
      host: 'why.lab.test',
    });
    assert.equal(status, 200, path);
    assert.match(text, words, path);
    assert.doesNotMatch(text, /<b>/);
  }
});

test('the page for senders has verdicts and days of a sender, and lists who there is', async () => {
  await stage.send({ by: stage.sender('seen.test', { address: '25.92' }), to: 'hana' });
  const host = 'postmaster.bigmail.test';
  assert.match((await fetched('/', { host })).text, /sender=seen\.test/);
  const { text } = await fetched('/?sender=Seen.test', { host });
  assert.match(text, /<td>SPF<\/td><td>Fine<\/td>[^]*<td>One-click unsubscription<\/td>/);
  assert.match(text, /<td>100 %<\/td>/);
  const unknown = await fetched('/?sender=%3Ci%3E', { host, headers: { 'accept-language': 'ja' } });
  assert.match(unknown.text, /この送信元からのメールはありません/);
  assert.doesNotMatch(unknown.text, /<i>/);
});

test('the style of a page is the one that its policy allows', async () => {
  const { text } = await fetched('/');
  const style = /<style>([^]*?)<\/style>/.exec(text)?.[1] ?? '';
  const digest = createHash('sha256').update(style).digest('base64');
  assert.ok(CONTENT_SECURITY_POLICY.includes(`'sha256-${digest}'`));
});
