/**
 * What a newcomer's programs do with the running server: each submits a message, and the command line shows it in
 * the mailbox of its recipient, with a trace that tells every step.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { peer, swaksPeer } from '../support/peers/installed.ts';
import { runPeer } from '../support/peers/run.ts';
import {
  eventually,
  PASSWORD,
  startRunningServer,
  type RunningServer,
} from '../support/program/running-server.ts';
import { eventTypes, findMail, type ListedMail } from '../support/program/mailbox.ts';

const ALICE = 'alice@example.test';
const BOB = 'bob@example.test';
const swaks = swaksPeer();
const curl = peer('curl');
const msmtp = peer('msmtp');
const telnet = peer('telnet');

let server: RunningServer;
before(async () => (server = await startRunningServer()));
after(() => server[Symbol.asyncDispose]());

function message(subject: string): string {
  return [`From: Alice <${ALICE}>`, `To: ${BOB}`, `Subject: ${subject}`, '', 'Dear Bob', ''].join(
    '\r\n',
  );
}

/** The message is in bob's mailbox whole, and its trace tells every step of a submission. */
async function arrived(subject: string, mechanism?: string): Promise<ListedMail> {
  const mail = await findMail(server, BOB, subject);
  const raw = await server.done('mail', 'raw', BOB, mail.id);
  assert.match(raw, /^Return-Path: <alice@example\.test>\r\nDelivered-To: bob@example\.test\r\n/);
  assert.match(raw, /^DKIM-Signature: v=1;/m);
  assert.match(raw, /^Received: /m);
  assert.match(raw, /\r\n\r\nDear Bob\r\n/);
  const types = await eventTypes(server, mail.messageId);
  for (const type of [
    'message.submitted',
    'message.signed',
    'recipient.queued',
    'recipient.stored',
  ]) {
    assert.ok(types.includes(type), `${type} is not among ${types.join(', ')}`);
  }
  const story = await server.done('message', 'trace', mail.messageId);
  assert.match(story, /RFC \d{4}/);
  if (mechanism !== undefined) assert.match(story, new RegExp(`AUTH ${mechanism}`));
  assert.ok(!story.includes(PASSWORD) && !story.includes(secret()), 'the password is in the trace');
  return mail;
}

/** What AUTH PLAIN says. */
function secret(): string {
  return Buffer.from(`\0${ALICE}\0${PASSWORD}`).toString('base64');
}

async function swaksSubmits(subject: string, ...more: string[]): Promise<void> {
  const sent = await runPeer(swaks.path, [
    ['--server', '127.0.0.1', '--from', ALICE, '--to', BOB],
    ['--auth-user', ALICE, '--auth-password', PASSWORD],
    ['--header', `Subject: ${subject}`, '--body', 'Dear Bob', ...more],
  ]);
  assert.equal(sent.code, 0, sent.output);
}

describe('swaks', { skip: swaks.skip }, () => {
  for (const mechanism of ['PLAIN', 'LOGIN']) {
    test(`submits with STARTTLS and AUTH ${mechanism}`, async () => {
      const subject = `swaks with ${mechanism}`;
      const port = String(server.ports.submission);
      await swaksSubmits(subject, '--port', port, '--tls', '--auth', mechanism);
      await arrived(subject, mechanism);
    });
  }
  test('submits under TLS from the first octet', async () => {
    const port = String(server.ports.submissions);
    await swaksSubmits('swaks over TLS', '--port', port, '--tls-on-connect', '--auth', 'PLAIN');
    await arrived('swaks over TLS', 'PLAIN');
  });
  test('is offered no AUTH before STARTTLS, and cannot submit without it', async () => {
    const sent = await runPeer(swaks.path, [
      ['--server', '127.0.0.1', '--port', String(server.ports.submission)],
      ['--from', ALICE, '--to', BOB],
    ]);
    assert.notEqual(sent.code, 0);
    assert.doesNotMatch(sent.output, /AUTH PLAIN/);
    assert.match(sent.output, /530 5\.7\.0/);
  });
  test('is refused with a wrong password, and told so', async () => {
    const sent = await runPeer(swaks.path, [
      ['--server', '127.0.0.1', '--port', String(server.ports.submission), '--tls'],
      ['--auth-user', ALICE, '--auth-password', 'not the password', '--auth', 'PLAIN'],
      ['--from', ALICE, '--to', BOB],
    ]);
    assert.match(sent.output, /535 5\.7\.8/);
  });
});

