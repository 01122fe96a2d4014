/** Whole sessions: who asks by NOTIFY=SUCCESS (RFC 3461) is told what became of mail that came in by MX, where it cannot be a victim. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startForwarder, type Forwarder } from '../../../test/support/smtp/forwarding.ts';
import { HONEST, LIST, STRANGER, type Letter } from '../../../test/support/smtp/reception.ts';
import { openTestStore, type TestStore } from '../../../test/support/smtp/own-server.ts';

let at: TestStore;
let here: Forwarder;
before(async () => {
  at = await openTestStore();
  here = await startForwarder(at);
});
beforeEach(async () => {
  await at.store.pool.query('truncate queue_messages, queue_recipients, queue_claims');
});
after(async () => {
  await here[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
});

function letter(more: Partial<Letter> = {}): Letter {
  return {
    ip: HONEST,
    ehlo: 'mail.good.example',
    from: 'ann@good.example',
    to: ['bob'],
    header: ['From: Ann <ann@good.example>', 'Subject: hello'],
    body: 'the body of it\r\n',
    signedBy: 'good.example',
    rcpt: ' NOTIFY=SUCCESS',
    ...more,
  };
}

/** By whom it is for. */
async function queued(): Promise<string[]> {
  const { rows } = await at.store.pool.query<{ forwardPath: string }>(
    'select forward_path as "forwardPath" from queue_recipients order by 1',
  );
  return rows.map(({ forwardPath }) => forwardPath);
}

async function queuedAfter(more: Partial<Letter>): Promise<string[]> {
  const { reply } = await here.reception.send(letter(more));
  assert.match(reply, /^250/);
  return queued();
}

/** The report that comes to the author's host, past what came there before. */
async function report(more: Partial<Letter>): Promise<{ text: string; messageId: string }> {
  const before = here.author.accepted.length;
  const { messageId } = await here.reception.send(letter(more));
  assert.deepEqual(await queued(), ['ann@good.example']);
  await here.until('attempt.delivered');
  const [mail, ...others] = here.author.accepted.slice(before);
  assert.deepEqual(others, []);
  assert.match(mail!.mail, /^MAIL FROM:<>/);
  assert.deepEqual(
    mail!.recipients.map((line) => line.split(' ')[1]),
    ['TO:<ann@good.example>'],
  );
  return { text: mail!.content.toString('latin1'), messageId: messageId! };
}

describe('a report of success', () => {
  test('is owed for what is in a mailbox, with all that was asked for, and the story tells of it', async () => {
    const { text, messageId } = await report({
      mail: ' RET=HDRS ENVID=QQ+2B314159',
      rcpt: ' NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob+2Bx@elsewhere.example',
    });
    assert.match(text, /^Reporting-MTA: dns; mail\.example\.test\r$/m);
    assert.match(text, /^Original-Envelope-Id: QQ\+314159\r$/m);
    assert.match(text, /^Original-Recipient: rfc822; bob\+x@elsewhere\.example\r$/m);
    assert.match(text, /^Final-Recipient: rfc822; bob@example\.test\r$/m);
    assert.match(text, /^Action: delivered\r$/m);
    assert.match(text, /^Status: 2\.1\.5\r$/m);
    assert.match(text, /^Subject: hello\r$/m);
    assert.doesNotMatch(text, /the body of it/);
    const types = (await here.reception.events(messageId)).map(({ type }) => type);
    assert.ok(types.includes('notice.sent'), types.join(' '));
    assert.ok(await here.reception.read('bob', messageId));
  });

  test('is one for all recipients of a message', async () => {
    const { text } = await report({ to: ['bob', 'alice'] });
    assert.deepEqual(
      [...text.matchAll(/^Final-Recipient: rfc822; (.*)\r$/gm)].map(([, who]) => who),
      ['bob@example.test', 'alice@example.test'],
    );
  });

  test('of an alias with a mailbox and an address elsewhere is one of the alias as a whole', async () => {
    await here.alias('both', 'bob@example.test', 'friend@next.example');
    const before = here.author.accepted.length;
    await here.reception.send(letter({ to: ['both'], rcpt: ' NOTIFY=SUCCESS,FAILURE' }));
    assert.deepEqual(await queued(), ['ann@good.example', 'friend@next.example']);
    await here.until('attempt.delivered', 2);
    const [mail, ...others] = here.author.accepted.slice(before);
    assert.deepEqual(others, []);
    const text = mail!.content.toString('latin1');
    assert.match(text, /^Final-Recipient: rfc822; both@example\.test\r$/m);
    assert.match(text, /^Action: expanded\r$/m);
  });

  test('of an alias for one address elsewhere is left to whoever takes it there', async () => {
    await here.alias('away', 'friend@next.example');
    assert.deepEqual(await queuedAfter({ to: ['away'] }), ['friend@next.example']);
  });

  test('is made of junk too: it is in a mailbox, though an alias passes it on to nobody', async () => {
    await here.alias('both', 'bob@example.test', 'friend@next.example');
    const junk = {
      ip: LIST,
      ehlo: 'mx.lists.example',
      from: 'ann@lists.example',
      header: ['From: Ceo <ceo@cautious.example>', 'Subject: pay'],
      signedBy: 'lists.example',
    };
    assert.deepEqual(await queuedAfter({ ...junk, to: ['both'] }), ['ann@lists.example']);
  });

  for (const [whom, more] of Object.entries({
    'who asked for nothing': { rcpt: '' },
    'who asked for other reports': { rcpt: ' NOTIFY=FAILURE,DELAY' },
    'who wants none': { rcpt: ' NOTIFY=NEVER' },
    'the null reverse-path': { from: '', signedBy: 'good.example' },
    'whose reverse-path has no SPF record': { from: 'ann@plain.example' },
    'whose reverse-path SPF does not know here': {
      ip: STRANGER,
      ehlo: 'host.stranger.example',
      from: 'ann@lists.example',
    },
  } satisfies Record<string, Partial<Letter>>)) {
    test(`is made for nobody ${whom}`, async () => {
      assert.deepEqual(await queuedAfter(more), []);
    });
  }
});
