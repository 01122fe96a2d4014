/**
 * What each released version wrote can be opened by this one, with the same mail: a backup of its data folder is restored, and the server
 * starts from it; and the server starts on a data folder with the schema and the rows of that version, as an upgrade does. A release adds its folder by `hikyaku backup create test/fixtures/releases/VERSION`.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { silentLog } from '#log';
import { identifier } from '#store/backup/catalogue';
import { readManifest } from '#store/backup/manifest';
import { readTableFile } from '#store/backup/table-file';
import { migrate, migrateWithin } from '#store/database/migrate';
import { makeDay } from '#store/database/partitions';
import { startEmbedded } from '#store/embedded/start';
import { ImapClient } from '../../support/imap/client.ts';
import { databaseFolder } from '../../support/database/folder.ts';
import { openTestDatabase } from '../../support/database/database.ts';
import {
  prepareServer,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';

const RELEASES = fileURLToPath(new URL('../../fixtures/releases/', import.meta.url));
const NUMBERS = Array.from({ length: 60_000 }, (_, i) => `${i + 1}\r\n`).join('');

for (const version of await readdir(RELEASES))
  test(`the data of ${version}`, async () => {
    const read = await readManifest(path.join(RELEASES, version));
    assert.ok(read.kind === 'read');
    await using database = await openTestDatabase();
    const newest = await migrate(database.connection);
    assert.ok(newest.kind === 'ready' && newest.version > read.manifest.schema, 'it is older');
    const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-release-'));
    const data = path.join(folder, 'data');
    try {
      await using restorer = await prepareServer();
      await restorer.done(
        'backup',
        'restore',
        path.join(RELEASES, version),
        '--set',
        `data_dir=${data}`,
      );
      await using server = await startRunningServer({ data });
      await mailIsThere(server);
      const [waiting] = await server.json('queue', 'list');
      assert.match(String(waiting!['status']), /^held/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

for (const version of await readdir(RELEASES))
  test(`a data folder of ${version}`, async () => {
    const folder = await mkdtemp(path.join(databaseFolder(), 'hikyaku-release-'));
    try {
      const uidvalidities = await layDataFolder(folder, path.join(RELEASES, version));
      await using server = await startRunningServer({ data: folder });
      await mailIsThere(server);
      assert.equal((await server.json('queue', 'list')).length, 1);
      // the clients' copies of the mailboxes stay good
      assert.deepEqual(await server.query(UIDVALIDITIES), uidvalidities);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

const UIDVALIDITIES = 'select id, uidvalidity from mailboxes order by id';

/** As that version left it when it was stopped: its own migrations and its rows, in a PostgreSQL that was shut down. */
async function layDataFolder(dataDir: string, backup: string): Promise<unknown[]> {
  const read = await readManifest(backup);
  assert.ok(read.kind === 'read');
  const { manifest } = read;
  const embedded = await startEmbedded({ dataDir, log: silentLog });
  assert.ok(embedded.kind === 'running');
  await using _ = embedded;
  const client = new pg.Client(embedded.connection);
  await client.connect();
  try {
    await client.query('begin');
    assert.equal((await migrateWithin(client, manifest.schema)).kind, 'ready');
    const names = manifest.tables.map(({ name }) => identifier(name)).join();
    await client.query(`truncate ${names}`);
    for (const table of ['events', 'dialogues'] as const)
      for (const day of manifest.days[table]) await makeDay(client, table, Date.parse(day));
    for (const table of manifest.tables) {
      const { name, columns, form } = table;
      const into = `copy ${identifier(name)} (${columns.map(identifier).join()}) from stdin (format ${form})`;
      const rows = Readable.from(readTableFile(backup, table), { objectMode: false });
      await pipeline(rows, client.query(copyFrom(into)));
    }
    for (const { name, value, called } of manifest.sequences)
      await client.query('select setval($1::regclass, $2, $3)', [identifier(name), value, called]);
    await client.query('commit');
    return (await client.query(UIDVALIDITIES)).rows;
  } finally {
    await client.end();
  }
}

async function mailIsThere(server: RunningServer): Promise<void> {
  const [alice, bob] = ['alice@example.test', 'bob@example.test'];
  const saved = await server.json('mail', 'list', alice, '--mailbox', 'Saved/日本');
  assert.deepEqual(subjects(saved), ['one', 'two']);
  const large = saved.find((mail) => mail['subject'] === 'two')!;
  const raw = await server.done('mail', 'raw', alice, String(large['id']));
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  assert.equal(hash(raw), hash(`From: a@b\r\nSubject: two\r\n\r\n${NUMBERS}`));
  const mails = await server.json('mail', 'list', bob);
  assert.deepEqual(subjects(mails), ['to bob@example.test', '日本']);
  assert.equal((await server.json('alias', 'list')).length, 1);
  await using client = await ImapClient.login({
    host: '127.0.0.1',
    port: server.ports.imaps,
    tls: 'implicit',
    user: alice,
    password: 'long-enough-one',
  });
  await client.ok('SELECT "Saved/&ZeVnLA-"');
}

function subjects(mails: readonly Readonly<Record<string, unknown>>[]): string[] {
  return mails.map((mail) => String(mail['subject'])).toSorted((a, b) => (a < b ? -1 : 1));
}
