/**
 * What each released version wrote can be opened by this one: a backup of its data folder is restored, and the server starts from it with
 * the same mail. A release adds its folder by `hikyaku backup create test/fixtures/releases/VERSION`.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { migrate } from '#store/migrate';
import { readManifest } from '#store/backup/manifest';
import { ImapClient } from '../support/imap-client.ts';
import { openTestDatabase } from '../support/database.ts';
import { prepareServer, startRunningServer } from '../support/running-server.ts';

const RELEASES = fileURLToPath(new URL('../fixtures/releases/', import.meta.url));
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
      const [alice, bob] = ['alice@example.test', 'bob@example.test'];
      const saved = await server.json('mail', 'list', alice, '--mailbox', 'Saved/日本');
      assert.deepEqual(subjects(saved), ['one', 'two']);
      const large = saved.find((mail) => mail['subject'] === 'two')!;
      const raw = await server.done('mail', 'raw', alice, String(large['id']));
      const hash = (text: string) => createHash('sha256').update(text).digest('hex');
      assert.equal(hash(raw), hash(`From: a@b\r\nSubject: two\r\n\r\n${NUMBERS}`));
      const mails = await server.json('mail', 'list', bob);
      assert.deepEqual(subjects(mails), ['to bob@example.test', '日本']);
      const [waiting] = await server.json('queue', 'list');
      assert.match(String(waiting!['status']), /^held/);
      assert.equal((await server.json('alias', 'list')).length, 1);
      await using client = await ImapClient.login({
        host: '127.0.0.1',
        port: server.ports.imaps,
        tls: 'implicit',
        user: alice,
        password: 'long-enough-one',
      });
      await client.ok('SELECT "Saved/&ZeVnLA-"');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

function subjects(mails: readonly Readonly<Record<string, unknown>>[]): string[] {
  return mails.map((mail) => String(mail['subject'])).toSorted((a, b) => (a < b ? -1 : 1));
}
