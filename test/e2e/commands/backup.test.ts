/** `backup`: made by a running server, read back without one, restored as a whole and for one account. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { databaseFolder } from '../../support/database/folder.ts';
import { startRunningServer, type RunningServer } from '../../support/program/running-server.ts';

const ALICE = 'alice@example.test';

let server: RunningServer;
let folder: string;

before(async () => {
  server = await startRunningServer();
  folder = await mkdtemp(path.join(databaseFolder(), 'hikyaku-backup-'));
  const maildir = path.join(folder, 'maildir');
  await mkdir(path.join(maildir, 'cur'), { recursive: true });
  for (const subject of ['one', 'two', 'three'])
    await writeFile(
      path.join(maildir, 'cur', `${subject}:2,S`),
      `From: carol@example.org\nSubject: ${subject}\n\nHello\n`,
    );
  await server.done('mail', 'import', ALICE, maildir, '--mailbox', 'Saved');
});

after(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function made(name: string): Promise<string> {
  const at = path.join(folder, name);
  const [row] = await server.json('backup', 'create', at);
  assert.equal(row!['folder'], at);
  return at;
}

test('what was expunged since comes back for one account, and nothing else twice', async () => {
  const at = await made('account');
  await server.done('mail', 'import', ALICE, path.join(folder, 'maildir'), '--mailbox', 'Later');
  const [first] = await server.json('backup', 'restore', at, '--account', ALICE);
  assert.deepEqual(first, { account: ALICE, imported: 0, known: 3 });
  const fresh = await startRunningServer();
  try {
    const [all] = await fresh.json('backup', 'restore', at, '--account', ALICE);
    assert.deepEqual(all, { account: ALICE, imported: 3, known: 0 });
    const mails = await fresh.json('mail', 'list', ALICE, '--mailbox', 'Saved');
    assert.deepEqual(subjects(mails), ['one', 'three', 'two']);
    assert.deepEqual(mails[0]!['flags'], ['\\Seen']);
  } finally {
    await fresh[Symbol.asyncDispose]();
  }
});

test('a backup is verified and restored as a test, and the list tells of both', async () => {
  const at = await made('verified');
  const [verified] = await server.json('backup', 'verify', at, '--restore');
  assert.equal(verified!['restored'], true);
  assert.equal(verified!['messages'], 3);
  const rows = await server.json('backup', 'list');
  assert.deepEqual(
    rows.filter((row) => row['folder'] === at).map((row) => row['kind']),
    ['restored', 'made'],
  );
});

test('a whole backup restores into a new data folder, from which a server starts with the same mail', async () => {
  const at = await made('whole');
  const data = path.join(folder, 'restored');
  await server.done('backup', 'restore', at, '--set', `data_dir=${data}`);
  assert.deepEqual(await readdir(data), ['postgres']);
  const again = await server.command('backup', 'restore', at, '--set', `data_dir=${data}`);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /holds a database already/);
  const restored = await startRunningServer({ data });
  try {
    const mails = await restored.json('mail', 'list', ALICE, '--mailbox', 'Saved');
    assert.equal(mails.length, 3);
  } finally {
    await restored[Symbol.asyncDispose]();
  }
});

test('a damaged backup is told with what to do, and leaves no half of a database', async () => {
  const at = await made('damaged');
  await rename(path.join(at, 'emails.copy.zst'), path.join(at, 'elsewhere'));
  const verified = await server.command('backup', 'verify', at);
  assert.equal(verified.code, 2);
  assert.match(verified.stderr, /the backup is damaged: .*emails\.copy\.zst/);
  const data = path.join(folder, 'half');
  const restored = await server.command('backup', 'restore', at, '--set', `data_dir=${data}`);
  assert.equal(restored.code, 2);
  assert.deepEqual(await readdir(data), []);
});

test('a folder that is there, or is no backup, is refused', async () => {
  const at = await made('there');
  const again = await server.command('backup', 'create', at);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /is there already/);
  const none = await server.command('backup', 'verify', folder);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /is no backup/);
});

function subjects(mails: readonly Readonly<Record<string, unknown>>[]): string[] {
  return mails.map((mail) => String(mail['subject'])).toSorted((a, b) => (a < b ? -1 : 1));
}
