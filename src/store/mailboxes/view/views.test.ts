import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import { silentLog } from '#log';
import { openStore } from '#store/database/open';
import { append, replace } from '#store/mailboxes/change/append';
import { copyMessages, moveMessages } from '#store/mailboxes/change/copy';
import { expunge } from '#store/mailboxes/change/expunge';
import { setFlags } from '#store/mailboxes/change/flags';
import { mailStoreOf, type MailStore } from '#store/mailboxes/mail-store';
import { createMailbox } from '#store/mailboxes/tree/create';
import {
  newMessage,
  openTestMail,
  shown,
  uids,
  type TestMail,
} from '../../../../test/support/store/mailboxes.ts';
import { deliveryJob } from '../../../../test/support/store/store.ts';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { vanishedSince } from './vanished.ts';
import type { ViewState } from './view.ts';
import { MailboxViews, type OpenView } from './views.ts';

const clock = new ManualClock();
let t: TestMail;
/** A second process on the same database. */
let second: MailStore;
let account: string;
let number = 0;
const closing = new AsyncDisposableStack();

before(async () => {
  t = closing.use(await openTestMail(clock));
  account = t.accounts[0];
  const opened = await openStore({
    connection: t.store.connection,
    clock,
    log: silentLog,
    allowUnsafe: ['fsync', 'full_page_writes', 'synchronous_commit'],
  });
  assert.ok(opened.kind === 'open');
  second = closing.use(mailStoreOf(closing.use(opened.store)));
});
after(() => closing.disposeAsync());

async function fresh(): Promise<string> {
  const created = await createMailbox(t.mail, account, { path: [`box ${++number}`] });
  assert.ok(created.kind === 'created');
  return created.mailboxId;
}

async function opened(mail: MailStore, mailboxId: string): Promise<OpenView> {
  const open = await mail.views.open(account, mailboxId);
  assert.ok(open);
  return open;
}

/** Resolves once the first process has heard what the second said so far: its notices come in their order. */
async function heard(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = t.mail.notices.on('certificates', resolve);
  second.notices.say('certificates');
  await promise;
  stop();
}

/** Resolves at the first state that is as wanted. */
function until(open: OpenView, wanted: (state: ViewState) => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => {
    if (wanted(open.view.state)) resolve();
  };
  const stop = open.onChange(look);
  look();
  return promise.finally(stop);
}

test('sessions of one mailbox share a view, and it is forgotten some time after the last of them', async () => {
  const box = await fresh();
  const views = new MailboxViews({ pool: t.mail.pool, notices: t.store.notices, clock });
  const [a, b] = [(await views.open(account, box))!, (await views.open(account, box))!];
  assert.equal(a.view, b.view);
  a.close();
  a.close();
  assert.equal(views.size.views, 1);
  b.close();
  const again = (await views.open(account, box))!;
  assert.equal(again.view, b.view);
  again.close();
  clock.advance(59_000);
  views.forgetIdle();
  assert.equal(views.size.views, 1);
  clock.advance(1000);
  views.forgetIdle();
  assert.equal(views.size.views, 0);
  views.close();
});

test('a mailbox of another account is not opened', async () => {
  const box = await fresh();
  assert.equal(await t.mail.views.open(t.accounts[1], box), undefined);
  assert.equal(await t.mail.views.open(account, '999999'), undefined);
  assert.ok(await t.mail.views.open(account, box));
});

test('a delivery shows in the views of every process once its notice is said', async () => {
  const inbox = (await t.mailbox(account, 'INBOX')).id;
  using here = await opened(t.mail, inbox);
  using there = await opened(second, inbox);
  const { count } = here.view.state;
  await t.mail.writer.run(deliveryJob(t.store, [account], Buffer.from('Subject: new\r\n\r\nnew')));
  t.mail.notices.say(`account:${account}`);
  await Promise.all([here, there].map((open) => until(open, (state) => state.count === count + 1)));
});

test('what this process writes shows at once; what another writes, after a refresh at the latest', async () => {
  const box = await fresh();
  using here = await opened(t.mail, box);
  using there = await opened(second, box);
  await append(t.mail, account, box, [newMessage(), newMessage()]);
  assert.deepEqual(shown(here.view.state), ['1 0', '2 0']);
  await there.refresh();
  await setFlags(second, account, box, { uids: uids(2), op: 'add', flags: 1, keywords: ['k'] });
  assert.deepEqual(shown(there.view.state), ['1 0', '2 1 k']);
  await setFlags(t.mail, account, box, { uids: uids(1), op: 'add', flags: 4, keywords: [] });
  assert.deepEqual(shown(here.view.state), ['1 4', '2 1 k'], 'the change between was asked for');
});

