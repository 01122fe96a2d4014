import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { concat, utf8 } from '#bytes';
import { FLAG } from '#store/emails/emails';
import { MAX_KEYWORDS } from '#store/mailboxes/entries/keyword-sets';
import { getQuota } from '#store/mailboxes/quota';
import { createMailbox } from '#store/mailboxes/tree/create';
import type { OpenView } from '#store/mailboxes/view/views';
import {
  newMessage,
  openTestMail,
  shown,
  uids,
  type TestMail,
} from '../../../../test/support/store/mailboxes.ts';
import { append, replace } from './append.ts';
import { COPIES, copyMessages, moveMessages } from './copy.ts';
import { expunge } from './expunge.ts';
import { setFlags, type FlagChange } from './flags.ts';

let t: TestMail;
let account: string;
let box: string;
let other: string;
let open: OpenView;
let number = 0;

before(async () => {
  t = await openTestMail();
  account = t.accounts[0];
});
after(() => t[Symbol.asyncDispose]());

/** Each test has two mailboxes of its own, and a view of the first. */
beforeEach(async () => {
  open?.close();
  [box, other] = await Promise.all([fresh(), fresh()]);
  open = (await t.mail.views.open(account, box))!;
});

async function fresh(): Promise<string> {
  const created = await createMailbox(t.mail, account, { path: [`box ${++number}`] });
  assert.equal(created.kind, 'created');
  return created.kind === 'created' ? created.mailboxId : '';
}

/** Appends messages with these flags. */
async function fill(...flags: number[]): Promise<void> {
  const messages = flags.map((each) => newMessage({ flags: each }));
  assert.equal((await append(t.mail, account, box, messages)).kind, 'appended');
}

async function store(change: Partial<FlagChange>) {
  const stored = await setFlags(t.mail, account, box, {
    uids: uids(1, 2, 3),
    op: 'add',
    flags: 0,
    keywords: [],
    ...change,
  });
  assert.ok(stored.kind === 'stored');
  return stored;
}

/** What the row of the mailbox says, checked against its entries. */
async function counts(id: string) {
  const { rows } = await t.mail.pool.query<Record<string, number>>(
    `select m.messages::integer, m.unseen::integer, m.deleted::integer, m.bytes::integer,
       e.messages::integer as e1, e.unseen::integer as e2, e.deleted::integer as e3, e.bytes::integer as e4
     from mailboxes m, lateral (
       select count(*) as messages, count(*) filter (where n.flags & 1 = 0) as unseen,
         count(*) filter (where n.flags & 8 <> 0) as deleted, coalesce(sum(e.size), 0) as bytes
       from mailbox_entries n join emails e on e.id = n.email_id where n.mailbox_id = m.id) e
     where m.id = $1`,
    [id],
  );
  const { messages, unseen, deleted, bytes, e1, e2, e3, e4 } = rows[0]!;
  assert.deepEqual([messages, unseen, deleted, bytes], [e1, e2, e3, e4]);
  return { messages, unseen, deleted };
}

test('messages are appended together, in their order, with flags, keywords and dates', async () => {
  const messages = [
    newMessage({ flags: FLAG.seen, keywords: ['b', 'a', 'b'], internalDate: 1_000_000 }),
    newMessage({ flags: FLAG.deleted }),
  ];
  const done = await append(t.mail, account, box, messages);
  assert.ok(done.kind === 'appended');
  assert.deepEqual(done.uids, [1, 2]);
  assert.equal(done.modseq, open.view.state.modseq);
  assert.deepEqual(shown(open.view.state), ['1 1 a,b', '2 8']);
  assert.deepEqual(Array.from(open.view.state.emailIds.subarray(0, 2)), done.emailIds);
  assert.equal(open.view.state.uidNext, 3);
  assert.deepEqual(await counts(box), { messages: 2, unseen: 1, deleted: 1 });
  const { rows } = await t.mail.pool.query<{ received_at: Date }>(
    'select received_at from emails where id = $1',
    [done.emailIds[0]],
  );
  assert.equal(rows[0]!.received_at.getTime(), 1_000_000);
});

