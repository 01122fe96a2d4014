/**
 * A newsletter, its readers' ways out of it, and their complaints, from the submission port to the wire and back: what leaves is signed, one POST
 * or one mail ends it, a report of a provider counts and ends it too; who only looks, guesses or forges does nothing.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { createTransport } from 'nodemailer';
import { latin1 } from '#bytes';
import {
  eventually,
  PASSWORD,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';
import { startSmtpPeer, type SmtpTestPeer } from '../../support/smtp/scripted-peer.ts';

const ALICE = 'alice@example.test';
const BOB = 'bob@example.test';
const LIST = 'news.example.test';
const NEWS = { 'List-Id': `The news <${LIST}>` };

let server: RunningServer;
let peer: SmtpTestPeer;

before(async () => {
  server = await startRunningServer();
  peer = await startSmtpPeer();
  const where = ['--host', '127.0.0.1', '--port', String(peer.port), '--tls', 'none'];
  await server.done('route', 'set', 'there.test', ...where);
});

after(async () => {
  await server[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
});

/** @returns our id of the message */
async function send(
  to: readonly string[],
  headers: Readonly<Record<string, string>> = NEWS,
): Promise<string> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: server.ports.submission,
    auth: { user: ALICE, pass: PASSWORD },
    tls: { rejectUnauthorized: false },
  });
  const sent = await transport.sendMail({
    from: ALICE,
    to: [...to],
    subject: 'News',
    text: 'There is news.',
    headers,
  });
  return /\b([0-9a-z]{13})\b/.exec(sent.response)![1]!;
}

interface Arrived {
  readonly reversePath: string;
  readonly content: string;
}

/** What the peer got for a recipient, last. */
async function arrivedFor(recipient: string, id: string): Promise<Arrived> {
  const taken = await eventually(`the peer has ${id} for ${recipient}`, () =>
    peer.accepted.findLast(
      ({ recipients, content }) =>
        recipients[0]!.includes(`<${recipient}>`) && latin1(content).includes(`id ${id}`),
    ),
  );
  assert.equal(taken.recipients.length, 1);
  return { reversePath: /<(.*?)>/.exec(taken.mail)![1]!, content: latin1(taken.content) };
}

interface Told {
  readonly messageId: string;
  readonly type?: string;
  readonly text: string;
  readonly standing?: string;
}

/** What is told of a message, and how its recipients stand. */
async function storyOf(id: string): Promise<readonly Told[]> {
  const told = await server.json<Told>('message', 'trace', id);
  return told.filter(({ messageId }) => messageId === id);
}

async function standing(id: string, wanted: string): Promise<void> {
  await eventually(`${id} is ${wanted}`, async () => {
    const standings = (await storyOf(id)).flatMap((one) => one.standing ?? []);
    return (standings.length > 0 && standings.every((one) => one === wanted)) || undefined;
  });
}

function wayOut(content: string): { url: string; mailto: string } {
  const header = content.slice(0, content.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ');
  const field = /^List-Unsubscribe: <(http[^>]+)>, <(mailto:[^>]+)>\r?$/m.exec(header);
  assert.ok(field, header);
  assert.match(header, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/m);
  return { url: field[1]!, mailto: field[2]! };
}

/** The outside referee's word on each signature, with our keys as the DNS would serve them. */
async function signatures(message: string): Promise<{ result: string; fields: string }[]> {
  const keys = await server.json<{ name: string; record: string }>('dkim', 'list', 'example.test');
  const { results } = await dkimVerify(Buffer.from(message, 'latin1'), {
    resolver: (name: string) => {
      const key = keys.find((one) => one.name.replace(/\.$/, '') === name);
      return Promise.resolve(key === undefined ? [] : [[key.record]]);
    },
  });
  return results.map(({ status, signingHeaders }) => ({
    result: status.result,
    fields: String(signingHeaders?.keys),
  }));
}

async function reasonsFor(address: string): Promise<string[]> {
  const listed = await server.json<{ address: string; reason: string; stream: string }>(
    'suppression',
    'list',
  );
  return listed
    .filter((one) => one.address === address)
    .map(({ reason, stream }) => `${reason} ${stream}`)
    .sort();
}

function post(url: string, body = 'List-Unsubscribe=One-Click'): Promise<Response> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return fetch(url, { method: 'POST', body, headers, redirect: 'manual' });
}

