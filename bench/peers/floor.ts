/** The least program as a contender (`bench/floor.ts`), on a PostgreSQL of its own with the settings that ours has. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { silentLog } from '#log';
import { startEmbedded } from '#store/embedded/start';
import type { Contender } from '../contender.ts';
import type { Sink } from '../programs.ts';

export const LEAST = 'the least program';

/** Its 250 means: in the one table that it has. */
export async function floorStoring(parent: string): Promise<Contender> {
  return startFloor(parent, ['store'], {
    begin: () => Promise.resolve(),
    delivered: (_, load) => Promise.resolve(load.beganAt + load.seconds * 1000),
  });
}

/** Stores, signs and relays to the sink. */
export async function floorRelaying(
  parent: string,
  sink: Sink,
  certificate: { readonly certificateFile: string; readonly keyFile: string },
): Promise<Contender> {
  const { certificateFile, keyFile } = certificate;
  const contender = await startFloor(
    parent,
    ['relay', String(sink.port), certificateFile, keyFile],
    {
      begin: async () => {
        await sink.reset();
      },
      delivered: async (messages) => (await sink.received(messages)).lastAt,
    },
  );
  return { ...contender, loadArguments: [...contender.loadArguments, '--tls', 'starttls'] };
}

async function startFloor(
  parent: string,
  args: readonly string[],
  course: Pick<Contender, 'begin' | 'delivered'>,
): Promise<Contender> {
  const home = await mkdtemp(path.join(parent, 'floor-'));
  const postgres = await startEmbedded({ dataDir: path.join(home, 'data'), log: silentLog });
  if (postgres.kind !== 'running') throw new Error(postgres.message);
  const { host, user, database } = postgres.connection;
  const url = `postgresql://${user}@localhost/${database}?host=${encodeURIComponent(host)}`;
  const program = path.join(import.meta.dirname, '../floor.ts');
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // a bench that is broken off leaves neither behind
  const abort = (): void => {
    child.kill('SIGTERM');
    process.kill(postgres.pid, 'SIGINT');
  };
  process.once('exit', abort);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) throw new Error('bench/floor.ts did not begin to listen');
  return {
    name: LEAST,
    loadArguments: ['--port', first.value],
    processes: () => ({ server: [child.pid!], database: [postgres.pid] }),
    ...course,
    async [Symbol.asyncDispose]() {
      process.off('exit', abort);
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await postgres.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
