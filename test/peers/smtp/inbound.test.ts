/** A real Postfix brings mail to our MX port: with and without TLS, 8-bit, SMTPUTF8, to several recipients. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findMail, listMail } from '../../support/program/mailbox.ts';
import { postfixPeer, startPostfix, type Postfix } from '../../support/peers/postfix.ts';
import {
  eventually,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';
import { Wire } from '../../support/smtp/wire.ts';

const ALICE = 'alice@example.test';
const BOB = 'bob@example.test';
const YUKI = '雪@example.test';
const { skip } = postfixPeer();

let server: RunningServer;

/** Hands a message to Postfix, octet by octet as given. */
async function hand(
  postfix: Postfix,
  { to, content, parameters = '' }: { to: readonly string[]; content: string; parameters?: string },
): Promise<void> {
  const wire = await Wire.open(postfix.port, false);
  const expect = async (line: string, code: number) => {
    wire.write(Buffer.from(`${line}\r\n`, 'utf8'));
    const reply = await wire.reply();
    assert.equal(reply.code, code, `${line}: ${reply.text}`);
  };
  await expect('EHLO client.test', 250);
  await expect(`MAIL FROM:<ann@sender.test>${parameters}`, 250);
  for (const address of to) await expect(`RCPT TO:<${address}>`, 250);
  await expect('DATA', 354);
  wire.write(Buffer.from(content.replaceAll('\r\n.', '\r\n..'), 'utf8'));
  await expect('.', 250);
  wire.drop();
}

function letter(subject: string, body: string): string {
  return `From: Ann <ann@sender.test>\r\nTo: Bob <${BOB}>\r\nSubject: ${subject}\r\n\r\n${body}\r\n`;
}

describe('Postfix delivers to our MX port', { skip }, () => {
  before(async () => {
    server = await startRunningServer();
    await server.done('account', 'add', YUKI, '--password-file', server.passwordFile);
  });
  after(() => server[Symbol.asyncDispose]());

  for (const [name, sendTls, protocol] of [
    ['without TLS', 'none', 'ESMTP'],
    ['with TLS', 'encrypt', 'ESMTPS'],
  ] as const) {
    test(name, async () => {
      await using postfix = await relayingPostfix(sendTls);
      await hand(postfix, { to: [BOB], content: letter(`sent ${name}`, '.a dot in front') });
      const mail = await findMail(server, BOB, `sent ${name}`);
      const raw = await server.done('mail', 'raw', BOB, mail.id);
      assert.match(
        raw,
        new RegExp(`^Received: from postfix\\.test .*\\bwith ${protocol}\\b`, 'ms'),
      );
      assert.match(raw, /\r\n\r\n\.a dot in front\r\n$/);
      assert.match(raw, /^Return-Path: <ann@sender\.test>\r\n/);
      const story = await server.done('message', 'trace', mail.messageId);
      assert.equal(/TLS ?v?1\.[23]/i.test(story), sendTls === 'encrypt', story);
      await eventually('the queue of Postfix is empty', async () => (await postfix.queued()) === 0);
    });
  }

  test('8-bit content, octet by octet', async () => {
    await using postfix = await relayingPostfix('may');
    const body = 'Grüße, 飛脚 — ひきゃく';
    const content = [
      'From: Ann <ann@sender.test>',
      `To: ${BOB}`,
      'Subject: eight bits',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      `${body}\r\n`,
    ].join('\r\n');
    await hand(postfix, { to: [BOB], content, parameters: ' BODY=8BITMIME' });
    const mail = await findMail(server, BOB, 'eight bits');
    const raw = await server.done('mail', 'raw', BOB, mail.id);
    assert.ok(raw.endsWith(`\r\n\r\n${body}\r\n`), raw);
  });

  test('an internationalised address and header by SMTPUTF8', async () => {
    await using postfix = await relayingPostfix('may');
    const content = letter('雪の日', 'x').replace(BOB, YUKI);
    await hand(postfix, { to: [YUKI], content, parameters: ' SMTPUTF8 BODY=8BITMIME' });
    const mail = await findMail(server, YUKI, '雪の日');
    const raw = await server.done('mail', 'raw', YUKI, mail.id);
    assert.match(raw, /^Delivered-To: 雪@example\.test\r$/m);
    assert.match(raw, /\bwith UTF8SMTPS?\b/);
  });

  test('several recipients get a copy each; for the unknown one Postfix bounces', async () => {
    await using postfix = await relayingPostfix('may');
    const to = [ALICE, BOB, 'nobody@example.test'];
    await hand(postfix, { to, content: letter('to three', 'x') });
    await findMail(server, ALICE, 'to three');
    await findMail(server, BOB, 'to three');
    await eventually('Postfix has its answers', async () => (await postfix.queued()) === 0);
    assert.match(
      await postfix.log(),
      /to=<nobody@example\.test>.*550 5\.1\.1.*status=bounced|status=bounced.*550 5\.1\.1/s,
    );
    for (const address of [ALICE, BOB]) {
      const copies = (await listMail(server, address)).filter(
        ({ subject }) => subject === 'to three',
      );
      assert.equal(copies.length, 1);
    }
  });
});

function relayingPostfix(sendTls: 'none' | 'may' | 'encrypt'): Promise<Postfix> {
  return startPostfix({
    sendTls,
    routes: { 'example.test': server.ports.smtp },
    // the bounce for the sender's domain goes nowhere
    discardRest: true,
  });
}
