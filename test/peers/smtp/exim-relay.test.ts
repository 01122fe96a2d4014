/**
 * Our queue delivers to a real Exim by a route: in chunks (RFC 3030), signed so that Exim verifies both signatures, kept while Exim is
 * away, delivered once when it is back, and told to the author where Exim refuses it or was asked to report.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { certificateFor } from '../../support/certificates/self-signed.ts';
import { declaredZone } from '../../support/dns/declared-zone.ts';
import { serveZone, type ZoneServer } from '../../support/dns/declared-zone-server.ts';
import { freeLabPrefix } from '../../support/lab/network.ts';
import { eximPeer, startExim, type Exim } from '../../support/peers/exim.ts';
import { eventTypes } from '../../support/program/mailbox.ts';
import {
  eventually,
  PASSWORD,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';
import { connectSubmissions, login } from '../../support/smtp/login.ts';
import { Wire } from '../../support/smtp/wire.ts';

const ALICE = 'alice@example.test';
const BOB = 'bob@relay.test';
const CAROL = 'carol@relay.test';
const DAVE = 'dave@relay.test';
const YUKI = '雪@relay.test';
const { skip } = eximPeer();

let server: RunningServer;
let dns: ZoneServer;
let exim: Exim;

interface DkimKey {
  readonly name: string;
  readonly record: string;
}

interface Queued {
  readonly messageId: string;
  readonly lastReply: string | null;
}

interface Submitted {
  readonly to: readonly string[];
  readonly subject: string;
  readonly body?: string;
  /** Of MAIL and of RCPT. */
  readonly mail?: string;
  readonly rcpt?: string;
}

