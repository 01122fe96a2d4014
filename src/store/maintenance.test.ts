import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { utf8 } from '#bytes';
import { event } from '#events';
import { eraseRemoved, markRemoved } from './directory/accounts.ts';
import { mailStoreOf, type MailStore } from './mailboxes/mail-store.ts';
import { maintain } from './maintenance.ts';
import { ManualClock } from '../../test/support/time/manual-clock.ts';
import { DAY, HOUR } from '../../test/support/smtp/outbound.ts';
import {
  addTestAccounts,
  deliveryJob,
  openTestStore,
  type TestStore,
} from '../../test/support/store/store.ts';
import { dropPartitions, makePartitions, type Daily } from './database/partitions.ts';
import { writeDialogue } from './events/dialogues.ts';
import { eventsOfMessage, writeEvents } from './events/events.ts';

const RETENTION = {
  events: 90 * DAY,
  dialogues: 14 * DAY,
  expunged: 14 * DAY,
  removedAccounts: 30 * DAY,
};

const clock = new ManualClock();
let t: TestStore;
let mail: MailStore;
let accounts: string[];

before(async () => {
  t = await openTestStore(clock);
  mail = mailStoreOf(t.store);
  accounts = await addTestAccounts(t.store, 'example.test', ['alice', 'bob', 'carol']);
});
after(async () => {
  await mail[Symbol.asyncDispose]();
  await t[Symbol.asyncDispose]();
});

