import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eraseRemoved, markRemoved } from '#store/directory/accounts';
import { saveStructures } from '#store/mailboxes/read/structures';
import { createMailbox } from '#store/mailboxes/tree/create';
import { removeMailbox } from '#store/mailboxes/tree/remove';
import { vanishedSince } from '#store/mailboxes/view/vanished';
import { maintain } from '#store/maintenance';
import { eventually } from '../../../../test/support/program/running-server.ts';
import {
  newMessage,
  openTestMail,
  shown,
  uids,
  type TestMail,
} from '../../../../test/support/store/mailboxes.ts';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { append } from './append.ts';
import { copyMessages, moveMessages } from './copy.ts';
import { expunge } from './expunge.ts';

const clock = new ManualClock();
const DAY = 24 * 60 * 60 * 1000;
let t: TestMail;
let account: string;

before(async () => {
  t = await openTestMail(clock);
  account = t.accounts[0];
});
after(() => t[Symbol.asyncDispose]());

async function fresh(accountId: string, name: string): Promise<string> {
  const created = await createMailbox(t.mail, accountId, { path: [name] });
  assert.ok(created.kind === 'created');
  return created.mailboxId;
}

async function fill(accountId: string, mailboxId: string, count: number): Promise<number[]> {
  const messages = Array.from({ length: count }, () => newMessage());
  const done = await append(t.mail, accountId, mailboxId, messages);
  assert.ok(done.kind === 'appended');
  return [...done.emailIds];
}

/** A round of maintenance that keeps what was expunged for a day. */
function maintained(): Promise<void> {
  const long = 1000 * DAY;
  const retention = { events: long, dialogues: long, expunged: DAY, removedAccounts: long };
  return maintain(t.mail.pool, t.mail, retention, clock.now());
}

async function counted(emailIds: readonly number[]): Promise<unknown> {
  const { rows } = await t.mail.pool.query(
    `select (select count(*)::integer from emails where id = any($1::bigint[])) as emails,
       (select count(*)::integer from email_structures where email_id = any($1::bigint[])) as structures,
       (select count(*)::integer from expunged_entries where email_id = any($1::bigint[])) as expunged`,
    [emailIds],
  );
  return rows[0];
}

test('what was expunged goes with all that was known of it, when its time has come and no copy is left', async () => {
  const [box, copies] = [await fresh(account, 'purge'), await fresh(account, 'copies')];
  const emailIds = await fill(account, box, 4);
  await saveStructures(
    t.mail,
    account,
    emailIds.map((emailId) => ({ emailId, structure: '[]' })),
  );
  await copyMessages(t.mail, account, { from: box, uids: uids(1, 2), to: copies });
  await expunge(t.mail, account, box, { uids: uids(1, 2, 3), onlyDeleted: false });
  await maintained();
  assert.deepEqual(await counted(emailIds), { emails: 4, structures: 4, expunged: 3 });
  clock.advance(DAY / 2);
  await expunge(t.mail, account, copies, { uids: uids(1), onlyDeleted: false });
  clock.advance(DAY / 2 + 1);
  await maintained();
  assert.deepEqual(await counted(emailIds), { emails: 3, structures: 3, expunged: 1 });
  clock.advance(DAY);
  await maintained();
  assert.deepEqual(await counted(emailIds), { emails: 2, structures: 2, expunged: 0 });
});

test('a removed mailbox leaves nothing when the time of its messages has come', async () => {
  const box = await fresh(account, 'removed');
  const emailIds = await fill(account, box, 2);
  await removeMailbox(t.mail, account, box);
  clock.advance(DAY + 1);
  await maintained();
  assert.deepEqual(await counted(emailIds), { emails: 0, structures: 0, expunged: 0 });
});

test('what somebody brings back at that moment stays', async () => {
  const box = await fresh(account, 'brought back');
  const emailIds = await fill(account, box, 1);
  await expunge(t.mail, account, box, { uids: uids(1), onlyDeleted: false });
  clock.advance(DAY + 1);
  const client = await t.mail.pool.connect();
  try {
    await client.query('begin');
    await client.query('select from accounts where id = $1 for no key update', [account]);
    const purging = maintained();
    await eventually('the purge waits for the account', async () => {
      // a transaction would see the same activity for ever
      const { rowCount } = await t.mail.pool.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rowCount === 1;
    });
    await client.query(
      `with gone as (delete from expunged_entries where mailbox_id = $1 returning *)
       insert into mailbox_entries (mailbox_id, uid, email_id, modseq, created_modseq, saved_at, flags, keywords)
       select mailbox_id, 2, email_id, modseq, modseq, $2, 0, '{}' from gone`,
      [box, new Date(clock.now())],
    );
    await client.query('commit');
    await purging;
  } finally {
    client.release(true);
  }
  assert.deepEqual(await counted(emailIds), { emails: 1, structures: 0, expunged: 0 });
});

