import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { DatabaseError } from 'pg';
import { systemClock } from '#clock';
import { utf8 } from '#bytes';
import { silentLog } from '#log';
import { commitEater } from '../../../test/support/database/commit-eater.ts';
import { recipientsOf } from '../../../test/support/store/delivering-recipients.ts';
import {
  addTestAccounts,
  deliveryJob,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';
import {
  StoreUnavailable,
  Writer,
  type Job,
  type RowsStatement,
  type Statement,
} from './writer.ts';

let opened: TestStore;
let accounts: string[];

before(async () => {
  opened = await openTestStore();
  const names = Array.from({ length: 10 }, (_, i) => `user${i}`);
  accounts = await addTestAccounts(opened.store, 'example.test', names);
});
after(() => opened[Symbol.asyncDispose]());

function message(text: string): Uint8Array {
  return utf8(
    `From: author@sender.test\r\nMessage-ID: <${text}@sender.test>\r\nSubject: ${text}\r\n\r\n${text}\r\n`,
  );
}

async function countEntries(accountId: string): Promise<number> {
  const { rows } = await opened.store.pool.query<{ n: number }>(
    `select count(*)::integer as n from mailbox_entries e join mailboxes m on m.id = e.mailbox_id where m.account_id = $1`,
    [accountId],
  );
  return rows[0]!.n;
}

test('the order of modseqs and UIDs is the order of commits, whatever runs at once', async () => {
  const { store } = opened;
  const account = accounts[0]!;
  const seen: { modseq: bigint; uid: bigint }[] = [];
  await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const results = await store.writer.run(deliveryJob(store, [account], message(`order-${i}`)));
      const row = results[1]!.rows[0]!;
      seen.push({ modseq: BigInt(row['modseq'] as string), uid: BigInt(row['uid'] as string) });
    }),
  );
  assert.equal(seen.length, 200);
  const byUid = seen.toSorted((a, b) => Number(a.uid - b.uid));
  for (const [i, { uid, modseq }] of byUid.entries()) {
    assert.equal(uid, byUid[0]!.uid + BigInt(i));
    assert.equal(modseq, byUid[0]!.modseq + BigInt(i));
  }
  // a reader that saw modseq n and looks again later never finds a new row at or below n
  const { rows } = await store.pool.query(
    `select modseq, xmin::text::bigint as xmin from emails where account_id = $1 order by modseq`,
    [account],
  );
  for (let i = 1; i < rows.length; i++) assert.ok(BigInt(rows[i].xmin) >= BigInt(rows[i - 1].xmin));
});

const REFUSED: readonly (readonly [name: string, spoil: (job: Job) => Job])[] = [
  ['U+0000 in a text', (job) => spoilt(job, 11, 'a\0b@example.test')],
  [
    'an unpaired surrogate written as bytes',
    (job) => spoilt(job, 13, Buffer.from([0x7b, 0xff, 0x7d])),
  ],
  ['a constraint', (job) => spoilt(job, 0, '999999999')],
];

function spoilt(job: Job, column: number, value: string | Uint8Array): Job {
  const [blob, delivery] = job.statements as [Statement, RowsStatement];
  const row = delivery.rows[0]!.with(column, value);
  return { ...job, statements: [blob, { ...delivery, rows: [row] }] };
}

for (const [name, spoil] of REFUSED) {
  test(`twenty messages in a batch of which PostgreSQL refuses one (${name}): nineteen are stored`, async () => {
    const { store } = opened;
    const account = accounts[1]!;
    const before = await countEntries(account);
    const jobs = Array.from({ length: 20 }, (_, i) => {
      const job = deliveryJob(store, [account], message(`${name}-${i}`));
      return i === 7 ? spoil(job) : job;
    });
    const settled = await Promise.allSettled(jobs.map((job) => store.writer.run(job)));
    assert.deepEqual(
      settled.map(({ status }, i) => [i, status]).filter(([, status]) => status === 'rejected'),
      [[7, 'rejected']],
    );
    assert.ok((settled[7] as PromiseRejectedResult).reason instanceof DatabaseError);
    assert.equal(await countEntries(account), before + 19);
  });
}

test('what follows a refused statement was not prepared, and can be used all the same afterwards', async () => {
  const { store } = opened;
  const fresh = { name: 'fresh', text: 'select $1::integer as n', values: [1] };
  const job = { accounts: [], order: '', bytes: 0 };
  const bad = { name: 'division', text: 'select 1 / $1::integer', values: [0] };
  for (let i = 0; i < 2; i++)
    await assert.rejects(store.writer.run({ ...job, statements: [bad, fresh] }), { code: '22012' });
  const [result] = await store.writer.run({ ...job, statements: [fresh] });
  assert.deepEqual(result!.rows, [{ n: 1 }]);
});