test('messages of one thread that come in one command find each other', async () => {
  const first = utf8('Message-ID: <root@x>\r\nSubject: plan\r\n\r\n1');
  const second = utf8('Message-ID: <re@x>\r\nReferences: <root@x>\r\nSubject: Re: plan\r\n\r\n2');
  const done = await append(t.mail, account, box, [
    newMessage({ bytes: first }),
    newMessage({ bytes: second }),
  ]);
  assert.ok(done.kind === 'appended');
  const { rows } = await t.mail.pool.query(
    'select distinct thread_id from emails where id = any($1::bigint[])',
    [done.emailIds],
  );
  assert.equal(rows.length, 1);
});

test('nothing is appended to a mailbox that is not there, or is of another account', async () => {
  assert.deepEqual(await append(t.mail, account, '999999', [newMessage()]), {
    kind: 'no-such-mailbox',
  });
  assert.deepEqual(await append(t.mail, t.accounts[1], box, [newMessage()]), {
    kind: 'no-such-mailbox',
  });
});

test('a quota counts a message once, however often it is copied, until its last copy is expunged', async () => {
  const quota = () => getQuota(t.mail.pool, account);
  const before = await quota();
  const message = newMessage();
  await append(t.mail, account, box, [message]);
  await copyMessages(t.mail, account, { from: box, uids: uids(1), to: other });
  await copyMessages(t.mail, account, { from: box, uids: uids(1), to: box });
  const after = await quota();
  assert.equal(after.usedMessages, before.usedMessages + 1);
  assert.equal(after.usedBytes, before.usedBytes + message.blob.size);
  await expunge(t.mail, account, box, { onlyDeleted: false });
  assert.deepEqual(await quota(), after);
  await expunge(t.mail, account, other, { onlyDeleted: false });
  assert.deepEqual(await quota(), before);
});

test('mail of one account is neither changed by another, nor copied, moved or put there', async () => {
  await fill(0);
  const [mine, theirs] = [t.accounts[0], t.accounts[1]];
  const archive = await t.mailbox(theirs, 'Archive');
  const added = await append(t.mail, theirs, archive.id, [newMessage()]);
  assert.ok(added.kind === 'appended');
  const before = await counts(archive.id);
  const change: FlagChange = { uids: uids(1), op: 'add', flags: FLAG.deleted, keywords: [] };
  assert.equal((await setFlags(t.mail, theirs, box, change)).kind, 'no-such-mailbox');
  const there = { from: box, uids: uids(1), to: archive.id };
  const away = { from: archive.id, uids: uids(...added.uids), to: box };
  for (const transfer of [copyMessages, moveMessages]) {
    const put = await transfer(t.mail, mine, there);
    assert.deepEqual(put, { kind: 'no-such-mailbox', which: 'to' });
    const taken = await transfer(t.mail, mine, away);
    assert.deepEqual(taken, { kind: 'no-such-mailbox', which: 'from' });
  }
  const ours = { mailboxId: box, uid: 1 };
  const put = await replace(t.mail, mine, ours, archive.id, newMessage());
  assert.deepEqual(put, { kind: 'no-such-mailbox' });
  const foreign = { mailboxId: archive.id, uid: added.uids[0]! };
  const taken = await replace(t.mail, mine, foreign, box, newMessage());
  assert.deepEqual(taken, { kind: 'no-such-message' });
  assert.deepEqual(shown(open.view.state), ['1 0']);
  assert.deepEqual(await counts(box), { messages: 1, unseen: 1, deleted: 0 });
  assert.deepEqual(await counts(archive.id), before);
  await expunge(t.mail, theirs, archive.id, { onlyDeleted: false });
});

test('what has no room is not appended, and a message that left makes room', async () => {
  const limited = t.accounts[1];
  const { id } = await t.mailbox(limited, 'INBOX');
  await t.mail.pool.query('update accounts set quota_messages = 2 where id = $1', [limited]);
  const add = async (count: number) => {
    const messages = Array.from({ length: count }, () => newMessage());
    return (await append(t.mail, limited, id, messages)).kind;
  };
  assert.equal(await add(3), 'over-quota');
  assert.equal(await add(2), 'appended');
  assert.equal(await add(1), 'over-quota');
  await expunge(t.mail, limited, id, { uids: uids(1), onlyDeleted: false });
  assert.equal(await add(1), 'appended');
  await t.mail.pool.query(
    'update accounts set quota_messages = null, quota_bytes = used_bytes where id = $1',
    [limited],
  );
  assert.equal(await add(1), 'over-quota');
  const last = newMessage();
  await t.mail.pool.query('update accounts set quota_bytes = used_bytes + $2 where id = $1', [
    limited,
    last.blob.size,
  ]);
  assert.equal((await append(t.mail, limited, id, [last])).kind, 'appended', 'to the last octet');
  await t.mail.pool.query('update accounts set quota_bytes = null where id = $1', [limited]);
});

