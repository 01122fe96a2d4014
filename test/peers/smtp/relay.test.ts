/**
 * Our queue delivers to a real Postfix by a route: signed so that OpenDKIM verifies it there, kept while Postfix is
 * away, delivered once when it is back, and told to the author when it is refused.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { certificateFor } from '../../support/certificates/self-signed.ts';
import { eventTypes, findMail } from '../../support/program/mailbox.ts';
import { opendkimPeer, startOpendkim, type Opendkim } from '../../support/peers/opendkim.ts';
import { swaksPeer } from '../../support/peers/installed.ts';
import { postfixPeer, startPostfix, type Postfix } from '../../support/peers/postfix.ts';
import { runPeer } from '../../support/peers/run.ts';
import {
  eventually,
  PASSWORD,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';

const ALICE = 'alice@example.test';
const swaks = swaksPeer();
const skip = postfixPeer().skip || opendkimPeer().skip || swaks.skip;

interface QueuedRecipient {
  readonly messageId: string;
  readonly recipientId: number;
  readonly forwardPath: string;
  readonly lastReply: string | null;
  readonly nextAt: string | null;
}

let server: RunningServer;
let verifier: Opendkim;
let postfix: Postfix;

async function submit(to: string, subject: string): Promise<void> {
  const sent = await runPeer(swaks.path, [
    ['--server', '127.0.0.1', '--port', String(server.ports.submission), '--tls'],
    ['--auth', 'PLAIN', '--auth-user', ALICE, '--auth-password', PASSWORD],
    ['--from', ALICE, '--to', to, '--header', `Subject: ${subject}`, '--body', 'Dear Bob'],
  ]);
  assert.equal(sent.code, 0, sent.output);
}

async function route(tls: string): Promise<void> {
  const where = ['--host', '127.0.0.1', '--port', String(postfix.port)];
  await server.done('route', 'set', 'relay.test', ...where, '--tls', tls);
}

/** With the keys of our own `dkim list`, as a DNS would serve them. */
async function startVerifier(): Promise<Opendkim> {
  const keys = await server.json<{ name: string; record: string }>('dkim', 'list', 'example.test');
  assert.ok(keys.length >= 2, 'an RSA and an Ed25519 key');
  const records = Object.fromEntries(keys.map(({ name, record }) => [name, record]));
  return startOpendkim({ mode: 'verify', records });
}

async function mailWith(subject: string, count = 1): Promise<string[]> {
  return eventually(`${count} × "${subject}" at Postfix`, async () => {
    const all = (await postfix.mail('bob@relay.test')).map((mail) => mail.toString('utf8'));
    const some = all.filter((mail) => mail.includes(`\nSubject: ${subject}`));
    return some.length >= count && some;
  });
}

function queue(): Promise<QueuedRecipient[]> {
  return server.json<QueuedRecipient>('queue', 'list');
}

