/**
 * `npm run bench [-- ROW …] [--quick] [--json] [--markdown] [--peers] [--floor] [--dir DIR] [--list]`: the figures of the
 * design, ours and the peers' side by side in one run, on one file system. A name picks the rows that begin with
 * it (`accept-4k`). Runs alternate between contenders; the median of five is quoted.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { BenchOptions, BenchResult, Row } from './row.ts';
import { acceptRows, diskRow } from './rows/accept.ts';
import { authenticateRow } from './rows/authenticate.ts';
import { dnsRow } from './rows/dns.ts';
import { idleRow } from './rows/idle.ts';
import { imapRows } from './rows/imap.ts';
import { labRow } from './rows/lab.ts';
import { memoryRow } from './rows/memory.ts';
import { queueRow } from './rows/queue.ts';
import { receiveRow } from './rows/receive.ts';
import { relayRow } from './rows/relay.ts';
import { signaturesRow } from './rows/signatures.ts';
import { storeRow } from './rows/store.ts';
import { workersRows } from './rows/workers.ts';
import { formatTable } from './table.ts';

const ROWS: readonly Row[] = [
  diskRow,
  ...acceptRows,
  receiveRow,
  authenticateRow,
  relayRow,
  signaturesRow,
  dnsRow,
  memoryRow,
  labRow,
  queueRow,
  storeRow,
  ...imapRows,
  idleRow,
  ...workersRows,
];

const HEADS =
  'row|contender|value|unit|ratio|goal|p50 ms|p90 ms|p99 ms|max ms|CPU load s|server s|database s|runs'.split(
    '|',
  );

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dir: { type: 'string', default: tmpdir() },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    // measures the peers alone
    peers: { type: 'boolean', default: false },
    // sets the least program beside ours
    floor: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});

const chosen = ROWS.filter(
  ({ name }) => positionals.length === 0 || positionals.some((prefix) => name.startsWith(prefix)),
);
if (values.list || chosen.length === 0) {
  for (const { name, title } of ROWS) console.log(`${name.padEnd(22)} ${title}`);
  process.exit(values.list ? 0 : 2);
}

// Ends by way of the exit handlers, which stop the servers that were started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const results: BenchResult[] = [];
const parent = await mkdtemp(path.join(values.dir, 'bench-'));
// Peers run as other users and must reach what is theirs.
await chmod(parent, 0o755);
const options: BenchOptions = {
  parent,
  quick: values.quick,
  peersOnly: values.peers,
  floor: values.floor,
  say: (text) => console.error(text),
};
let failed = false;
try {
  for (const row of chosen) {
    options.say(`\n${row.title}`);
    try {
      results.push(...(await row.run(options)));
    } catch (error) {
      failed = true;
      options.say(`${row.name} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
} finally {
  await rm(parent, { recursive: true, force: true });
}
console.log(values.json ? results.map((result) => JSON.stringify(result)).join('\n') : report());
process.exitCode = failed ? 1 : 0;

function report(): string {
  const machine = `${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}`;
  const memory = `${(totalmem() / 1e9).toFixed(0)} GB`;
  const day = new Date().toISOString().slice(0, 10);
  const about = `${day}; ${machine}, ${memory}, Linux ${release()}, Node ${process.versions.node}`;
  return `${about}\n\n${formatTable(HEADS, results.map(cells), values.markdown)}`;
}

function cells(result: BenchResult): string[] {
  const { median } = result;
  const latency = median?.load.latency;
  return [
    result.row,
    result.contender,
    result.value.toFixed(0),
    result.unit,
    result.ratio === undefined ? '' : `${result.ratio.toFixed(2)}×`,
    result.goal ?? '',
    ...[latency?.p50, latency?.p90, latency?.p99, latency?.max].map(tenths),
    ...[median?.cpu.load, median?.cpu.server, median?.cpu.database].map(tenths),
    result.note ?? (result.all ?? []).map((value) => value.toFixed(0)).join(' '),
  ];
}

function tenths(value: number | undefined): string {
  return value?.toFixed(1) ?? '';
}
