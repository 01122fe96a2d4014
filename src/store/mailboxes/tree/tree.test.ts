import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { append } from '#store/mailboxes/change/append';
import {
  newMessage,
  openTestMail,
  shown,
  type TestMail,
} from '../../../../test/support/store/mailboxes.ts';
import { createMailbox } from './create.ts';
import { setMetadata } from './metadata.ts';
import { MAILBOX_LIMITS } from './names.ts';
import { removeMailbox } from './remove.ts';
import { renameMailbox } from './rename.ts';
import { subscribe } from './subscribe.ts';
import { findMailbox, listMailboxes } from './tree.ts';

let t: TestMail;
let account: string;

before(async () => {
  t = await openTestMail();
  account = t.accounts[0];
});
after(() => t[Symbol.asyncDispose]());

async function paths(under: string, accountId = account): Promise<string[]> {
  const { mailboxes } = await listMailboxes(t.mail.pool, accountId);
  return mailboxes.map(({ path }) => path.join('/')).filter((path) => path.startsWith(under));
}

test('a new account lists its six mailboxes, INBOX first, with their roles', async () => {
  const { mailboxes, absentSubscriptions } = await listMailboxes(t.mail.pool, t.accounts[1]);
  assert.deepEqual(
    mailboxes.map(({ path, role }) => [path.join('/'), role]),
    [
      ['INBOX', 'inbox'],
      ['Archive', 'archive'],
      ['Drafts', 'drafts'],
      ['Junk', 'junk'],
      ['Sent', 'sent'],
      ['Trash', 'trash'],
    ],
  );
  assert.deepEqual(absentSubscriptions, []);
});

test('missing parents are made, and parents come before their children', async () => {
  const created = await createMailbox(t.mail, account, { path: ['make', 'b', 'c'] });
  assert.equal(created.kind, 'created');
  await createMailbox(t.mail, account, { path: ['make', 'a'] });
  assert.deepEqual(await paths('make'), ['make', 'make/a', 'make/b', 'make/b/c']);
  const found = await findMailbox(t.mail.pool, account, ['make', 'b', 'c']);
  assert.equal(found?.id, created.kind === 'created' && created.mailboxId);
  const parent = await t.mailbox(account, 'make', 'b');
  assert.deepEqual([parent.hasChildren, parent.subscribed], [true, false]);
});

test('what exists is not made again, in whatever form its name is written', async () => {
  await createMailbox(t.mail, account, { path: ['caf\u00e9'] });
  assert.deepEqual(await createMailbox(t.mail, account, { path: ['cafe\u0301'] }), {
    kind: 'exists',
  });
  assert.deepEqual(await createMailbox(t.mail, account, { path: ['iNBOX'] }), { kind: 'exists' });
  assert.ok(await findMailbox(t.mail.pool, account, ['cafe\u0301']));
  assert.equal(await findMailbox(t.mail.pool, t.accounts[1], ['caf\u00e9']), undefined);
});

test('callers at once make a mailbox and its parents once', async () => {
  const made = await Promise.all(
    Array.from({ length: 10 }, () => createMailbox(t.mail, account, { path: ['at', 'once'] })),
  );
  assert.equal(made.filter(({ kind }) => kind === 'created').length, 1);
  assert.deepEqual(await paths('at'), ['at', 'at/once']);
});

test('a role belongs to one mailbox of an account', async () => {
  const path = ['Important'];
  const { kind } = await createMailbox(t.mail, account, { path, role: 'important' });
  assert.equal(kind, 'created');
  assert.equal((await t.mailbox(account, ...path)).role, 'important');
  assert.deepEqual(await createMailbox(t.mail, account, { path: ['Other'], role: 'important' }), {
    kind: 'role-taken',
  });
  assert.deepEqual(await paths('Other'), []);
  const others = await createMailbox(t.mail, t.accounts[1], { path, role: 'important' });
  assert.equal(others.kind, 'created');
  await removeMailbox(t.mail, t.accounts[1], (await t.mailbox(t.accounts[1], ...path)).id);
});

