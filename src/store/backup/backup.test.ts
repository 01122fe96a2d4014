import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { concat, utf8 } from '#bytes';
import { migrate } from '#store/database/migrate';
import { BlobUpload } from '#store/emails/blobs';
import { FLAG } from '#store/emails/emails';
import { append } from '#store/mailboxes/change/append';
import { mailStoreOf, type MailStore } from '#store/mailboxes/mail-store';
import { createMailbox } from '#store/mailboxes/tree/create';
import { findMailbox } from '#store/mailboxes/tree/tree';
import { databaseFolder } from '../../../test/support/database/folder.ts';
import { openTestDatabase } from '../../../test/support/database/database.ts';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { newMessage } from '../../../test/support/store/mailboxes.ts';
import { openOutbound, type Outbound } from '../../../test/support/smtp/outbound.ts';
import { accountMessages } from './account-messages.ts';
import { fileOf, MANIFEST, readManifest, type Manifest } from './manifest.ts';
import { restoreBackup, type RestoreStep } from './restore.ts';
import { DamagedBackup } from './table-file.ts';
import { takeBackup } from './take.ts';
import { verifyBackup } from './verify.ts';

const ALICE = 'alice@example.test';
const clock = new ManualClock();
const LARGE = randomBytes(700_000);
let outbound: Outbound;
let mail: MailStore;
let root: string;
let accountId: string;

