/**
 * An alias leads to a real Postfix, which sees the rewritten reverse-path, delivers by it, and sends its own notice of failure back to it: the
 * notice comes past us to the author.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { swaksPeer } from '../../support/peers/installed.ts';
import { postfixPeer, startPostfix, type Postfix } from '../../support/peers/postfix.ts';
import { runPeer } from '../../support/peers/run.ts';
import { startSmtpPeer, type SmtpTestPeer } from '../../support/smtp/scripted-peer.ts';
import { startRunningServer, type RunningServer } from '../../support/program/running-server.ts';

const AUTHOR = 'eve=b+news@author.test';
const swaks = swaksPeer();
const skip = postfixPeer().skip || swaks.skip;

describe('what an alias sends on to Postfix', { skip }, () => {
  let server: RunningServer;
  let postfix: Postfix;
  let refusing: SmtpTestPeer;

  before(async () => {
    server = await startRunningServer();
    refusing = await startSmtpPeer({ answers: { RCPT: '550 5.1.1 No such user' } });
    postfix = await startPostfix({
      mailboxes: [AUTHOR, 'friend@next.test'],
      routes: { 'example.test': server.ports.smtp, 'gone.test': refusing.port },
    });
    const where = ['--host', '127.0.0.1', '--port', String(postfix.port), '--tls', 'none'];
    for (const domain of ['author.test', 'next.test', 'gone.test'])
      await server.done('route', 'set', domain, ...where);
    await server.done('alias', 'set', 'near@example.test', 'friend@next.test');
    // Postfix takes mail for it, and the host after it does not
    await server.done('alias', 'set', 'far@example.test', 'friend@gone.test');
  });
  after(async () => {
    await postfix?.[Symbol.asyncDispose]();
    await refusing?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  async function send(to: string): Promise<void> {
    const sent = await runPeer(swaks.path, [
      ['--server', '127.0.0.1', '--port', String(server.ports.smtp)],
      ['--from', AUTHOR, '--to', to, '--header', 'Subject: onwards', '--body', 'Dear friend'],
    ]);
    assert.equal(sent.code, 0, sent.output);
  }

  test('is delivered there under a reverse-path of the domain of the alias', async () => {
    await send('near@example.test');
    const [mail] = await postfix.awaitMail('friend@next.test', 1);
    assert.match(
      mail!.toString('latin1'),
      /^Return-Path: <SRS0=[A-Z2-7]{8}=[A-Z2-7]{2}=author\.test=eve=b\+news@example\.test>$/m,
    );
  });

  test('and fails there later: its notice reaches the author', async () => {
    await send('far@example.test');
    const [mail] = await postfix.awaitMail(AUTHOR, 1);
    const notice = mail!.toString('latin1');
    assert.match(notice, /^Return-Path: <>$/m);
    assert.match(notice, /^Delivered-To: "?SRS0=[^@]*@example\.test$/m);
    assert.match(notice, /^From: .*MAILER-DAEMON@postfix\.test/im);
    assert.match(notice, /^Final-Recipient: rfc822; friend@gone\.test$/m);
    assert.match(notice, /^Status: 5\.1\.1$/m);
    assert.match(notice, /^Subject: onwards$/m);
  });
});
