/**
 * Our delivery status notifications as others read them: Debian's Python `email` package must find no defect and
 * the same fields, `flufl.bounce` (Mailman's) exactly the failed and the delayed recipients.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { utf8 } from '#bytes';
import { composeNotice, finalRecipientOf } from '#protocol/dsn/compose';
import type { NoticeInput } from '#protocol/dsn/compose';
import type { Action } from '#protocol/dsn/delivery-status';
import type { NoticeRecipient } from '#protocol/dsn/human-part';
import { pythonPeer } from '../../support/peers/installed.ts';
import { eventually, startRunningServer } from '../../support/program/running-server.ts';
import { startSmtpPeer } from '../../support/smtp/scripted-peer.ts';

const peer = pythonPeer('flufl.bounce', 'python3-flufl.bounce');
const options = { skip: peer.skip };

const AT = Date.UTC(2026, 10, 24, 9, 0, 0);

interface Reading {
  readonly type: string;
  readonly reportType: string;
  readonly subject: string;
  readonly to: string;
  readonly autoSubmitted: string;
  readonly text: string;
  readonly types: readonly string[];
  readonly groups: readonly (readonly (readonly [string, string])[])[];
  readonly original: string;
  readonly defects: readonly string[];
  readonly temporary: readonly string[];
  readonly permanent: readonly string[];
}

function read(changes: Partial<NoticeInput>): Reading {
  const { message } = composeNotice({
    host: 'mail.example.test',
    sender: { localPart: 'postmaster', domain: 'example.test' },
    author: { localPart: 'alice', domain: 'example.test' },
    recipients: [recipient('nobody')],
    arrivalDate: AT - 60_000,
    envid: undefined,
    ret: undefined,
    original: {
      header: utf8('From: alice@example.test\r\nTo: many@example.net\r\nSubject: Lunch\r\n\r\n'),
      body: [utf8('At noon?\r\nWrite to other@example.net if not.\r\n')],
    },
    languages: ['en'],
    transport: '8bit',
    messageId: '2@mail.example.test',
    date: AT,
    boundary: 'boundary0123456789',
    ...changes,
  });
  return readOctets(message);
}

function readOctets(message: Uint8Array | string): Reading {
  const script = join(import.meta.dirname, 'read-dsn.py');
  const { stdout, stderr, status } = spawnSync(peer.path, [script], { input: message });
  assert.equal(status, 0, stderr.toString());
  return JSON.parse(stdout.toString()) as Reading;
}

function recipient(localPart: string, action: Action = 'failed'): NoticeRecipient {
  const failed = action === 'failed';
  const went = !failed && action !== 'delayed';
  return {
    finalRecipient: finalRecipientOf({ localPart, domain: 'example.net' }),
    action,
    status: went ? '2.0.0' : failed ? '5.1.1' : '4.4.1',
    remoteMta: { type: 'dns', value: 'mx.example.net' },
    diagnosticCode: {
      type: 'smtp',
      value: `${failed ? '550 5.1.1' : '451 4.4.1'} <${localPart}@example.net>: ${'a long story '.repeat(20)}`,
    },
    lastAttempt: AT,
    attempts: 3,
    ...(action === 'delayed' && { willRetryUntil: AT + 432_000_000 }),
  };
}

test('a failure of several recipients is read with exactly these', options, () => {
  const reading = read({
    recipients: [recipient('nobody'), recipient('no.body+tag'), recipient("o'neill")],
    envid: 'QQ314159',
  });
  assert.deepEqual(reading.permanent, [
    'no.body+tag@example.net',
    'nobody@example.net',
    "o'neill@example.net",
  ]);
  assert.deepEqual(reading.temporary, []);
  assert.deepEqual(reading.defects, []);
  assert.equal(reading.type, 'multipart/report');
  assert.equal(reading.reportType, 'delivery-status');
  assert.equal(reading.autoSubmitted, 'auto-replied');
  assert.deepEqual(reading.types, ['text/plain', 'message/delivery-status', 'message/rfc822']);
  assert.deepEqual(reading.groups[0], [
    ['Original-Envelope-Id', 'QQ314159'],
    ['Reporting-MTA', 'dns; mail.example.test'],
    ['Arrival-Date', 'Tue, 24 Nov 2026 08:59:00 +0000'],
  ]);
  assert.equal(reading.groups.length, 4);
  assert.match(reading.original, /At noon\?/);
});

test('a delay is read as temporary', options, () => {
  const reading = read({ recipients: [recipient('slow', 'delayed')], languages: ['ja', 'en'] });
  assert.deepEqual(reading.temporary, ['slow@example.net']);
  assert.deepEqual(reading.permanent, []);
  assert.deepEqual(reading.defects, []);
  assert.equal(reading.subject, '配信が遅れています（再送中）: Lunch');
  assert.match(reading.text, /まだ配信できていません[^]*HAS NOT YET BEEN DELIVERED/);
  assert.deepEqual(
    reading.groups[1]?.find(([name]) => name === 'Will-Retry-Until'),
    ['Will-Retry-Until', 'Sun, 29 Nov 2026 09:00:00 +0000'],
  );
});

test('mixed outcomes are told apart', options, () => {
  const reading = read({
    recipients: [recipient('nobody'), recipient('slow', 'delayed'), recipient('bob', 'delivered')],
  });
  assert.deepEqual(reading.permanent, ['nobody@example.net']);
  assert.deepEqual(reading.temporary, ['slow@example.net']);
});

for (const action of ['delivered', 'relayed', 'expanded'] as const) {
  test(`«${action}» is no failure of any kind`, options, () => {
    const reading = read({
      recipients: [recipient('bob', action)],
      original: { header: utf8('Subject: Lunch\r\n'), body: undefined },
    });
    assert.deepEqual([reading.permanent, reading.temporary, reading.defects], [[], [], []]);
    assert.equal(reading.types[2], 'text/rfc822-headers');
  });
}

test('a recipient outside ASCII is escaped where SMTPUTF8 is not to be had', options, () => {
  const reading = read({ recipients: [recipient('飛脚')] });
  assert.deepEqual(reading.defects, []);
  assert.deepEqual(reading.groups[1]?.[0], [
    'Final-Recipient',
    'utf-8; \\x{98DB}\\x{811A}@example.net',
  ]);
});

test('with SMTPUTF8 the parts of RFC 6533 are found', options, () => {
  const reading = read({
    recipients: [recipient('飛脚')],
    original: { header: utf8('Subject: 昼ご飯\r\n'), body: [utf8('正午？\r\n')] },
    transport: 'smtputf8',
  });
  assert.deepEqual(reading.types, [
    'text/plain',
    'message/global-delivery-status',
    'message/global',
  ]);
  assert.equal(reading.subject, 'Not delivered: 昼ご飯');
});

test(
  'notices of the running server, of a failure and in both languages, are read as such',
  options,
  async () => {
    await using refusing = await startSmtpPeer({
      answers: {
        RCPT: (line) => (line.includes('nobody') ? '550 5.1.1 no such user' : undefined),
        'END-OF-DATA': '554 5.7.1 no thanks',
      },
    });
    for (const lang of ['en', 'ja']) {
      await using server = await startRunningServer({ env: { HIKYAKU_LANG: lang } });
      const where = ['--host', '127.0.0.1', '--port', String(refusing.port), '--tls', 'none'];
      await server.done('route', 'set', 'relay.test', ...where);
      const alice = 'alice@example.test';
      const args = `smtp probe 127.0.0.1 --port ${server.ports.submission} --tls required --auth ${alice} --from ${alice}`;
      const to = ['--to', 'nobody@relay.test', '--to', 'someone@relay.test'];
      const more = ['--password-file', server.passwordFile, '--subject', 'Grüße 飛脚'];
      await server.done(...args.split(' '), ...to, ...more);
      const notices = await eventually('both failures are told', async () => {
        const mails = await server.json<{ id: string }>('mail', 'list', alice);
        const texts = await Promise.all(
          mails.map(({ id }) => server.done('mail', 'raw', alice, id)),
        );
        const told = texts.join('').match(/^Final-Recipient:/gm) ?? [];
        return told.length === 2 && texts;
      });
      const readings = notices.map((text) => readOctets(text));
      const permanent = readings.flatMap((reading) => reading.permanent).sort();
      assert.deepEqual(permanent, ['nobody@relay.test', 'someone@relay.test']);
      for (const reading of readings) {
        assert.deepEqual(reading.defects, []);
        assert.deepEqual(reading.temporary, []);
        assert.deepEqual(
          [reading.type, reading.reportType],
          ['multipart/report', 'delivery-status'],
        );
        assert.equal(reading.autoSubmitted, 'auto-replied');
        assert.equal(reading.to, alice);
        assert.ok(reading.subject.endsWith('Grüße 飛脚'), reading.subject);
        assert.equal(/[ぁ-ん]/.test(reading.subject), lang === 'ja');
      }
    }
  },
);