describe('a route to a real Postfix', { skip }, () => {
  before(async () => {
    server = await startRunningServer();
    verifier = await startVerifier();
    const { cert, key } = await certificateFor('postfix.test');
    const certificate = {
      certificateFile: path.join(server.home, 'postfix.crt'),
      keyFile: path.join(server.home, 'postfix.key'),
    };
    await writeFile(certificate.certificateFile, cert);
    await writeFile(certificate.keyFile, key, { mode: 0o600 });
    postfix = await startPostfix({
      mailboxes: ['bob@relay.test', 'carol@relay.test'],
      refuse: { 'carol@relay.test': '550 5.7.1 no letters from strangers' },
      milter: verifier.socket,
      certificate,
    });
  });
  after(async () => {
    await postfix?.[Symbol.asyncDispose]();
    await verifier?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  for (const [tls, protocol] of [
    ['none', 'ESMTP'],
    ['opportunistic', 'ESMTPS'],
    ['required', 'ESMTPS'],
  ] as const) {
    test(`with TLS ${tls} it is delivered, and OpenDKIM verifies our signature`, async () => {
      await route(tls);
      const subject = `signed, TLS ${tls}`;
      await submit('bob@relay.test', subject);
      const [mail] = await mailWith(subject);
      assert.match(mail!, /^Authentication-Results: opendkim\.test;\s+dkim=pass/m, mail);
      assert.match(
        mail!,
        new RegExp(`^Received: from mail\\.example\\.test .*?with ${protocol} `, 'ms'),
      );
      assert.deepEqual(await queueSettled(), []);
    });
  }

  test('with TLS verified a certificate of nobody’s making keeps it in the queue', async () => {
    await route('verified');
    await submit('bob@relay.test', 'to a stranger');
    const [waiting] = await deferred('bob@relay.test');
    assert.match(waiting!.lastReply!, /certificate/i);
    await route('required');
    await server.done('queue', 'retry', '--all');
    assert.equal((await mailWith('to a stranger')).length, 1);
  });

  test('while Postfix is away it waits, with a reason and a time; back again, it comes once', async () => {
    await route('opportunistic');
    await postfix.stop();
    const asked = Date.now();
    await submit('bob@relay.test', 'kept until later');
    const [waiting] = await deferred('bob@relay.test');
    assert.match(waiting!.lastReply!, /refused|connect/i);
    const next = Date.parse(waiting!.nextAt!) - asked;
    assert.ok(next > 30_000 && next < 120_000, `the next attempt after ${next} ms`);
    const told = await server.done('queue', 'list');
    assert.match(told, /bob@relay\.test/);
    await postfix.start();
    await server.done('queue', 'retry', waiting!.messageId);
    await mailWith('kept until later');
    assert.deepEqual(await queueSettled(), []);
    assert.equal((await mailWith('kept until later')).length, 1);
    const types = await eventTypes(server, waiting!.messageId);
    for (const type of ['attempt.deferred', 'queue.retried', 'attempt.delivered']) {
      assert.ok(types.includes(type), `${type} is not among ${types.join(', ')}`);
    }
  });

  test('a 550 becomes a failure notice in the mailbox of the author', async () => {
    await route('opportunistic');
    await submit('carol@relay.test', 'unwanted');
    const notice = await eventually('a notice', async () => {
      const mails = await server.json<{ id: string; reversePath: string | null }>(
        'mail',
        'list',
        ALICE,
      );
      for (const { id } of mails) {
        const raw = await server.done('mail', 'raw', ALICE, id);
        if (raw.includes('no letters from strangers')) return raw;
      }
      return undefined;
    });
    assert.match(notice, /^Return-Path: <>\r$/m);
    assert.match(notice, /^Content-Type: multipart\/report;\s+report-type=delivery-status/m);
    assert.match(notice, /^Final-Recipient: rfc822; ?carol@relay\.test\r$/m);
    assert.match(notice, /^Action: failed\r$/m);
    assert.match(notice, /^Status: 5\.7\.1\r$/m);
    assert.match(notice, /^Diagnostic-Code: smtp; ?550 5\.7\.1/m);
    assert.match(notice, /^Subject: unwanted\r$/m);
    assert.deepEqual(await queueSettled(), []);
  });

  test('one submission to here and there reaches both', async () => {
    await route('opportunistic');
    await submit('bob@example.test,bob@relay.test', 'here and there');
    await mailWith('here and there');
    await findMail(server, 'bob@example.test', 'here and there');
    assert.deepEqual(await queueSettled(), []);
  });
});

/** The recipients of an address that were tried in vain. */
function deferred(forwardPath: string): Promise<QueuedRecipient[]> {
  return eventually(`${forwardPath} is deferred`, async () => {
    const some = (await queue()).filter(
      (one) => one.forwardPath === forwardPath && one.lastReply !== null,
    );
    return some.length > 0 && some;
  });
}

/** What is left in the queue once its attempts have ended. */
async function queueSettled(): Promise<QueuedRecipient[]> {
  await eventually('the queue is empty', async () => (await queue()).length === 0).catch(() => {});
  return queue();
}