test('nodemailer submits, in ten lines', async () => {
  const transport = createTransport({
    host: '127.0.0.1',
    port: server.ports.submission,
    requireTLS: true,
    auth: { user: ALICE, pass: PASSWORD },
    tls: { rejectUnauthorized: false },
  });
  const sent = await transport.sendMail({
    from: `Alice <${ALICE}>`,
    to: BOB,
    bcc: ALICE,
    subject: 'nodemailer says お早う',
    text: 'Dear Bob',
  });
  assert.deepEqual(sent.accepted.toSorted(), [ALICE, BOB]);
  const mail = await arrived('nodemailer says お早う');
  const raw = await server.done('mail', 'raw', BOB, mail.id);
  assert.doesNotMatch(raw, /^Bcc:/im);
});

test('curl submits to smtps://', { skip: curl.skip }, async () => {
  const file = path.join(server.home, 'curl.eml');
  await writeFile(file, message('curl'));
  const sent = await runPeer(curl.path, [
    ['--silent', '--show-error', '--insecure', '--max-time', '30'],
    `smtps://127.0.0.1:${server.ports.submissions}`,
    ['--mail-from', ALICE, '--mail-rcpt', BOB],
    ['--user', `${ALICE}:${PASSWORD}`, '--upload-file', file],
  ]);
  assert.equal(sent.code, 0, sent.output);
  await arrived('curl');
});

test('msmtp submits', { skip: msmtp.skip }, async () => {
  const file = path.join(server.home, 'msmtprc');
  const settings = {
    host: '127.0.0.1',
    port: server.ports.submission,
    tls: 'on',
    tls_starttls: 'on',
    tls_certcheck: 'off',
    auth: 'on',
    user: ALICE,
    from: ALICE,
    passwordeval: `cat ${server.passwordFile}`,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(file, `account default\n${lines.join('')}`, { mode: 0o600 });
  const sent = await runPeer(msmtp.path, ['--file', file, BOB], message('msmtp'));
  assert.equal(sent.code, 0, sent.output);
  await arrived('msmtp');
});

test('a person with telnet brings mail to the MX port', { skip: telnet.skip }, async () => {
  const child = spawn(telnet.path, ['127.0.0.1', String(server.ports.smtp)], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const answer = async (line: string, expected: RegExp) => {
    said = '';
    if (line !== '') child.stdin.write(`${line}\n`);
    await eventually(`an answer to "${line}"`, () => expected.test(said));
  };
  try {
    await answer('', /^220 mail\.example\.test/m);
    await answer('helo client.example.org', /^250 /m);
    await answer('mail from:<carol@example.org>', /^250 2\.1\.0/m);
    await answer('rcpt to:<dan@elsewhere.test>', /^55[04] 5\.7\.1/m);
    await answer('rcpt to:<nobody@example.test>', /^550 5\.1\.1/m);
    await answer('rcpt to:<bob@example.test>', /^250 2\.1\.5/m);
    await answer('data', /^354 /m);
    child.stdin.write('Subject: typed by hand\n\nHello Bob\n');
    await answer('.', /^250 2\./m);
    await answer('quit', /^221 2\.0\.0/m);
    await ended;
  } finally {
    child.kill('SIGKILL');
  }
  const mail = await findMail(server, BOB, 'typed by hand');
  const types = await eventTypes(server, mail.messageId);
  assert.ok(
    types.includes('message.received') && types.includes('recipient.stored'),
    types.join(', '),
  );
});