/** By MX, as any server on the Internet. */
async function byMx(to: string, raw: string, from = 'x@reporter.test'): Promise<string> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: server.ports.smtp,
    tls: { rejectUnauthorized: false },
  });
  const sent = await transport.sendMail({ envelope: { from, to }, raw });
  return /\b([0-9a-z]{13})\b/.exec(sent.response)![1]!;
}

test('each reader of a newsletter gets a way out of his own, signed with the rest', async () => {
  const readers = ['ann@there.test', 'bea@there.test', 'cyd@there.test'];
  const id = await send(readers);
  await standing(id, 'handed-on');
  const urls = new Set<string>();
  for (const reader of readers) {
    const { content } = await arrivedFor(reader, id);
    const { url, mailto } = wayOut(content);
    urls.add(url);
    assert.match(
      url,
      new RegExp(`^http://127\\.0\\.0\\.1:${server.ports.http}/u/[A-Za-z0-9_-]{60,}$`),
    );
    assert.match(
      mailto,
      /^mailto:unsubscribe-[a-z2-7]{8}@example\.test\?subject=[A-Za-z0-9_-]{60,}$/,
    );
    const token = Buffer.from(url.slice(url.lastIndexOf('/') + 1), 'base64url').toString('latin1');
    assert.doesNotMatch(token, /there|ann|bea|cyd|news/);
    const found = await signatures(content);
    assert.ok(found.length > 0);
    for (const { result, fields } of found) {
      assert.equal(result, 'pass');
      assert.match(
        fields,
        /list-unsubscribe:list-unsubscribe-post|List-Unsubscribe.*List-Unsubscribe-Post/i,
      );
    }
    for (const line of content.split('\r\n')) assert.ok(line.length <= 998, line);
  }
  assert.equal(urls.size, readers.length);
});

test('a reader here has a way out of his own too', async () => {
  const id = await send([BOB, 'ann@there.test']);
  const stored = await eventually('bob has it', async () => {
    const listed = await server.json<{ id: string; messageId: string }>('mail', 'list', BOB);
    return listed.find(({ messageId }) => messageId === id);
  });
  const raw = await server.done('mail', 'raw', BOB, stored.id);
  const { url } = wayOut(raw.replaceAll(/\r?\n/g, '\r\n'));
  assert.notEqual(url, wayOut((await arrivedFor('ann@there.test', id)).content).url);
  await post(url);
  assert.deepEqual(await reasonsFor(BOB), [`unsubscribe ${LIST}`]);
  await standing(await send([BOB]), 'suppressed');
});

test('what has a way out already, and what is no bulk mail, stays as its author wrote it', async () => {
  const own = { 'List-Unsubscribe': '<https://app.test/leave>' };
  const first = await arrivedFor('ann@there.test', await send(['ann@there.test'], own));
  assert.match(first.content, /^List-Unsubscribe: <https:\/\/app\.test\/leave>\r$/m);
  assert.doesNotMatch(first.content, /List-Unsubscribe-Post/);
  const letter = await arrivedFor('ann@there.test', await send(['ann@there.test'], {}));
  assert.doesNotMatch(letter.content, /List-Unsubscribe/);
});

