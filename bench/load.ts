/**
 * The load program: sends distinct messages over many sessions and prints one JSON line with what it measured.
 *
 *   bin/node bench/load.ts --port 2525 --messages 10000 --sessions 20 --size 4096 --recipient user%d@example.test:10
 *
 * A process of its own, so that its CPU is told apart from the server's.
 */
import { parseArgs } from 'node:util';
import { LoadSession, type Compose, type LoadLedger, type LoadOptions } from './load-session.ts';
import { makePool, stamp } from './message-pool.ts';
import { makeSignedMessages } from './signed-messages.ts';

/** What a run gives; times in milliseconds, CPU in seconds. */
export interface LoadResult {
  readonly messages: number;
  readonly accepted: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly octets: number;
  readonly latency: { p50: number; p90: number; p99: number; max: number };
  readonly cpuSeconds: number;
  /** When the first message began, in milliseconds since 1970: a sink's last delivery is set against it. */
  readonly beganAt: number;
  /** Replies that refused a message, and how often. */
  readonly errors: Readonly<Record<string, number>>;
}

/** Memory for bodies made before the clock starts, shared among the sessions. */
const POOL_OCTETS = 96 * 1024 * 1024;
const POOL_MESSAGES_PER_SESSION = 32;

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string' },
    messages: { type: 'string', default: '1000' },
    sessions: { type: 'string', default: '20' },
    size: { type: 'string', default: '4096' },
    from: { type: 'string', default: 'load@load.example.test' },
    // `user%d@example.test:10`: user0 to user9 in turn
    recipient: { type: 'string', default: 'user@example.test' },
    'recipients-per-message': { type: 'string', default: '1' },
    fresh: { type: 'boolean', default: false },
    pipelining: { type: 'boolean', default: false },
    chunking: { type: 'boolean', default: false },
    tls: { type: 'string', default: 'none' },
    user: { type: 'string' },
    'password-file': { type: 'string' },
    // signs each message, as the domain of --from
    'dkim-key': { type: 'string' },
    'dkim-selector': { type: 'string', default: 'load' },
  },
});

function number(
  name: 'port' | 'messages' | 'sessions' | 'size' | 'recipients-per-message',
): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  return refuse(`--${name} is a positive number`);
}

function refuse(reason: string): never {
  console.error(`load: ${reason}`);
  process.exit(2);
}

function recipients(pattern: string): string[] {
  const [, address = pattern, count = '1'] = /^(.*%d.*):(\d+)$/.exec(pattern) ?? [];
  return Array.from({ length: Number(count) }, (_, index) => address.replace('%d', String(index)));
}

async function credentials(): Promise<LoadOptions['credentials']> {
  if (values.user === undefined || values['password-file'] === undefined) return undefined;
  const { readFile } = await import('node:fs/promises');
  const password = (await readFile(values['password-file'], 'utf8')).trimEnd();
  return { user: values.user, password };
}

function tlsMode(): LoadOptions['tls'] {
  if (values.tls === 'none' || values.tls === 'starttls' || values.tls === 'implicit')
    return values.tls;
  return refuse('--tls is none, starttls or implicit');
}

const [messages, sessions, size] = [number('messages'), number('sessions'), number('size')];
const options: LoadOptions = {
  host: values.host,
  port: number('port'),
  reversePath: values.from,
  recipients: recipients(values.recipient),
  recipientsPerMessage: number('recipients-per-message'),
  connections: values.fresh ? 'fresh' : 'kept',
  pipelining: values.pipelining,
  chunking: values.chunking,
  tls: tlsMode(),
  credentials: await credentials(),
};

/** Numbers differ between runs too, so that no run repeats the bytes of another. */
const firstSequence = Math.floor(performance.timeOrigin) * 1000;
const composers = await makeComposers(values['dkim-key']);

/** One for each session. What is not signed comes out of a pool and is only stamped. */
async function makeComposers(keyFile: string | undefined): Promise<Compose[]> {
  if (keyFile !== undefined) {
    const { from, 'dkim-selector': selector } = values;
    const signing = { count: messages, size, from, keyFile, selector, firstSequence };
    const signed = await makeSignedMessages(signing);
    return Array.from({ length: sessions }, () => (sequence) => signed[sequence - firstSequence]!);
  }
  const perSession = Math.min(
    POOL_MESSAGES_PER_SESSION,
    Math.max(1, Math.floor(POOL_OCTETS / size / sessions)),
  );
  return Array.from({ length: sessions }, () => {
    const pool = makePool(perSession, size, values.from);
    let turn = 0;
    return (sequence) => {
      const message = pool[turn++ % pool.length]!;
      stamp(message, sequence);
      return message.bytes;
    };
  });
}

const latencies = new Float64Array(messages);
const errors: Record<string, number> = {};
let handedOut = 0;
let accepted = 0;
let running = sessions;

const ledger: LoadLedger = {
  next: () => (handedOut < messages ? firstSequence + handedOut++ : undefined),
  accepted: (_sequence, milliseconds) => {
    latencies[accepted++] = milliseconds;
  },
  refused: (_sequence, reply) => {
    errors[reply] = (errors[reply] ?? 0) + 1;
  },
  ended: () => {
    if (--running === 0) report();
  },
};

const cpuBefore = process.cpuUsage();
const began = performance.now();
for (const compose of composers) new LoadSession(options, ledger, compose).start();

function report(): void {
  const seconds = (performance.now() - began) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const sorted = latencies.subarray(0, accepted).sort();
  const percentile = (part: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  const result: LoadResult = {
    messages,
    accepted,
    seconds: round(seconds),
    perSecond: round(accepted / seconds),
    octets: composers[0]!(firstSequence).length,
    latency: {
      p50: percentile(0.5),
      p90: percentile(0.9),
      p99: percentile(0.99),
      max: percentile(1),
    },
    cpuSeconds: round((cpu.user + cpu.system) / 1e6),
    beganAt: performance.timeOrigin + began,
    errors,
  };
  console.log(JSON.stringify(result));
  process.exitCode = accepted === messages ? 0 : 1;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
