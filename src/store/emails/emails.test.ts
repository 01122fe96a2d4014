import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { utf8 } from '#bytes';
import {
  addTestAccounts,
  deliveryJob,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';

let opened: TestStore;
let accounts: string[];

before(async () => {
  opened = await openTestStore();
  accounts = await addTestAccounts(opened.store, 'example.test', ['one', 'two', 'three', 'four']);
});
after(() => opened[Symbol.asyncDispose]());

function message(id: string, { subject = id, references = '' } = {}): Uint8Array {
  const refers = references === '' ? '' : `References: ${references}\r\n`;
  return utf8(
    `From: a@sender.test\r\nMessage-ID: <${id}@sender.test>\r\n${refers}Subject: ${subject}\r\n\r\n${id}\r\n`,
  );
}

async function one(sql: string, values: unknown[]): Promise<Record<string, unknown>> {
  return (await opened.store.pool.query<Record<string, unknown>>(sql, values)).rows[0]!;
}

/** What is handed in at once shares a transaction. */
async function deliverTogether(jobs: ReturnType<typeof deliveryJob>[]): Promise<void> {
  await Promise.all(jobs.map((job) => opened.store.writer.run(job)));
}

test('an account and its mailbox count what a shared transaction brought them, octet by octet', async () => {
  const { store } = opened;
  const [first, second] = accounts as [string, string];
  const messages = Array.from({ length: 30 }, (_, i) => message(`count-${i}`));
  await deliverTogether(
    messages.map((bytes, i) => deliveryJob(store, i % 3 === 0 ? [first, second] : [first], bytes)),
  );
  for (const [account, count] of [
    [first, 30],
    [second, 10],
  ] as const) {
    assert.deepEqual(
      await one(
        `select a.used_messages = $2 and m.messages = $2 and m.unseen = $2 as messages,
           a.used_bytes = e.bytes and m.bytes = e.bytes as bytes,
           m.next_uid = e.uid + 1 and e.uid = $2 as uids, a.modseq = e.modseq and m.modseq = e.modseq as modseqs
         from accounts a join mailboxes m on m.account_id = a.id and m.role = 'inbox',
           lateral (select sum(size) as bytes, max(n.uid) as uid, max(n.modseq) as modseq
                    from emails join mailbox_entries n on n.email_id = emails.id where account_id = a.id) e
         where a.id = $1`,
        [account, count],
      ),
      { messages: true, bytes: true, uids: true, modseqs: true },
    );
  }
});

test('messages of one thread find each other in one transaction, and not those of another subject', async () => {
  const { store } = opened;
  const account = accounts[2]!;
  const subject = 'a plan';
  const thread = [
    message('t1', { subject }),
    message('t2', { subject: `Re: ${subject}`, references: '<t1@sender.test>' }),
    message('t3', { subject: `Re: ${subject}`, references: '<t1@sender.test> <t2@sender.test>' }),
    message('t4', { subject: 'another plan', references: '<t1@sender.test>' }),
  ];
  await deliverTogether(thread.map((bytes) => deliveryJob(store, [account], bytes)));
  const { rows } = await store.pool.query<{ thread: string; subject: string; xmin: string }>(
    `select thread_id as thread, summary ->> 'baseSubject' as subject, xmin::text from emails
     where account_id = $1 and summary ->> 'messageId' like 't%' order by id`,
    [account],
  );
  assert.equal(new Set(rows.map(({ xmin }) => xmin)).size, 1, 'they did not share a transaction');
  const threads = (text: string) =>
    new Set(rows.filter((row) => row.subject === text).map((row) => row.thread));
  assert.equal(rows.length, 4);
  assert.equal(threads(subject).size, 1);
  assert.equal(threads('another plan').size, 1);
  assert.equal(new Set(rows.map((row) => row.thread)).size, 2);
});

test('the same octets in one transaction are stored once, and every message has them', async () => {
  const { store } = opened;
  const account = accounts[3]!;
  const bytes = message('same');
  await deliverTogether(Array.from({ length: 10 }, () => deliveryJob(store, [account], bytes)));
  assert.deepEqual(
    await one(
      `select count(*)::integer as emails, count(distinct blob_id)::integer as blobs,
         (select count(*)::integer from blob_chunks c where c.blob_id = min(e.blob_id)) as chunks
       from emails e where account_id = $1`,
      [account],
    ),
    { emails: 10, blobs: 1, chunks: 1 },
  );
});
