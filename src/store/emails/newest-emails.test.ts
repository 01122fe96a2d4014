import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '#bytes';
import { addTestAccounts, deliveryJob, openTestStore } from '../../../test/support/store/store.ts';
import { listNewest } from './newest-emails.ts';

test('a mailbox of several pages is listed whole, each message once, newest first', async () => {
  await using opened = await openTestStore();
  const { store } = opened;
  const [bob, other] = await addTestAccounts(store, 'example.test', ['bob', 'other']);
  const message = utf8('Subject: many\r\n\r\n');
  const total = 1203;
  await Promise.all(
    Array.from({ length: total }, () => store.writer.run(deliveryJob(store, [bob!], message))),
  );
  await store.writer.run(deliveryJob(store, [other!], message));
  // one of them is in a second mailbox too
  await store.pool.query(
    `insert into mailbox_entries (mailbox_id, uid, email_id, modseq, created_modseq, saved_at, flags, keywords)
     select (select id from mailboxes where account_id = $1 and role = 'archive'), 1, min(id), 1, 1, $2, 0, '{}'
     from emails where account_id = $1`,
    [bob, new Date(0)],
  );
  const read = async (options: { mailboxId?: string; limit?: number }): Promise<bigint[]> => {
    const ids: bigint[] = [];
    for await (const email of listNewest(store.pool, bob!, options))
      ids.push(BigInt(email.emailId));
    return ids;
  };
  const all = await read({});
  assert.equal(all.length, total + 1);
  assert.equal(new Set(all).size, total);
  assert.ok(all.every((id, i) => i === 0 || id <= all[i - 1]!));
  const { rows } = await store.pool.query<{ role: string; id: string }>(
    'select role, id from mailboxes where account_id = $1',
    [bob],
  );
  const mailboxOf = (role: string): string => rows.find((row) => row.role === role)!.id;
  assert.equal((await read({ mailboxId: mailboxOf('inbox') })).length, total);
  assert.equal((await read({ mailboxId: mailboxOf('archive') })).length, 1);
  assert.equal((await read({ limit: 700 })).length, 700);
  assert.equal((await read({ limit: 1 })).length, 1);
});
