/**
 * Row: what ten thousand idle IMAP connections cost the server, one process of it, each: plain ones that were greeted, as nobody logs in
 * without TLS; and ones under TLS, logged in, with INBOX selected, in IDLE. As PSS of the server with its database.
 */
import { setTimeout as delay } from 'node:timers/promises';
import path from 'node:path';
import { startDevServer, type DevServer } from '../peers/hikyaku.ts';
import { proportionalMegabytes } from '../processes.ts';
import { startIdleClients, type IdleClients } from '../programs.ts';
import type { BenchOptions, BenchResult, Row } from '../row.ts';

const ACCOUNTS = 20;
/** Processes that hold the other ends: a process may open so many files and no more. */
const CLIENTS = 2;
const SETTLING_SECONDS = 30;
const COLLECT_GARBAGE = path.resolve(
  import.meta.dirname,
  '../../test/support/program/collect-garbage.ts',
);

export const idleRow: Row = {
  name: 'idle-10k',
  title: '10,000 idle IMAP connections on one process (PSS of each)',
  run: idle,
};

async function idle({ parent, quick, peersOnly, say }: BenchOptions): Promise<BenchResult[]> {
  if (peersOnly) return [];
  const count = quick ? 1000 : 10_000;
  const seconds = quick ? 3 : SETTLING_SECONDS;
  await using server = await startDevServer(parent, {
    settings: { NODE_OPTIONS: `--import=${COLLECT_GARBAGE}` },
  });
  for (let i = 0; i < ACCOUNTS; i++) {
    const account = `idle${i}@example.test`;
    await server.command('account', 'add', account, '--password-file', server.passwordFile);
  }
  const results: BenchResult[] = [];
  for (const tls of [false, true]) {
    // what the first connections make for all of them is not counted
    await using _warm = await open(server, tls, 100, 201);
    const before = await settled(server, seconds);
    const began = performance.now();
    await using clients = await openAll(server, tls, count);
    const took = ((performance.now() - began) / 1000).toFixed(1);
    const after = await settled(server, seconds);
    const kilobytes = (of: 'asItStands' | 'collected'): number =>
      ((after[of] - before.collected) * 1e6) / 1024 / clients.open;
    say(`${clients.open} connections opened in ${took} s`);
    results.push({
      row: idleRow.name,
      contender: tls ? 'Hikyaku, TLS, selected, in IDLE' : 'Hikyaku, plain, greeted',
      unit: 'KB each',
      value: kilobytes('asItStands'),
      goal: tls ? 'under 60' : 'far less',
      note: `${clients.open} open; ${kilobytes('collected').toFixed(1)} KB once garbage is collected; in all ${after.asItStands.toFixed(0)} MB`,
    });
  }
  return results;
}

interface Footprint {
  /** Megabytes. */
  readonly asItStands: number;
  readonly collected: number;
}

async function settled(server: DevServer, seconds: number): Promise<Footprint> {
  const { server: roots, database } = server.processes();
  const size = (): number =>
    proportionalMegabytes(roots, database) + proportionalMegabytes(database);
  await delay(seconds * 1000);
  const asItStands = size();
  for (const pid of roots) process.kill(pid, 'SIGUSR2');
  await delay(2000);
  return { asItStands, collected: size() };
}

async function openAll(server: DevServer, tls: boolean, count: number): Promise<Held> {
  const held = new Held();
  for (let i = 0; i < CLIENTS; i++) held.add(await open(server, tls, count / CLIENTS, 1 + i * 50));
  return held;
}

function open(server: DevServer, tls: boolean, count: number, first: number): Promise<IdleClients> {
  const port = tls ? server.imapsPort : server.imapPort;
  const counts = ['--count', String(count), '--first', String(first)];
  const account = ['--accounts', String(ACCOUNTS), '--password-file', server.passwordFile];
  return startIdleClients([
    '--port',
    String(port),
    ...counts,
    ...(tls ? ['--tls', ...account] : []),
  ]);
}

class Held implements AsyncDisposable {
  readonly #clients: IdleClients[] = [];

  get open(): number {
    return this.#clients.reduce((sum, { open: some }) => sum + some, 0);
  }

  add(clients: IdleClients): void {
    this.#clients.push(clients);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const clients of this.#clients) await clients[Symbol.asyncDispose]();
  }
}