/** Partitions but the default one, without the table's name. */
async function partitions(table: Daily): Promise<string[]> {
  const { rows } = await t.store.pool.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = $1::regclass and c.relname <> $2 order by 1`,
    [table, `${table}_default`],
  );
  return rows.map(({ name }) => name.replace(`${table}_`, ''));
}

function dayName(time: number): string {
  return new Date(time).toISOString().slice(0, 10).replaceAll('-', '');
}

/** Writes an event and a dialogue of a message, as of a time. */
async function happened(messageId: string, at: number, accountId?: string): Promise<void> {
  const ids = { messageId, ...(accountId !== undefined && { accountId }) };
  const fields = {
    public: { verb: 'MAIL', code: 550, enhanced: null, reason: 'x' },
    personal: { client: '192.0.2.1' },
  };
  await t.store.writer.run({
    accounts: [],
    order: messageId,
    bytes: 0,
    statements: [
      writeEvents([event('command.refused', at, ids, fields)]),
      writeDialogue(messageId, 'session', at, [{ at, kind: 'note', text: 'said' }]),
    ],
  });
}

async function kept(table: Daily, messageId: string): Promise<number> {
  const { rows } = await t.store.pool.query(`select from ${table} where message_id = $1`, [
    messageId,
  ]);
  return rows.length;
}

async function partitionOf(table: Daily, messageId: string): Promise<string> {
  const { rows } = await t.store.pool.query<{ name: string }>(
    `select tableoid::regclass::text as name from ${table} where message_id = $1`,
    [messageId],
  );
  return rows[0]!.name;
}

test('days are made three ahead, twice or by two at once without harm', async () => {
  const now = clock.now();
  await Promise.all([1, 2, 3].map(() => makePartitions(t.store.pool, 'events', now)));
  await makePartitions(t.store.pool, 'events', now);
  const expected = [0, 1, 2, 3].map((ahead) => dayName(now + ahead * DAY));
  assert.deepEqual(await partitions('events'), expected);
  await happened('today', now);
  assert.equal(await partitionOf('events', 'today'), `events_${expected[0]}`);
});

test('what falls on a day that nobody made is kept all the same, and does not stand in the way of later days', async () => {
  const late = clock.now() + 10 * DAY;
  await happened('late', late);
  assert.equal(await partitionOf('events', 'late'), 'events_default');
  await makePartitions(t.store.pool, 'events', late);
  assert.equal(await kept('events', 'late'), 1);
  assert.ok((await partitions('events')).includes(dayName(late + DAY)));
});

test('a day goes as a whole when the last of it is old enough, and rows of the default partition too', async () => {
  const now = clock.now();
  const [old, older] = [now - 5 * DAY, now - 400 * DAY];
  await makePartitions(t.store.pool, 'dialogues', old);
  await happened('old', old);
  await happened('older', older);
  assert.equal(await partitionOf('dialogues', 'older'), 'dialogues_default');
  assert.deepEqual(await dropPartitions(t.store.pool, 'dialogues', old), []);
  assert.deepEqual([await kept('dialogues', 'old'), await kept('dialogues', 'older')], [1, 0]);
  const dropped = await dropPartitions(t.store.pool, 'dialogues', old + DAY);
  assert.deepEqual(dropped, [`dialogues_${dayName(old)}`]);
  assert.equal(await kept('dialogues', 'old'), 0);
  assert.equal(await kept('events', 'old'), 1);
});

test('a round keeps what is within its time and ends what is past it, each kind by its own', async () => {
  const round = (): Promise<void> => maintain(t.store.pool, mail, RETENTION, clock.now());
  await round();
  await happened('round', clock.now());
  const job = deliveryJob(t.store, [accounts[0]!], utf8('Subject: round\r\n\r\nx\r\n'));
  await t.store.writer.run(job);
  await markRemoved(t.store.pool, 'carol@example.test', clock.now());
  clock.advance(13 * DAY);
  await round();
  assert.deepEqual([await kept('events', 'round'), await kept('dialogues', 'round')], [1, 1]);
  clock.advance(2 * DAY);
  await round();
  assert.deepEqual([await kept('events', 'round'), await kept('dialogues', 'round')], [1, 0]);
  assert.equal(await accountNamed('carol@example.test'), 1);
  clock.advance(16 * DAY);
  await round();
  assert.equal(await accountNamed('carol@example.test'), 0);
  clock.advance(60 * DAY);
  await round();
  assert.equal(await kept('events', 'round'), 0);
  // mail has no end but its owner's
  const { rows } = await t.store.pool.query('select from emails where message_id = $1', [
    job.messageId,
  ]);
  assert.equal(rows.length, 1);
  const ahead = (await partitions('events')).filter((day) => day >= dayName(clock.now()));
  assert.equal(ahead.length, 4);
});

test('octets that nothing refers to any more go after an hour', async () => {
  const message = utf8('Subject: sweep\r\n\r\nonly here\r\n');
  await t.store.writer.run(deliveryJob(t.store, [accounts[0]!], message));
  const blobs = async (): Promise<number> =>
    (await t.store.pool.query('select from blobs where size = $1', [message.length])).rows.length;
  await t.store.pool.query(
    `with gone as (delete from mailbox_entries n using emails e where e.id = n.email_id and e.summary ->> 'subject' = 'sweep' returning e.id)
     delete from emails where id in (select id from gone)`,
  );
  await maintain(t.store.pool, mail, RETENTION, clock.now());
  assert.equal(await blobs(), 1);
  clock.advance(2 * HOUR);
  await maintain(t.store.pool, mail, RETENTION, clock.now());
  assert.equal(await blobs(), 0);
});

async function accountNamed(name: string): Promise<number> {
  return (await t.store.pool.query('select from accounts where name = $1', [name])).rows.length;
}

test('an erased account takes the dialogues and the personal fields of its messages along, not those that are others’ too', async () => {
  const [gone] = await addTestAccounts(t.store, 'gone.test', ['dave']);
  const bob = accounts[1]!;
  const now = clock.now();
  for (const [id, ...owners] of [
    ['sent here', gone, bob],
    ['got', gone],
    ['shared', gone, bob],
    ['other', bob],
  ] as const) {
    // an event of the message itself, which names no account, and one for each account
    await happened(id, now);
    for (const owner of owners) {
      const fields = {
        public: { verb: 'RCPT', code: 250, enhanced: null, reason: 'x' },
        personal: { client: '192.0.2.2' },
      };
      await t.store.writer.run({
        accounts: [],
        order: id,
        bytes: 0,
        statements: [
          writeEvents([
            event('command.refused', now, { messageId: id, accountId: owner! }, fields),
          ]),
        ],
      });
    }
  }
  await t.store.pool.query(
    `insert into submissions (message_id, tenant_id, account_id, principal_id, channel, reverse_path, envelope, created_at, release_at, undo_status)
     select 'sent here', tenant_id, id, (select id from principals where login = name), 'smtp', name, '{}', $2, $2, 'final'
     from accounts where id = $1`,
    [gone, new Date(now)],
  );
  await markRemoved(t.store.pool, 'dave@gone.test', now);
  assert.deepEqual(await eraseRemoved(t.store.pool, now), []);
  assert.deepEqual(await eraseRemoved(t.store.pool, now + 1), ['dave@gone.test']);
  const left = async (id: string): Promise<[dialogues: number, personal: number]> => {
    const events = await eventsOfMessage(t.store.pool, id);
    return [
      await kept('dialogues', id),
      events.filter(({ personal }) => 'client' in personal).length,
    ];
  };
  // what it said is gone, what happened to it is in the story of whoever got it
  assert.deepEqual(await left('sent here'), [0, 2]);
  assert.deepEqual(await left('got'), [0, 0]);
  // its own event alone
  assert.deepEqual(await left('shared'), [1, 2]);
  assert.deepEqual(await left('other'), [1, 2]);
  // what happened stays told, without persons
  assert.equal((await eventsOfMessage(t.store.pool, 'got')).length, 2);
});