test('who only asks what is new is told from memory, but for what changed, and for no longer than a second', async () => {
  const box = await fresh();
  using here = await opened(t.mail, box);
  using there = await opened(second, box);
  // notices of other tests would say that there is more
  await heard();
  await here.freshen();
  const elsewhere = (uidNext: number) =>
    t.mail.pool.query(
      `with a as (update accounts set modseq = modseq + 1 where id = $2 returning modseq)
       update mailboxes m set modseq = a.modseq, next_uid = $3 from a where m.id = $1`,
      [box, account, uidNext],
    );
  await elsewhere(7);
  assert.equal(here.freshen(), undefined, 'nothing said it');
  assert.equal(here.view.state.uidNext, 1);
  clock.advance(1000);
  await here.freshen();
  assert.equal(here.view.state.uidNext, 7);
  await elsewhere(8);
  t.mail.notices.say(`account:${account}`);
  // the look that the notice led to is under way
  await Promise.resolve();
  await Promise.resolve();
  await here.freshen();
  assert.equal(here.view.state.uidNext, 8, 'what this process says is known at once');
  await append(t.mail, account, box, [newMessage()]);
  assert.equal(here.freshen(), undefined, 'a change of our own is in the state');
  assert.deepEqual(shown(here.view.state), ['8 0']);
  await setFlags(second, account, box, { uids: uids(8), op: 'add', flags: 1, keywords: [] });
  await until(here, (state) => state.flags[0] === 1);
  assert.deepEqual(shown(there.view.state), ['8 1']);
});

test('look finds what no notice told', async () => {
  const box = await fresh();
  using open = await opened(t.mail, box);
  await t.mail.pool.query('update accounts set modseq = modseq + 1 where id = $1', [account]);
  await t.mail.pool.query(
    'update mailboxes set modseq = (select modseq from accounts where id = $2), next_uid = 7 where id = $1',
    [box, account],
  );
  await t.mail.views.look();
  assert.equal(open.view.state.uidNext, 7);
});

test('a listener that stopped, and a closed session, hear nothing more', async () => {
  const box = await fresh();
  const [a, b] = [await opened(t.mail, box), await opened(t.mail, box)];
  const heard: string[] = [];
  const stop = a.onChange(() => heard.push('a'));
  b.onChange(() => heard.push('b'));
  await append(t.mail, account, box, [newMessage()]);
  stop();
  await append(t.mail, account, box, [newMessage()]);
  b.close();
  await append(t.mail, account, box, [newMessage()]);
  assert.deepEqual(heard, ['a', 'b', 'b']);
  a.close();
});

type Write = (mail: MailStore, box: string, other: string) => Promise<unknown>;

const picked = fc
  .uniqueArray(fc.integer({ min: 1, max: 14 }), { maxLength: 6 })
  .map((list) => Uint32Array.from(list).toSorted());
const op = fc.constantFrom('add' as const, 'remove' as const, 'set' as const);
const keywords = fc.subarray(['a', 'b', 'c']);

/** Each with its words, so that a counterexample can be read. */
const write: fc.Arbitrary<readonly [string, Write]> = fc.oneof(
  fc.integer({ min: 1, max: 3 }).map((count): readonly [string, Write] => [
    `append ${count}`,
    (mail, box) =>
      append(
        mail,
        account,
        box,
        Array.from({ length: count }, () => newMessage({ keywords: ['a'] })),
      ),
  ]),
  fc
    .tuple(picked, op, fc.nat(31), keywords)
    .map(([list, how, flags, words]): readonly [string, Write] => [
      `${how} ${flags} ${words.join()} to ${list.join()}`,
      (mail, box) => setFlags(mail, account, box, { uids: list, op: how, flags, keywords: words }),
    ]),
  fc
    .tuple(picked, fc.boolean())
    .map(([list, onlyDeleted]): readonly [string, Write] => [
      `expunge ${onlyDeleted ? 'deleted of ' : ''}${list.join()}`,
      (mail, box) => expunge(mail, account, box, { uids: list, onlyDeleted }),
    ]),
  picked.map((list): readonly [string, Write] => [
    `copy ${list.join()}`,
    (mail, box, other) => copyMessages(mail, account, { from: box, uids: list, to: other }),
  ]),
  fc
    .tuple(picked, fc.boolean())
    .map(([list, within]): readonly [string, Write] => [
      `move ${list.join()} ${within ? 'within' : 'away'}`,
      (mail, box, other) =>
        moveMessages(mail, account, { from: box, uids: list, to: within ? box : other }),
    ]),
  fc
    .integer({ min: 1, max: 14 })
    .map((uid): readonly [string, Write] => [
      `replace ${uid}`,
      (mail, box) => replace(mail, account, { mailboxId: box, uid }, box, newMessage()),
    ]),
);

