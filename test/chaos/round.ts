/**
 * One round of chaos: two nodes on a new database, a client that sends without end, a sink that takes what is
 * relayed; fault after fault; then everything drains and is judged.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  eventually,
  PASSWORD,
  prepareServer,
  type RunningServer,
  type RunningServerOptions,
} from '../support/program/running-server.ts';
import type { ClientStatus, Target } from './client.ts';
import { FAULTS, type FaultKind, type Nodes } from './faults.ts';
import type { Span } from './judge.ts';
import { startClient, startSink, type Client } from './programs.ts';
import type { Random } from './random.ts';
import { conclude, setUp, type Judgement } from './stage.ts';

export interface RoundOptions {
  readonly seed: number;
  readonly random: Random;
  readonly faults: readonly FaultKind[];
  /** Connections of the client. */
  readonly sessions: number;
  /** Of the queue's leases. Seconds. */
  readonly lease: number;
  /** Answers before it stores (`early-250.ts`). */
  readonly defect: boolean;
  readonly progress: (line: string) => void;
}

/** What one fault met, and how long it took until a message was acknowledged again. */
export interface Struck {
  readonly kind: FaultKind;
  readonly inFlight: number;
  /** Milliseconds from the end of the fault. */
  readonly recovery: number;
}

export interface RoundResult extends Judgement {
  readonly struck: readonly Struck[];
}

const PRELOADS = {
  defect: path.join(import.meta.dirname, 'early-250.ts'),
  lease: path.join(import.meta.dirname, 'short-lease.ts'),
};
/** Load between two faults. Milliseconds. */
const BREATH = { least: 100, most: 1500 };
/** Every fault meets at least so many transactions, at a moment of its own. */
const IN_FLIGHT = 50;
const DITHER = 50;
/** A frozen node stays so for longer than its leases and the time in which others look for dead ones. */
const PAST_LEASE = 6;
const RECOVERY_PATIENCE = 90;

export async function runRound(options: RoundOptions): Promise<RoundResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-chaos-'));
  const files = { client: path.join(folder, 'client'), sink: path.join(folder, 'sink') };
  try {
    await using sink = await startSink(files.sink, options.seed);
    await using main = await prepareServer(serverOptions(options, {}));
    await main.start();
    await setUp(main, sink);
    await using second = await prepareServer(serverOptions(options, { DATABASE_URL: urlOf(main) }));
    await second.start();
    const nodes: Nodes = { main, second };
    const { struck, spans } = await strike(nodes, files.client, options);
    sink.calm();
    const judgement = await conclude(main, files, spans);
    options.progress('drained and judged');
    return { struck, ...judgement };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function serverOptions(
  { lease, defect }: RoundOptions,
  env: Readonly<Record<string, string>>,
): RunningServerOptions {
  return {
    preload: [PRELOADS.lease, ...(defect ? [PRELOADS.defect] : [])],
    env: {
      HIKYAKU_TEST_LEASE_SECONDS: String(lease),
      HIKYAKU_QUEUE_FIRST_RETRY: '1s',
      HIKYAKU_QUEUE_LONGEST_GAP: '3s',
      HIKYAKU_LOG_LEVEL: 'warn',
      ...env,
    },
  };
}

function urlOf({ layout }: RunningServer): string {
  return `postgresql://hikyaku@localhost/hikyaku?host=${encodeURIComponent(layout.socketDir)}`;
}

/** Load and faults, one after another; afterwards both nodes run and the ledger of the client is closed. */
async function strike(
  nodes: Nodes,
  ledger: string,
  options: RoundOptions,
): Promise<{ struck: Struck[]; spans: Span[] }> {
  const { random, progress } = options;
  const struck: Struck[] = [];
  const spans: Span[] = [];
  const connections = targets(nodes, options.sessions);
  await using client = startClient({ ledger, seed: options.seed, password: PASSWORD, connections });
  await acknowledgedSince(client, 0);
  const freeze = (options.lease + PAST_LEASE) * 1000;
  for (const [i, kind] of options.faults.entries()) {
    await delay(random.between(BREATH.least, BREATH.most));
    const before = await inFlight(client, IN_FLIGHT);
    await delay(random.between(0, DITHER));
    const from = Date.now();
    await FAULTS[kind].inflict(nodes, { random, freeze });
    const struckAt = performance.now();
    const { acknowledged } = await client.status();
    await revive(nodes);
    await acknowledgedSince(client, acknowledged);
    const recovery = performance.now() - struckAt;
    spans.push({ from, until: Date.now() });
    struck.push({ kind, inFlight: before.inFlight, recovery });
    progress(
      `${String(i + 1).padStart(4)}/${options.faults.length}  ${kind.padEnd(10)}  ${before.inFlight} in flight, ` +
        `${before.acknowledged} acknowledged; again after ${Math.round(recovery)} ms`,
    );
  }
  const last = await client.stop();
  progress(`${last.tried} messages tried, ${last.acknowledged} acknowledged; draining`);
  return { struck, spans };
}

/** Five of eight connections bring mail from elsewhere, three submit; every third goes to the second node. */
function targets({ main, second }: Nodes, sessions: number): Target[] {
  return Array.from({ length: sessions }, (_, i): Target => {
    const { ports } = i % 3 === 2 ? second : main;
    if (i % 8 < 5) return { port: ports.smtp, via: 'mx', tls: i % 8 === 0 ? 'starttls' : 'none' };
    return i % 8 === 5
      ? { port: ports.submissions, via: 'submission', tls: 'implicit' }
      : { port: ports.submission, via: 'submission', tls: 'starttls' };
  });
}

/** Starts again what does not run: first the node that brings the database, since the other does not start without. */
async function revive({ main, second }: Nodes): Promise<void> {
  for (const node of [main, second]) {
    if (!node.running) node.launch();
    await node.ready();
  }
}

function inFlight(client: Client, atLeast: number): Promise<ClientStatus> {
  return eventually(
    `${atLeast} transactions are in flight`,
    async () => {
      const status = await client.status();
      return status.inFlight >= atLeast && status;
    },
    RECOVERY_PATIENCE,
  );
}

async function acknowledgedSince(client: Client, before: number): Promise<void> {
  const more = async () => (await client.status()).acknowledged > before;
  await eventually('a message is acknowledged again', more, RECOVERY_PATIENCE);
}
