/** The pages of registrar, panel, provider of addresses and resolver over real HTTP: what they change is asked of the DNS itself. */
import assert from 'node:assert/strict';
import { request as ask, type OutgoingHttpHeaders } from 'node:http';
import { after, before, test } from 'node:test';
import type { RecordType } from '#protocol/dns/resolver';
import { silentLog } from '#log';
import { certificateFor } from '../../../test/support/certificates/self-signed.ts';
import { startDnsStage, type DnsStage } from '../../../test/support/lab/dns.ts';
import { dnsParts } from './dns-parts.ts';
import { CACHE, ISP, PANEL, REGISTRAR } from './sites.ts';
import { startLabWeb } from './start.ts';
import { homeOfPages, homeOfRegistrar } from './zones.ts';

const MINUTE = 60_000;

const opened = new AsyncDisposableStack();
let stage: DnsStage;
let address: string;
before(async () => {
  stage = opened.use(await startDnsStage());
  const { network, dns, clock, stub } = stage;
  address = network.addressOf('web.lab.test');
  await dns.addParty(homeOfPages(address));
  await dns.addParty(homeOfRegistrar(address));
  const { cert, key } = await certificateFor(REGISTRAR);
  const around = { ground: { network, clock }, resolver: stub, hostname: 'mail.example.test' };
  opened.use(
    await startLabWeb({
      network,
      log: silentLog,
      calls: {} as never,
      blockList: {} as never,
      dns: dnsParts(dns, around),
      identity: { cert, key },
    }),
  );
});
after(() => opened.disposeAsync());

interface Answered {
  readonly status: number;
  readonly location: string;
  readonly text: string;
}

