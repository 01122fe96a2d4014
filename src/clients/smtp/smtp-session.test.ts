import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailOf, sessionTo } from '../../../test/support/smtp/client.ts';
import { startSmtpPeer } from '../../../test/support/smtp/scripted-peer.ts';

const TEXT = 'Subject: hello\r\n\r\nhello\r\n';
const FAST = ['PIPELINING', 'CHUNKING'];

function toMany(count: number, domains = 1): readonly string[] {
  return Array.from({ length: count }, (_, i) => `u${i}@d${i % domains}.peer.test`);
}

test('one session delivers many mails, with no RSET between successes', async () => {
  await using peer = await startSmtpPeer({ extensions: FAST });
  await using session = await sessionTo(peer.port);
  for (let i = 0; i < 20; i++) {
    const { outcomes } = await session.deliver(mailOf(`Subject: ${i}\r\n\r\n`));
    assert.equal(outcomes[0]!.kind, 'delivered');
  }
  assert.equal(session.transactions, 20);
  assert.equal(peer.connections, 1);
  assert.equal(peer.accepted.length, 20);
  assert.ok(!peer.commands.includes('RSET'));
});

test('each delivery has its own record; times go on from the opening of the connection', async () => {
  await using peer = await startSmtpPeer({ extensions: FAST });
  await using session = await sessionTo(peer.port);
  const first = await session.deliver(mailOf(TEXT));
  const second = await session.deliver(mailOf(TEXT));
  const lines = second.dialogue.map((entry) => (entry.kind === 'sent' ? entry.line : entry.kind));
  assert.deepEqual(lines, [
    'MAIL FROM:<alice@client.test>',
    'RCPT TO:<bob@peer.test>',
    `BDAT ${TEXT.length} LAST`,
    'content',
    'received',
    'received',
    'received',
  ]);
  assert.ok(second.dialogue[0]!.at >= first.dialogue.at(-1)!.at);
  assert.ok(first.dialogue[0]!.at >= session.dialogue.at(-1)!.at);
});

test('RCPTMAX splits a mail into transactions, each with its own content', async () => {
  await using peer = await startSmtpPeer({ extensions: [...FAST, 'LIMITS RCPTMAX=2'] });
  await using session = await sessionTo(peer.port);
  const { outcomes } = await session.deliver(mailOf(TEXT, toMany(5)));
  assert.ok(outcomes.every((outcome) => outcome.kind === 'delivered'));
  assert.deepEqual(
    peer.accepted.map((mail) => mail.recipients.length),
    [2, 2, 1],
  );
});

test('over 100 recipients take several transactions, whatever the peer says', async () => {
  await using peer = await startSmtpPeer({ extensions: FAST });
  await using session = await sessionTo(peer.port);
  await session.deliver(mailOf(TEXT, toMany(230)));
  assert.deepEqual(
    peer.accepted.map((mail) => mail.recipients.length),
    [100, 100, 30],
  );
});

test('recipients refused only because the transaction is full go into the next one', async () => {
  for (const reply of ['452 4.5.3 too many', '552 Too many recipients']) {
    let inTransaction = 0;
    await using peer = await startSmtpPeer({
      extensions: FAST,
      answers: {
        MAIL: () => {
          inTransaction = 0;
          return undefined;
        },
        RCPT: () => (++inTransaction > 3 ? reply : undefined),
      },
    });
    await using session = await sessionTo(peer.port);
    const { outcomes } = await session.deliver(mailOf(TEXT, toMany(7)));
    assert.ok(outcomes.every((outcome) => outcome.kind === 'delivered'));
    assert.deepEqual(
      peer.accepted.map((mail) => mail.recipients.length),
      [3, 3, 1],
    );
  }
});

test('without progress there is no next transaction: all are deferred, the 552 too', async () => {
  await using peer = await startSmtpPeer({
    extensions: ['PIPELINING'],
    answers: {
      RCPT: (_, times) => (times > 1 ? '552 too many recipients' : undefined),
      'END-OF-DATA': '451 4.3.0 later',
    },
  });
  await using session = await sessionTo(peer.port);
  const { outcomes } = await session.deliver(mailOf(TEXT, toMany(3)));
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind === 'deferred' && outcome.status),
    ['4.3.0', '4.5.3', '4.5.3'],
  );
  assert.equal(session.transactions, 1);
});