test('a replacing message takes the place of the old one, or nothing happens', async () => {
  await fill(0, 0);
  const from = { mailboxId: box, uid: 1 };
  const done = await replace(t.mail, account, from, box, newMessage({ flags: FLAG.draft }));
  assert.ok(done.kind === 'appended');
  assert.deepEqual(shown(open.view.state), ['2 0', '3 16']);
  assert.equal(open.view.state.modseq, done.modseq);
  const again = await replace(t.mail, account, from, box, newMessage());
  assert.deepEqual(again, { kind: 'no-such-message' });
  const nowhere = await replace(t.mail, account, { ...from, uid: 2 }, '999999', newMessage());
  assert.deepEqual(nowhere, { kind: 'no-such-mailbox' });
  await replace(t.mail, account, { ...from, uid: 2 }, other, newMessage());
  assert.deepEqual(shown(open.view.state), ['3 16']);
  assert.equal((await counts(other)).messages, 1);
});

test('flags are added, removed and set, and only what really changes changes', async () => {
  await fill(FLAG.seen, 0, FLAG.flagged);
  const before = open.view.state.modseq;
  const added = await store({ flags: FLAG.seen });
  assert.deepEqual([...added.changed], [2, 3]);
  assert.deepEqual(shown(open.view.state), ['1 1', '2 1', '3 5']);
  assert.deepEqual([...open.view.state.changedSince(before)], [1, 2]);
  assert.deepEqual(added.modseqs, [open.view.state.modseq]);
  const same = await store({ flags: FLAG.seen });
  assert.deepEqual([same.changed.length, same.modseq, same.modseqs], [0, added.modseq, []]);
  await store({ op: 'remove', flags: FLAG.seen | FLAG.answered, uids: uids(1, 3, 9) });
  assert.deepEqual(shown(open.view.state), ['1 0', '2 1', '3 4']);
  await store({ op: 'set', flags: FLAG.deleted });
  assert.deepEqual(shown(open.view.state), ['1 8', '2 8', '3 8']);
  assert.deepEqual(await counts(box), { messages: 3, unseen: 3, deleted: 3 });
});

test('keywords are kept sorted, and set with flags replaces them', async () => {
  await fill(0, 0, 0);
  await store({ keywords: ['$Forwarded', 'work'], uids: uids(1, 2) });
  await store({ keywords: ['apple'], uids: uids(2, 3), flags: FLAG.seen });
  assert.deepEqual(shown(open.view.state), [
    '1 0 $Forwarded,work',
    '2 1 $Forwarded,apple,work',
    '3 1 apple',
  ]);
  await store({ op: 'remove', keywords: ['work', 'none'] });
  assert.deepEqual(shown(open.view.state), ['1 0 $Forwarded', '2 1 $Forwarded,apple', '3 1 apple']);
  await store({ op: 'set', flags: FLAG.seen, uids: uids(1, 2) });
  assert.deepEqual(shown(open.view.state), ['1 1', '2 1', '3 1 apple']);
  await store({ op: 'set', keywords: ['last'] });
  assert.deepEqual(shown(open.view.state), ['1 0 last', '2 0 last', '3 0 last']);
  assert.deepEqual(open.view.spellings(['LAST', 'New']), ['last', 'New']);
  assert.ok(open.view.keywordsInUse().includes('last'));
});

test('a message has room for so many keywords', async () => {
  await fill(0);
  const many = Array.from({ length: MAX_KEYWORDS }, (_, i) => `k${i}`);
  const add = (keywords: string[]) =>
    setFlags(t.mail, account, box, { uids: uids(1), op: 'add', flags: 0, keywords });
  assert.deepEqual(await add([...many, 'more']), { kind: 'too-many-keywords' });
  assert.equal((await add(many)).kind, 'stored');
  assert.deepEqual(await add(['more']), { kind: 'too-many-keywords' });
  assert.equal((await add(['k1'])).kind, 'stored');
  assert.deepEqual(
    (await append(t.mail, account, box, [newMessage({ keywords: [...many, 'x'] })])).kind,
    'too-many-keywords',
  );
});

