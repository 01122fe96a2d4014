/**
 * A real Exim brings mail to our MX port: in chunks (RFC 3030) and by DATA, with and without TLS, 8-bit, SMTPUTF8, to several
 * recipients; what we refuse it returns to its own sender, what we put off it brings again, and what we report its sender gets.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { declaredZone } from '../../support/dns/declared-zone.ts';
import { serveZone, type ZoneServer } from '../../support/dns/declared-zone-server.ts';
import { EXIM_HOST } from '../../support/peers/exim-config.ts';
import { eximPeer, startExim, type Exim } from '../../support/peers/exim.ts';
import { findMail, listMail } from '../../support/program/mailbox.ts';
import { startRunningServer, type RunningServer } from '../../support/program/running-server.ts';
import { Wire } from '../../support/smtp/wire.ts';

const ALICE = 'alice@example.test';
const BOB = 'bob@example.test';
const CAROL = 'carol@example.test';
const YUKI = '雪@example.test';
/** Has a mailbox at Exim. */
const ANN = `ann@${EXIM_HOST}`;
const { skip } = eximPeer();

let server: RunningServer;
let dns: ZoneServer;

interface Handed {
  readonly to: readonly string[];
  readonly content: string;
  /** Of MAIL and of RCPT. */
  readonly mail?: string;
  readonly rcpt?: string;
}

/** Hands a message to Exim, octet by octet as given; its id there. */
async function hand(exim: Exim, { to, content, mail = '', rcpt = '' }: Handed): Promise<string> {
  const wire = await Wire.open(exim.port, false);
  const expect = async (line: string, code: number): Promise<string> => {
    wire.write(Buffer.from(`${line}\r\n`, 'utf8'));
    const reply = await wire.reply();
    assert.equal(reply.code, code, `${line}: ${reply.text}`);
    return reply.text;
  };
  await expect('EHLO client.test', 250);
  await expect(`MAIL FROM:<${ANN}>${mail}`, 250);
  for (const address of to) await expect(`RCPT TO:<${address}>${rcpt}`, 250);
  await expect('DATA', 354);
  wire.write(Buffer.from(content.replaceAll('\r\n.', '\r\n..'), 'utf8'));
  const [, id] = /\bid=(\S+)/.exec(await expect('.', 250)) ?? [];
  wire.drop();
  return id!;
}

function letter(subject: string, body: string, ...fields: readonly string[]): string {
  const header = [`From: Ann <${ANN}>`, `To: Bob <${BOB}>`, `Subject: ${subject}`, ...fields];
  return [...header, '', `${body}\r\n`].join('\r\n');
}

async function rawOf(address: string, subject: string): Promise<string> {
  const { id } = await findMail(server, address, subject);
  return server.done('mail', 'raw', address, id);
}

/** What Exim noted of its deliveries (`=>`, the first of a transaction, and `->`) of a message, once it has done with it. */
async function deliveries(exim: Exim, id: string): Promise<string[]> {
  const [line] = await exim.awaitLine(`${id} (Completed|== )`);
  assert.match(line!, /Completed/);
  return (await exim.lines(id)).filter((line) => /^\S+ \S+ \S+ [=-]> /.test(line));
}

