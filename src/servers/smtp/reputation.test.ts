/** The history of senders over whole sessions, on a clock that stands still: what is counted for whom, and what a history does. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { silentLog } from '#log';
import type { Event } from '#events';
import { SenderHistory } from '#mail/reputation/history';
import { HALF_LIFE, NO_COUNTS, sumOf, type Counts } from '#mail/reputation/score';
import { FilingObserver } from '#mail/receive/learn/reputation';
import { explainVerdict } from '#mail/story/explain-verdict';
import { findAccount } from '#store/directory/accounts';
import { mailStoreOf } from '#store/mailboxes/mail-store';
import { countSenders, listSenders, type Sender } from '#store/reputation/sender-history';
import { notePutOff, rememberedAmong, wroteTo } from '#store/reception/greylist';
import { sparing } from '#server/incoming/greylist';
import { writeEvents } from '#store/events/events';
import { moveMessages } from '#store/mailboxes/change/copy';
import { startForwarder } from '../../../test/support/smtp/forwarding.ts';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import {
  HONEST,
  LIST,
  startReception,
  STRANGER,
  world,
  type Letter,
  type TestReception,
} from '../../../test/support/smtp/reception.ts';
import {
  openTestStore,
  type TestSmtpOptions,
  type TestStore,
} from '../../../test/support/smtp/own-server.ts';

const DAY = 86_400_000;

let at: TestStore;
let clock: ManualClock;
before(async () => {
  at = await openTestStore();
});
beforeEach(async () => {
  clock = new ManualClock(Date.now());
  await at.store.pool.query('truncate sender_history, greylist');
});
after(() => at[Symbol.asyncDispose]());

function newHistory(): SenderHistory {
  return new SenderHistory({
    pool: at.store.pool,
    clock,
    log: silentLog,
    isProtected: () => false,
  });
}

interface Scene extends AsyncDisposable {
  readonly history: SenderHistory;
  readonly reception: TestReception;
  /** What is counted of whom, by name. */
  counted(): Promise<Record<string, Partial<Counts>>>;
}

async function scene(options: TestSmtpOptions = {}): Promise<Scene> {
  const history = newHistory();
  const reception = await startReception(at, world(), { clock, history, ...options });
  return {
    history,
    reception,
    async counted() {
      await history.flush();
      const rows = await listSenders(at.store.pool, 100);
      return Object.fromEntries(
        rows.map(({ name, counts }) => [
          name,
          Object.fromEntries(Object.entries(counts).filter(([, amount]) => amount > 0)),
        ]),
      );
    },
    async [Symbol.asyncDispose]() {
      await reception[Symbol.asyncDispose]();
      await history[Symbol.asyncDispose]();
    },
  };
}

/** SPF and DKIM vouch for its domain. */
function vouched(more: Partial<Letter> = {}): Letter {
  return {
    ip: HONEST,
    ehlo: 'mail.good.example',
    from: 'ann@good.example',
    header: ['From: ann@good.example'],
    signedBy: 'good.example',
    ...more,
  };
}

/** What became of mail of a sender so far. */
async function remember(sender: Sender, counts: Partial<Counts>, ago = 2 * DAY): Promise<void> {
  const row = { ...sender, counts: sumOf(NO_COUNTS, counts), isNew: true };
  await countSenders(at.store.pool, [row], clock.now() - ago, HALF_LIFE);
}

const GOOD: Sender = { kind: 'domain', name: 'good.example' };

test('a message counts for the address of the client and for each domain that is vouched for', async () => {
  await using here = await scene();
  await here.reception.send(vouched());
  assert.deepEqual(await here.counted(), {
    [HONEST]: { accepted: 1 },
    'good.example': { accepted: 1 },
  });
});

test('a name that nothing vouches for gains nothing and loses nothing', async () => {
  await using here = await scene();
  for (const header of [['From: ann@lenient.example'], ['From: ann@strict.example']])
    await here.reception.send({ from: 'ann@lenient.example', header });
  assert.deepEqual(await here.counted(), { [STRANGER]: { refused: 1, junked: 1 } });
});