test('who only looks at the links unsubscribes nobody; one POST does, at once, for this list alone', async () => {
  const id = await send(['dan@there.test']);
  const { url } = wayOut((await arrivedFor('dan@there.test', id)).content);
  assert.equal((await fetch(url, { method: 'HEAD' })).status, 200);
  const page = await fetch(url, { headers: { 'accept-language': 'ja' } });
  assert.match(await page.text(), /配信を停止する/);
  assert.equal((await post(url, 'x=y')).status, 400);
  assert.deepEqual(await reasonsFor('dan@there.test'), []);

  for (let i = 0; i < 2; i++) {
    const answer = await post(url);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('set-cookie'), null);
  }
  assert.deepEqual(await reasonsFor('dan@there.test'), [`unsubscribe ${LIST}`]);
  const told = await storyOf(id);
  assert.equal(told.filter(({ type }) => type === 'recipient.unsubscribed').length, 1);
  assert.match(
    told.find(({ type }) => type === 'recipient.unsubscribed')!.text,
    /^dan@there\.test unsubscribed with one click: mail of the list news\.example\.test\.$/,
  );
  await standing(await send(['dan@there.test']), 'suppressed');
  await standing(
    await send(['dan@there.test'], { 'List-Id': '<other.example.test>' }),
    'handed-on',
  );
});

test('a token that was changed is not found, and tells nothing', async () => {
  const { url } = wayOut(
    (await arrivedFor('eve@there.test', await send(['eve@there.test']))).content,
  );
  for (const wrong of [
    `${url}A`,
    url.slice(0, -1),
    url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
  ]) {
    const answer = await post(wrong);
    assert.equal(answer.status, 404);
    assert.equal(await answer.text(), 'not found\n');
  }
  assert.deepEqual(await reasonsFor('eve@there.test'), []);
});

test('a mail with the token as its subject unsubscribes, wherever it was folded, and is kept nowhere', async () => {
  const id = await send(['fay@there.test'], { Precedence: 'bulk' });
  const { mailto } = wayOut((await arrivedFor('fay@there.test', id)).content);
  const [, address, token] = /^mailto:(.*)\?subject=(.*)$/.exec(mailto)!;
  const folded = `${token!.slice(0, 50)}\r\n ${token!.slice(50)}`;
  const before = (await server.json('mail', 'list', ALICE)).length;
  await byMx(address!, `From: fay@there.test\r\nTo: ${address}\r\nSubject: forged\r\n\r\n\r\n`);
  assert.deepEqual(await reasonsFor('fay@there.test'), []);
  await byMx(address!, `From: fay@there.test\r\nTo: ${address}\r\nSubject: ${folded}\r\n\r\n\r\n`);
  assert.deepEqual(await reasonsFor('fay@there.test'), ['unsubscribe bulk']);
  assert.equal((await server.json('mail', 'list', ALICE)).length, before);
  await standing(await send(['fay@there.test']), 'suppressed');
});

/** As Yahoo's complaint feedback loop writes it, with the message's own recipient made unreadable. */
function complaint(original: string, fields: readonly string[] = []): string {
  return [
    'From: Yahoo! Mail AntiSpam Feedback <feedback@arf.mail.reporter.test>',
    'To: fbl@example.test',
    `Date: ${new Date().toUTCString()}`,
    'Subject: FW: News',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; boundary="_----cfl=_01/00-00000-00000000"; report-type=feedback-report',
    '',
    '--_----cfl=_01/00-00000-00000000',
    'Content-Type: text/plain; charset="US-ASCII"',
    'Content-Transfer-Encoding: 7bit',
    '',
    'This is an email abuse report for an email message from example.test.',
    '',
    '--_----cfl=_01/00-00000-00000000',
    'Content-Type: message/feedback-report',
    '',
    'Feedback-Type: abuse',
    'User-Agent: Yahoo!-Mail-Feedback/2.0',
    'Version: 0.1',
    'Original-Rcpt-To: redacted@there.test',
    'Received-Date: Thu, 26 Nov 2026 10:00:00 -0000',
    'Reported-Domain: example.test',
    'Authentication-Results: dkim=pass (domain of example.test)',
    ...fields,
    '',
    '--_----cfl=_01/00-00000-00000000',
    'Content-Type: message/rfc822',
    'Content-Disposition: inline',
    '',
    original,
    '--_----cfl=_01/00-00000-00000000--',
    '',
  ].join('\r\n');
}

