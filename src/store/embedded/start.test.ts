import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { silentLog } from '#log';
import { databaseFolder } from '../../../test/support/database/folder.ts';
import { LineProgram } from '../../../test/support/program/line-program.ts';
import { startEmbedded, type Connection, type EmbeddedServer } from './start.ts';
import type { State } from './supervisor.ts';

const PROGRAM = fileURLToPath(
  new URL('../../../test/support/database/embedded-program.ts', import.meta.url),
);

let folder: string;

before(async () => {
  folder = await mkdtemp(join(databaseFolder(), 'hikyaku-embedded-'));
  // Where root may not make user namespaces, another user has to pass.
  await chmod(folder, 0o711);
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function start(
  dataDir: string,
  onState: (state: State) => void = () => {},
): Promise<EmbeddedServer> {
  const server = await startEmbedded({ dataDir, log: silentLog, onState });
  if (server.kind !== 'running') assert.fail(JSON.stringify(server));
  return server;
}

function program(options: object, env: Record<string, string> = {}): LineProgram {
  return new LineProgram([process.execPath, PROGRAM, JSON.stringify(options)], env);
}

async function query(connection: unknown, sql: string): Promise<unknown[]> {
  const client = new Client(connection as Connection);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>, []>(sql)).rows.map((row) =>
      Object.values(row).length === 1 ? Object.values(row)[0] : row,
    );
  } finally {
    await client.end();
  }
}

/** Resolves when the server says that it is up again. */
function watchStates(): { onState: (state: State) => void; up: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { onState: (state) => state.kind === 'up' && resolve(), up: promise };
}

describe('a folder that is started and stopped', () => {
  test('holds a UTF-8 database with the built-in C.UTF-8, whatever the environment', async () => {
    const dataDir = join(folder, 'environment');
    await using one = program({ dataDir }, {});
    const { kind, connection, superuser } = await one.event('outcome');
    assert.equal(kind, 'running');
    assert.deepEqual(await query(connection, 'select current_user::text'), ['hikyaku']);
    assert.deepEqual(
      await query(
        superuser,
        `select datname, pg_encoding_to_char(encoding), datlocprovider, datlocale,
                pg_get_userbyid(datdba)
           from pg_database where datname = 'hikyaku'`,
      ),
      [
        {
          datname: 'hikyaku',
          pg_encoding_to_char: 'UTF8',
          datlocprovider: 'b',
          datlocale: 'C.UTF-8',
          pg_get_userbyid: 'hikyaku',
        },
      ],
    );
    assert.equal(await one.end('SIGTERM'), 0);
  });

  test('is not reached by the network and keeps its data to itself', async () => {
    const dataDir = join(folder, 'private');
    await using server = await start(dataDir);
    assert.deepEqual(await query(server.connection, 'show listen_addresses'), ['']);
    for (const path of [join(dataDir, 'postgres'), server.connection.host]) {
      assert.equal((await stat(path)).mode & 0o777, 0o700, path);
    }
    assert.equal((await stat(dataDir)).mode & 0o066, 0);
  });

  test('stops cleanly and needs no recovery at the next start', async () => {
    const dataDir = join(folder, 'clean');
    const first = await start(dataDir);
    await query(first.connection, 'create table kept as select 7 as n');
    await first.stop();
    const log = join(dataDir, 'postgres/postgres.log');
    assert.match(await readFile(log, 'utf8'), /database system is shut down\n$/);
    const second = await start(dataDir);
    assert.deepEqual(await query(second.connection, 'select n from kept'), [7]);
    await second.stop();
    await second.stop();
    assert.doesNotMatch(await readFile(log, 'utf8'), /not properly shut down/);
  });

  test('stops at once when hurried, and keeps what was committed', async () => {
    const dataDir = join(folder, 'clean');
    const first = await start(dataDir);
    await query(first.connection, 'insert into kept values (8)');
    await first.stop(AbortSignal.abort());
    await using second = await start(dataDir);
    assert.deepEqual(await query(second.connection, 'select n from kept order by n'), [7, 8]);
    assert.match(
      await readFile(join(dataDir, 'postgres/postgres.log'), 'utf8'),
      /immediate shutdown request[^]*not properly shut down/,
    );
  });

  test('works under a path of 150 octets, its socket moved to the temporary folder', async () => {
    const dataDir = join(folder, 'a'.repeat(150 - folder.length - 1));
    assert.equal(Buffer.byteLength(dataDir), 150);
    const server = await start(dataDir);
    assert.deepEqual(await query(server.connection, 'select 1'), [1]);
    assert.equal(join(server.connection.host, '..'), tmpdir());
    assert.equal((await stat(server.connection.host)).mode & 0o777, 0o700);
    await server.stop();
    await assert.rejects(stat(server.connection.host), { code: 'ENOENT' });
  });
});

test('what a start that was killed in initdb left is removed by the next', async () => {
  const dataDir = join(folder, 'private');
  const { pid } = spawnSync('true');
  const left = join(dataDir, `postgres/18.new-${pid}-abcdef`);
  await mkdir(join(left, 'cluster/base'), { recursive: true });
  await using server = await start(dataDir);
  assert.equal(server.kind, 'running');
  await assert.rejects(stat(left), { code: 'ENOENT' });
});