test('a batch that waits in the database behind one that is refused is stored all the same', async () => {
  const { store } = opened;
  const account = accounts[4]!;
  const before = await countEntries(account);
  await store.writer.run(deliveryJob(store, [account], message('connects')));
  const jobs = Array.from({ length: 32 }, (_, i) => {
    const job = deliveryJob(store, [account], message(`behind-${i}`));
    return i % 8 === 3 ? spoilt(job, 0, '999999999') : job;
  });
  const settled = await Promise.allSettled(jobs.map((job) => store.writer.run(job)));
  assert.deepEqual(
    settled.flatMap(({ status }, i) => (status === 'rejected' ? [i] : [])),
    [3, 11, 19, 27],
  );
  assert.equal(await countEntries(account), before + 29);
});

/** Delivers from a process of its own; resolves with its exit code. */
async function deliverElsewhere(seed: number, count: number): Promise<number | null> {
  const program = new URL('../../../test/support/store/delivering-program.ts', import.meta.url)
    .pathname;
  const url = opened.database.url;
  const given = JSON.stringify({ url, accounts, seed, count });
  const child = spawn(process.execPath, [program, given], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

test('two processes, ten mailboxes and messages to several of them: no deadlock, no loss, no copy too many', async () => {
  const before = await Promise.all(accounts.map(countEntries));
  const COUNT = 300;
  assert.deepEqual(await Promise.all([0, 1].map((seed) => deliverElsewhere(seed, COUNT))), [0, 0]);
  const expected = before.map((entries, account) => {
    let sum = entries;
    for (const seed of [0, 1]) {
      for (let i = 0; i < COUNT; i++) {
        if (recipientsOf(seed, i, accounts.length).includes(account)) sum++;
      }
    }
    return sum;
  });
  assert.deepEqual(await Promise.all(accounts.map(countEntries)), expected);
  // what a transaction that PostgreSQL chose as the victim would have hidden, since it is run again
  const { rows } = await opened.store.pool.query<{ deadlocks: string }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  assert.equal(rows[0]!.deadlocks, '0');
});

test('a connection lost during COMMIT rejects as unavailable, and the writer goes on afterwards', async () => {
  const { store } = opened;
  await using proxy = await commitEater(store.connection);
  const writer = new Writer({ connection: proxy.connection, clock: systemClock, log: silentLog });
  const account = accounts[2]!;
  await writer.run(deliveryJob(store, [account], message('before the loss')));
  proxy.eatNextCommit();
  await assert.rejects(
    writer.run(deliveryJob(store, [account], message('in doubt'))),
    StoreUnavailable,
  );
  await writer.run(deliveryJob(store, [account], message('after the loss')));
  await writer.close();
  const { rows } = await store.pool.query<{ subject: string }>(
    `select summary ->> 'subject' as subject from emails where account_id = $1`,
    [account],
  );
  const subjects = new Set(rows.map(({ subject }) => subject));
  assert.ok(subjects.has('before the loss') && subjects.has('after the loss'));
});

test('a loss of the connection rejects every batch that was on it', async () => {
  const { store } = opened;
  await using proxy = await commitEater(store.connection);
  const writer = new Writer({ connection: proxy.connection, clock: systemClock, log: silentLog });
  await writer.run(deliveryJob(store, [accounts[5]!], message('before')));
  proxy.eatNextCommit();
  const jobs = Array.from({ length: 16 }, (_, i) =>
    deliveryJob(store, [accounts[5]!], message(`lost-${i}`)),
  );
  const settled = await Promise.allSettled(jobs.map((job) => writer.run(job)));
  for (const one of settled)
    assert.ok(one.status === 'rejected' && one.reason instanceof StoreUnavailable);
  await writer.run(deliveryJob(store, [accounts[5]!], message('afterwards')));
  await writer.close();
});

test('a database that does not answer in time is given up, not waited for', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { store } = opened;
  await using proxy = await commitEater(store.connection);
  const writer = new Writer({
    connection: proxy.connection,
    clock: systemClock,
    log: silentLog,
    timeout: 200,
  });
  await writer.run(deliveryJob(store, [accounts[3]!], message('quick')));
  const swallowed = proxy.swallow();
  const slow = assert.rejects(
    writer.run(deliveryJob(store, [accounts[3]!], message('slow'))),
    StoreUnavailable,
  );
  await swallowed;
  t.mock.timers.tick(200);
  await slow;
  await writer.close();
});

test('an unreachable database is said so', async () => {
  const writer = new Writer({
    connection: { host: '127.0.0.1', port: 1, user: 'nobody' },
    clock: systemClock,
    log: silentLog,
  });
  await assert.rejects(
    writer.run(deliveryJob(opened.store, [], message('nowhere'))),
    StoreUnavailable,
  );
  await writer.close();
});
