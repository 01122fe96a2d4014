/** Backups across the major versions of PostgreSQL: of Debian's, the oldest that Hikyaku runs on, into the embedded one, and back. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { readManifest } from '#store/backup/manifest';
import { databaseFolder } from '../support/database/folder.ts';
import { peer } from '../support/peers/installed.ts';
import {
  prepareServer,
  startRunningServer,
  type RunningServer,
} from '../support/program/running-server.ts';

const ALICE = 'alice@example.test';
const PROGRAMS = '/usr/lib/postgresql/15/bin';
/** Beside `/usr/bin`, where Debian keeps the programs of each major version. */
const initdb = peer('../lib/postgresql/15/bin/initdb', 'postgresql-15');

test(
  'a backup goes from PostgreSQL 15 to the embedded one and back',
  { skip: initdb.skip },
  async () => {
    await using old = await startDebian();
    await using first = await startRunningServer({ env: { DATABASE_URL: old.url('one') } });
    const maildir = path.join(first.home, 'maildir');
    await mkdir(path.join(maildir, 'cur'), { recursive: true });
    for (const subject of ['one', '二'])
      await writeFile(
        path.join(maildir, 'cur', `${subject}:2,S`),
        `From: carol@example.org\nSubject: ${subject}\n\n${'Hello\n'.repeat(90_000)}`,
      );
    await first.done('mail', 'import', ALICE, maildir, '--mailbox', 'Saved');
    const mails = await contents(first);
    assert.equal(mails.length, 2);
    const from15 = path.join(first.home, 'from-15');
    await first.done('backup', 'create', from15);
    assert.equal(await majorOf(from15), 15);

    await using embedded = await prepareServer();
    await embedded.done('backup', 'restore', from15);
    await embedded.start();
    assert.deepEqual(await contents(embedded), mails);
    const from18 = path.join(embedded.home, 'from-18');
    await embedded.done('backup', 'create', from18);
    assert.ok((await majorOf(from18)) > 15);

    await using back = await prepareServer({ env: { DATABASE_URL: old.url('two') } });
    await back.done('backup', 'restore', from18);
    await back.start();
    assert.deepEqual(await contents(back), mails);
    const again = await back.command('backup', 'restore', from18);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /the database is not empty[\s\S]*createdb/);
  },
);

async function contents(server: RunningServer): Promise<string[]> {
  const list = await server.json('mail', 'list', ALICE, '--mailbox', 'Saved');
  const texts = list.map(({ id }) => server.done('mail', 'raw', ALICE, String(id)));
  return (await Promise.all(texts)).toSorted();
}

async function majorOf(backup: string): Promise<number> {
  const read = await readManifest(backup);
  assert.ok(read.kind === 'read');
  return Math.floor(read.manifest.postgresql / 10_000);
}

interface Debian extends AsyncDisposable {
  /** Of its empty database `one` or `two`. */
  url(database: 'one' | 'two'): string;
}

/** On a socket in a folder of its own, as the user `postgres` where we are root, for whom PostgreSQL does not run. */
async function startDebian(): Promise<Debian> {
  const folder = await mkdtemp(path.join(databaseFolder(), 'hikyaku-debian-'));
  const root = process.getuid!() === 0;
  if (root) {
    const id = (flag: string) =>
      Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
    await chown(folder, id('-u'), id('-g'));
  }
  await chmod(folder, 0o755);
  const run = (program: string, ...args: readonly string[]) => {
    const line = [path.join(PROGRAMS, program), ...args];
    const [command, ...rest] = root ? ['runuser', '-u', 'postgres', '--', ...line] : line;
    const { status, stderr } = spawnSync(command!, rest, {
      cwd: '/',
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', program === 'pg_ctl' ? 'ignore' : 'pipe'],
      timeout: 60_000,
    });
    assert.equal(status, 0, `${program}: ${stderr}`);
  };
  const data = path.join(folder, 'data');
  run(
    'initdb',
    '-D',
    data,
    '-U',
    'postgres',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
  );
  const settings = `-k ${folder} -c listen_addresses=`;
  run('pg_ctl', '-D', data, '-w', '-s', '-l', path.join(folder, 'log'), '-o', settings, 'start');
  run('psql', '-X', '-q', '-h', folder, '-U', 'postgres', '-c', 'create role hikyaku login');
  for (const name of ['one', 'two'])
    run('createdb', '-h', folder, '-U', 'postgres', '-O', 'hikyaku', '-T', 'template0', name);
  return {
    url: (database) =>
      `postgresql://hikyaku@localhost/${database}?host=${encodeURIComponent(folder)}`,
    async [Symbol.asyncDispose]() {
      run('pg_ctl', '-D', data, '-m', 'immediate', '-w', '-s', 'stop');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