test('MAILMAX ends the use of a session; who is left is to be tried at once on a new one', async () => {
  await using peer = await startSmtpPeer({ extensions: [...FAST, 'LIMITS MAILMAX=2 RCPTMAX=1'] });
  await using session = await sessionTo(peer.port);
  const { outcomes, retryAtOnce } = await session.deliver(mailOf(TEXT, toMany(3)));
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind),
    ['delivered', 'delivered', 'deferred'],
  );
  assert.equal(retryAtOnce, true);
  assert.equal(session.reusable, false);
});

test('RCPTDOMAINMAX counts the domains of the whole session', async () => {
  await using peer = await startSmtpPeer({ extensions: [...FAST, 'LIMITS RCPTDOMAINMAX=2'] });
  await using session = await sessionTo(peer.port);
  const { outcomes, retryAtOnce } = await session.deliver(mailOf(TEXT, toMany(6, 3)));
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind),
    ['delivered', 'delivered', 'deferred', 'delivered', 'delivered', 'deferred'],
  );
  assert.equal(retryAtOnce, true);
  const known = await session.deliver(mailOf(TEXT, ['x@d1.peer.test']));
  assert.equal(known.outcomes[0]!.kind, 'delivered');
  const other = await session.deliver(mailOf(TEXT, ['x@d2.peer.test']));
  assert.equal(other.outcomes[0]!.kind, 'deferred');
  assert.equal(other.retryAtOnce, true);
});

test('after a pause the connection is probed before content is trusted to it', async () => {
  await using peer = await startSmtpPeer({ extensions: FAST });
  await using session = await sessionTo(peer.port, {}, { idleProbeMs: -1 });
  await session.deliver(mailOf(TEXT));
  assert.ok(!peer.commands.includes('RSET'));
  await session.deliver(mailOf(TEXT));
  assert.equal(peer.commands.filter((line) => line === 'RSET').length, 1);
  assert.equal(peer.accepted.length, 2);
});

test('a connection that died while idle says: nothing against the peer, try a new one at once', async () => {
  await using peer = await startSmtpPeer({ extensions: FAST });
  const session = await sessionTo(peer.port);
  await session.deliver(mailOf(TEXT));
  peer.dropAll();
  await peer.idle();
  const { outcomes, retryAtOnce } = await session.deliver(mailOf(TEXT));
  const [outcome] = outcomes;
  assert.ok(outcome?.kind === 'deferred');
  assert.equal(outcome.status, '4.4.2');
  assert.equal(retryAtOnce, true);
  assert.equal(session.reusable, false);
});

test('421 while idle is taken for what it says', async () => {
  await using peer = await startSmtpPeer({ extensions: FAST });
  const session = await sessionTo(peer.port, {}, { idleProbeMs: -1 });
  await session.deliver(mailOf(TEXT));
  peer.sendAll('421 4.4.2 idle too long\r\n');
  const { outcomes, retryAtOnce } = await session.deliver(mailOf(TEXT));
  const [outcome] = outcomes;
  assert.ok(outcome?.kind === 'deferred');
  assert.equal(outcome.status, '4.4.2');
  assert.equal(outcome.cause.kind, 'reply');
  assert.equal(retryAtOnce, true);
  assert.equal(peer.accepted.length, 1);
});

test('a first delivery that meets a dead connection is no reason to try at once again', async () => {
  await using peer = await startSmtpPeer({ extensions: FAST });
  const session = await sessionTo(peer.port);
  peer.dropAll();
  await peer.idle();
  const { retryAtOnce } = await session.deliver(mailOf(TEXT));
  assert.equal(retryAtOnce, false);
});

test('an aborted session defers what is under way', async () => {
  await using peer = await startSmtpPeer({ answers: { MAIL: { raw: '' } } });
  const session = await sessionTo(peer.port);
  const delivering = session.deliver(mailOf(TEXT));
  session.abort();
  const [outcome] = (await delivering).outcomes;
  assert.ok(outcome?.kind === 'deferred');
  const { cause } = outcome;
  assert.equal(cause.kind === 'network' && cause.reason, 'aborted');
});

test('two deliveries at once on one session are a bug, and told so', async () => {
  await using peer = await startSmtpPeer();
  await using session = await sessionTo(peer.port);
  const first = session.deliver(mailOf(TEXT));
  await assert.rejects(session.deliver(mailOf(TEXT)), /under way/);
  assert.equal((await first).outcomes[0]!.kind, 'delivered');
});
