import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FLAG } from '#store/emails/emails';
import { getQuota } from '#store/mailboxes/quota';
import { createMailbox } from '#store/mailboxes/tree/create';
import { removeMailbox } from '#store/mailboxes/tree/remove';
import { vanishedSince } from '#store/mailboxes/view/vanished';
import { maintain } from '#store/maintenance';
import {
  newMessage,
  openTestMail,
  shown,
  type TestMail,
} from '../../../../test/support/store/mailboxes.ts';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { append } from './append.ts';
import { copyMessages } from './copy.ts';
import { expunge } from './expunge.ts';
import { describeExpunged, findExpunged, undelete, type ExpungedChoice } from './undelete.ts';

const clock = new ManualClock();
const HOUR = 60 * 60 * 1000;
let t: TestMail;
let account: string;

before(async () => {
  t = await openTestMail(clock);
  account = t.accounts[0];
});
after(() => t[Symbol.asyncDispose]());

async function fresh(name: string): Promise<string> {
  const created = await createMailbox(t.mail, account, { path: [name] });
  assert.ok(created.kind === 'created');
  return created.mailboxId;
}

async function fill(mailboxId: string, ...flags: readonly number[]): Promise<void> {
  const messages = flags.map((bits) => newMessage({ flags: bits, keywords: ['word'] }));
  assert.equal((await append(t.mail, account, mailboxId, messages)).kind, 'appended');
}

async function expungeAll(mailboxId: string): Promise<void> {
  assert.equal(
    (await expunge(t.mail, account, mailboxId, { onlyDeleted: false })).kind,
    'expunged',
  );
}

/** Mailbox and UID of each, and what is said of it. */
async function listed(choice: ExpungedChoice): Promise<string[]> {
  const found = await findExpunged(t.mail.pool, account, choice);
  const lines: string[] = [];
  for await (const { mailbox, uid, flags } of describeExpunged(t.mail.pool, found))
    lines.push(`${mailbox} ${uid} ${flags}`);
  return lines;
}

async function broughtBack(choice: ExpungedChoice): Promise<number> {
  const done = await undelete(t.mail, account, await findExpunged(t.mail.pool, account, choice));
  assert.ok(done.kind === 'undeleted');
  return done.messages;
}

test('what was expunged comes back with new UIDs, its flags and its quota, and open views see it', async () => {
  const box = await fresh('first');
  await fill(box, FLAG.seen, FLAG.deleted | FLAG.flagged, 0);
  using open = (await t.mail.views.open(account, box))!;
  const quota = await getQuota(t.mail.pool, account);
  const { modseq } = open.view.state;
  await expungeAll(box);
  assert.deepEqual(await listed({ mailboxId: box }), ['first 3 0', 'first 2 12', 'first 1 1']);
  assert.equal(await broughtBack({ mailboxId: box }), 3);
  assert.deepEqual(shown(open.view.state), ['4 1 word', '5 4 word', '6 0 word']);
  assert.deepEqual(await getQuota(t.mail.pool, account), quota);
  const { messages, unseen, deleted, uidNext } = await t.mailbox(account, 'first');
  assert.deepEqual([messages, unseen, deleted, uidNext], [3, 2, 0, 7]);
  const vanished = await vanishedSince(t.mail, open.view, modseq, undefined);
  assert.deepEqual(vanished, [{ from: 1, to: 3 }], 'who was away hears that the old UIDs went');
  assert.equal(await broughtBack({ mailboxId: box }), 0);
});

test('a view that is loaded anew shows the same', async () => {
  using open = (await t.mail.views.open(account, (await t.mailbox(account, 'first')).id))!;
  assert.deepEqual(shown(open.view.state), ['4 1 word', '5 4 word', '6 0 word']);
});

test('what another mailbox still shows is not gone; what left two comes back to the last one', async () => {
  const [from, to] = [await fresh('from'), await fresh('to')];
  await fill(from, 0);
  await copyMessages(t.mail, account, { from, uids: Uint32Array.of(1), to });
  await expungeAll(from);
  assert.deepEqual(await listed({ mailboxId: from }), []);
  clock.advance(1000);
  await expungeAll(to);
  assert.deepEqual(await listed({ mailboxId: from }), []);
  assert.deepEqual(await listed({ mailboxId: to }), ['to 1 0']);
  assert.equal(await broughtBack({ mailboxId: to }), 1);
  assert.equal((await t.mailbox(account, 'to')).messages, 1);
  assert.equal((await t.mailbox(account, 'from')).messages, 0);
});

test('messages of a removed mailbox come back to INBOX', async () => {
  const box = await fresh('removed');
  await fill(box, 0, 0);
  assert.equal((await removeMailbox(t.mail, account, box)).kind, 'removed');
  clock.advance(1);
  assert.deepEqual(await listed({}), ['null 2 0', 'null 1 0']);
  const before = (await t.mailbox(account, 'INBOX')).messages;
  assert.equal(await broughtBack({}), 2);
  assert.equal((await t.mailbox(account, 'INBOX')).messages, before + 2);
});

test('they are chosen by id and by the time of their expunge, within the account', async () => {
  const box = await fresh('chosen');
  await fill(box, 0, 0);
  await expungeAll(box);
  clock.advance(HOUR);
  const later = clock.now();
  await fill(box, 0);
  await expungeAll(box);
  assert.deepEqual(await listed({ since: later }), ['chosen 3 0']);
  const [, second] = await findExpunged(t.mail.pool, account, { mailboxId: box });
  assert.equal(await broughtBack({ emailIds: [second!.emailId] }), 1);
  assert.deepEqual(await listed({ mailboxId: box }), ['chosen 3 0', 'chosen 1 0']);
  assert.deepEqual(await findExpunged(t.mail.pool, t.accounts[1], {}), []);
});

test('what has no room stays where it is', async () => {
  const box = await fresh('full');
  await fill(box, 0);
  await expungeAll(box);
  await t.mail.pool.query('update accounts set quota_messages = used_messages where id = $1', [
    account,
  ]);
  const found = await findExpunged(t.mail.pool, account, { mailboxId: box });
  assert.deepEqual(await undelete(t.mail, account, found), { kind: 'over-quota' });
  await t.mail.pool.query('update accounts set quota_messages = null where id = $1', [account]);
  assert.equal(await broughtBack({ mailboxId: box }), 1);
});

test('after its time nothing comes back, and what was brought back stays', async () => {
  const box = await fresh('purged');
  await fill(box, 0, 0);
  await expungeAll(box);
  const [one] = await findExpunged(t.mail.pool, account, { mailboxId: box });
  assert.equal(await broughtBack({ emailIds: [one!.emailId] }), 1);
  clock.advance(2 * HOUR);
  const long = 1000 * 24 * HOUR;
  const retention = { events: long, dialogues: long, expunged: HOUR, removedAccounts: long };
  await maintain(t.mail.pool, t.mail, retention, clock.now());
  assert.deepEqual(await listed({ mailboxId: box }), []);
  const { rows } = await t.mail.pool.query('select id from emails where id = $1', [one!.emailId]);
  assert.equal(rows.length, 1);
});