test('a report of a complaint counts once, suppresses all bulk mail, and is in nobody’s way', async () => {
  const id = await send(['gus@there.test']);
  const { content } = await arrivedFor('gus@there.test', id);
  const inbox = (await server.json('mail', 'list', ALICE)).length;
  const reportId = await byMx('fbl@example.test', complaint(content));
  await byMx('fbl@example.test', complaint(content));
  assert.deepEqual(await reasonsFor('gus@there.test'), ['complaint bulk']);
  assert.equal((await server.json('mail', 'list', ALICE)).length, inbox);
  const listed = await server.json<Record<string, string>>('complaint', 'list');
  const own = listed.filter(({ messageId }) => messageId === id);
  assert.equal(own.length, 1);
  assert.equal(own[0]!['address'], 'gus@there.test');
  assert.equal(own[0]!['matchedBy'], 'token');
  assert.equal(own[0]!['stream'], 'bulk');
  const rates = await server.json<Record<string, string | number>>('complaint', 'rate');
  const rate = rates.find(({ complaints }) => complaints === 1);
  assert.equal(rate?.['stream'], 'bulk');
  assert.equal(rate['site'], own[0]!['site']);
  assert.ok(Number(rate['delivered']) > 1);
  assert.match(
    (await storyOf(reportId)).find(({ type }) => type === 'complaint.read')!.text,
    /it is a complaint, and was counted/,
  );
  assert.match(
    await server.done('message', 'trace', id, '--lang', 'ja'),
    /gus@there\.test からこのメールについて苦情がありました（迷惑メール）/,
  );
  await standing(
    await send(['gus@there.test'], { 'List-Id': '<other.example.test>' }),
    'suppressed',
  );
});

test('where the way out was taken off, the reverse-path tells who it was', async () => {
  const id = await send(['hal@there.test']);
  const { reversePath } = await arrivedFor('hal@there.test', id);
  const raw = complaint('Subject: News\r\n\r\n', [`Original-Mail-From: <${reversePath}>`]);
  await byMx('abuse@example.test', raw);
  assert.deepEqual(await reasonsFor('hal@there.test'), ['complaint bulk']);
});

test('a report that proves nothing changes nothing, and stays to be read', async () => {
  const id = await send(['ida@there.test']);
  await arrivedFor('ida@there.test', id);
  const forged = [
    `Received: from [127.0.0.1] by mail.example.test with ESMTPSA id ${id}; Thu, 26 Nov 2026 10:00:00 +0000`,
    'List-Unsubscribe: <http://127.0.0.1/u/QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg>',
    'Return-Path: <bounce-' + id + '-1-aaaaaaaa@example.test>',
    '',
    '',
  ].join('\r\n');
  const inbox = (await server.json('mail', 'list', ALICE)).length;
  const reportId = await byMx(
    'fbl@example.test',
    complaint(forged, ['Original-Rcpt-To: ida@there.test']),
  );
  assert.deepEqual(await reasonsFor('ida@there.test'), []);
  assert.match(
    (await storyOf(reportId)).find(({ type }) => type === 'complaint.read')!.text,
    /nothing shows that its writer had the message/,
  );
  assert.equal((await server.json('mail', 'list', ALICE)).length, inbox + 1);
});

test('a huge report, and one that is no complaint, are taken without harm', async () => {
  const id = await send(['joe@there.test']);
  const { content } = await arrivedFor('joe@there.test', id);
  await byMx(
    'fbl@example.test',
    complaint(content).replace('Feedback-Type: abuse', 'Feedback-Type: not-spam'),
  );
  assert.deepEqual(await reasonsFor('joe@there.test'), []);
  const fields = Array.from({ length: 3000 }, (_, i) => `X-Field-${i}: ${'y'.repeat(60)}`);
  const huge = complaint(`${content}\r\n${`${'x'.repeat(70)}\r\n`.repeat(40_000)}`, fields);
  await byMx('fbl@example.test', huge);
  assert.deepEqual(await reasonsFor('joe@there.test'), ['complaint bulk']);
});