test('who sends a signed message of somebody else again and again counts for its signer once', async () => {
  await using here = await scene();
  const signed = vouched({ ip: STRANGER, ehlo: 'host.stranger.example', from: '' });
  let copied: string | undefined;
  const changed = (message: string) => (copied ??= message);
  for (let i = 0; i < 3; i++) await here.reception.send({ ...signed, changed });
  const counted = await here.counted();
  assert.deepEqual(counted['good.example'], { accepted: 1 });
  assert.deepEqual(counted[STRANGER], { accepted: 3 });
});

test('a list that breaks what DMARC goes by does not answer for it, the host that it came from does', async () => {
  await using here = await scene();
  const { reply } = await here.reception.send({
    ip: LIST,
    ehlo: 'mx.lists.example',
    from: 'dev@lists.example',
    header: ['From: ann@strict.example'],
  });
  assert.match(reply, /^550 /);
  assert.deepEqual(await here.counted(), { [LIST]: { refused: 1 } });
});

test('a message that is to come again counts when it has', async () => {
  const greylisting = {
    delay: 60_000,
    spares: sparing([]),
    remembered: (keys: Parameters<typeof rememberedAmong>[1], now: number) =>
      rememberedAmong(at.store.pool, keys, now),
    putOff: (putOff: Parameters<typeof notePutOff>[1]) => notePutOff(at.store.pool, putOff),
    wroteTo: (ids: readonly string[], address: string) => wroteTo(at.store.pool, ids, address),
  };
  await using here = await scene({ inquiry: { greylisting } });
  assert.match((await here.reception.send(vouched())).reply, /^451 4\.7\.1 You are not known/);
  assert.deepEqual(await here.counted(), {});
  clock.advance(60_000);
  assert.match((await here.reception.send(vouched())).reply, /^250 /);
  assert.deepEqual((await here.counted())['good.example'], { accepted: 1 });

  await at.store.pool.query('truncate sender_history, greylist');
  await remember(GOOD, { accepted: 50 });
  await using there = await scene({ inquiry: { greylisting } });
  const { reply, messageId } = await there.reception.send(vouched());
  assert.match(reply, /^250 /);
  const told = explainVerdict(messageId!, await there.reception.events(messageId!), 'en')!;
  const texts = told.checks.flatMap(({ lines }) => lines.map(({ text }) => text));
  assert.ok(texts.includes('good.example is known for good mail.'), texts.join('\n'));
});

test('mail of who sent nearly nothing but junk goes into Junk, says why, and is never refused', async () => {
  await remember(GOOD, { accepted: 1, toJunk: 40 });
  await using here = await scene();
  const { reply, messageId } = await here.reception.send(vouched());
  assert.match(reply, /^250 /);
  const { role, text } = (await here.reception.read('bob', messageId))!;
  assert.equal(role, 'junk');
  assert.match(text, /^X-Hikyaku-Verdict: junk;\r\n\treasons=history-bad:good\.example\r\n/m);
  const events = await here.reception.events(messageId!);
  for (const language of ['en', 'ja'] as const) {
    const told = explainVerdict(messageId!, events, language)!;
    const check = told.checks.find((one) => one.check === 'reputation')!;
    assert.equal(check.result, 'bad');
    assert.ok(check.lines.some(({ text: line }) => line.includes('good.example')));
    assert.ok(!check.lines.some(({ text: line }) => line.includes('{')));
  }
});

test('what is junk for its history alone counts neither way: nobody gets out by sending more, nor deeper in', async () => {
  await remember(GOOD, { toJunk: 40 });
  await using here = await scene();
  const before = (await here.counted())['good.example'];
  for (let i = 0; i < 3; i++)
    await here.reception.send(vouched({ header: ['From: ann@good.example', `Subject: ${i}`] }));
  assert.deepEqual(await here.counted(), { 'good.example': before });
});