async function submit({ to, subject, body = 'Dear Bob', mail = '', rcpt = '' }: Submitted) {
  await using client = await connectSubmissions(server.ports.submissions);
  await login(client, { mechanism: 'PLAIN', username: ALICE, password: PASSWORD });
  const expect = async (line: string, code: string): Promise<void> => {
    const reply = (await client.ask(line)).at(-1)!;
    assert.ok(reply.startsWith(code), `${line.slice(0, 200)}: ${reply}`);
  };
  await expect(`MAIL FROM:<${ALICE}>${mail}`, '250');
  for (const address of to) await expect(`RCPT TO:<${address}>${rcpt}`, '250');
  await expect('DATA', '354');
  const fields = [
    `From: Alice <${ALICE}>`,
    `Subject: ${subject}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ];
  const content = [...fields, '', body].join('\r\n').replaceAll('\r\n.', '\r\n..');
  await expect(`${content}\r\n.`, '250');
}

async function route(tls = 'opportunistic'): Promise<void> {
  const where = ['--host', '127.0.0.1', '--port', String(exim.port)];
  await server.done('route', 'set', 'relay.test', ...where, '--tls', tls);
}

/** The message with this subject in a mailbox at Exim. */
async function arrived(address: string, subject: string): Promise<string> {
  const [mail] = await exim.awaitMail(address, 1, `\nSubject: ${subject}\n`);
  return String(mail);
}

/** What Exim noted of taking a message: `<=`, how it came, and for whom. */
async function taken(mail: string): Promise<string> {
  const [, id] = /\n\tid ([\w-]+)/.exec(mail) ?? [];
  return (await exim.lines(`${id} <= `))[0]!;
}

/** The first message in the author's mailbox that has the text. */
function toldOf(text: string): Promise<string> {
  return eventually(`a report with "${text}"`, async () => {
    const mails = await server.json<{ id: string }>('mail', 'list', ALICE);
    const raws = await Promise.all(mails.map(({ id }) => server.done('mail', 'raw', ALICE, id)));
    return raws.find((raw) => raw.includes(text));
  });
}

async function nothingQueued(): Promise<void> {
  await eventually('the queue is empty', async () => {
    const queued = await server.json('queue', 'list');
    return queued.length === 0;
  });
}

describe('a route to a real Exim', { skip }, () => {
  before(async () => {
    server = await startRunningServer();
    const keys = await server.json<DkimKey>('dkim', 'list', 'example.test');
    assert.ok(keys.length >= 2, 'an RSA and an Ed25519 key');
    const zone = Object.fromEntries(keys.map(({ name, record }) => [name, { TXT: record }]));
    // an address at which nobody else on this machine has a port 53
    const address = `${await freeLabPrefix()}.0.53`;
    dns = await serveZone(declaredZone(zone), {}, { address, port: 53 });
    const { cert, key } = await certificateFor('exim.test');
    const certificate = {
      certificateFile: path.join(server.home, 'exim.crt'),
      keyFile: path.join(server.home, 'exim.key'),
    };
    await writeFile(certificate.certificateFile, cert);
    // Exim's user reads it; it is nobody's secret
    await writeFile(certificate.keyFile, key, { mode: 0o644 });
    exim = await startExim({
      mailboxes: [BOB, DAVE, YUKI],
      refuse: { [CAROL]: '5.7.1 no letters from strangers' },
      routes: { 'example.test': server.ports.smtp },
      nameserver: address,
      certificate,
    });
  });
  after(async () => {
    await exim?.[Symbol.asyncDispose]();
    await dns?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  for (const [tls, protocol] of [
    ['none', 'esmtp'],
    ['opportunistic', 'esmtps'],
    ['required', 'esmtps'],
  ] as const) {
    test(`with TLS ${tls} it comes in chunks, octet by octet, and both signatures verify`, async () => {
      await route(tls);
      const subject = `signed, TLS ${tls}`;
      const body = 'Grüße, 飛脚 — ひきゃく\r\n.a dot in front\r\n.';
      await submit({ to: [BOB], subject, body, mail: ' BODY=8BITMIME' });
      const mail = await arrived(BOB, subject);
      assert.ok(mail.endsWith(`\n\n${body.replaceAll('\r\n', '\n')}\n`), mail);
      const [results] = /^Authentication-Results: exim\.test.*(?:\n\s.*)*/m.exec(mail) ?? [];
      for (const algorithm of ['rsa-sha256', 'ed25519-sha256'])
        assert.match(
          results!,
          new RegExp(`dkim=pass header\\.d=example\\.test [^;]*\\ba=${algorithm}`),
        );
      const line = await taken(mail);
      // L: PIPELINING was used, and a sign for a further extension; K: CHUNKING was; M8S=8: BODY=8BITMIME
      assert.match(line, new RegExp(` P=${protocol} L\\. .*\\bK S=\\d+ M8S=8 `));
      assert.equal(/ X=TLS1\.[23]:/.test(line), tls !== 'none', line);
      await nothingQueued();
    });
  }

  test('another body does not verify there', async () => {
    await route();
    await submit({ to: [BOB], subject: 'to be changed' });
    const mail = await arrived(BOB, 'to be changed');
    const signed = mail.slice(mail.search(/^DKIM-Signature:/m)).replace('Dear Bob', 'Dear Eve');
    assert.match(await judged(signed, 'changed'), /dkim=fail/);
  });

  test('an internationalised address and header by SMTPUTF8', async () => {
    await submit({ to: [YUKI], subject: '雪の日', mail: ' SMTPUTF8 BODY=8BITMIME' });
    const mail = await arrived(YUKI, '雪の日');
    assert.match(await taken(mail), / P=utf8esmtps .* for 雪@relay\.test$/);
    assert.match(mail, /dkim=pass/);
  });

  test('five megabytes', async () => {
    const lines = Array.from({ length: 70_000 }, (_, index) => `.${index}, ${'x'.repeat(64)}`);
    await submit({ to: [BOB], subject: 'large', body: lines.join('\r\n') });
    const mail = await arrived(BOB, 'large');
    assert.ok(mail.length > 5_000_000);
    assert.ok(mail.endsWith(`\n\n${lines.join('\n')}\n`));
    assert.match(await taken(mail), / K /);
  });

  test('of three recipients two come in one transaction, and the refusal of one is told to the author', async () => {
    await submit({ to: [BOB, CAROL, DAVE], subject: 'to three' });
    for (const address of [BOB, DAVE]) {
      const mail = await arrived(address, 'to three');
      assert.match(await taken(mail), / for bob@relay\.test dave@relay\.test$/);
    }
    const notice = await toldOf('no letters from strangers');
    assert.match(notice, /^Return-Path: <>\r$/m);
    assert.match(notice, /^Content-Type: multipart\/report;\s+report-type=delivery-status/m);
    assert.deepEqual(
      [...notice.matchAll(/^Final-Recipient: (.*)\r$/gm)].map(([, who]) => who),
      [`rfc822; ${CAROL}`],
    );
    assert.match(notice, /^Action: failed\r$/m);
    assert.match(notice, /^Status: 5\.7\.1\r$/m);
    assert.match(notice, /^Diagnostic-Code: smtp; 550 5\.7\.1 no letters from strangers\r$/m);
    await nothingQueued();
  });

  test('while Exim is away it waits; back again, it comes once', async () => {
    await exim.stop();
    await submit({ to: [BOB], subject: 'kept until later' });
    const waiting = await eventually('it is deferred', async () => {
      const [queued] = await server.json<Queued>('queue', 'list');
      return queued !== undefined && queued.lastReply !== null && queued;
    });
    assert.match(waiting.lastReply!, /refused|connect/i);
    await exim.start();
    await server.done('queue', 'retry', waiting.messageId);
    await arrived(BOB, 'kept until later');
    await nothingQueued();
    const all = (await exim.mail(BOB)).filter((mail) => mail.includes('Subject: kept until later'));
    assert.equal(all.length, 1);
    const types = await eventTypes(server, waiting.messageId);
    for (const type of ['attempt.deferred', 'queue.retried', 'attempt.delivered'])
      assert.ok(types.includes(type), `${type} is not among ${types.join(', ')}`);
  });

  test('what the author asks to be told (RFC 3461) goes on, and Exim’s report of success comes back', async () => {
    await submit({
      to: [BOB],
      subject: 'told of success',
      mail: ' RET=HDRS ENVID=QQ+2B314159',
      rcpt: ' NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob+2Bx@elsewhere.test',
    });
    const report = await toldOf('QQ');
    // Exim repeats xtext as it came
    assert.match(report, /^Reporting-MTA: dns; ?exim\.test\r$/m);
    assert.match(report, /^Original-Envelope-Id: QQ\+2B314159\r$/im);
    assert.match(report, /^Original-Recipient: rfc822; ?bob\+2Bx@elsewhere\.test\r$/m);
    assert.match(report, /^Final-Recipient: rfc822; ?bob@relay\.test\r$/m);
    assert.match(report, /^Action: delivered\r$/m);
  });
});

/** What Exim says of the signatures of a message that comes to Bob by this way. */
async function judged(message: string, subject: string): Promise<string> {
  const wire = await Wire.open(exim.port, false);
  const content = message.replaceAll('\n', '\r\n').replaceAll('\r\n.', '\r\n..');
  for (const line of ['EHLO x.test', 'MAIL FROM:<eve@x.test>', `RCPT TO:<${DAVE}>`, 'DATA'])
    assert.match((await wire.command(line)).text, /^[23]/, line);
  assert.equal((await wire.command(`X-Way: ${subject}\r\n${content}\r\n.`)).code, 250);
  wire.drop();
  const [mail] = await exim.awaitMail(DAVE, 1, `X-Way: ${subject}`);
  return /^Authentication-Results: .*(?:\n\s.*)*/m.exec(String(mail))![0];
}