test('an account has room for so many mailboxes', async () => {
  const other = t.accounts[1];
  await t.mail.pool.query(
    `insert into mailboxes (account_id, name, uidvalidity, modseq, created_modseq, created_at)
     select $1, 'filler ' || n, nextval('uidvalidity_seq'), 1, 1, '2025-01-01' from generate_series(1, $2::integer) n`,
    [other, MAILBOX_LIMITS.mailboxes - 6 - 1],
  );
  assert.deepEqual(await createMailbox(t.mail, other, { path: ['two', 'more'] }), {
    kind: 'too-many',
  });
  assert.equal((await createMailbox(t.mail, other, { path: ['one more'] })).kind, 'created');
  const id = (await t.mailbox(other, 'one more')).id;
  assert.deepEqual(await renameMailbox(t.mail, other, id, ['parent', 'child']), {
    kind: 'too-many',
  });
  await t.mail.pool.query(`delete from mailboxes where account_id = $1 and name like 'filler %'`, [
    other,
  ]);
});

test('a rename takes what lies below along, and keeps id, UIDVALIDITY and subscription', async () => {
  await createMailbox(t.mail, account, { path: ['old', 'x', 'y'], subscribed: true });
  const x = await t.mailbox(account, 'old', 'x');
  assert.deepEqual(await renameMailbox(t.mail, account, x.id, ['new', 'parent', 'z']), {
    kind: 'renamed',
  });
  assert.deepEqual(await paths('old'), ['old']);
  assert.deepEqual(await paths('new'), ['new', 'new/parent', 'new/parent/z', 'new/parent/z/y']);
  const z = await t.mailbox(account, 'new', 'parent', 'z');
  assert.deepEqual([z.id, z.uidValidity], [x.id, x.uidValidity]);
  assert.ok((await t.mailbox(account, 'new', 'parent', 'z', 'y')).subscribed);
});

test('a mailbox never moves onto another, into itself or too deep', async () => {
  await createMailbox(t.mail, account, { path: ['loop', 'in', 'ner'] });
  const { id } = await t.mailbox(account, 'loop');
  const rename = (...path: string[]) => renameMailbox(t.mail, account, id, path);
  assert.deepEqual(await rename('loop', 'in', 'ner', 'most'), { kind: 'into-itself' });
  assert.deepEqual(await rename('loop', 'new'), { kind: 'into-itself' });
  assert.deepEqual(await rename('INBOX'), { kind: 'exists' });
  assert.deepEqual(await rename('loop'), { kind: 'exists' });
  const deep = Array.from({ length: MAILBOX_LIMITS.depth - 1 }, (_, i) => `d${i}`);
  assert.deepEqual(await rename(...deep), { kind: 'bad-name', reason: 'too-deep' });
  assert.deepEqual(await rename('a', ''), { kind: 'bad-name', reason: 'empty' });
  assert.deepEqual(await renameMailbox(t.mail, t.accounts[1], id, ['stolen']), {
    kind: 'no-such-mailbox',
  });
  assert.deepEqual(await paths('loop'), ['loop', 'loop/in', 'loop/in/ner']);
});

test('a rename of INBOX moves its messages and leaves it there, empty', async () => {
  const inbox = await t.mailbox(account, 'INBOX');
  await createMailbox(t.mail, account, { path: ['INBOX', 'child'] });
  await append(t.mail, account, inbox.id, [newMessage({ flags: 1 }), newMessage()]);
  assert.deepEqual(await renameMailbox(t.mail, account, inbox.id, ['kept', 'mail']), {
    kind: 'renamed',
  });
  const [empty, kept] = [
    await t.mailbox(account, 'INBOX'),
    await t.mailbox(account, 'kept', 'mail'),
  ];
  assert.deepEqual([empty.id, empty.messages, empty.uidNext], [inbox.id, 0, 3]);
  assert.deepEqual([kept.messages, kept.unseen], [2, 1]);
  assert.deepEqual(await paths('INBOX'), ['INBOX', 'INBOX/child']);
  assert.deepEqual(await renameMailbox(t.mail, account, inbox.id, ['kept', 'mail']), {
    kind: 'exists',
  });
});