describe('Exim delivers to our MX port', { skip }, () => {
  before(async () => {
    // who may send for Exim's domain is known, so that its senders are told what they ask for
    const spf = { TXT: 'v=spf1 ip4:127.0.0.1 -all', MX: `10 ${EXIM_HOST}`, A: '127.0.0.1' };
    dns = await serveZone(declaredZone({ [EXIM_HOST]: spf }));
    server = await startRunningServer({ env: { HIKYAKU_DNS: `${dns.address}:${dns.port}` } });
    for (const address of [CAROL, YUKI])
      await server.done('account', 'add', address, '--password-file', server.passwordFile);
  });
  after(async () => {
    await server?.[Symbol.asyncDispose]();
    await dns?.[Symbol.asyncDispose]();
  });

  for (const [name, sendTls, protocol] of [
    ['without TLS', 'none', 'ESMTP'],
    ['with TLS', 'encrypt', 'ESMTPS'],
  ] as const) {
    for (const chunking of [true, false]) {
      const how = `${name}, ${chunking ? 'in chunks' : 'by DATA'}`;
      test(how, async () => {
        await using exim = await sendingExim({ sendTls, chunking });
        const id = await hand(exim, { to: [BOB], content: letter(how, '.a dot in front\r\n.') });
        const [line, ...others] = await deliveries(exim, id);
        assert.deepEqual(others, []);
        // K: CHUNKING was used, L: PIPELINING was
        assert.match(line!, chunking ? / L K C="250 / : / L C="250 /);
        assert.equal(/ X=TLS1\.[23]:/.test(line!), sendTls === 'encrypt', line);
        const raw = await rawOf(BOB, how);
        assert.match(raw, new RegExp(`^Received: from exim\\.test .*\\bwith ${protocol}\\b`, 'ms'));
        assert.match(raw, /\r\n\r\n\.a dot in front\r\n\.\r\n$/);
        assert.match(raw, /^Return-Path: <ann@exim\.test>\r\n/);
      });
    }
  }

  test('8-bit content, octet by octet', async () => {
    await using exim = await sendingExim();
    const body = 'Grüße, 飛脚 — ひきゃく';
    const fields = [
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
    ];
    await hand(exim, {
      to: [BOB],
      content: letter('eight bits', body, ...fields),
      mail: ' BODY=8BITMIME',
    });
    const raw = await rawOf(BOB, 'eight bits');
    assert.ok(raw.endsWith(`\r\n\r\n${body}\r\n`), raw);
  });

  test('an internationalised address and header by SMTPUTF8', async () => {
    await using exim = await sendingExim();
    const content = letter('雪の日', 'x').replace(BOB, YUKI);
    await hand(exim, { to: [YUKI], content, mail: ' SMTPUTF8 BODY=8BITMIME' });
    const raw = await rawOf(YUKI, '雪の日');
    assert.match(raw, /^Delivered-To: 雪@example\.test\r$/m);
    assert.match(raw, /\bwith UTF8SMTPS?\b/);
  });

  for (const chunking of [true, false]) {
    test(`five megabytes ${chunking ? 'in chunks' : 'by DATA'}`, async () => {
      await using exim = await sendingExim({ chunking });
      const subject = `large, chunking ${chunking}`;
      const body = Array.from(
        { length: 70_000 },
        (_, index) => `${'.'.repeat(index % 3)}${index}, ${'x'.repeat(64)}`,
      ).join('\r\n');
      await hand(exim, { to: [BOB], content: letter(subject, body) });
      const raw = await rawOf(BOB, subject);
      assert.ok(raw.length > 5_000_000);
      assert.ok(raw.endsWith(`\r\n\r\n${body}\r\n`));
    });
  }

  test('several recipients in one transaction get a copy each; the unknown one comes back to the sender', async () => {
    await using exim = await sendingExim();
    const subject = 'to three';
    const to = [ALICE, BOB, 'nobody@example.test'];
    const id = await hand(exim, { to, content: letter(subject, 'x') });
    const [bounce] = await exim.awaitMail(ANN, 1);
    assert.match(String(bounce), /nobody@example\.test/);
    assert.match(String(bounce), /550[- ]5\.1\.1/);
    const [first, second, ...others] = await deliveries(exim, id);
    assert.match(first!, / => /);
    assert.match(second!, / -> /);
    assert.deepEqual(others, []);
    for (const address of [ALICE, BOB]) {
      const copies = (await listMail(server, address)).filter((mail) => mail.subject === subject);
      assert.equal(copies.length, 1);
    }
  });

  for (const chunking of [true, false]) {
    test(`what is refused after its content (${chunking ? 'BDAT' : 'DATA'}) comes back to the sender`, async () => {
      await using exim = await sendingExim({ chunking });
      const subject = `in circles, chunking ${chunking}`;
      await hand(exim, { to: [BOB], content: letter(subject, 'x', `Delivered-To: ${BOB}`) });
      const [bounce] = await exim.awaitMail(ANN, 1);
      assert.match(String(bounce), /^Final-Recipient: rfc822;bob@example\.test$/m);
      assert.match(String(bounce), /^Action: failed$/m);
      assert.match(String(bounce), /554[- ]5\.4\.6/);
      const mails = await listMail(server, BOB);
      assert.ok(!mails.some((mail) => mail.subject === subject));
    });
  }

  test('what is put off waits at Exim, and is delivered once when it comes again', async () => {
    await using exim = await sendingExim();
    await server.done('account', 'quota', CAROL, '1');
    const id = await hand(exim, { to: [BOB, CAROL], content: letter('room for one', 'x') });
    const [deferral] = await exim.awaitLine(`${id} == ${CAROL}`);
    assert.match(deferral!, /452[- ]4\.2\.2/);
    await findMail(server, BOB, 'room for one');
    await exim.flush();
    assert.deepEqual(await exim.queued(), [id]);
    await server.done('account', 'quota', CAROL, 'none');
    await exim.flush();
    await findMail(server, CAROL, 'room for one');
    assert.deepEqual(await exim.queued(), []);
    for (const address of [BOB, CAROL]) {
      const mails = await listMail(server, address);
      assert.equal(mails.filter(({ subject }) => subject === 'room for one').length, 1, address);
    }
  });

  test('what the sender asks to be told (RFC 3461) comes through, and our report goes back', async () => {
    await using exim = await sendingExim();
    const where = ['--host', '127.0.0.1', '--port', String(exim.port)];
    await server.done('route', 'set', EXIM_HOST, ...where);
    await hand(exim, {
      to: [BOB],
      content: letter('told of success', 'the body of it'),
      mail: ' RET=HDRS ENVID=QQ+2B314159',
      rcpt: ' NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob+2Bx@elsewhere.test',
    });
    const [report] = (await exim.awaitMail(ANN, 1)).map(String);
    assert.match(report!, /^Reporting-MTA: dns; ?mail\.example\.test$/m);
    assert.match(report!, /^Original-Envelope-Id: QQ\+314159$/m);
    assert.match(report!, /^Original-Recipient: rfc822; ?bob\+x@elsewhere\.test$/m);
    assert.match(report!, /^Final-Recipient: rfc822; ?bob@example\.test$/m);
    assert.match(report!, /^Action: delivered$/m);
    assert.doesNotMatch(report!, /the body of it/);
  });
});

function sendingExim(
  options: { sendTls?: 'none' | 'may' | 'encrypt'; chunking?: boolean } = {},
): Promise<Exim> {
  const routes = { 'example.test': server.ports.smtp };
  return startExim({ ...options, mailboxes: [ANN], routes });
}