test('what changed after a modseq is left as it is, and named', async () => {
  await fill(0, 0, 0);
  const { modseq } = open.view.state;
  await store({ uids: uids(2), flags: FLAG.flagged });
  const stored = await store({ flags: FLAG.seen, unchangedSince: modseq });
  assert.deepEqual([[...stored.changed], [...stored.modified]], [[1, 3], [2]]);
  assert.deepEqual(shown(open.view.state), ['1 1', '2 4', '3 1']);
});

test('a copy keeps flags and keywords, and has UIDs of its own', async () => {
  await fill(FLAG.seen, FLAG.deleted, 0);
  await store({ uids: uids(1), keywords: ['kept'] });
  using target = (await t.mail.views.open(account, other))!;
  const copied = await copyMessages(t.mail, account, { from: box, uids: uids(1, 2, 7), to: other });
  assert.ok(copied.kind === 'copied');
  assert.deepEqual(
    [[...copied.source], [...copied.destination]],
    [
      [1, 2],
      [1, 2],
    ],
  );
  assert.equal(copied.uidValidity, target.view.uidValidity);
  assert.deepEqual(shown(target.view.state), ['1 1 kept', '2 8']);
  assert.deepEqual(await counts(other), { messages: 2, unseen: 1, deleted: 1 });
  const within = await copyMessages(t.mail, account, { from: box, uids: uids(3), to: box });
  assert.ok(within.kind === 'copied');
  assert.deepEqual(shown(open.view.state), ['1 1 kept', '2 8', '3 0', '4 0']);
  assert.equal(open.view.state.emailIds[2], open.view.state.emailIds[3]);
});

test('a move leaves nothing behind, and gives new UIDs within a mailbox too', async () => {
  await fill(FLAG.seen, 0, 0);
  using target = (await t.mail.views.open(account, other))!;
  const moved = await moveMessages(t.mail, account, { from: box, uids: uids(1, 3), to: other });
  assert.ok(moved.kind === 'copied');
  assert.deepEqual(
    [[...moved.source], [...moved.destination]],
    [
      [1, 3],
      [1, 2],
    ],
  );
  assert.deepEqual(shown(open.view.state), ['2 0']);
  assert.deepEqual(shown(target.view.state), ['1 1', '2 0']);
  const within = await moveMessages(t.mail, account, { from: box, uids: uids(2), to: box });
  assert.ok(within.kind === 'copied');
  assert.deepEqual([[...within.source], [...within.destination]], [[2], [4]]);
  assert.deepEqual(shown(open.view.state), ['4 0']);
  assert.deepEqual(await counts(box), { messages: 1, unseen: 1, deleted: 0 });
  assert.deepEqual(await counts(other), { messages: 2, unseen: 1, deleted: 0 });
});

test('copies take no quota, so they have a bound of their own, which moves do not', async () => {
  const { pool } = t.mail;
  const who = t.accounts[1];
  const made = await createMailbox(t.mail, who, { path: ['doubled'] });
  assert.ok(made.kind === 'created');
  const from = made.mailboxId;
  assert.equal((await append(t.mail, who, from, [newMessage()])).kind, 'appended');
  const all = async () => {
    const { rows } = await pool.query<{ uid: string }>(
      'select uid from mailbox_entries where mailbox_id = $1 order by uid',
      [from],
    );
    return Uint32Array.from(rows, ({ uid }) => Number(uid));
  };
  // another mailbox may show messages of the account too
  const { usedMessages } = await getQuota(pool, who);
  const bound = COPIES.always + COPIES.aMessage * usedMessages - (usedMessages - 1);
  let have = 1;
  for (; have * 2 <= bound; have *= 2) {
    const copied = await copyMessages(t.mail, who, { from, uids: await all(), to: from });
    assert.equal(copied.kind, 'copied');
  }
  const uids = await all();
  const refused = await copyMessages(t.mail, who, { from, uids, to: from });
  assert.deepEqual(refused, { kind: 'too-many-copies' });
  assert.deepEqual(await all(), uids);
  const some = (count: number) => uids.subarray(0, count);
  const rest = await copyMessages(t.mail, who, { from, uids: some(bound - have), to: from });
  assert.equal(rest.kind, 'copied');
  const one = { from, uids: some(1), to: from };
  assert.equal((await copyMessages(t.mail, who, one)).kind, 'too-many-copies');
  assert.equal((await moveMessages(t.mail, who, one)).kind, 'copied');
  assert.equal((await append(t.mail, who, from, [newMessage()])).kind, 'appended');
});

