import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { markRemoved, setDisabled } from '#store/directory/accounts';
import { FLAG } from '#store/emails/emails';
import { PIECE } from '#store/mailboxes/entries/uid-ranges';
import { getQuota } from '#store/mailboxes/quota';
import { createMailbox } from '#store/mailboxes/tree/create';
import { vanishedSince } from '#store/mailboxes/view/vanished';
import { maintain } from '#store/maintenance';
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
import { expireMail, expiriesOf, setExpiry } from './expire.ts';
import { expunge } from './expunge.ts';
import { findExpunged, undelete } from './undelete.ts';

const clock = new ManualClock();
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
let t: TestMail;
let account: string;

before(async () => {
  t = await openTestMail(clock);
  account = t.accounts[0];
});
after(() => t[Symbol.asyncDispose]());

async function fresh(name: string, keptFor?: number): Promise<string> {
  const created = await createMailbox(t.mail, account, { path: [name] });
  assert.ok(created.kind === 'created');
  if (keptFor !== undefined)
    assert.ok(await setExpiry(t.store.pool, account, created.mailboxId, keptFor));
  return created.mailboxId;
}

async function fill(mailboxId: string, ...flags: readonly number[]): Promise<void> {
  const messages = flags.map((bits) => newMessage({ flags: bits }));
  assert.equal((await append(t.mail, account, mailboxId, messages)).kind, 'appended');
}

test('what came longer ago than the time goes as by an expunge: views, modseq, counts and quota follow', async () => {
  const box = await fresh('kept for a day', DAY);
  await fill(box, 0, FLAG.seen | FLAG.flagged);
  clock.advance(DAY - 1);
  await fill(box, 0);
  using open = (await t.mail.views.open(account, box))!;
  const { modseq } = open.view.state;
  assert.equal(await expireMail(t.mail, clock.now()), 0);
  const quota = await getQuota(t.mail.pool, account);
  clock.advance(1);
  assert.equal(await expireMail(t.mail, clock.now()), 2);
  assert.deepEqual(shown(open.view.state), ['3 0']);
  assert.ok(open.view.state.modseq > modseq);
  assert.deepEqual(await vanishedSince(t.mail, open.view, modseq, undefined), [{ from: 1, to: 2 }]);
  const { messages, unseen, modseq: highest } = await t.mailbox(account, 'kept for a day');
  assert.deepEqual([messages, unseen, highest], [1, 1, open.view.state.modseq]);
  const left = await getQuota(t.mail.pool, account);
  assert.equal(left.usedMessages, quota.usedMessages - 2);
  assert.ok(left.usedBytes < quota.usedBytes);
});

test('what expired is brought back as what was expunged is, and its time begins anew', async () => {
  const box = await fresh('brought back', DAY);
  await fill(box, 0);
  clock.advance(DAY);
  await expireMail(t.mail, clock.now());
  const left = async (): Promise<number> => (await t.mailbox(account, 'brought back')).messages;
  assert.equal(await left(), 0);
  const found = await findExpunged(t.mail.pool, account, { mailboxId: box });
  assert.deepEqual(await undelete(t.mail, account, found), { kind: 'undeleted', messages: 1 });
  clock.advance(DAY - 1);
  await expireMail(t.mail, clock.now());
  assert.equal(await left(), 1);
  clock.advance(1);
  await expireMail(t.mail, clock.now());
  assert.equal(await left(), 0);
});

test('the time of a message begins when it comes into the mailbox, not when it was received', async () => {
  const [from, trash] = [await fresh('from'), await fresh('to', DAY)];
  await fill(from, 0, 0);
  clock.advance(10 * DAY);
  await moveMessages(t.mail, account, { from, uids: uids(1), to: trash });
  await copyMessages(t.mail, account, { from, uids: uids(2), to: trash });
  assert.equal(await expireMail(t.mail, clock.now()), 0);
  clock.advance(DAY);
  assert.equal(await expireMail(t.mail, clock.now()), 2);
  assert.equal((await t.mailbox(account, 'from')).messages, 1);
});

test('many go in batches, and a mailbox without a time keeps all', async () => {
  const [box, other] = [await fresh('many', HOUR), await fresh('for ever')];
  const { pool } = t.store;
  await fill(box, 0);
  await fill(other, 0);
  // copies of one message, all but a few from before
  await pool.query(
    `insert into mailbox_entries (mailbox_id, uid, email_id, modseq, created_modseq, saved_at, flags, keywords)
     select n.mailbox_id, g, n.email_id, n.modseq, n.created_modseq, n.saved_at + case when g % 1000 = 0 then interval '1 day' else '0' end, 0, '{}'
     from mailbox_entries n, generate_series(2, $2::integer) g where n.mailbox_id = $1`,
    [box, 2 * PIECE + 500],
  );
  await pool.query(
    `update mailboxes m set next_uid = $2::integer + 1, messages = $2, unseen = $2, bytes = m.bytes * $2 where id = $1`,
    [box, 2 * PIECE + 500],
  );
  clock.advance(HOUR);
  assert.equal(await expireMail(t.mail, clock.now()), 2 * PIECE + 500 - 20);
  const { messages, unseen } = await t.mailbox(account, 'many');
  assert.deepEqual([messages, unseen], [20, 20]);
  assert.equal((await t.mailbox(account, 'for ever')).messages, 1);
});

test('a time is set, told and taken away; another account cannot be meant', async () => {
  const box = await fresh('told', 30 * DAY);
  assert.equal((await expiriesOf(t.store.pool, account)).get(box), 30 * DAY);
  assert.equal(await setExpiry(t.store.pool, t.accounts[1], box, HOUR), false);
  await fill(box, 0);
  assert.ok(await setExpiry(t.store.pool, account, box, undefined));
  clock.advance(1000 * DAY);
  await expireMail(t.mail, clock.now());
  assert.equal((await t.mailbox(account, 'told')).messages, 1);
});

test('two processes at once take each message once, and what a client expunged meanwhile is no matter', async () => {
  const box = await fresh('two at once', HOUR);
  await fill(box, 0, 0, 0);
  clock.advance(HOUR);
  const [one, two] = await Promise.all([
    expireMail(t.mail, clock.now()),
    expireMail(t.mail, clock.now()),
    expunge(t.mail, account, box, { uids: uids(2), onlyDeleted: false }),
  ]);
  assert.ok([2, 3].includes(one + two));
  const { messages, unseen, bytes } = await t.mailbox(account, 'two at once');
  assert.deepEqual([messages, unseen, bytes], [0, 0, 0]);
});

test('a round of maintenance expires, and leaves alone what a disabled or removed account holds', async () => {
  const box = await fresh('by the round', HOUR);
  await fill(box, 0);
  clock.advance(HOUR);
  const retention = {
    events: 9000 * DAY,
    dialogues: 9000 * DAY,
    expunged: DAY,
    removedAccounts: 9000 * DAY,
  };
  const messages = async (): Promise<number> => {
    await maintain(t.store.pool, t.mail, retention, clock.now());
    return (await t.mailbox(account, 'by the round')).messages;
  };
  await setDisabled(t.store.pool, 'one@example.test', clock.now());
  assert.equal(await messages(), 1);
  await setDisabled(t.store.pool, 'one@example.test', undefined);
  assert.equal(await messages(), 0);
  await fill(box, 0);
  clock.advance(HOUR);
  await markRemoved(t.store.pool, 'one@example.test', clock.now());
  assert.equal(await messages(), 1);
});
