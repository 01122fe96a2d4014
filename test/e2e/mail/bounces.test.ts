/**
 * A newsletter and those whom it does not reach, from the submission port to the wire and back: who is refused, or comes back to the address
 * that was made for him, is not written to again; a bounce that nobody here can have caused does nothing.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTransport } from 'nodemailer';
import {
  eventually,
  PASSWORD,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';
import { startSmtpPeer, type SmtpTestPeer } from '../../support/smtp/scripted-peer.ts';

const ALICE = 'alice@example.test';
/** Of their domain: who is refused, and how; everybody else is taken. */
const REFUSED: Readonly<Record<string, string>> = {
  'gone@there.test': '550 5.1.1 no such user here',
  'full@there.test': '552 5.2.2 mailbox full',
  'wary@there.test': '550 5.7.1 we do not like your address',
};

let server: RunningServer;
let peer: SmtpTestPeer;

before(async () => {
  server = await startRunningServer();
  peer = await startSmtpPeer({
    answers: { RCPT: (line) => REFUSED[/<(.*)>/.exec(line)![1]!] },
  });
  const where = ['--host', '127.0.0.1', '--port', String(peer.port), '--tls', 'none'];
  await server.done('route', 'set', 'there.test', ...where);
});

after(async () => {
  await server[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
});

const NEWS = { 'List-Unsubscribe': '<https://example.test/leave>' };

/** @returns our id of the message */
async function send(to: string, headers: Readonly<Record<string, string>> = NEWS, dsn?: object) {
  const transport = createTransport({
    host: '127.0.0.1',
    port: server.ports.submission,
    auth: { user: ALICE, pass: PASSWORD },
    tls: { rejectUnauthorized: false },
  });
  const sent = await transport.sendMail({
    from: ALICE,
    to,
    subject: 'News',
    text: 'There is news.',
    headers,
    ...(dsn && { dsn }),
  });
  return /\b([0-9a-z]{13})\b/.exec(sent.response)![1]!;
}

interface Line {
  readonly messageId: string;
  readonly type?: string;
  readonly text: string;
  readonly standing?: string;
}

/** The story of a message, once its recipient stands so. */
async function standing(id: string, wanted: string): Promise<readonly Line[]> {
  return eventually(`${id} is ${wanted}`, async () => {
    const lines = await server.json<Line>('message', 'trace', id);
    const own = lines.filter(({ messageId }) => messageId === id);
    return own.some((line) => line.standing === wanted) ? own : undefined;
  });
}

const textOf = (lines: readonly Line[], wanted: string): string =>
  lines.find(({ type }) => type === wanted)?.text ?? '';

/** The reverse-path under which the peer got it. */
async function reversePathTo(recipient: string): Promise<string> {
  const taken = await eventually(`the peer has mail for ${recipient}`, () =>
    peer.accepted.findLast(({ recipients }) => recipients[0]!.includes(`<${recipient}>`)),
  );
  return /<(.*?)>/.exec(taken.mail)![1]!;
}

function report(recipient: string, status: string, reply: string): string {
  return [
    'From: Mail system <mailer-daemon@there.test>',
    'To: whoever@example.test',
    `Date: ${new Date().toUTCString()}`,
    'Subject: Undelivered mail',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'It did not arrive.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.there.test',
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    'Action: failed',
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${reply}`,
    '--b--',
    '',
  ].join('\r\n');
}

/** By MX, as any server on the Internet. */
async function bounce(to: string, raw: string, from = ''): Promise<string> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: server.ports.smtp,
    tls: { rejectUnauthorized: false },
  });
  const sent = await transport.sendMail({ envelope: { from, to }, raw });
  return /\b([0-9a-z]{13})\b/.exec(sent.response)![1]!;
}

interface Suppression {
  readonly address: string;
  readonly reason: string;
  readonly stream: string;
  readonly until: string | null;
  readonly messageId: string | null;
}

async function suppressionOf(address: string): Promise<Suppression | undefined> {
  const listed = await server.json<Suppression>('suppression', 'list');
  return listed.find((one) => one.address === address);
}

const attemptsTo = (address: string): number =>
  peer.commands.filter((line) => line.startsWith('RCPT') && line.includes(`<${address}>`)).length;

test('who is refused for good is not tried a second time, and the author can read why', async () => {
  const first = await send('gone@there.test');
  await standing(first, 'failed');
  const suppressed = await suppressionOf('gone@there.test');
  assert.equal(suppressed?.reason, 'hard-bounce');
  assert.equal(suppressed.stream, 'bulk');
  assert.equal(suppressed.messageId, first);
  assert.ok(Date.parse(suppressed.until!) > Date.now());
  assert.equal(attemptsTo('gone@there.test'), 1);

  const second = await send('Gone@there.test');
  const traced = await standing(second, 'suppressed');
  assert.equal(attemptsTo('gone@there.test') + attemptsTo('Gone@there.test'), 1);
  assert.ok(!textOf(traced, 'notice.sent'));
  assert.match(
    textOf(traced, 'recipient.suppressed'),
    /^Gone@there\.test: not sent\. The address is suppressed for all bulk mail until /,
  );
  const japanese = await server.done('message', 'trace', second, '--lang', 'ja');
  assert.match(
    japanese.replaceAll(/\s/g, ''),
    /送信しませんでした。配信停止の対象です（対象：すべての一斉配信メール、/,
  );
});

test('what a person writes is tried all the same, and who asks for notices gets one', async () => {
  const written = await send('gone@there.test', {});
  await standing(written, 'failed');
  assert.equal(attemptsTo('gone@there.test'), 2);
  const asked = await send('gone@there.test', NEWS, {
    id: 'x',
    return: 'headers',
    notify: ['failure'],
  });
  const traced = await standing(asked, 'suppressed');
  assert.ok(textOf(traced, 'notice.sent'));
  assert.equal(attemptsTo('gone@there.test'), 2);
});

test('a full mailbox, or a rule against us, suppresses nobody', async () => {
  for (const address of ['full@there.test', 'wary@there.test']) {
    await standing(await send(address), 'failed');
    assert.equal(await suppressionOf(address), undefined, address);
  }
});

test('each reader has a reverse-path of his own; other mail has that of its author', async () => {
  await standing(await send('ann@there.test'), 'handed-on');
  await standing(await send('bea@there.test'), 'handed-on');
  const [ann, bea] = [await reversePathTo('ann@there.test'), await reversePathTo('bea@there.test')];
  assert.match(ann, /^bounce-[0-9a-z]{13}-1-[a-z2-7]{8}@example\.test$/);
  assert.notEqual(ann, bea);
  await standing(await send('cyd@there.test', {}), 'handed-on');
  assert.equal(await reversePathTo('cyd@there.test'), ALICE);
  await standing(
    await send('cyd@there.test', { ...NEWS, 'Hikyaku-Stream': 'transactional' }),
    'handed-on',
  );
  assert.equal(await reversePathTo('cyd@there.test'), ALICE);
  assert.doesNotMatch(String(peer.accepted.at(-1)!.content), /^Hikyaku-Stream/im);
});

test('who had been taken and comes back later is suppressed; the notice has its story', async () => {
  const sent = await send('dan@there.test');
  await standing(sent, 'handed-on');
  const path = await reversePathTo('dan@there.test');
  const notice = await bounce(
    path,
    report('dan@elsewhere.test', '5.1.1', '550 5.1.1 No such user'),
  );
  const traced = await standing(sent, 'bounced');
  assert.match(
    textOf(traced, 'recipient.bounced'),
    /^dan@there\.test: it came back after it had been taken \(5\.1\.1\): there is no such mailbox/,
  );
  const suppressed = await suppressionOf('dan@there.test');
  assert.equal(suppressed?.reason, 'hard-bounce');
  assert.equal(suppressed.messageId, sent);
  assert.equal(await suppressionOf('dan@elsewhere.test'), undefined);
  assert.match(await server.done('message', 'trace', notice), new RegExp(`bulk message ${sent}`));
  const mailbox = await server.json<{ subject: string }>('mail', 'list', ALICE);
  assert.ok(mailbox.every(({ subject }) => subject !== 'Undelivered mail'));
  await standing(await send('dan@there.test'), 'suppressed');
});

test('a soft bounce, a delay or an answer suppresses nobody', async () => {
  const sent = await send('eve@there.test');
  await standing(sent, 'handed-on');
  const path = await reversePathTo('eve@there.test');
  await bounce(path, report('eve@there.test', '5.2.2', '552 5.2.2 mailbox full'));
  await standing(sent, 'bounced');
  await bounce(path, 'From: eve@there.test\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n');
  assert.equal(await suppressionOf('eve@there.test'), undefined);
});

test('a bounce that was not caused here is refused, and so is ordinary mail to such an address', async () => {
  await standing(await send('fay@there.test'), 'handed-on');
  const path = await reversePathTo('fay@there.test');
  const raw = report('fay@there.test', '5.1.1', '550 5.1.1 No such user');
  const forgeries = [
    path.replace('-1-', '-2-'),
    path.replace(/.@/, (end) => (end[0] === 'a' ? 'b@' : 'a@')),
    path.replace(/^bounce-./, (start) => (start.endsWith('1') ? 'bounce-2' : 'bounce-1')),
  ];
  for (const forged of forgeries) {
    assert.notEqual(forged, path);
    await assert.rejects(bounce(forged, raw), /\b550\b/);
  }
  await assert.rejects(bounce(path, raw, 'mallory@evil.test'), /\b550\b/);
  assert.equal(await suppressionOf('fay@there.test'), undefined);
});

test('an operator adds, sees and removes', async () => {
  assert.equal(
    await server.done('suppression', 'add', 'Gus@there.test', '--detail', 'asked by telephone'),
    'Gus@there.test is suppressed for all bulk mail, for good.\n',
  );
  assert.match(await server.done('suppression', 'list'), /gus@there\.test\s+bulk\s+manual/);
  assert.match(
    await server.done('suppression', 'show', 'gus@there.test'),
    /^gus@there\.test is suppressed for all bulk mail since [^,]+, for good: .+\.\n {2}asked by telephone\n$/,
  );
  await standing(await send('gus@there.test'), 'suppressed');
  const [removed] = await server.json('suppression', 'remove', 'gus@there.test');
  assert.equal(removed!['reason'], 'manual');
  await standing(await send('gus@there.test'), 'handed-on');
  const nobody = await server.command('suppression', 'remove', 'gus@there.test');
  assert.equal(nobody.code, 2);
  assert.match(nobody.stderr, /gus@there\.test is not suppressed/);
});

test('a list that was left is no longer sent, another is', async () => {
  await server.done(
    'suppression',
    'add',
    'hal@there.test',
    '--stream',
    'Weekly.example.test',
    '--reason',
    'unsubscribe',
    '--for',
    '30d',
  );
  const list = (id: string) => ({ 'List-Id': `News <${id}>` });
  await standing(await send('hal@there.test', list('weekly.example.test')), 'suppressed');
  await standing(await send('hal@there.test', list('daily.example.test')), 'handed-on');
});