test('copies from or to nowhere are refused', async () => {
  await fill(0);
  for (const transfer of [copyMessages, moveMessages]) {
    assert.deepEqual(await transfer(t.mail, account, { from: '9999', uids: uids(1), to: other }), {
      kind: 'no-such-mailbox',
      which: 'from',
    });
    assert.deepEqual(await transfer(t.mail, account, { from: box, uids: uids(), to: '9999' }), {
      kind: 'no-such-mailbox',
      which: 'to',
    });
  }
  assert.deepEqual(
    await copyMessages(t.mail, t.accounts[1], { from: box, uids: uids(1), to: other }),
    { kind: 'no-such-mailbox', which: 'from' },
  );
  assert.deepEqual(shown(open.view.state), ['1 0']);
});

test('an expunge takes the deleted ones, of all or of some', async () => {
  await fill(FLAG.deleted, 0, FLAG.deleted, FLAG.deleted);
  const some = await expunge(t.mail, account, box, { uids: uids(1, 2), onlyDeleted: true });
  assert.ok(some.kind === 'expunged');
  assert.deepEqual([...some.uids], [1]);
  assert.deepEqual(shown(open.view.state), ['2 0', '3 8', '4 8']);
  const all = await expunge(t.mail, account, box, { onlyDeleted: true });
  assert.ok(all.kind === 'expunged');
  assert.deepEqual([...all.uids], [3, 4]);
  assert.equal(open.view.state.modseq, all.modseq);
  const none = await expunge(t.mail, account, box, { onlyDeleted: true });
  assert.deepEqual(none, { kind: 'expunged', uids: uids(), modseq: all.modseq, steps: [] });
  assert.deepEqual(await counts(box), { messages: 1, unseen: 1, deleted: 0 });
  assert.deepEqual(await expunge(t.mail, t.accounts[1], box, { onlyDeleted: false }), {
    kind: 'no-such-mailbox',
  });
});

test('more messages than one statement takes are flagged, moved and expunged as one command', async () => {
  const count = 10_500;
  await fill(0);
  await t.mail.pool.query(
    `insert into mailbox_entries (mailbox_id, uid, email_id, modseq, created_modseq, saved_at, flags, keywords)
     select mailbox_id, n, email_id, modseq, created_modseq, saved_at, flags, keywords
     from mailbox_entries, generate_series(2, $2::integer) n where mailbox_id = $1 and uid = 1`,
    [box, count],
  );
  await t.mail.pool.query(
    `update mailboxes set next_uid = $2::bigint + 1, messages = $2, unseen = $2, modseq = modseq + 1,
       bytes = bytes * $2, changed_modseq = modseq + 1 where id = $1`,
    [box, count],
  );
  await t.mail.pool.query('update accounts set modseq = modseq + 1 where id = $1', [account]);
  await open.refresh();
  assert.equal(open.view.state.count, count);
  const all = open.view.state.uids.slice(0, count);
  const stored = await store({ uids: all, flags: FLAG.deleted });
  assert.deepEqual([stored.changed.length, stored.modseqs.length], [count, 2]);
  const moved = await moveMessages(t.mail, account, { from: box, uids: all, to: other });
  assert.ok(moved.kind === 'copied');
  assert.deepEqual([moved.source, moved.destination.at(-1)], [all, count]);
  assert.deepEqual(await counts(other), { messages: count, unseen: count, deleted: count });
  const gone = await expunge(t.mail, account, other, { onlyDeleted: true });
  assert.ok(gone.kind === 'expunged');
  assert.equal(gone.uids.length, count);
  assert.equal(open.view.state.count, 0);
  assert.deepEqual(await counts(other), { messages: 0, unseen: 0, deleted: 0 });
});

test('a large message that was streamed in is appended, and several of the same octets are stored once', async () => {
  const bytes = concat([utf8('Subject: twice\r\n\r\n'), new Uint8Array(1000).fill(97)]);
  const twice = [newMessage({ bytes }), newMessage({ bytes })];
  const done = await append(t.mail, account, box, twice);
  assert.ok(done.kind === 'appended');
  const { rows } = await t.mail.pool.query(
    'select distinct blob_id from emails where id = any($1::bigint[])',
    [done.emailIds],
  );
  assert.deepEqual([done.emailIds.length, rows.length], [2, 1]);
});