test('a start that is interrupted ends as a failure and leaves no server', async () => {
  const dataDir = join(folder, 'private');
  const outcome = await startEmbedded({
    dataDir,
    log: silentLog,
    signal: AbortSignal.abort(),
  });
  assert.equal(outcome.kind, 'start-failed');
  await using server = await start(dataDir);
  assert.equal(server.adopted, false);
});

describe('a folder that two want', () => {
  test('is run by one of two starts at once, and the other says by whom', async () => {
    const dataDir = join(folder, 'contested');
    await using one = program({ dataDir });
    await using two = program({ dataDir });
    const outcomes = await Promise.all(
      [one, two].map(async (at) => ({ at, line: await at.event('outcome') })),
    );
    const winner = outcomes.find(({ line }) => line['kind'] === 'running');
    const loser = outcomes.find(({ line }) => line['kind'] === 'in-use');
    assert.ok(winner && loser, JSON.stringify(outcomes.map(({ line }) => line)));
    assert.equal(loser.line['pid'], winner.at.child.pid);
    assert.match(String(loser.line['message']), new RegExp(`process ${winner.at.child.pid} on `));
    assert.equal(await loser.at.exit(), 0);
    assert.deepEqual(await query(winner.line['connection'], 'select 1'), [1]);
    assert.deepEqual((await readdir(join(dataDir, 'postgres'))).sort(), [
      '18',
      'postgres.log',
      'run',
    ]);
    assert.equal(await winner.at.end('SIGTERM'), 0);
  });

  test('of another major version is refused, not made anew', async () => {
    const dataDir = join(folder, 'old');
    await mkdir(join(dataDir, 'postgres/16'), { recursive: true });
    await writeFile(join(dataDir, 'postgres/16/PG_VERSION'), '16\n');
    const outcome = await startEmbedded({ dataDir, log: silentLog });
    assert.equal(outcome.kind, 'other-major');
    await assert.rejects(stat(join(dataDir, 'postgres/18')), { code: 'ENOENT' });
  });
});

describe('a kill', () => {
  test('of our program leaves the server, which the next start adopts', async () => {
    const dataDir = join(folder, 'adopted');
    await using one = program({ dataDir });
    const { pid, connection } = await one.event('outcome');
    await query(connection, 'create table kept as select 7 as n');
    await one.end('SIGKILL');
    await using server = await start(dataDir);
    assert.equal(server.adopted, true);
    assert.equal(server.pid, pid);
    assert.deepEqual(await query(server.connection, 'select n from kept'), [7]);
    await server.stop();
    await using again = await start(dataDir);
    assert.equal(again.adopted, false);
  });

  test('of everything at once is recovered from, though its pid went to another program', async () => {
    const dataDir = join(folder, 'adopted');
    await using one = program({ dataDir });
    const { pid, connection } = await one.event('outcome');
    await query(connection, 'insert into kept values (8)');
    const lockFiles = ['18/postmaster.pid', 'run/.s.PGSQL.5432.lock'].map((name) =>
      join(dataDir, 'postgres', name),
    );
    const left = await Promise.all(lockFiles.map((file) => readFile(file, 'utf8')));
    one.child.kill('SIGSTOP');
    process.kill(Number(pid), 'SIGKILL');
    await one.end('SIGKILL');
    const stranger = spawn('sleep', ['600']);
    try {
      for (const [index, file] of lockFiles.entries()) {
        await writeFile(file, left[index]!.replace(/^\d+/, String(stranger.pid)));
      }
      await using server = await start(dataDir);
      assert.deepEqual(await query(server.connection, 'select n from kept order by n'), [7, 8]);
    } finally {
      stranger.kill();
    }
  });

  test('of the postmaster is noticed, and the server restarted with what was committed', async () => {
    const dataDir = join(folder, 'postmaster');
    const { onState, up } = watchStates();
    await using server = await start(dataDir, onState);
    await query(server.connection, 'create table kept as select 7 as n');
    const before = server.pid;
    process.kill(before, 'SIGKILL');
    await up;
    assert.notEqual(server.pid, before);
    assert.deepEqual(await query(server.connection, 'select n from kept'), [7]);
  });

  test('of a backend restarts every session under the same postmaster, and the folder stays ours', async () => {
    const dataDir = join(folder, 'postmaster');
    const { onState, up } = watchStates();
    await using server = await start(dataDir, onState);
    const before = server.pid;
    const client = new Client(server.connection);
    const lost = new Promise((resolve) => client.once('error', resolve));
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    process.kill(rows[0]!.pid, 'SIGKILL');
    await Promise.all([up, lost]);
    assert.equal(server.pid, before);
    assert.deepEqual(await query(server.connection, 'select n from kept'), [7]);
    await using rival = program({ dataDir });
    assert.equal((await rival.event('outcome'))['kind'], 'in-use');
  });

  test('by SIGINT to the whole process group reaches us and not the server', async () => {
    const dataDir = join(folder, 'group');
    await using one = program({ dataDir });
    const { connection } = await one.event('outcome');
    const client = new Client(connection as Connection);
    await client.connect();
    const { rows: before } = await client.query('select pg_backend_pid() as pid');
    process.kill(-one.child.pid!, 'SIGINT');
    await one.event('interrupted');
    const { rows: afterwards } = await client.query('select pg_backend_pid() as pid');
    assert.deepEqual(afterwards, before);
    await client.end();
    assert.equal(await one.end('SIGTERM'), 0);
    assert.ok(!one.lines.some(({ event }) => event === 'database.down'));
  });
});
