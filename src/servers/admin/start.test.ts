import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { utf8 } from '#bytes';
import { systemClock } from '#clock';
import { event } from '#events';
import { silentLog } from '#log';
import { PasswordHasher } from '#mail/accounts/password-hash';
import { SenderHistory } from '#mail/reputation/history';
import { Directory } from '#store/directory/directory';
import { writeEvents } from '#store/events/events';
import { mailStoreOf } from '#store/mailboxes/mail-store';
import {
  addTestAccounts,
  deliveryJob,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';
import { newTestGuard } from '../../../test/support/store/guard.ts';
import { testPublishing } from '../../../test/support/dns/publishing.ts';
import { testDesk } from '../../../test/support/program/doctor-desk.ts';
import type { AdminContext } from './context.ts';
import { startAdmin, type AdminServer } from './start.ts';

let opened: TestStore;
let dataDir: string;
let hasher: PasswordHasher;
let context: AdminContext;
let admin: AdminServer;
let history: SenderHistory;
let accounts: readonly string[];

before(async () => {
  opened = await openTestStore();
  const { store } = opened;
  accounts = await addTestAccounts(store, 'example.test', ['alice', 'bob']);
  dataDir = await realpath(await mkdtemp(path.join(tmpdir(), 'hikyaku-admin-')));
  hasher = new PasswordHasher();
  const { pool, notices } = store;
  history = new SenderHistory({
    pool,
    clock: systemClock,
    log: silentLog,
    isProtected: () => false,
  });
  context = {
    store,
    mail: mailStoreOf(store),
    queue: { remove: () => Promise.resolve({ free: 2, underWay: 1 }) },
    guard: newTestGuard(store),
    history,
    sendingLimits: { messages: 100, newRecipients: 0, messagesAMinute: 0, messagesAnHour: 0 },
    directory: new Directory(pool, notices),
    administer: { pool, notices, clock: systemClock, hasher, random: randomBytes },
    certificates: {
      keeper: {
        lines: () => Promise.resolve([]),
        renew: () => Promise.resolve({ kind: 'off' }),
        revoke: () => Promise.resolve({ kind: 'other-authority' }),
        bringIn: () => Promise.resolve({ kind: 'exists' }),
      },
      settings: undefined,
      states: () => Promise.resolve([]),
    },
    doctor: testDesk(store),
    publishing: testPublishing(store),
    clock: systemClock,
    log: silentLog,
    backupFolder: '/nowhere',
    warmUp: { sources: [''], siteOf: () => Promise.resolve(undefined), happened: () => {} },
    lang: 'en',
  };
  const started = await startAdmin({ dataDir, context });
  if (started.kind === 'failed') throw new Error(started.message);
  admin = started;
});

after(async () => {
  await admin.stop();
  context.mail.views.close();
  context.directory.close();
  await history[Symbol.asyncDispose]();
  hasher.close();
  await opened[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

function post(name: string, body: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = { 'content-type': 'application/json' };
  const { socketPath } = admin;
  request({ socketPath, path: `/${name}`, method: 'POST', headers }, (response) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('end', () => resolve({ status: response.statusCode!, body: Buffer.concat(parts) }));
  })
    .on('error', reject)
    .end(body);
  return promise;
}

type Row = Readonly<Record<string, unknown>>;

async function call(name: string, input: object = {}): Promise<Row> {
  const { body } = await post(name, JSON.stringify(input));
  return JSON.parse(body.toString()) as Row;
}

async function rows(name: string, input: object = {}): Promise<Row[]> {
  const { status, body } = await post(name, JSON.stringify(input));
  assert.equal(status, 200, body.toString());
  const lines = body.toString().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Row);
}

async function deliver(text: string): Promise<string> {
  const { store } = opened;
  const job = deliveryJob(store, [accounts[1]!], utf8(text), { forwardPath: 'bob@example.test' });
  const { messageId } = job;
  const arrived = event(
    'message.received',
    systemClock.now(),
    { messageId },
    {
      public: { listener: 'mx', size: text.length, tls: null, with: 'ESMTP', recipients: 1 },
      personal: {
        client: '192.0.2.1',
        ehlo: 'a.test',
        reversePath: 'author@sender.test',
        messageIdField: `${messageId}@sender.test`,
      },
    },
  );
  await store.writer.run({ ...job, statements: [...job.statements, writeEvents([arrived])] });
  return messageId;
}

test('the socket is for its owner alone', async () => {
  assert.equal((await stat(admin.socketPath)).mode & 0o777, 0o600);
});

test('a second server of the folder is refused, and the first goes on', async () => {
  const second = await startAdmin({ dataDir, context });
  assert.equal(second.kind, 'failed');
  assert.equal((await rows('account/list')).length >= 2, true);
});

test('an unknown call, bad input and no JSON are told apart', async () => {
  assert.equal((await post('account/frob', '{}')).status, 404);
  const bad = await post('account/add', '{"address":5}');
  assert.equal(bad.status, 400);
  assert.match(bad.body.toString(), /address/);
  assert.equal((await post('account/add', '{')).status, 400);
  assert.equal((await post('account/add', `"${'x'.repeat(300_000)}"`)).status, 413);
});

test('an account is added once, in a domain of ours, with a password that can be used', async () => {
  const password = 'correct horse battery';
  assert.deepEqual(await call('account/add', { address: 'Carol@Example.test', password }), {
    account: 'carol@example.test',
  });
  const again = await call('account/add', { address: 'carol@example.test', password });
  assert.equal(again['reason'], 'exists');
  const elsewhere = await call('account/add', { address: 'carol@other.test', password });
  assert.equal(elsewhere['reason'], 'no-such-domain');
  const short = await call('account/add', { address: 'dave@example.test', password: 'x' });
  assert.equal(short['reason'], 'password-refused');
  const listed = await rows('account/list');
  assert.ok(listed.some(({ account }) => account === 'carol@example.test'));
});

test('an account can be disabled, opened, given a password and removed', async () => {
  const address = 'erin@example.test';
  await call('account/add', { address, password: 'correct horse' });
  const state = async (): Promise<unknown> =>
    (await rows('account/list')).find(({ account }) => account === address)!['state'];
  await call('account/disable', { address });
  assert.equal(await state(), 'disabled');
  await call('account/enable', { address });
  assert.equal(await state(), 'open');
  assert.deepEqual(await call('account/passwd', { address, password: 'another one' }), {
    account: address,
  });
  await call('account/remove', { address });
  assert.equal(await state(), 'removed');
  assert.equal((await call('account/disable', { address }))['reason'], 'no-such-account');
});

test('a domain comes with keys whose records can be published, and goes when nothing is in it', async () => {
  const added = await call('domain/add', { domain: 'Bücher.test' });
  assert.equal(added['domain'], 'xn--bcher-kva.test');
  const keys = await rows('dkim/list', { domain: 'bücher.test' });
  assert.deepEqual(
    keys.map(({ algorithm }) => algorithm).toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
    ['ed25519-sha256', 'rsa-sha256'],
  );
  for (const { record } of keys) assert.match(String(record), /^v=DKIM1; k=(rsa|ed25519); p=/);
  await call('dkim/generate', { domain: 'bücher.test' });
  assert.equal((await rows('dkim/list', { domain: 'bücher.test' })).length, 4);
  assert.deepEqual(await call('domain/remove', { domain: 'bücher.test' }), {
    domain: 'xn--bcher-kva.test',
  });
  assert.equal((await call('domain/remove', { domain: 'example.test' }))['reason'], 'in-use');
  assert.equal((await call('domain/add', { domain: 'not a domain' }))['reason'], 'not-a-domain');
});

test('a domain is told what to publish, decides its policies, and changes its keys', async () => {
  await call('domain/add', { domain: 'published.test' });
  const dns = async () =>
    (await call('domain/dns', { domain: 'published.test', lang: 'ja' }))['records'] as Row[];
  const ofPurpose = (records: readonly Row[], wanted: string) =>
    records.filter(({ purpose }) => purpose === wanted).map(({ data }) => data);
  const before = await dns();
  assert.equal(ofPurpose(before, 'dkim-active').length, 2);
  assert.match(String(before[0]!['why']), /^[ぁ-龠]/);
  const [record] = ofPurpose(before, 'mta-sts');
  const set = await call('domain/mta-sts', { domain: 'published.test', mode: 'enforce' });
  assert.equal(set['maxAge'], 1_209_600);
  assert.deepEqual(ofPurpose(await dns(), 'mta-sts'), [`"v=STSv1; id=${String(set['id'])}"`]);
  assert.notEqual(`"v=STSv1; id=${String(set['id'])}"`, record);
  assert.deepEqual(await call('domain/mta-sts', { domain: 'published.test' }), set);
  await call('domain/dmarc', { domain: 'published.test', policy: 'reject' });
  assert.match(String(ofPurpose(await dns(), 'dmarc')[0]), /p=reject;/);
  assert.deepEqual(await call('domain/mta-sts', { domain: 'published.test' }), set);

  const compared = await call('domain/dns', { domain: 'published.test', check: true });
  const standings = new Set((compared['records'] as Row[]).map(({ standing }) => standing));
  assert.deepEqual(standings, new Set(['missing']));

  const { selectors } = await call('dkim/rotate', { domain: 'published.test' });
  assert.equal(ofPurpose(await dns(), 'dkim-next').length, 2);
  const status = await call('dkim/rotation', { domain: 'published.test' });
  assert.deepEqual(
    [status['underWay'], status['sight'], status['switchAt']],
    [true, 'unseen', null],
  );
  assert.equal((await call('dkim/rotate', { domain: 'published.test' }))['reason'], 'under-way');
  assert.deepEqual(
    (await call('dkim/abort', { domain: 'published.test' }))['selectors'],
    [...(selectors as string[])].sort(),
  );
  assert.equal((await call('dkim/abort', { domain: 'published.test' }))['reason'], 'not-under-way');
  assert.equal(ofPurpose(await dns(), 'dkim-revoked').length, 2);

  for (const name of ['domain/dns', 'domain/mta-sts', 'domain/dmarc', 'dkim/rotate'])
    assert.equal((await call(name, { domain: 'nowhere.test' }))['reason'], 'no-such-domain', name);
  await call('domain/remove', { domain: 'published.test' });
});

test('aliases: several targets, a catch-all, never over an account', async () => {
  const targets = ['alice@example.test', 'x@elsewhere.test'];
  await call('alias/set', { alias: 'Sales@example.test', targets });
  await call('alias/set', { alias: '*@example.test', targets: ['bob@example.test'] });
  assert.deepEqual(await rows('alias/list'), [
    { alias: '*@example.test', targets: ['bob@example.test'] },
    { alias: 'sales@example.test', targets },
  ]);
  const taken = await call('alias/set', { alias: 'alice@example.test', targets });
  assert.equal(taken['reason'], 'is-an-account');
  assert.equal(
    (await call('alias/remove', { alias: '*@example.test' }))['alias'],
    '*@example.test',
  );
  assert.equal(
    (await call('alias/remove', { alias: '*@example.test' }))['reason'],
    'no-such-alias',
  );
});

test('an alias that would lead to itself is refused in any spelling, and so are aliases that reach no mailbox together', async () => {
  const refusal = async (alias: string, ...targets: string[]) =>
    (await call('alias/set', { alias, targets }))['reason'];
  const before = await rows('alias/list');
  assert.equal(await refusal('team@example.test', 'team@example.test'), 'own-target');
  assert.equal(
    await refusal('Team@Example.TEST', 'tEAM@example.test', 'bob@example.test'),
    'own-target',
  );
  assert.equal(await refusal('alice@example.test', 'alice@example.test'), 'is-an-account');
  assert.equal(await refusal('team@example.test', 'team+tag@example.test'), 'alias-loop');
  assert.equal(await refusal('*@example.test', 'nobody@example.test'), 'alias-loop');
  await call('domain/add', { domain: '飛脚.test' });
  assert.equal(await refusal('組@飛脚.test', '組@xn--w40al00c.test'), 'own-target');
  await call('domain/remove', { domain: '飛脚.test' });
  assert.deepEqual(await rows('alias/list'), before);

  // what does not exist yet may follow
  assert.equal(await refusal('one@example.test', 'two@example.test'), undefined);
  assert.equal(await refusal('two@example.test', 'one@example.test'), 'alias-loop');
  assert.equal(
    await refusal('two@example.test', 'one@example.test', 'bob@example.test'),
    undefined,
  );
  assert.equal(await refusal('*@example.test', 'bob@example.test'), undefined);
  for (const alias of ['one@example.test', 'two@example.test', '*@example.test'])
    await call('alias/remove', { alias });
});

test('a route may be for an address literal, in whatever spelling it is given', async () => {
  const to = { host: '192.0.2.1', port: 25, tls: 'opportunistic' };
  for (const [given, domain] of [
    ['[192.0.2.1]', '[192.0.2.1]'],
    ['[ipv6:2001:DB8:0:0:0:0:0:1]', '[IPv6:2001:db8::1]'],
  ] as const) {
    assert.equal((await call('route/set', { ...to, domain: given }))['domain'], domain);
    assert.equal((await rows('route/list'))[0]!['domain'], domain);
    assert.deepEqual(await call('queue/retry', { what: given }), { recipients: 0 });
    assert.deepEqual(await call('route/remove', { domain: given }), { domain });
  }
  for (const domain of ['[192.0.2.256]', '[2001:db8::1]', '[x:y]', '[']) {
    assert.equal((await call('route/set', { ...to, domain }))['reason'], 'not-a-literal');
  }
});

test('a route is listed without its password', async () => {
  const route = { domain: '*', host: 'smtp.example.net', port: 587, tls: 'verified' };
  await call('route/set', { ...route, username: 'me', password: 'top secret' });
  const { body } = await post('route/list', '{}');
  assert.doesNotMatch(body.toString(), /secret/);
  assert.deepEqual(await rows('route/list'), [{ ...route, username: 'me' }]);
  const half = await call('route/set', { ...route, username: 'me' });
  assert.equal(half['reason'], 'half-a-login');
  assert.deepEqual(await call('route/remove', { domain: '*' }), { domain: '*' });
  assert.equal((await call('route/remove', { domain: '*' }))['reason'], 'no-such-route');
});

test('an app password is shown once, listed without its secret, and removed by its id', async () => {
  const account = 'alice@example.test';
  const made = await call('app-password/add', { account, name: 'phone', scope: ['submission'] });
  const { password, ...rest } = made;
  assert.match(String(password), /^([0-9a-z]{4}-){8}[0-9a-z]{4}$/);
  const id = String(made['id']);
  const { createdAt } = rest;
  assert.deepEqual(rest, { account, id, name: 'phone', scope: ['submission'], createdAt });
  const listed = { id, name: 'phone', scope: ['submission'], createdAt, lastUsedAt: null };
  assert.deepEqual(await rows('app-password/list', { account }), [listed]);
  const typed = ` ${id.slice(0, 4).toUpperCase()}-${id.slice(4)}`;
  assert.deepEqual(await call('app-password/remove', { account, id: typed }), { account, id });
  assert.deepEqual(await rows('app-password/list', { account }), []);
  const again = await call('app-password/remove', { account, id });
  assert.equal(again['reason'], 'no-such-app-password');
  const whole = await call('app-password/remove', { account, id: password });
  assert.equal(whole['reason'], 'no-such-app-password');
  assert.ok(!JSON.stringify(whole).includes(String(password)), 'the password is not repeated');
});

test('an app password without a name, without an account, or for nothing known is refused', async () => {
  const account = 'alice@example.test';
  const given = { account, name: 'phone', scope: [] };
  const refused = async (more: object) =>
    (await call('app-password/add', { ...given, ...more }))['reason'];
  assert.equal(await refused({ name: ' ' }), 'not-a-name');
  assert.equal(await refused({ account: 'nobody@example.test' }), 'no-such-account');
  assert.equal(await refused({ scope: ['*'] }), 'bad-input');
  for (let made = 0; made < 24; made++) await call('app-password/add', given);
  assert.equal(await refused({}), 'too-many');
  const list = await call('app-password/list', { account: 'nobody@example.test' });
  assert.equal(list['reason'], 'no-such-account');
});

test('a mailbox is listed newest first, with what scripts rely on, and read octet by octet', async () => {
  const text =
    'From: Ann <ann@sender.test>\r\nTo: bob@example.test\r\nSubject: one\r\nMessage-ID: <1@a.test>\r\n\r\n\x80body\r\n';
  const first = await deliver(text);
  await deliver(text.replace('one', 'two'));
  const listed = await rows('mail/list', { account: 'bob@example.test' });
  assert.deepEqual(listed.map(({ subject }) => subject).slice(0, 2), ['two', 'one']);
  const { id, uid, receivedAt, ...one } = listed.find(({ messageId }) => messageId === first)!;
  assert.equal(typeof uid, 'number');
  assert.ok(!Number.isNaN(Date.parse(String(receivedAt))));
  assert.deepEqual(one, {
    messageId: first,
    mailbox: 'INBOX',
    from: 'Ann <ann@sender.test>',
    to: 'bob@example.test',
    subject: 'one',
    size: utf8(text).length,
    flags: [],
    reversePath: 'author@sender.test',
    forwardPath: 'bob@example.test',
    messageIdField: '<1@a.test>',
  });
  for (const name of [id, first]) {
    const raw = await post('mail/raw', JSON.stringify({ account: 'bob@example.test', id: name }));
    assert.deepEqual(raw.body, Buffer.from(utf8(text)));
  }
  const limited = await rows('mail/list', { account: 'bob@example.test', limit: 1 });
  assert.equal(limited.length, 1);
  const junk = await rows('mail/list', { account: 'bob@example.test', mailbox: 'junk' });
  assert.equal(junk.length, 0);
});

test('another account’s message is not found', async () => {
  const id = await deliver('Subject: x\r\n\r\n');
  const answer = await call('mail/raw', { account: 'alice@example.test', id });
  assert.equal(answer['reason'], 'no-such-message');
});

test('messages are found by author, recipient, time and status, newest first', async () => {
  const id = await deliver('Subject: find me\r\n\r\n');
  const found = await rows('message/find', { from: 'AUTHOR@', to: 'bob@', status: 'delivered' });
  assert.equal(found[0]!['messageId'], id);
  assert.equal(found[0]!['status'], 'delivered');
  assert.deepEqual(await rows('message/find', { to: 'nobody@' }), []);
  assert.deepEqual(await rows('message/find', { status: 'failed' }), []);
  assert.deepEqual(await rows('message/find', { since: systemClock.now() + 60_000 }), []);
  assert.equal((await rows('message/find', { within: 60_000, limit: 1 })).length, 1);
});

test('a story is told by our id, the id in the mailbox and the Message-ID field', async () => {
  const id = await deliver('Subject: story\r\n\r\n');
  const mails = await rows('mail/list', { account: 'bob@example.test' });
  const inMailbox = mails.find(({ messageId }) => messageId === id)!['id'];
  for (const name of [id, inMailbox, `<${id}@sender.test>`, `${id}@sender.test`]) {
    const told = await call('message/trace', { id: name, timeZone: 'Asia/Tokyo' });
    assert.equal(told['messageId'], id, String(name));
    assert.equal(told['timeZone'], 'Asia/Tokyo');
    assert.equal((told['entries'] as unknown[]).length, 2);
  }
  assert.equal((await call('message/trace', { id: 'nothing' }))['reason'], 'no-such-message');
  assert.equal((await call('message/trace', { id, timeZone: 'Nowhere' }))['reason'], 'bad-input');
});

test('following a message that nobody waits for ends after its story', async () => {
  const id = await deliver('Subject: follow\r\n\r\n');
  const told = await rows('message/follow', { id, lang: 'ja' });
  assert.equal(told.length, 1);
  assert.equal(told[0]!['language'], 'ja');
});

test('what to do with the queue is asked for unless it is said', async () => {
  assert.deepEqual(await rows('queue/list'), []);
  assert.deepEqual(await call('queue/retry', { all: true }), { recipients: 0 });
  assert.deepEqual(await call('queue/remove', { what: 'a.test', silent: true }), {
    recipients: 2,
    underWay: 1,
  });
  assert.equal((await call('queue/remove', {}))['reason'], 'nothing-selected');
  assert.equal(
    (await call('queue/remove', { what: 'a.test', all: true }))['reason'],
    'nothing-selected',
  );
  assert.equal((await call('queue/hold', { what: 'no domain' }))['reason'], 'not-a-domain');
  assert.equal((await call('queue/show', { id: '0000000000000' }))['reason'], 'not-queued');
  assert.deepEqual((await call('queue/shape'))['domains'], []);
});

test('a database that is out of reach is told as that', async () => {
  const other = await realpath(await mkdtemp(path.join(tmpdir(), 'hikyaku-admin-')));
  const gone = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const store = Object.create(opened.store, {
    pool: { value: { query: () => Promise.reject(gone) } },
  }) as AdminContext['store'];
  const broken = await startAdmin({ dataDir: other, context: { ...context, store } });
  assert.ok(broken.kind === 'running');
  const mine = admin;
  admin = broken;
  try {
    const answer = await post('account/list', '{}');
    assert.equal(answer.status, 503);
    assert.match(answer.body.toString(), /database-unavailable/);
  } finally {
    admin = mine;
    await broken.stop();
    await rm(other, { recursive: true });
  }
});

test('what is known of a sender is shown, listed and forgotten, by any address of its /64', async () => {
  const bad = history.networkOf('2001:db8::7')!;
  for (let i = 0; i < 20; i++) history.count(bad, { toJunk: 1 }, '2001:db8::7');
  history.count({ kind: 'domain', name: 'xn--mller-kva.example' }, { accepted: 1 }, '192.0.2.1');
  const shown = await call('reputation/show', { sender: '2001:db8::99' });
  assert.deepEqual(
    [shown['kind'], shown['name'], shown['standing'], shown['score'], shown['toJunk']],
    ['network', '2001:db8::/64', 'bad', -0.89, 20],
  );
  assert.equal((await call('reputation/show', { sender: 'müller.example' }))['accepted'], 1);
  assert.equal((await rows('reputation/list')).length, 2);
  const listed = await rows('reputation/list', { standing: 'bad', limit: 5 });
  assert.deepEqual(
    listed.map(({ name }) => name),
    ['2001:db8::/64'],
  );
  assert.equal((await call('reputation/forget', { sender: '2001:db8::/64' }))['kind'], 'network');
  assert.match(
    JSON.stringify(await call('reputation/show', { sender: '2001:db8::1' })),
    /not-known/,
  );
  for (const [sender, code] of [
    ['192.0.2.0/24', 'not-kept-so'],
    ['no domain', 'not-a-domain'],
    ['other.example', 'not-known'],
  ] as const)
    assert.match(JSON.stringify(await call('reputation/forget', { sender })), new RegExp(code));
});
