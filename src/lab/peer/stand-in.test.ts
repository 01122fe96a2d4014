import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { latin1, utf8 } from '#bytes';
import { SMTP_CLIENT_LIMITS } from '#clients/smtp/limits';
import { openSession } from '#clients/smtp/open-session';
import { parseMailbox } from '#protocol/address/path';
import { replyText } from '#protocol/smtp/reply';
import { startProviderStage } from '../../../test/support/lab/providers.ts';
import { testIdentity } from '../../../test/support/smtp/own-server.ts';
import type { Peer } from './peer.ts';
import { startPeer } from './start.ts';
import { withPeerMailboxes } from './calls.ts';

test('the stand-in keeps mail for its people, refuses who is not there, and mail for others', async (t) => {
  await using stage = await startProviderStage({ providers: [] });
  const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-stand-in-'));
  t.after(() => rm(folder, { recursive: true }));
  const ground = { ...stage.ground, folder };
  await using peer = await startPeer({
    ground,
    resolver: stage.zone,
    identity: async () => ({ cert: '', key: '', tls: await testIdentity('mx.peer.test') }),
    postfix: false,
  });
  assert.deepEqual(
    { program: peer.state().program, running: peer.state().running },
    { program: 'stand-in', running: true },
  );
  assert.equal((await mailTo('friend@peer.test')).kind, 'delivered');
  assert.equal((await mailTo('FRIEND@peer.test')).kind, 'delivered');
  assert.match(await refusal('nobody@peer.test'), /^550 5\.1\.1/);
  assert.match(await refusal('hana@bigmail.test'), /^550 5\.7\.1/);
  const letters = (await peer.mail('friend'))!;
  assert.deepEqual(
    letters.map(({ id }) => id),
    [2, 1],
  );
  assert.match(
    latin1(letters[0]!.raw),
    /^Return-Path: <alice@example\.test>\r\nReceived: from mail/,
  );
  assert.equal(await peer.mail('nobody'), undefined);
  assert.deepEqual(await listed(peer, 'peer.test'), ['To FRIEND@peer.test', 'To friend@peer.test']);

  async function mailTo(to: string) {
    const opened = await openSession(
      {
        address: peer.state().address,
        port: 25,
        localAddress: ground.network.addressOf('mail.example.test'),
        serverName: 'mx.peer.test',
        heloName: 'mail.example.test',
        tls: 'required',
      },
      {
        dialer: ground.network.dialer,
        monotonic: () => ground.clock.monotonic(),
        randomBytes,
        limits: SMTP_CLIENT_LIMITS,
      },
    );
    assert.ok(opened.kind === 'open');
    await using session = opened.session;
    const raw = utf8(`From: alice@example.test\r\nSubject: To ${to}\r\n\r\nHello\r\n`);
    const { outcomes } = await session.deliver({
      reversePath: parseMailbox('alice@example.test')!,
      recipients: [{ mailbox: parseMailbox(to)! }],
      content: { size: raw.length, eightBit: false, smtputf8: false, chunks: [raw] },
    });
    return outcomes[0]!;
  }

  async function refusal(to: string): Promise<string> {
    const outcome = await mailTo(to);
    assert.ok(outcome.kind === 'failed' && outcome.cause.kind === 'reply');
    return replyText(outcome.cause.reply);
  }
});

async function listed(peer: Peer, address: string): Promise<string[]> {
  const none = { input: undefined as never, run: () => assert.fail('a provider was asked') };
  const calls = withPeerMailboxes({ mailbox: none, 'mailbox-read': none }, peer);
  const answered = await calls.mailbox.run({ address, limit: 50 });
  assert.ok('messages' in answered);
  return answered.messages.map(({ subject }) => subject);
}