test('vanished UIDs are told exactly as far back as is remembered, and further back as all that is missing', async () => {
  const box = await fresh(account, 'vanish');
  const other = await fresh(account, 'vanish elsewhere');
  await fill(account, box, 10);
  using open = (await t.mail.views.open(account, box))!;
  const start = open.view.state.modseq;
  await expunge(t.mail, account, box, { uids: uids(2, 3), onlyDeleted: false });
  const middle = open.view.state.modseq;
  await moveMessages(t.mail, account, { from: box, uids: uids(4, 7), to: other });
  await expunge(t.mail, account, box, { uids: uids(10), onlyDeleted: false });
  const vanished = (modseq: number, known?: { from: number; to: number }[]) =>
    vanishedSince(t.mail, open.view, modseq, known);
  assert.deepEqual(await vanished(start), [
    { from: 2, to: 4 },
    { from: 7, to: 7 },
    { from: 10, to: 10 },
  ]);
  assert.deepEqual(await vanished(middle), [
    { from: 4, to: 4 },
    { from: 7, to: 7 },
    { from: 10, to: 10 },
  ]);
  assert.deepEqual(await vanished(middle, [{ from: 1, to: 7 }]), [
    { from: 4, to: 4 },
    { from: 7, to: 7 },
  ]);
  assert.deepEqual(await vanished(open.view.state.modseq), []);
  clock.advance(DAY + 1);
  await maintained();
  assert.deepEqual(await vanished(open.view.state.modseq), []);
  assert.deepEqual(await vanished(middle), [
    { from: 2, to: 4 },
    { from: 7, to: 7 },
    { from: 10, to: 10 },
  ]);
  assert.deepEqual(
    await vanished(1, [
      { from: 3, to: 5 },
      { from: 9, to: 12 },
    ]),
    [
      { from: 3, to: 4 },
      { from: 10, to: 12 },
    ],
  );
});

test('who knew all up to a move hears of it when nothing remembers it any more', async () => {
  const box = await fresh(account, 'moved from');
  const other = await fresh(account, 'moved to');
  await fill(account, box, 3);
  using open = (await t.mail.views.open(account, box))!;
  const known = open.view.state.modseq;
  await moveMessages(t.mail, account, { from: box, uids: uids(2), to: other });
  clock.advance(DAY + 1);
  await maintained();
  const vanished = await vanishedSince(t.mail, open.view, known, undefined);
  assert.deepEqual(vanished, [{ from: 2, to: 2 }]);
});

test('a view that slept through a purge is still right', async () => {
  const box = await fresh(account, 'asleep');
  await fill(account, box, 3);
  const { pool, notices } = t.mail;
  const { MailboxViews } = await import('#store/mailboxes/view/views');
  // hears of nothing by itself
  const asleep = new MailboxViews({ pool, notices, clock });
  const open = (await asleep.open(account, box))!;
  asleep.close();
  await expunge(t.mail, account, box, { uids: uids(2), onlyDeleted: false });
  clock.advance(DAY + 1);
  await maintained();
  await fill(account, box, 1);
  await open.refresh();
  assert.deepEqual(shown(open.view.state), ['1 0', '3 0', '4 0']);
});

test('an erased account leaves nothing of its mailboxes', async () => {
  const gone = t.accounts[1];
  const box = await fresh(gone, 'to erase');
  const emailIds = await fill(gone, box, 3);
  await saveStructures(
    t.mail,
    gone,
    emailIds.map((emailId) => ({ emailId, structure: '[]' })),
  );
  await removeMailbox(t.mail, gone, box);
  await markRemoved(t.mail.pool, 'two@example.test', clock.now());
  assert.deepEqual(await eraseRemoved(t.mail.pool, clock.now() + 1), ['two@example.test']);
  assert.deepEqual(await counted(emailIds), { emails: 0, structures: 0, expunged: 0 });
  const { rows } = await t.mail.pool.query(
    `select (select count(*)::integer from mailboxes where account_id = $1) as mailboxes,
       (select count(*)::integer from absent_subscriptions where account_id = $1) as subscriptions,
       (select count(*)::integer from tombstones where account_id = $1) as tombstones`,
    [gone],
  );
  assert.deepEqual(rows[0], { mailboxes: 0, subscriptions: 0, tombstones: 0 });
});
