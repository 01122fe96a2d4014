/**
 * Row: memory of the whole development server, database included, as the sum of PSS over all processes (RSS
 * would count PostgreSQL's shared buffers once per process): idle after start, and again after mail was taken.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { measure } from '../contender.ts';
import { hikyakuToMailbox } from '../peers/hikyaku.ts';
import { proportionalMegabytes } from '../processes.ts';
import type { BenchOptions, BenchResult, Row } from '../row.ts';

const MAILBOXES = Array.from({ length: 10 }, (_, index) => `user${index}@example.test`);
const SETTLING_SECONDS = 20;

export const memoryRow: Row = {
  name: 'memory',
  title: 'memory of the whole development server, database included (sum of PSS)',
  run: memory,
};

async function memory({ parent, quick, peersOnly }: BenchOptions): Promise<BenchResult[]> {
  if (peersOnly) return [];
  await using contender = await hikyakuToMailbox(parent, MAILBOXES);
  const results: BenchResult[] = [];
  const note = async (state: string): Promise<void> => {
    await delay((quick ? 2 : SETTLING_SECONDS) * 1000);
    const { server, database } = contender.processes();
    const ours = proportionalMegabytes(server, database);
    const postgres = proportionalMegabytes(database);
    results.push({
      row: 'memory',
      contender: `Hikyaku, ${state}`,
      unit: 'MB',
      value: ours + postgres,
      goal: 'under 300',
      note: `server ${ours.toFixed(0)}, database ${postgres.toFixed(0)}`,
    });
  };
  await note('idle after start');
  const messages = quick ? 500 : 20_000;
  const recipients = ['--recipient', 'user%d@example.test:10', '--sessions', '100'];
  await measure(contender, ['--messages', String(messages), ...recipients]);
  await note(`idle after ${messages} messages`);
  return results;
}
