/**
 * Row: the practice Internet beside the server: how long a start takes, the first and a later one, and the memory of all processes after a few
 * messages, PostgreSQL and a Postfix at peer.test included; the server alone beside it. As its user starts it, on a fresh data folder.
 */
import { chmod, mkdtemp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import { masterOf } from '#lab/peer/postfix';
import { freeLabPrefix } from '../../test/support/lab/network.ts';
import { BENCH_PASSWORD, startDevServer, type DevServer } from '../peers/hikyaku.ts';
import { proportionalMegabytes } from '../processes.ts';
import type { BenchOptions, BenchResult, Row } from '../row.ts';

export const labRow: Row = {
  name: 'lab',
  title: 'the practice Internet: time to start, and memory of all processes (sum of PSS)',
  run: lab,
};

const SETTLING_SECONDS = 10;
const READERS = ['hana@bigmail.test', 'hugo@grey.test', 'ella@purple.test', 'friend@peer.test'];

async function lab({ parent, quick, peersOnly, say }: BenchOptions): Promise<BenchResult[]> {
  if (peersOnly) return [];
  const results: BenchResult[] = [];
  const settled = (): Promise<void> => delay((quick ? 2 : SETTLING_SECONDS) * 1000);
  const network = await freeLabPrefix();
  for (const on of [true, false]) {
    const name = on ? 'with the practice Internet' : '--no-lab';
    const settings = { HIKYAKU_LAB_ON: String(on), HIKYAKU_LAB_NETWORK: network };
    const data = await mkdtemp(path.join(parent, 'lab-'));
    await chmod(data, 0o700);
    for (const which of ['first', 'second']) {
      const begun = performance.now();
      await using server = await startDevServer(parent, { data, settings });
      const value = performance.now() - begun;
      say(`${name}: ${which} start ${value.toFixed(0)} ms`);
      results.push(row(`${which} start, ${name}`, 'ms', value, 'under 5000'));
      if (which === 'first') continue;
      if (on) await server.command('lab', 'peer', 'start');
      await write(server, on ? READERS : ['bob@example.test']);
      await settled();
      results.push(await memoryOf(name, server, on ? data : undefined));
    }
  }
  return results;
}

async function write(
  { submissionPort: port }: DevServer,
  readers: readonly string[],
): Promise<void> {
  const from = 'alice@example.test';
  const auth = { user: from, pass: BENCH_PASSWORD };
  const tls = { rejectUnauthorized: false };
  const transport = createTransport({ host: '127.0.0.1', port, requireTLS: true, auth, tls });
  for (const to of readers)
    await transport.sendMail({ from, to, subject: 'Hello', text: 'How are you?' });
}

async function memoryOf(
  name: string,
  server: DevServer,
  data: string | undefined,
): Promise<BenchResult> {
  const { server: own, database } = server.processes();
  const home = data && (await readFile(path.join(data, 'lab/peer/place'), 'utf8').catch(() => ''));
  const master = home ? await masterOf(home.trim()) : undefined;
  const peer = master === undefined ? [] : [master];
  const parts = {
    server: proportionalMegabytes(own, [...database, ...peer]),
    database: proportionalMegabytes(database),
    Postfix: proportionalMegabytes(peer),
  };
  const sum = Object.values(parts).reduce((all, one) => all + one, 0);
  const note = Object.entries(parts).map(([part, value]) => `${part} ${value.toFixed(0)}`);
  const goal = data === undefined ? 'under 300' : 'under 500';
  return { ...row(`memory, ${name}`, 'MB', sum, goal), note: note.join(', ') };
}

function row(contender: string, unit: string, value: number, goal: string): BenchResult {
  return { row: 'lab', contender: `Hikyaku, ${contender}`, unit, value, goal };
}
