/** The protocol suite: what comes without being asked for (RFC 2177, RFC 5465). */
import assert from 'node:assert/strict';
import { codeOf, dataOf, fetched, pairs, type ImapClient, type Untagged } from '../client.ts';
import { nameOf, type Plain } from '../data.ts';
import type { ProtocolCases } from './case.ts';

function is(name: string) {
  return (response: Untagged): boolean => response.kind === 'data' && nameOf(response) === name;
}

/** Waits for data with a name that came after `work` began. */
async function comes(
  client: ImapClient,
  name: string,
  work: () => Promise<unknown>,
): Promise<readonly Plain[]> {
  const from = client.untagged.length;
  await work();
  return dataOf([await client.next(name, is(name), from)], name)[0]!;
}

/** Nothing untagged comes to a client while it waits for an answer of its own, twice. */
async function silence(client: ImapClient, work: () => Promise<unknown>): Promise<void> {
  await work();
  const from = client.untagged.length;
  await client.ok('CAPABILITY');
  const heard = client.untagged.slice(from).filter((r) => !is('CAPABILITY')(r));
  assert.deepEqual(heard, []);
}

export const NOTIFY: ProtocolCases = {
  'IDLE tells what comes, changes and goes, until DONE': {
    needs: 'IDLE',
    async run(stage) {
      const client = await stage.many(2);
      const other = await stage.another();
      const from = client.untagged.length;
      await client.idle(async () => {
        await stage.append(other, {});
        await client.next('EXISTS', is('EXISTS'), from);
        await other.ok('STORE 1 +FLAGS.SILENT (\\Flagged)');
        await client.next('FETCH', is('FETCH'), from);
        await other.ok('STORE 1 +FLAGS.SILENT (\\Deleted)');
        await other.ok('EXPUNGE');
        await client.next('EXPUNGE', is('EXPUNGE'), from);
      });
      assert.equal(client.witness.exists, 2);
      await client.ok('FETCH 1:2 FLAGS');
    },
  },

  'IDLE tells at once what was there before it began': {
    needs: 'IDLE',
    async run(stage) {
      const client = await stage.many(1);
      const other = await stage.another();
      await stage.append(other, {});
      const from = client.untagged.length;
      await client.idle(() => client.next('EXISTS', is('EXISTS'), from));
    },
  },

  'IDLE without a mailbox waits in peace': {
    needs: 'IDLE',
    async run(stage) {
      const client = await stage.open();
      assert.deepEqual(
        (await client.idle(async () => {})).filter((response) => response.kind === 'data'),
        [],
      );
      await client.ok('NOOP');
    },
  },

  'IDLE ends with BAD on anything but DONE': {
    needs: 'IDLE',
    async run(stage) {
      const client = await stage.many(1);
      const { reply } = await client.start('IDLE');
      await client.continued();
      client.write('NOOP\r\n');
      assert.equal((await reply).status, 'BAD');
      await client.ok('NOOP');
    },
  },

  'NOTIFY tells of the selected mailbox without IDLE': {
    needs: 'NOTIFY',
    async run(stage) {
      const client = await stage.many(2);
      const other = await stage.another();
      await client.ok('NOTIFY SET (SELECTED (MessageNew (UID FLAGS) MessageExpunge FlagChange))');
      await stage.settle();
      const fetch = await comes(client, 'FETCH', () => stage.append(other, {}, 'word'));
      const items = pairs(fetch[2] as readonly Plain[]);
      assert.ok(items.has('UID') && (items.get('FLAGS') as string[]).includes('word'));
      await stage.settle();
      const flags = await comes(client, 'FETCH', () => other.ok('STORE 1 +FLAGS (\\Seen)'));
      assert.equal(flags[0], '1');
      await stage.settle();
      await comes(client, 'EXPUNGE', async () => {
        await other.ok('STORE 2 +FLAGS (\\Deleted)');
        await other.ok('EXPUNGE');
      });
    },
  },

  'NOTIFY keeps expunges back for a command where told so': {
    needs: 'NOTIFY',
    async run(stage) {
      const client = await stage.many(2);
      const other = await stage.another();
      await client.ok('NOTIFY SET (SELECTED-DELAYED (MessageNew MessageExpunge FlagChange))');
      await stage.settle();
      await other.ok('STORE 1 +FLAGS (\\Deleted)');
      await other.ok('EXPUNGE');
      await comes(client, 'EXISTS', () => stage.append(other, {}));
      const { untagged } = await client.ok('FETCH 2 UID');
      assert.deepEqual(dataOf(untagged, 'EXPUNGE'), []);
      const late = await client.ok('NOOP');
      assert.equal(dataOf(late.untagged, 'EXPUNGE').length, 1);
    },
  },

  'NOTIFY tells the state of other mailboxes when they change': {
    needs: 'NOTIFY',
    async run(stage) {
      const client = await stage.open();
      const other = await stage.many(1);
      const events = '(MessageNew MessageExpunge)';
      const set = await client.ok(`NOTIFY SET STATUS (MAILBOXES ${stage.mailbox} ${events})`);
      const [first] = dataOf(set.untagged, 'STATUS');
      assert.equal(pairs(first![2] as Plain[]).get('MESSAGES'), '1');
      const second = await comes(client, 'STATUS', () => stage.append(other, {}));
      assert.equal(second[1], stage.mailbox);
      const items = pairs(second[2] as Plain[]);
      assert.equal(items.get('MESSAGES'), '2');
      assert.ok(items.has('UIDNEXT'));
      await comes(client, 'STATUS', async () => {
        await other.ok('STORE 1 +FLAGS.SILENT (\\Deleted)');
        await other.ok('EXPUNGE');
      });
    },
  },

  'NOTIFY tells of mailboxes that are made, renamed and removed': {
    needs: 'NOTIFY',
    async run(stage) {
      const client = await stage.open();
      const other = await stage.open();
      await client.ok('NOTIFY SET (PERSONAL (MailboxName SubscriptionChange))');
      const made = await comes(client, 'LIST', () => other.ok(`CREATE ${stage.mailbox}`));
      assert.equal(made[3], stage.mailbox);
      const renamed = await comes(client, 'LIST', () =>
        other.ok(`RENAME ${stage.mailbox} ${stage.mailbox}b`),
      );
      assert.ok(JSON.stringify(renamed).includes(stage.mailbox));
      await comes(client, 'LIST', () => other.ok(`SUBSCRIBE ${stage.mailbox}b`));
      const gone = await comes(client, 'LIST', () => other.ok(`DELETE ${stage.mailbox}b`));
      assert.match(JSON.stringify(gone[1]), /nonexistent/i);
    },
  },

  'NOTIFY tells who watches a name that its mailbox has another now': {
    needs: 'NOTIFY',
    async run(stage) {
      const client = await stage.open();
      const other = await stage.open();
      await other.ok(`CREATE ${stage.mailbox}`);
      const next = `${stage.mailbox}z`;
      await client.ok(`NOTIFY SET (MAILBOXES (${stage.mailbox} ${next}) (MailboxName))`);
      const renamed = await comes(client, 'LIST', async () => {
        await other.ok(`RENAME ${stage.mailbox} ${stage.mailbox}b`);
        await other.ok(`CREATE ${next}`);
      });
      assert.equal(renamed[3], `${stage.mailbox}b`);
      assert.deepEqual(renamed[4], ['OLDNAME', [stage.mailbox]]);
    },
  },

  'NOTIFY tells of a mailbox that is removed whether its name stays subscribed': {
    needs: 'NOTIFY',
    async run(stage) {
      const client = await stage.open();
      const other = await stage.open();
      await other.ok(`CREATE ${stage.mailbox}`);
      await other.ok(`SUBSCRIBE ${stage.mailbox}`);
      await client.ok('NOTIFY SET (PERSONAL (MailboxName SubscriptionChange))');
      const gone = await comes(client, 'LIST', () => other.ok(`DELETE ${stage.mailbox}`));
      assert.deepEqual(
        (gone[1] as string[]).map((attribute) => attribute.toLowerCase()).toSorted(),
        ['\\nonexistent', '\\subscribed'],
      );
    },
  },

  'NOTIFY tells of the parent of a mailbox that is made or removed': {
    needs: 'NOTIFY',
    async run(stage) {
      const client = await stage.open();
      const other = await stage.open();
      await other.ok(`CREATE ${stage.mailbox}`);
      await other.ok(`CREATE ${stage.mailbox}/one`);
      for (const verb of ['CREATE', 'DELETE']) {
        const next = `${stage.mailbox}-${verb}`;
        await client.ok(`NOTIFY SET (MAILBOXES (${stage.mailbox} ${next}) (MailboxName))`);
        const told = await comes(client, 'LIST', async () => {
          await other.ok(`${verb} ${stage.mailbox}/two`);
          await other.ok(`CREATE ${next}`);
        });
        assert.equal(told[3], stage.mailbox);
        assert.match(JSON.stringify(told[1]), /haschildren/i);
      }
    },
  },

  'NOTIFY NONE ends it': {
    needs: 'NOTIFY',
    async run(stage) {
      const client = await stage.open();
      const other = await stage.many(1);
      await client.ok('NOTIFY SET (PERSONAL (MessageNew MessageExpunge))');
      await comes(client, 'STATUS', () => stage.append(other, {}));
      await client.ok('NOTIFY NONE');
      await silence(client, () => stage.append(other, {}));
    },
  },

  'NOTIFY refuses what makes no sense': {
    needs: 'NOTIFY',
    async run(stage) {
      const client = await stage.many(1);
      for (const set of ['()', '(PERSONAL)', '(NOWHERE (MessageNew MessageExpunge))'])
        assert.equal((await client.run(`NOTIFY SET ${set}`)).status, 'BAD', set);
      await client.fails('BAD', 'NOTIFY');
    },
  },

  'NOTIFY refuses flags or messages that come without those that go': {
    needs: 'NOTIFY',
    async run(stage) {
      const client = await stage.many(1);
      for (const set of ['(PERSONAL (FlagChange))', '(SELECTED (MessageNew))'])
        assert.equal((await client.run(`NOTIFY SET ${set}`)).status, 'BAD', set);
    },
  },

  'NOTIFY names the events that there are to who asks for another': {
    needs: 'NOTIFY',
    async run(stage) {
      const client = await stage.open();
      const refused = await client.fails('NO', 'NOTIFY SET (PERSONAL (NoSuchEvent))');
      assert.ok(codeOf([refused], 'BADEVENT'));
    },
  },

  'a message that comes is told before it can be fetched': async (stage) => {
    const client = await stage.many(1);
    const other = await stage.another();
    for (let i = 2; i <= 10; i++) {
      await stage.append(other, { subject: `letter ${i}` });
      const { untagged } = await client.ok('NOOP');
      assert.deepEqual(dataOf(untagged, 'EXISTS').at(-1), [String(i), 'EXISTS']);
      const all = await client.ok(`FETCH ${i} BODY.PEEK[HEADER.FIELDS (Subject)]`);
      assert.match(
        String(fetched(all.untagged)[0]!.items.get('BODY[HEADER.FIELDS (SUBJECT)]')),
        new RegExp(`letter ${i}\r`),
      );
    }
  },
};
