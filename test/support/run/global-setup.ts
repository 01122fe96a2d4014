/**
 * Before and after a whole run (`node --test --test-global-setup=`): one PostgreSQL for all test files, or the
 * server of `DATABASE_URL` where that is set (15 or newer, a user who may create databases). The test processes
 * get its address and the run's name by the environment.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RUN, SERVER, dropRun } from '../database/database.ts';
import { startPostgresServer, type PostgresServer } from '../database/postgres-server.ts';

let server: PostgresServer | undefined;
/** Every test file is a process, and most of what it does at first is to compile what others have compiled. */
let compiled: string | undefined;

export async function globalSetup(): Promise<void> {
  const address = process.env['DATABASE_URL'];
  if (address === undefined) server = await startPostgresServer();
  process.env[SERVER] = address ?? server!.url;
  process.env[RUN] = randomBytes(4).toString('hex');
  compiled = mkdtempSync(join(server?.folder ?? tmpdir(), 'hikyaku-compiled-'));
  process.env['NODE_COMPILE_CACHE'] = compiled;
  preload('deny-dns.ts', 'test-file-end.ts');
}

export async function globalTeardown(): Promise<void> {
  await (server ? server.stop() : dropRun());
  if (compiled !== undefined) rmSync(compiled, { recursive: true, force: true });
}

/** No test process asks the real DNS, nor does a program of ours that it starts; and each comes to its end. */
function preload(...names: readonly string[]): void {
  const imports = names.map((name) => `--import=${import.meta.resolve(`./${name}`)}`);
  process.env['NODE_OPTIONS'] = [process.env['NODE_OPTIONS'] ?? '', ...imports].join(' ');
}
