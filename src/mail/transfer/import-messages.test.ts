import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { utf8 } from '#bytes';
import { copyMessages } from '#store/mailboxes/change/copy';
import { removeMailbox } from '#store/mailboxes/tree/remove';
import { listMailboxes } from '#store/mailboxes/tree/tree';
import { openTestMail, type TestMail } from '../../../test/support/store/mailboxes.ts';
import { deliveryJob } from '../../../test/support/store/store.ts';
import { exportMessages } from './export-messages.ts';
import { importMessages, type ImportState, type IncomingMessage } from './import-messages.ts';

let t: TestMail;
let account: string;

before(async () => {
  t = await openTestMail();
  account = t.accounts[0];
});
after(() => t[Symbol.asyncDispose]());

const letter = (number: number): Uint8Array => utf8(`Subject: ${number}\r\n\r\n${number}\r\n`);

function incoming(mailbox: string, number: number): IncomingMessage {
  return { mailbox: mailbox.split('/'), flags: 0, keywords: [], date: 0, pieces: one(number) };
}

async function* one(number: number): AsyncGenerator<Uint8Array> {
  yield letter(number);
  await Promise.resolve();
}

async function* each<T>(list: Iterable<T>): AsyncGenerator<T> {
  yield* list;
  await Promise.resolve();
}

async function imported(
  source: Iterable<IncomingMessage> | AsyncIterable<IncomingMessage>,
  into = account,
): Promise<ImportState> {
  const messages = Symbol.asyncIterator in source ? source : each(source);
  let last: ImportState = { imported: 0, known: 0 };
  for await (const step of importMessages({ mail: t.mail, accountId: into }, messages)) {
    assert.equal(step.kind, 'progress');
    last = step;
  }
  return { imported: last.imported, known: last.known };
}

/** Every message of every mailbox of an account, in an order that says nothing. */
async function held(accountId: string): Promise<string[]> {
  const all: string[] = [];
  for await (const { mailbox, pieces } of exportMessages(t.mail, accountId, undefined)) {
    const bytes: Uint8Array[] = [];
    for await (const piece of pieces) bytes.push(piece);
    all.push(`${mailbox.join('/')}: ${Buffer.concat(bytes).toString()}`);
  }
  return all.toSorted();
}

async function emptied(): Promise<void> {
  const { mailboxes } = await listMailboxes(t.mail.pool, account);
  for (const { id, role } of mailboxes)
    if (role === undefined)
      assert.equal((await removeMailbox(t.mail, account, id)).kind, 'removed');
}

test('of n copies in the source and m in the mailbox n − m come, in whatever order, and none when it is run again', async () => {
  const letters = fc.array(fc.record({ box: fc.constantFrom('A', 'B'), number: fc.nat(3) }), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(letters, letters, async (there, source) => {
      await emptied();
      const messages = (list: typeof source): IncomingMessage[] =>
        list.map(({ box, number }) => incoming(box, number));
      const counted = (list: typeof source): Map<string, number> =>
        list.reduce(
          (counts, { box, number }) =>
            counts.set(`${box}: ${number}`, (counts.get(`${box}: ${number}`) ?? 0) + 1),
          new Map<string, number>(),
        );
      assert.deepEqual(await imported(messages(there)), { imported: there.length, known: 0 });
      const before = counted(there);
      let missing = 0;
      for (const [key, count] of counted(source))
        missing += Math.max(0, count - (before.get(key) ?? 0));
      const known = source.length - missing;
      assert.deepEqual(await imported(messages(source)), { imported: missing, known });
      assert.equal((await held(account)).length, there.length + missing);
      assert.deepEqual(await imported(messages(source)), { imported: 0, known: source.length });
    }),
    { numRuns: 25 },
  );
});

test('a mailbox in which messages were copied comes back whole from its export', async () => {
  await emptied();
  await t.store.writer.run(deliveryJob(t.store, [account], letter(1)));
  await imported([incoming('Copies', 2), incoming('Copies', 3)]);
  const { id } = await t.mailbox(account, 'Copies');
  const uids = Uint32Array.of(1, 2);
  await copyMessages(t.mail, account, { from: id, uids, to: id });
  const inbox = await t.mailbox(account, 'INBOX');
  const first = Uint32Array.of(1);
  await copyMessages(t.mail, account, { from: inbox.id, uids: first, to: inbox.id });
  const exported = async function* (): AsyncGenerator<IncomingMessage> {
    for await (const message of exportMessages(t.mail, account, undefined)) yield message;
  };
  const other = t.accounts[1];
  assert.deepEqual(await imported(exported(), other), { imported: 6, known: 0 });
  assert.deepEqual(await held(other), await held(account));
  assert.deepEqual(await imported(exported(), other), { imported: 0, known: 6 });
  // into the mailbox that it came from, whose first messages have a prefix of their own
  assert.deepEqual(await imported(exported()), { imported: 0, known: 6 });
});

test('one mailbox under two spellings is counted once', async () => {
  await emptied();
  const source = () => ['INBOX', 'inbox', 'Inbox'].map((name) => incoming(name, 7));
  assert.deepEqual(await imported(source(), t.accounts[1]), { imported: 3, known: 0 });
  assert.deepEqual(await imported(source(), t.accounts[1]), { imported: 0, known: 3 });
});