/** What the tables say, in the words of `shown`, with modseqs. */
async function truth(box: string): Promise<string[]> {
  const { rows } = await t.mail.pool.query<{ line: string }>(
    `select trim(concat_ws(' ', uid, flags, array_to_string(keywords, ','))) || ' @' || modseq || ' #' || email_id as line
     from mailbox_entries where mailbox_id = $1 order by uid`,
    [box],
  );
  return rows.map(({ line }) => line);
}

function image(state: ViewState): string[] {
  return shown(state).map(
    (line, place) => `${line} @${state.modseqs[place]} #${state.emailIds[place]}`,
  );
}

interface Moment {
  readonly modseq: number;
  readonly uids: readonly number[];
  readonly lines: ReadonlyMap<number, string>;
}

function momentOf(state: ViewState): Moment {
  const lines = shown(state);
  const list = [...state.uids.subarray(0, state.count)];
  return {
    modseq: state.modseq,
    uids: list,
    lines: new Map(list.map((uid, i) => [uid, lines[i]!])),
  };
}

/** Whatever moment a client was last told of: what vanished and what changed since brings it to now. */
async function assertTold(open: OpenView, moments: readonly Moment[]): Promise<void> {
  const { state } = open.view;
  const now = momentOf(state);
  for (const moment of moments) {
    const vanished = await vanishedSince(t.mail, open.view, moment.modseq, undefined);
    const changed = new Set(
      Array.from(state.changedSince(moment.modseq), (place) => state.uids[place]!),
    );
    const left = moment.uids.filter(
      (uid) => !vanished.some(({ from, to }) => uid >= from && uid <= to),
    );
    assert.deepEqual(
      left,
      now.uids.filter((uid) => moment.lines.has(uid)),
    );
    for (const uid of left) {
      if (!changed.has(uid)) assert.equal(moment.lines.get(uid), now.lines.get(uid));
    }
    const arrivals = now.uids.filter((uid) => !moment.lines.has(uid));
    assert.ok(arrivals.every((uid) => changed.has(uid)));
  }
}

/** The rows that count agree with what they count. */
async function assertCounts(): Promise<void> {
  const { rows } = await t.mail.pool.query(
    `select m.id from mailboxes m, lateral (
       select count(*) as messages, count(*) filter (where n.flags & 1 = 0) as unseen,
         count(*) filter (where n.flags & 8 <> 0) as deleted, coalesce(sum(e.size), 0) as bytes,
         coalesce(max(n.uid), 0) as uid, coalesce(max(n.modseq), 0) as modseq
       from mailbox_entries n join emails e on e.id = n.email_id where n.mailbox_id = m.id) c
     where (m.messages, m.unseen, m.deleted, m.bytes) is distinct from (c.messages, c.unseen, c.deleted, c.bytes)
       or m.next_uid <= c.uid or m.modseq < c.modseq
     union all
     select a.id from accounts a, lateral (
       select count(*) as messages, coalesce(sum(size), 0) as bytes from emails e
       where e.account_id = a.id and exists (select from mailbox_entries n where n.email_id = e.id)) c
     where (a.used_messages, a.used_bytes) is distinct from (c.messages, c.bytes)`,
  );
  assert.deepEqual(rows, []);
}

test('whatever several writers of two processes do at once, the views of both become what the tables say', async () => {
  const lanes = fc.array(fc.array(write, { minLength: 1, maxLength: 8 }), {
    minLength: 2,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(lanes, async (writers) => {
      const [box, other] = [await fresh(), await fresh()];
      await append(
        t.mail,
        account,
        box,
        Array.from({ length: 8 }, () => newMessage()),
      );
      using here = await opened(t.mail, box);
      using there = await opened(second, box);
      const moments = [momentOf(here.view.state)];
      for (const open of [here, there])
        open.onChange(() => moments.push(momentOf(open.view.state)));
      const failed: unknown[] = [];
      await Promise.all(
        writers.map(async (writes, lane) => {
          for (const [, run] of writes) {
            await run(lane % 2 === 0 ? t.mail : second, box, other).catch((error: unknown) =>
              failed.push(error),
            );
          }
        }),
      );
      assert.deepEqual(failed, []);
      await Promise.all([here.refresh(), there.refresh()]);
      const expected = await truth(box);
      assert.deepEqual(image(here.view.state), expected);
      assert.deepEqual(image(there.view.state), expected);
      assert.equal(here.view.state.uidNext, there.view.state.uidNext);
      await assertTold(here, moments.slice(0, 20));
      await assertCounts();
    }),
    { numRuns: 40 },
  );
});