before(async () => {
  root = await mkdtemp(path.join(databaseFolder(), 'hikyaku-backup-'));
  outbound = await openOutbound(clock);
  mail = mailStoreOf(outbound.store);
  accountId = await accountNamed(outbound.store.pool, ALICE);
  const box = await createMailbox(mail, accountId, { path: ['Archive', 'back \\ 受信 "x"'] });
  assert.ok(box.kind === 'created');
  const inbox = (await findMailbox(mail.pool, accountId, ['INBOX']))!.id;
  const odd = utf8('Subject: \\N\ttab\\\r\nX: "q,{}"\r\n\r\n.\r\n\\.\r\n');
  const keywords = ['plain', 'with,comma', 'a}b'];
  await append(mail, accountId, box.mailboxId, [newMessage({ bytes: odd, keywords })]);
  await append(mail, accountId, inbox, [newMessage({ flags: FLAG.seen }), newMessage()]);
  await append(mail, accountId, inbox, [
    await uploaded(concat([utf8('Subject: l\r\n\r\n'), LARGE])),
  ]);
  await outbound.enqueue({ to: ['a@other.test', 'b@other.test'] });
});
after(async () => {
  await mail[Symbol.asyncDispose]();
  await outbound[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function accountNamed(pool: pg.Pool, name: string): Promise<string> {
  const { rows } = await pool.query<{ id: string }>('select id from accounts where name = $1', [
    name,
  ]);
  return rows[0]!.id;
}

async function uploaded(bytes: Uint8Array) {
  const upload = new BlobUpload(outbound.store.writer, clock);
  for (let at = 0; at < bytes.length; at += 100_000)
    await upload.push(bytes.subarray(at, at + 100_000));
  return { ...newMessage(), blob: await upload.finish() };
}

async function taken(name: string): Promise<{ folder: string; manifest: Manifest }> {
  const folder = path.join(root, name);
  const { connection } = outbound.store;
  for await (const step of takeBackup({ connection, folder, version: '1', now: clock.now() }))
    if (step.kind === 'taken') return { folder, manifest: step.manifest };
  assert.fail('no backup was taken');
}

async function restored(connection: pg.ClientConfig, folder: string): Promise<RestoreStep> {
  const read = await readManifest(folder);
  assert.ok(read.kind === 'read');
  let last: RestoreStep | undefined;
  const { manifest } = read;
  for await (const step of restoreBackup({ connection, folder, manifest, now: clock.now() }))
    last = step;
  return last!;
}

/** Every row of every table, but for what a restore changes. */
async function rowsOf(connection: pg.ClientConfig, manifest: Manifest): Promise<unknown> {
  const client = new pg.Client({ ...connection, options: '-c timezone=UTC' });
  await client.connect();
  const all: Record<string, string[]> = {};
  for (const { name } of manifest.tables) {
    const { rows } = await client.query<{ row: string }>(
      `select (to_jsonb(t) - '{uidvalidity,held,txid,xid}'::text[])::text as row from ${name} t order by 1`,
    );
    all[name] = rows.map(({ row }) => row);
  }
  await client.end();
  return all;
}

async function verified(folder: string): Promise<number> {
  const read = await readManifest(folder);
  assert.ok(read.kind === 'read');
  for await (const step of verifyBackup(folder, read.manifest))
    if (step.kind === 'verified') return step.messages;
  assert.fail('it was not verified');
}

test('a backup restores into an empty database with every row, and what waited is held', async () => {
  const { folder, manifest } = await taken('whole');
  await using database = await openTestDatabase({ schema: 'empty' });
  const last = await restored(database.connection, folder);
  assert.equal(last.kind === 'restored' && last.held, 2);
  const before = (await rowsOf(outbound.store.connection, manifest)) as Record<string, string[]>;
  const now = (await rowsOf(database.connection, manifest)) as Record<string, string[]>;
  // holding is told, and puts destinations in line; caches of the directory are out of date by any change
  const touched = new Set(['events', 'queue_destinations', 'directory_version']);
  for (const { name } of manifest.tables)
    if (!touched.has(name)) assert.deepEqual(now[name], before[name], name);
  assert.equal(now['events']!.length, before['events']!.length + 2);
  assert.ok(before['blob_chunks']!.length >= 6);
});

test('every mailbox has another UIDVALIDITY after a restore, higher than any before', async () => {
  const { folder } = await taken('uidvalidity');
  await using database = await openTestDatabase({ schema: 'empty' });
  await restored(database.connection, folder);
  const client = await database.connect();
  const { rows } = await client.query<{ uidvalidity: string }>('select uidvalidity from mailboxes');
  const highest = await outbound.store.pool.query<{ max: string }>(
    'select max(uidvalidity) from mailboxes',
  );
  const limit = Math.max(Number(highest.rows[0]!.max), Math.floor(clock.now() / 1000));
  assert.ok(rows.length > 0);
  for (const { uidvalidity } of rows) assert.ok(Number(uidvalidity) > limit);
});

test('ids and numbers go on after those of the backup', async () => {
  const { folder } = await taken('sequences');
  await using database = await openTestDatabase({ schema: 'empty' });
  await restored(database.connection, folder);
  const client = await database.connect();
  const { rows } = await client.query<{ next: string; last: string }>(
    `select nextval('email_ids') as next, (select max(id) from emails) as last`,
  );
  assert.ok(Number(rows[0]!.next) > Number(rows[0]!.last));
});

test('a database that holds anything is refused', async () => {
  const { folder } = await taken('refused');
  await using database = await openTestDatabase();
  const last = await restored(database.connection, folder);
  assert.equal(last.kind, 'refused');
});

test('a whole backup is verified, message by message', async () => {
  const { folder } = await taken('verified');
  const { rows } = await outbound.store.pool.query<{ count: string }>(
    'select count(*) from blobs where sha256 is not null',
  );
  assert.equal(await verified(folder), Number(rows[0]!.count));
});

test('one octet that changed is found, by verifying and by restoring, which leaves nothing', async () => {
  const { folder, manifest } = await taken('damaged');
  const file = path.join(
    folder,
    fileOf(manifest.tables.find(({ name }) => name === 'blob_chunks')!),
  );
  const bytes = await readFile(file);
  bytes[bytes.length - 2000]! ^= 1;
  await writeFile(file, bytes);
  await assert.rejects(verified(folder), DamagedBackup);
  await using database = await openTestDatabase({ schema: 'empty' });
  await assert.rejects(restored(database.connection, folder));
  assert.equal((await migrate(database.connection)).kind, 'ready');
});

test('a file that breaks off, one that is missing, and a count that differs are found', async () => {
  const { folder, manifest } = await taken('broken');
  const emails = manifest.tables.find(({ name }) => name === 'emails')!;
  const file = path.join(folder, fileOf(emails));
  await truncate(file, emails.bytes - 10);
  await assert.rejects(verified(folder), DamagedBackup);
  await rm(file);
  await assert.rejects(verified(folder), DamagedBackup);
  const whole = await taken('counted');
  const tables = whole.manifest.tables.map((table) => ({ ...table, rows: table.rows + 1 }));
  await writeFile(path.join(whole.folder, MANIFEST), JSON.stringify({ ...whole.manifest, tables }));
  await assert.rejects(verified(whole.folder), /rows, the manifest says/);
});

test('a manifest that names files elsewhere, or is of another format, is refused', async () => {
  const { folder, manifest } = await taken('hostile');
  const write = (value: unknown) => writeFile(path.join(folder, MANIFEST), JSON.stringify(value));
  const [first, ...others] = manifest.tables;
  await write({ ...manifest, tables: [{ ...first, name: '../../etc/passwd' }, ...others] });
  assert.equal((await readManifest(folder)).kind, 'refused');
  await write({ ...manifest, format: 2 });
  assert.equal((await readManifest(folder)).kind, 'refused');
  await writeFile(path.join(folder, MANIFEST), '{');
  assert.equal((await readManifest(folder)).kind, 'refused');
  assert.equal((await readManifest(path.join(root, 'nowhere'))).kind, 'refused');
});

test('only their owner reads the files of a backup, and one that broke off leaves nothing', async () => {
  const { folder } = await taken('private');
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  for (const name of await readdir(folder))
    assert.equal((await stat(path.join(folder, name))).mode & 0o777, 0o600);
  const { connection } = outbound.store;
  const signal = AbortSignal.abort();
  const broken = path.join(root, 'aborted');
  const request = { connection, folder: broken, version: '1', now: 0, signal };
  await assert.rejects(all(takeBackup(request)));
  assert.deepEqual(
    (await readdir(root)).filter((name) => name.startsWith('aborted')),
    [],
  );
});

test('while one backup is under way there is no second', async () => {
  const { connection } = outbound.store;
  const request = { connection, version: '1', now: 0 };
  const one = takeBackup({ ...request, folder: path.join(root, 'one') });
  assert.equal((await one.next()).value?.kind, 'table');
  const two = await all(takeBackup({ ...request, folder: path.join(root, 'two') }));
  assert.deepEqual(two, [{ kind: 'busy' }]);
  assert.equal((await all(one)).at(-1)?.kind, 'taken');
});

test('the messages of one account come out as they were read, with their mailboxes and flags', async () => {
  const { folder, manifest } = await taken('account');
  const messages = await accountMessages(folder, manifest, ALICE);
  const found = await all(messages!);
  const seen = found.map(({ mailbox, flags, keywords }) => [mailbox.join('/'), flags, keywords]);
  assert.deepEqual(
    seen.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    [
      ['Archive/back \\ 受信 "x"', 0, ['a}b', 'plain', 'with,comma']],
      ['INBOX', FLAG.seen, []],
      ['INBOX', 0, []],
      ['INBOX', 0, []],
    ],
  );
  const large = found.find(({ content }) => content.length > 100_000)!;
  assert.deepEqual(Buffer.from(large.content.subarray(-LARGE.length)), LARGE);
  assert.equal(await accountMessages(folder, manifest, 'nobody@example.test'), undefined);
});
