/**
 * A throw-away PostgreSQL in a temporary folder, for a whole test run (`run/global-setup.ts`) or for one file that
 * is run by hand (`database.ts`). It ends with the process that started it, however that ends: a watcher holds
 * a pipe from it, and stops the server and removes the folder when the pipe closes.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLog } from '#log';
import { startEmbedded } from '#store/embedded/start';
import { databaseFolder } from './folder.ts';

export interface PostgresServer {
  /** The superuser's address. */
  readonly url: string;
  /** Goes with it, however the run ends. */
  readonly folder: string;
  stop(): Promise<void>;
}

const WATCHER = `
read -r _
kill -INT "$1" 2>/dev/null
i=0
while kill -0 "$1" 2>/dev/null && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
rm -rf -- "$2"
`;

/** Starts one, with these settings among its own; throws with PostgreSQL's own words if it cannot. */
export async function startPostgresServer(
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const dataDir = await mkdtemp(join(databaseFolder(), 'hikyaku-test-'));
  const server = await startEmbedded({
    dataDir,
    log: silentLog,
    // Every test file has connections of its own, and several files run at a time.
    settings: { max_connections: '300', max_wal_size: '256MB', ...settings },
  });
  if (server.kind !== 'running') {
    await rm(dataDir, { recursive: true, force: true });
    throw new Error(`${server.message} ${server.remedy} ${JSON.stringify(server)}`);
  }
  const pipe = watchOver(server.pid, dataDir);
  const { host, user, database } = server.superuser;
  return {
    url: `postgresql://${user}@localhost/${database}?host=${encodeURIComponent(host)}`,
    folder: dataDir,
    async stop() {
      await server.stop();
      pipe.end();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function watchOver(pid: number, folder: string) {
  const watcher = spawn('/bin/sh', ['-c', WATCHER, 'sh', String(pid), folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  const pipe = watcher.stdin;
  (pipe as typeof pipe & { unref(): void }).unref();
  return pipe;
}