function fetched(host: string, path: string, asked: Asked = {}): Promise<Answered> {
  const { method = 'GET', headers, body } = asked;
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const port = stage.network.localPort(80);
  const to = { host: address, port, path, method, headers: { host, ...headers } };
  const sent = ask(to, (got) => {
    const parts: Buffer[] = [];
    got.on('data', (part: Buffer) => parts.push(part));
    got.on('error', reject);
    got.on('end', () => {
      const text = Buffer.concat(parts).toString();
      resolve({ status: got.statusCode ?? 0, location: got.headers.location ?? '', text });
    });
  });
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

interface Asked {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

type Fields = Readonly<Record<string, string>>;

function posted(host: string, path: string, fields: Fields, headers: OutgoingHttpHeaders = {}) {
  const type = 'application/x-www-form-urlencoded';
  const body = new URLSearchParams(fields).toString();
  return fetched(host, path, {
    method: 'POST',
    headers: { 'content-type': type, ...headers },
    body,
  });
}

async function tokenAt(host: string, path: string, about = ''): Promise<string> {
  const { text } = await fetched(host, path);
  const forms = text.split('<form').filter((one) => one.includes(about));
  return /name="token"\s+value="([\w-]+)"/.exec(forms.join(''))?.[1] ?? '';
}

async function edited(path: string, fields: Fields): Promise<Answered> {
  const token = await tokenAt(PANEL, `/add?zone=example.test&type=A`);
  return posted(PANEL, path, { zone: 'example.test', token, ...fields });
}

async function resolved(name: string, type: RecordType): Promise<unknown> {
  const found = await stage.stub.resolve(name, type);
  return found.kind === 'records' ? found.records : found.kind;
}

const records = () => {
  const listed = stage.dns.panel.listZone('example.test');
  return listed.kind === 'zone' ? listed.records : [];
};

test('each place is found by its name in the DNS and as a folder of the plain address, in either language', async () => {
  for (const site of [REGISTRAR, PANEL, ISP, CACHE]) {
    assert.deepEqual(await resolved(site, 'A'), [address], site);
    const en = await fetched(site, '/');
    assert.equal(en.status, 200, site);
    assert.match(en.text, /<html lang="en">/);
    assert.doesNotMatch(en.text, /<script|style="|onclick/);
    const ja = await fetched(`${address}:8080`, `/${site}/?lang=ja`);
    assert.match(ja.text, /<html lang="ja">[^]*<h1>[^]*[\u3040-\u30ff]/);
  }
});

test('a record that is added on the page is answered by the first server at once, and by the resolver when it has forgotten', async () => {
  const name = 'www.example.test';
  assert.equal(await resolved(name, 'A'), 'nxdomain');
  const sent = { name, type: 'A', address: '127.20.25.9', ttl: '300', lang: 'ja' };
  const done = await edited('/add', sent);
  assert.equal(done.status, 303);
  const shown = await fetched(PANEL, done.location);
  assert.match(shown.text, /<html lang="ja">[^]*最後の変更[^]*あと 7 分/);
  const { network } = stage;
  const own = new RegExp(
    `dig @${network.addressOf('ns1.dnshost.test')} -p ${network.localPort(53)} A ${name} \\+norecurse`,
  );
  assert.match(shown.text, own);
  assert.equal(await resolved(name, 'A'), 'nxdomain');
  stage.clock.advance(7 * MINUTE);
  assert.deepEqual(await resolved(name, 'A'), ['127.20.25.9']);
  assert.match((await fetched(PANEL, done.location)).text, /\(済み\)/);
});

test('each type has its own fields, and what they make is answered', async () => {
  for (const [type, name, fields, value] of [
    ['MX', 'example.test', { preference: '10', target: 'mx.bigmail.test' }, '10 mx.bigmail.test.'],
    ['TXT', '', { text: 'v=spf1 mx -all' }, '"v=spf1 mx -all"'],
    [
      'SRV',
      '_imaps._tcp.example.test',
      { priority: '0', weight: '1', port: '993', target: 'mx.bigmail.test.' },
      '0 1 993 mx.bigmail.test.',
    ],
    ['CAA', '@', { flags: '0', tag: 'issue', text: 'ca.test' }, '0 issue "ca.test"'],
    [
      'TLSA',
      '_25._tcp.example.test',
      { usage: '3', selector: '1', matching: '1', digest: 'AB CD' },
      '3 1 1 abcd',
    ],
    ['AAAA', 'six.example.test', { address: '2001:db8::25' }, '2001:db8::25'],
    ['CNAME', 'alias.example.test', { target: 'mx.bigmail.test' }, 'mx.bigmail.test.'],
    ['PTR', 'ptr.example.test', { value: 'mx.bigmail.test.' }, 'mx.bigmail.test.'],
  ] as const) {
    const done = await edited('/add', { name, type, ttl: '600', ...fields });
    assert.equal(done.status, 303, `${type} ${done.text}`);
    const set = records().find((one) => one.type === type);
    assert.deepEqual([set?.values.at(-1), set?.ttl], [value, 600]);
  }
  stage.clock.advance(7 * MINUTE);
  assert.deepEqual(await resolved('example.test', 'MX'), [
    { preference: 10, exchange: 'mx.bigmail.test' },
  ]);
  const { text } = await fetched(PANEL, '/?zone=example.test');
  assert.match(text, /<th scope="col"[^>]*>TTL<\/th>[^]*10 mx\.bigmail\.test\./);
});

test('a set is changed as a whole, and one value is deleted', async () => {
  await edited('/add', { name: 'set.example.test', type: 'A', address: '127.20.25.1', ttl: '60' });
  const place = '/change?zone=example.test&name=set.example.test&type=A';
  assert.match((await fetched(PANEL, place)).text, />\s*127\.20\.25\.1<\/textarea>/);
  const set = { name: 'set.example.test', type: 'A' };
  const done = await edited('/change', {
    ...set,
    ttl: '120',
    values: '127.20.25.2\r\n127.20.25.3\r\n',
  });
  assert.equal(done.status, 303);
  const now = () => records().find(({ name }) => name === 'set.example.test');
  assert.deepEqual([now()?.ttl, now()?.values], [120, ['127.20.25.2', '127.20.25.3']]);
  assert.equal((await edited('/remove', { ...set, value: '127.20.25.2' })).status, 303);
  assert.deepEqual(now()?.values, ['127.20.25.3']);
  assert.equal((await edited('/remove', set)).status, 422);
  assert.deepEqual(now()?.values, ['127.20.25.3']);
});

test('a key longer than 255 octets is split, and shown so', async () => {
  const text = `v=DKIM1; k=rsa; p=${'A'.repeat(392)}`;
  const name = 's._domainkey.example.test';
  const done = await edited('/add', { name, type: 'TXT', text, ttl: '3600' });
  const shown = await fetched(PANEL, done.location);
  assert.match(shown.text, /in 2 strings of 255 \+ 155 octets/);
  assert.match(shown.text, /class="remark"[^]*was split into 2 strings/);
});

for (const [what, fields, field, en, ja] of [
  [
    'a CNAME beside other records',
    { name: 'example.test', type: 'CNAME', target: 'mx.bigmail.test' },
    'name',
    /CNAME cannot stand at example\.test/,
    /CNAME を置けません/,
  ],
  [
    'an address that is none',
    { name: 'a.example.test', type: 'A', address: '127.0.0.300' },
    'address',
    /is no IPv4 address/,
    /IPv4 アドレスではありません/,
  ],
  [
    'a name of another zone',
    { name: 'www', type: 'A', address: '127.20.25.1' },
    'name',
    /Give the whole name, such as www\.example\.test/,
    /名前を全部書く/,
  ],
  [
    'a name with the zone twice',
    { name: 'w.example.test.example.test', type: 'A', address: '127.20.25.1' },
    'name',
    /twice[^]*a dot goes behind/,
    /2 回入っています/,
  ],
  [
    'a preference that is none',
    { name: '@', type: 'MX', preference: 'first', target: 'mx.bigmail.test' },
    'preference',
    /«first» is no number from 0 to 65535/,
    /0 から 65535 までの数ではありません/,
  ],
  [
    'a host of one label',
    { name: '@', type: 'MX', preference: '10', target: 'mail' },
    'target',
    /mail\.example\.test/,
    /ラベル一つだけ/,
  ],
  [
    'a host with an underscore',
    { name: '@', type: 'MX', preference: '10', target: 'my_mx.example.test' },
    'target',
    /no underscores/,
    /アンダースコアは使えません/,
  ],
  [
    'a TTL that is none',
    { name: '@', type: 'TXT', text: 'x', ttl: 'soon' },
    'ttl',
    /soon is no time to live/,
    /soon は TTL になりません/,
  ],
  [
    'a type that servers make',
    { name: '@', type: 'RRSIG', value: 'x' },
    'type',
    /no type that can be set here/,
    /設定できるレコードの種類ではありません/,
  ],
  [
    'a text with a line break',
    { name: '@', type: 'TXT', text: 'v=spf1 mx\r\n-all' },
    'text',
    /line break/,
    /改行/,
  ],
] as const) {
  test(`${what} is refused where it stands, with a remedy, and what was typed stays`, async () => {
    const before = records();
    for (const [lang, words] of [
      ['en', en],
      ['ja', ja],
    ] as const) {
      const { status, text } = await edited('/add', { ttl: '300', ...fields, lang });
      assert.equal(status, 422, text);
      assert.match(text, words);
      assert.match(text, new RegExp(`id="add-${field}"[^>]*aria-invalid="true"`));
      assert.match(
        text,
        new RegExp(
          `aria-describedby="[^"]*add-${field}-refused"[^]*role="alert"\\s+id="add-${field}-refused"`,
        ),
      );
      const typed = Object.entries(fields).find(([name]) => name !== 'type' && name !== 'name')![1];
      assert.ok(text.includes(typed.split('\r')[0]!), typed);
    }
    assert.deepEqual(records(), before);
  });
}

test('what strangers write into forms and addresses is text, is cut, and changes nothing', async () => {
  const evil = '"><script>alert(1)</script>';
  const before = records();
  const huge = 'x'.repeat(30_000);
  for (const value of [evil, `a\r\nSet-Cookie: x=1`, '\0', huge, '\u202egnp', '__proto__']) {
    const answers = [
      await edited('/add', { name: value, type: 'A', address: value, ttl: value }),
      await edited('/change', { name: value, type: value, ttl: '60', values: value }),
      await edited('/remove', { name: value, type: value, value }),
      await edited('/retire-key', { tag: value }),
      await fetched(PANEL, `/?zone=${encodeURIComponent(value.slice(0, 900))}`),
      await fetched(
        PANEL,
        `/add?zone=example.test&type=${encodeURIComponent(value.slice(0, 900))}`,
      ),
      await fetched(
        PANEL,
        `/change?zone=example.test&name=${encodeURIComponent(value.slice(0, 900))}&type=A`,
      ),
      await fetched(REGISTRAR, `/?domain=${encodeURIComponent(value.slice(0, 900))}`),
      await fetched(CACHE, `/?name=${encodeURIComponent(value.slice(0, 900))}`),
      await posted(REGISTRAR, '/buy', { domain: value, token: await tokenAt(REGISTRAR, '/') }),
      await posted(ISP, '/ptr', { address: value, name: value, token: await tokenAt(ISP, '/') }),
    ];
    for (const { status, text, location } of answers) {
      assert.ok(status < 500, `${status} ${text.slice(0, 500)}`);
      assert.doesNotMatch(text, /<script/);
      assert.doesNotMatch(location, /[\r\n]|evil/);
      assert.ok(text.length < 200_000);
    }
  }
  assert.deepEqual(records(), before);
  assert.equal((await edited('/add', { name: 'x'.repeat(100_000) })).status, 413);
});

test('a form without its token, with that of another zone, from another site or for another host changes nothing', async () => {
  const before = records();
  const fields = {
    zone: 'example.test',
    name: 'no.example.test',
    type: 'A',
    address: '127.20.25.1',
    ttl: '60',
  };
  const token = await tokenAt(PANEL, '/add?zone=example.test&type=A');
  assert.ok(token.length > 20);
  const other = await tokenAt(REGISTRAR, '/?domain=example.test');
  const answers = [
    await posted(PANEL, '/add', fields),
    await posted(PANEL, '/add', { ...fields, token: other }),
    await posted(PANEL, '/add', { ...fields, token: 'x'.repeat(token.length) }),
    await posted(PANEL, '/add', { ...fields, zone: 'bigmail.test', token }),
    await posted(PANEL, '/add', { ...fields, token }, { 'sec-fetch-site': 'cross-site' }),
    await posted(PANEL, '/sign', { zone: 'example.test', token: other }),
    await posted(ISP, '/ptr', { address, name: 'mail.example.test', token }),
    await posted(CACHE, '/flush', { name: '', token }),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    answers.map(() => 403),
  );
  assert.equal((await posted('evil.test', '/add', { ...fields, token })).status, 421);
  assert.equal(
    (await posted(`${address}.evil.test`, `/${PANEL}/add`, { ...fields, token })).status,
    421,
  );
  const json = await posted(
    PANEL,
    '/add',
    { ...fields, token },
    { 'content-type': 'application/json' },
  );
  assert.equal(json.status, 415);
  assert.equal((await fetched(PANEL, `/sign?zone=example.test&token=${token}`)).status, 404);
  assert.deepEqual(records(), before);
});

test('a domain is bought, filled, signed and given up by forms alone, and its DS record fits', async () => {
  const bought = await posted(REGISTRAR, '/buy', {
    domain: 'Hanako.test',
    token: await tokenAt(REGISTRAR, '/'),
  });
  assert.equal(bought.status, 303);
  const page = '/?domain=hanako.test';
  const token = await tokenAt(REGISTRAR, page);
  const ours = { domain: 'hanako.test', token };
  const hosts = 'ns1.dnshost.test\r\nns2.dnshost.test';
  assert.equal((await posted(REGISTRAR, '/ns', { ...ours, ns: hosts })).status, 303);
  const panelToken = await tokenAt(PANEL, '/?zone=hanako.test');
  const add = {
    zone: 'hanako.test',
    token: panelToken,
    name: 'mail.hanako.test',
    type: 'A',
    address: '127.20.25.25',
    ttl: '300',
  };
  assert.equal((await posted(PANEL, '/add', add)).status, 303);
  assert.equal(
    (await posted(PANEL, '/sign', { zone: 'hanako.test', token: panelToken })).status,
    303,
  );
  const listed = stage.dns.panel.listZone('hanako.test');
  const ds = listed.kind === 'zone' ? listed.keys[0]!.ds : '';
  assert.match((await fetched(PANEL, '/?zone=hanako.test')).text, new RegExp(ds));
  assert.equal((await posted(REGISTRAR, '/ds-add', { ...ours, ds })).status, 303);
  assert.match((await fetched(REGISTRAR, page)).text, new RegExp(`${ds}[^]*<td [^>]*>yes</td>`));
  stage.clock.advance(10 * MINUTE);
  const found = await stage.stub.resolve('mail.hanako.test', 'A');
  assert.deepEqual(found.kind === 'records' && [found.records, found.authenticated], [
    ['127.20.25.25'],
    true,
  ]);
  const strange = await posted(REGISTRAR, '/ds-add', { ...ours, ds: '1 13 2 abcd' });
  assert.match(strange.text, /64 hexadecimal digits[^]*/);
  assert.match(strange.text, /id="f-ds"[^>]*value="1 13 2 abcd"/);
  const glueless = await posted(REGISTRAR, '/ns', {
    ...ours,
    ns: 'ns.hanako.test\r\nns2.dnshost.test',
    lang: 'ja',
  });
  assert.equal(glueless.status, 422);
  assert.match(glueless.text, /グルーとして書いてください[^]*/);
  const glued = await posted(REGISTRAR, '/ns', {
    ...ours,
    ns: 'ns.hanako.test 127.20.25.25\r\nns2.dnshost.test',
  });
  assert.equal(glued.status, 303);
  const owned = stage.dns.registrar.domains().find(({ domain }) => domain === 'hanako.test');
  assert.deepEqual(owned?.glue, { 'ns.hanako.test': ['127.20.25.25'] });
  const tag = ds.split(' ')[0]!;
  assert.equal((await posted(REGISTRAR, '/ds-remove', { ...ours, tag })).status, 303);
  assert.equal((await posted(REGISTRAR, '/give-up', ours)).status, 303);
  assert.equal((await posted(REGISTRAR, '/give-up', ours)).status, 422);
  const first = {
    domain: 'example.test',
    token: await tokenAt(REGISTRAR, '/?domain=example.test'),
  };
  assert.match((await posted(REGISTRAR, '/give-up', first)).text, /is the domain of your server/);
});

test('a reverse name is set and taken away, and the page says what a receiver finds', async () => {
  const own = stage.network.addressOf('mail.example.test');
  assert.match(
    (await fetched(ISP, '/')).text,
    /25-25\.static\.isp\.test[^]*The address has a name that leads back/,
  );
  const token = await tokenAt(ISP, '/');
  const bad = await posted(ISP, '/ptr', { address: own, name: 'a b', token, lang: 'ja' });
  assert.equal(bad.status, 422);
  assert.match(bad.text, /«a b» はホスト名ではありません/);
  assert.equal(
    (await posted(ISP, '/ptr', { address: own, name: 'lost.example.test', token })).status,
    303,
  );
  stage.clock.advance(61 * MINUTE);
  const lost = await fetched(ISP, '/');
  assert.match(lost.text, /lost\.example\.test[^]*None of the names of the address leads back/);
  assert.equal((await posted(ISP, '/remove', { address: own, token })).status, 303);
  assert.deepEqual(stage.dns.isp.addresses().find((one) => one.address === own)?.name, null);
  const foreign = stage.network.addressOf('mx.bigmail.test');
  const refused = await posted(ISP, '/ptr', { address: foreign, name: 'mail.example.test', token });
  assert.match(refused.text, /is no address of yours/);
});

test('what the resolver remembers is shown with the time that is left, and forgotten when asked', async () => {
  await resolved('mx.bigmail.test', 'A');
  const all = await fetched(CACHE, '/');
  assert.match(all.text, /mx\.bigmail\.test<\/a\s*>[^]*<td [^>]*>300 s<\/td>/);
  const one = await fetched(CACHE, '/?name=mx.bigmail.test&lang=ja');
  assert.match(one.text, /覚えている答え[^]*300 s[^]*ネームサーバーのいまの答え[^]*300 s/);
  const token = await tokenAt(CACHE, '/?name=mx.bigmail.test', 'method="post"');
  const done = await posted(CACHE, '/flush', { name: 'mx.bigmail.test', token });
  assert.equal(done.status, 303);
  const gone = stage.dns.cache.list().filter(({ name }) => name === 'mx.bigmail.test');
  assert.deepEqual(gone, []);
  assert.equal((await fetched(CACHE, '/?name=a..b')).status, 422);
});

test('the page that lists the sites says in either language what is where, and leads to the other language', async () => {
  const host = `${address}:8080`;
  const en = await fetched(host, '/');
  assert.match(en.text, /href="\/\?lang=ja"[^]*href="\/registrar\.test\/\?lang=en"[^]*buy domains/);
  const ja = await fetched(host, '/?lang=ja');
  assert.match(
    ja.text,
    /href="\/\?lang=en"[^]*cache\.resolver\.test[^]*リゾルバーが覚えている答え/,
  );
});
