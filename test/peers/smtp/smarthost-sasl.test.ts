/**
 * Mail goes by a smarthost that takes it only after a login: a real Postfix on whose behalf Dovecot judges the password. A wrong one
 * keeps the mail with a reason that can be read, and the right one sends it at once.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { certificateFor } from '../../support/certificates/self-signed.ts';
import { dovecotPeer, startDovecot, type Dovecot } from '../../support/peers/dovecot.ts';
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
const BOB = 'bob@relay.test';
const LOGIN = { user: 'customer@provider.test', password: 'what the provider gave' };
const swaks = swaksPeer();
const skip = postfixPeer().skip || dovecotPeer().skip || swaks.skip;

interface QueuedRecipient {
  readonly forwardPath: string;
  readonly lastReply: string | null;
  readonly nextAt: string | null;
}

let server: RunningServer;
let dovecot: Dovecot;
let postfix: Postfix;

async function submit(subject: string): Promise<void> {
  const sent = await runPeer(swaks.path, [
    ['--server', '127.0.0.1', '--port', String(server.ports.submission), '--tls'],
    ['--auth', 'PLAIN', '--auth-user', ALICE, '--auth-password', PASSWORD],
    ['--from', ALICE, '--to', BOB, '--header', `Subject: ${subject}`, '--body', 'Dear Bob'],
  ]);
  assert.equal(sent.code, 0, sent.output);
}

async function route(password: string): Promise<void> {
  const file = path.join(server.home, 'smarthost-password');
  await writeFile(file, password, { mode: 0o600 });
  const where = ['--host', '127.0.0.1', '--port', String(postfix.port), '--tls', 'required'];
  const login = ['--user', LOGIN.user, '--password-file', file];
  await server.done('route', 'set', 'relay.test', ...where, ...login);
}

describe('a route to a Postfix that asks for a login', { skip }, () => {
  before(async () => {
    server = await startRunningServer();
    dovecot = await startDovecot({ users: { [LOGIN.user]: LOGIN.password }, authSocket: true });
    const { cert, key } = await certificateFor('postfix.test');
    const certificate = {
      certificateFile: path.join(server.home, 'postfix.crt'),
      keyFile: path.join(server.home, 'postfix.key'),
    };
    await writeFile(certificate.certificateFile, cert);
    await writeFile(certificate.keyFile, key, { mode: 0o600 });
    postfix = await startPostfix({
      mailboxes: [BOB],
      certificate,
      settings: {
        smtpd_sasl_auth_enable: 'yes',
        smtpd_sasl_type: 'dovecot',
        smtpd_sasl_path: path.join(dovecot.home, 'run/postfix-auth'),
        smtpd_sasl_authenticated_header: 'yes',
        smtpd_tls_auth_only: 'yes',
        smtpd_sender_restrictions: 'permit_sasl_authenticated, reject',
      },
    });
  });
  after(async () => {
    await server?.[Symbol.asyncDispose]();
    await postfix?.[Symbol.asyncDispose]();
    await dovecot?.[Symbol.asyncDispose]();
  });

  test('with the right password the mail is taken from the customer', async () => {
    await route(LOGIN.password);
    await submit('by login');
    const [mail] = await postfix.awaitMail(BOB, 1);
    assert.match(mail!.toString(), /\(Authenticated sender: customer@provider\.test\)/);
  });

  test('a wrong password keeps the mail and says why; the right one sends it before its time', async () => {
    await route('forgotten');
    await submit('after a while');
    const waiting = await eventually('a deferral', async () => {
      const [queued] = await server.json<QueuedRecipient>('queue', 'list');
      return queued?.lastReply ? queued : false;
    });
    assert.match(waiting.lastReply!, /535 5\.7\.8/);
    await route(LOGIN.password);
    const mails = await postfix.awaitMail(BOB, 2);
    assert.ok(Date.now() < Date.parse(waiting.nextAt!), 'it was only tried when its time came');
    assert.match(mails.at(-1)!.toString(), /\nSubject: after a while\r?\n/);
  });
});