test('a removed mailbox hides its messages, frees its room and is remembered', async () => {
  await createMailbox(t.mail, account, { path: ['doomed'] });
  const doomed = await t.mailbox(account, 'doomed');
  await append(t.mail, account, doomed.id, [newMessage(), newMessage()]);
  await setMetadata(t.mail, account, doomed.id, [{ name: '/private/x', value: Buffer.from('x') }]);
  using open = (await t.mail.views.open(account, doomed.id))!;
  const used = async () =>
    (
      await t.mail.pool.query('select used_messages::integer as n from accounts where id = $1', [
        account,
      ])
    ).rows[0] as { n: number };
  const before = (await used()).n;
  assert.deepEqual(await removeMailbox(t.mail, account, doomed.id), { kind: 'removed' });
  assert.equal((await used()).n, before - 2);
  const { rows } = await t.mail.pool.query(
    `select (select count(*)::integer from expunged_entries where mailbox_id = $1) as kept,
       (select count(*)::integer from mailbox_entries where mailbox_id = $1) as entries,
       (select count(*)::integer from tombstones where kind = 'mailbox' and object_id = $1) as tombstones`,
    [doomed.id],
  );
  assert.deepEqual(rows[0], { kept: 2, entries: 0, tombstones: 1 });
  await open.refresh();
  assert.deepEqual([open.view.removed, shown(open.view.state).length], [true, 2]);
  assert.equal(await t.mail.views.open(account, doomed.id), undefined);
  const again = await createMailbox(t.mail, account, { path: ['doomed'] });
  assert.equal(again.kind, 'created');
  assert.notEqual((await t.mailbox(account, 'doomed')).uidValidity, doomed.uidValidity);
});

test('INBOX, a parent and what another account holds are not removed', async () => {
  await createMailbox(t.mail, account, { path: ['family', 'child'] });
  const remove = async (...path: string[]) =>
    (await removeMailbox(t.mail, account, (await t.mailbox(account, ...path)).id)).kind;
  assert.equal(await remove('INBOX'), 'is-inbox');
  assert.equal(await remove('family'), 'has-children');
  const child = await t.mailbox(account, 'family', 'child');
  assert.deepEqual(await removeMailbox(t.mail, t.accounts[1], child.id), {
    kind: 'no-such-mailbox',
  });
  assert.equal(await remove('family', 'child'), 'removed');
  assert.equal(await remove('family'), 'removed');
});

test('a name is subscribed before there is such a mailbox, while, and after', async () => {
  const absent = async () => (await listMailboxes(t.mail.pool, account)).absentSubscriptions;
  const path = ['sub', 'later'];
  assert.deepEqual(await subscribe(t.mail, account, path, true), { kind: 'done' });
  assert.deepEqual(await subscribe(t.mail, account, path, true), { kind: 'done' });
  assert.deepEqual(await absent(), [path]);
  await createMailbox(t.mail, account, { path });
  assert.deepEqual(await absent(), []);
  const made = await t.mailbox(account, ...path);
  assert.ok(made.subscribed);
  await removeMailbox(t.mail, account, made.id);
  assert.deepEqual(await absent(), [path]);
  assert.deepEqual(await subscribe(t.mail, account, path, false), { kind: 'done' });
  assert.deepEqual(await absent(), []);
  await subscribe(t.mail, account, ['INBOX'], false);
  assert.equal((await t.mailbox(account, 'INBOX')).subscribed, false);
});

test('subscriptions of names without a mailbox are bounded', async () => {
  const other = t.accounts[1];
  await t.mail.pool.query(
    `insert into absent_subscriptions (account_id, path)
     select $1, array['absent ' || n] from generate_series(1, $2::integer) n`,
    [other, MAILBOX_LIMITS.absentSubscriptions],
  );
  assert.deepEqual(await subscribe(t.mail, other, ['yet another'], true), { kind: 'too-many' });
  assert.deepEqual(await subscribe(t.mail, other, ['absent 1'], true), { kind: 'done' });
  assert.deepEqual(await subscribe(t.mail, other, ['Trash'], true), { kind: 'done' });
  const made = await createMailbox(t.mail, other, { path: ['passing'], subscribed: true });
  assert.ok(made.kind === 'created');
  assert.deepEqual(await removeMailbox(t.mail, other, made.mailboxId), { kind: 'removed' });
  const { absentSubscriptions } = await listMailboxes(t.mail.pool, other);
  assert.equal(absentSubscriptions.length, MAILBOX_LIMITS.absentSubscriptions);
});
