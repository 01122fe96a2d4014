/** A session that asked for everything by NOTIFY hears what others do, and not what it does itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mailbox } from '#store/mailboxes/tree/tree';
import { dataOf, ImapClient, literal } from '../../../../test/support/imap/client.ts';
import { mailboxImage } from '../../../../test/support/store/mailbox-image.ts';
import { ownImap, startTestImap } from '../../../../test/support/imap/own-server.ts';
import { imageOf } from './image.ts';
import { OwnChanges } from './own-changes.ts';

const own = ownImap();

const LETTER = literal('Subject: x\r\n\r\nx\r\n');
const TOLD = ['STATUS', 'LIST', 'METADATA'];

/** What NOTIFY told until it told of a mailbox that somebody else makes. */
async function toldUntil(
  client: ImapClient,
  other: ImapClient,
  made: string,
  from = 0,
): Promise<string[]> {
  await other.ok(`CREATE ${made}`);
  await client.next(made, (one) => JSON.stringify(dataOf([one], 'LIST')).includes(made));
  return TOLD.flatMap((name) =>
    dataOf(client.untagged.slice(from), name).map((values) => `${name} ${JSON.stringify(values)}`),
  ).filter((line) => !line.includes(made));
}

test('what a session does itself is not told to it, what another does is', async () => {
  await using client = await ImapClient.login(own.imap.account('alice'));
  await using other = await ImapClient.login(own.imap.account('alice'));
  await client.ok('CREATE Box');
  await client.ok('CREATE Selected');
  await client.ok(
    'NOTIFY SET (PERSONAL (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange MailboxMetadataChange))',
  );
  await client.ok('APPEND Box ', LETTER);
  await client.ok('APPEND Selected ', LETTER, ' ', LETTER);
  await client.ok('SELECT Selected');
  await client.ok('STORE 1 +FLAGS (\\Deleted)');
  await client.ok('COPY 1 Box');
  await client.ok('MOVE 2 Box');
  await client.ok('REPLACE 1 Box ', LETTER);
  await client.ok('APPEND Selected ', LETTER);
  await client.ok('STORE 1 +FLAGS (\\Deleted)');
  await client.ok('CLOSE');
  await client.ok('CREATE Top/Below');
  await client.ok('SUBSCRIBE Top');
  await client.ok('SUBSCRIBE Nowhere');
  await client.ok('RENAME Top/Below Other/Below');
  await client.ok('DELETE Other/Below');
  await client.ok('SETMETADATA Box (/private/comment "mine")');
  assert.deepEqual(await toldUntil(client, other, 'First'), []);

  const from = client.untagged.length;
  await other.ok('APPEND Box ', LETTER);
  const told = await toldUntil(client, other, 'Second', from);
  assert.equal(told.length, 1);
  assert.match(told[0]!, /^STATUS \["STATUS","Box"/);
});

test('of messages that come while a session copies it is told those of others, and not its copies', async () => {
  const asked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let held = false;
  const pool = new Proxy(own.imap.mail.pool, {
    get(target, key) {
      if (key !== 'query' || !held) return Reflect.get(target, key) as unknown;
      return async (...args: unknown[]): Promise<unknown> => {
        held = false;
        asked.resolve();
        await gate.promise;
        return (target.query as (...all: unknown[]) => unknown)(...args);
      };
    },
  });
  await using slow = await startTestImap(own.at, {
    services: { mail: { ...own.imap.mail, pool } },
  });
  await using client = await ImapClient.login(slow.account('bob'));
  await using other = await ImapClient.login(own.imap.account('bob'));
  await client.ok('CREATE Busy');
  await client.ok('APPEND Busy ', LETTER);
  await client.ok('SELECT Busy');
  await client.ok('NOTIFY SET (SELECTED (MessageNew (UID) MessageExpunge FlagChange))');
  held = true;
  const copying = await client.start('COPY 1 Busy');
  await asked.promise;
  await other.ok('APPEND Busy ', LETTER);
  gate.resolve();
  assert.equal((await copying.reply).status, 'OK');
  await client.ok('MOVE 1 Busy');
  await client.ok('NOOP');
  const uids = dataOf(client.untagged, 'FETCH').map((values) => JSON.stringify(values[2]));
  assert.deepEqual(uids, ['["UID","2"]']);
});

test('changes of its own and of another together are told', () => {
  const mailbox = (modseq: number): Mailbox =>
    mailboxImage('1', ['Box'], { uidNext: modseq, modseq });
  const before = imageOf({ mailboxes: [mailbox(5)], absentSubscriptions: [] }, []);
  const told = (now: number, ...steps: readonly (readonly [number, number])[]): boolean => {
    const own = new OwnChanges();
    own.noteSteps(steps.map(([previous, modseq]) => ({ mailboxId: '1', previous, modseq })));
    const happening = { kind: 'messages', mailbox: mailbox(now), flagsOnly: false } as const;
    return own.without(happening, before) !== undefined;
  };
  assert.equal(told(7, [5, 6], [6, 7]), false);
  assert.equal(told(7, [6, 7]), true, 'another came before');
  assert.equal(told(8, [5, 6], [6, 7]), true, 'another came after');
  assert.equal(told(8, [5, 6], [7, 8]), true, 'another came between');
  assert.equal(told(8, [3, 5], [5, 8]), false, 'what the last look saw is behind');
  assert.equal(told(6), true);
});