test('a bad address is not held against a good domain that sends from there, and is against a copy of its mail', async () => {
  await remember({ kind: 'network', name: HONEST }, { junked: 300, spam: 300 });
  await remember({ kind: 'network', name: STRANGER }, { junked: 300, spam: 300 });
  await remember(GOOD, { accepted: 100 });
  await using here = await scene();
  const own = await here.reception.send(vouched());
  assert.equal((await here.reception.read('bob', own.messageId))?.role, 'inbox');
  const copied = await here.reception.send(
    vouched({ ip: STRANGER, ehlo: 'host.stranger.example', from: 'x@stranger.example' }),
  );
  assert.equal((await here.reception.read('bob', copied.messageId))?.role, 'junk');
});

test('who was more bad than good is a weak sign that weighs with others', async () => {
  await remember({ kind: 'network', name: STRANGER }, { junked: 20 });
  await using here = await scene({ policies: { suspicions: 2 } });
  const plain = { from: 'ann@stranger.example', header: ['From: ann@stranger.example'] };
  const one = await here.reception.send(plain);
  assert.equal((await here.reception.read('bob', one.messageId))?.role, 'inbox');
  const two = await here.reception.send({ ...plain, ehlo: 'stranger' });
  const { role, text } = (await here.reception.read('bob', two.messageId))!;
  assert.equal(role, 'junk');
  assert.match(text, /reasons=ehlo-not-qualified:stranger,\r\n\t history-poor:198\.51\.100\.66/);
});

test('history alone keeps nothing from being sent on', async () => {
  await remember(GOOD, { toJunk: 40 });
  const history = newHistory();
  await using forwarder = await startForwarder(at, { clock, history });
  await forwarder.alias('abroad', 'ann@next.example');
  const { reply } = await forwarder.reception.send(vouched({ to: ['abroad'] }));
  assert.match(reply, /^250 /);
  await history[Symbol.asyncDispose]();
});

test('readers who move mail into Junk count most; each message once for each way', async () => {
  await using here = await scene();
  const { pool } = at.store;
  const noted: Event[] = [];
  const observer = () =>
    new FilingObserver({
      history: here.history,
      db: pool,
      clock,
      log: silentLog,
      note: (event) => noted.push(event),
    });
  let observed = observer();
  await using mail = mailStoreOf(at.store, silentLog, (accountId, transfer) =>
    observed.transferred(accountId, transfer),
  );
  const account = (await findAccount(pool, 'bob@example.test'))!.accountId;
  const { messageId } = await here.reception.send(vouched());
  const move = async (to: string): Promise<void> => {
    const { rows } = await pool.query<{ from: string; uid: string; to: string }>(
      `select n.mailbox_id as from, n.uid, (select id from mailboxes where account_id = $2 and role = $3) as to
       from mailbox_entries n join emails e on e.id = n.email_id where e.message_id = $1`,
      [messageId, account, to],
    );
    const [{ from, uid, to: target }] = rows as [(typeof rows)[0]];
    await moveMessages(mail, account, { from, uids: Uint32Array.of(Number(uid)), to: target });
    await observed.idle();
  };
  await move('junk');
  await move('trash');
  await move('junk');
  await move('inbox');
  assert.deepEqual(
    noted.map((event) => event.public),
    [{ class: 'junk' }, { class: 'not-junk' }],
  );
  const job = { accounts: [], order: '', bytes: 0, statements: [writeEvents(noted.splice(0))] };
  await at.store.writer.run(job);
  // as after a restart, when only the events tell
  observed = observer();
  await move('junk');
  assert.deepEqual(noted, []);
  assert.deepEqual((await here.counted())['good.example'], { accepted: 1, toJunk: 1, fromJunk: 1 });
  const stored = await here.reception.events(messageId!);
  assert.equal(stored.filter(({ type }) => type === 'message.filed').length, 2);
});
