/**
 * Rows: one worker beside two, on the same work: what a second process of the server is worth, and for what. The load program, the
 * database and both servers are on the same machine, so that on two processors a second worker takes from what the others have.
 */
import { spawnSync } from 'node:child_process';
import { ImapConnection, type Account } from '../imap/connection.ts';
import { imapPool, MessageSource } from '../imap/messages.ts';
import { measure, type Contender } from '../contender.ts';
import { median } from '../median.ts';
import {
  BENCH_PASSWORD,
  hikyakuSubmitting,
  hikyakuToMailbox,
  startDevServer,
  type DevServer,
} from '../peers/hikyaku.ts';
import { cpuSeconds } from '../processes.ts';
import { runHandshakes, startSink } from '../programs.ts';
import type { BenchOptions, BenchResult, Row } from '../row.ts';

const WORKERS = [1, 2] as const;
const ROUNDS = 5;
const SESSIONS = 20;

/** What one run gives; CPU in seconds for all of it. */
interface Run {
  readonly perSecond: number;
  readonly cpu: { readonly load: number; readonly server: number; readonly database: number };
}

interface Side extends AsyncDisposable {
  run(amount: number): Promise<Run>;
}

interface Job {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** In one run. */
  readonly amount: number;
  readonly open: (parent: string, settings: Readonly<Record<string, string>>) => Promise<Side>;
}

const JOBS: readonly Job[] = [
  {
    name: 'workers-handshakes',
    title: `TLS connections to submissions, each with a full handshake, ${SESSIONS} at once`,
    unit: 'handshakes/s',
    amount: 4000,
    open: openHandshakes,
  },
  {
    name: 'workers-submit',
    title: `submit, sign (RSA-2048 and Ed25519), relay to a sink: 4k, ${SESSIONS} sessions`,
    unit: 'messages/s',
    amount: 4000,
    open: openSubmission,
  },
  ...(['BODY.PEEK[]', 'ENVELOPE BODYSTRUCTURE'] as const).map((items) => ({
    name: items === 'BODY.PEEK[]' ? 'workers-fetch-bodies' : 'workers-fetch-envelopes',
    title: `IMAP FETCH ${items} of 500 messages, ${SESSIONS} sessions, warm`,
    unit: 'messages/s',
    amount: 100_000,
    open: (parent: string, settings: Readonly<Record<string, string>>) =>
      openFetching(parent, settings, items),
  })),
  ...(['kept', 'fresh'] as const).map((connections) => ({
    name: `workers-accept-${connections}`,
    title: `accept, store, deliver: 4k, ${SESSIONS} sessions, ${connections} connections`,
    unit: 'messages/s',
    amount: 6000,
    open: (parent: string, settings: Readonly<Record<string, string>>) =>
      openAcceptance(parent, settings, connections === 'fresh' ? ['--fresh'] : []),
  })),
];

export const workersRows: readonly Row[] = JOBS.map((job) => ({
  name: job.name,
  title: `one worker and two: ${job.title}`,
  run: (options: BenchOptions) => compareWorkers(job, options),
}));

async function compareWorkers(
  { name, unit, amount: whole, open }: Job,
  { parent, quick, peersOnly, say }: BenchOptions,
): Promise<BenchResult[]> {
  if (peersOnly) return [];
  await using stack = new AsyncDisposableStack();
  const sides: { readonly side: Side; readonly runs: Run[] }[] = [];
  for (const workers of WORKERS) {
    const side = stack.use(await open(parent, { HIKYAKU_WORKERS: String(workers) }));
    sides.push({ side, runs: [] });
  }
  const amount = quick ? whole / 10 : whole;
  // not counted: it fills caches and has V8 compile
  for (const { side } of sides) await side.run(Math.ceil(amount / 4));
  for (let round = 0; round < (quick ? 1 : ROUNDS); round++)
    for (const { side, runs } of sides) {
      // pages that an earlier run left to be written are not this run's burden
      spawnSync('sync');
      runs.push(await side.run(amount));
    }
  const figures = sides.map(({ runs }) => median(runs.map(({ perSecond }) => perSecond)));
  const results: BenchResult[] = [];
  for (const [i, { runs }] of sides.entries()) {
    const cost = (['server', 'database', 'load'] as const).map((whose) => {
      const each = median(runs.map(({ cpu }) => cpu[whose])) / amount;
      return `${whose} ${(each * 1e6).toFixed(0)}`;
    });
    const value = figures[i]!;
    const contender = WORKERS[i] === 1 ? 'one worker' : `${WORKERS[i]} workers`;
    const note = `CPU µs each: ${cost.join(', ')}; runs ${runs.map(({ perSecond }) => perSecond.toFixed(0)).join(' ')}`;
    say(`${name}: ${contender} ${value.toFixed(0)} ${unit}, ${note}`);
    const result: BenchResult = { row: name, contender, unit, value, note };
    results.push(i === 0 ? result : Object.assign(result, { ratio: value / figures[0]! }));
  }
  return results;
}

/** CPU of server and database while something runs. */
async function costOf<T>(
  { processes }: Pick<DevServer, 'processes'>,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly server: number; readonly database: number }> {
  const { server, database } = processes();
  const spent = (): readonly [number, number] => [
    cpuSeconds(server, database),
    cpuSeconds(database),
  ];
  const before = spent();
  const result = await work();
  const after = spent();
  return { result, server: after[0] - before[0], database: after[1] - before[1] };
}

async function openHandshakes(
  parent: string,
  settings: Readonly<Record<string, string>>,
): Promise<Side> {
  const server = await startDevServer(parent, { settings });
  return {
    async run(amount) {
      const { result, ...cpu } = await costOf(server, () =>
        runHandshakes(server.submissionsPort, amount, SESSIONS),
      );
      return { perSecond: amount / result.seconds, cpu: { ...cpu, load: result.cpuSeconds } };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const SUBMITTED = `--from alice@example.test --recipient user%d@relay.test:10 --size 4096 --sessions ${SESSIONS}`;

async function openSubmission(
  parent: string,
  settings: Readonly<Record<string, string>>,
): Promise<Side> {
  const sink = await startSink();
  return loaded(await hikyakuSubmitting(parent, sink, settings), SUBMITTED.split(' '), sink);
}

const MAILBOXES = Array.from({ length: 10 }, (_, index) => `user${index}@example.test`);
const ACCEPTED = `--recipient user%d@example.test:10 --size 4096 --sessions ${SESSIONS}`;

async function openAcceptance(
  parent: string,
  settings: Readonly<Record<string, string>>,
  more: readonly string[],
): Promise<Side> {
  const server = await hikyakuToMailbox(parent, MAILBOXES, settings);
  return loaded(server, [...ACCEPTED.split(' '), ...more]);
}

/** @param beside ends with it */
function loaded(contender: Contender, workload: readonly string[], beside?: AsyncDisposable): Side {
  return {
    async run(amount) {
      const messages = ['--messages', String(amount)];
      const { perSecond, cpu } = await measure(contender, [...workload, ...messages]);
      return { perSecond, cpu };
    },
    async [Symbol.asyncDispose]() {
      await contender[Symbol.asyncDispose]();
      await beside?.[Symbol.asyncDispose]();
    },
  };
}

const READERS = ['alice', 'bob', 'carol', 'dave'].map((name) => `${name}@example.test`);
const IN_A_MAILBOX = 500;

async function openFetching(
  parent: string,
  settings: Readonly<Record<string, string>>,
  items: string,
): Promise<Side> {
  const server = await startDevServer(parent, { settings });
  const login = (user: string): Promise<ImapConnection> => {
    const account: Account = {
      host: '127.0.0.1',
      port: server.imapsPort,
      user,
      password: BENCH_PASSWORD,
    };
    return ImapConnection.login(account);
  };
  const source = new MessageSource(imapPool());
  // the first two are there from the first start
  for (const address of READERS.slice(2))
    await server.command('account', 'add', address, '--password-file', server.passwordFile);
  for (const address of READERS) {
    const connection = await login(address);
    for (let left = IN_A_MAILBOX; left > 0; left -= 100)
      await connection.append('INBOX', ...Array.from({ length: 100 }, () => source.next()));
    connection.close();
  }
  const sessions = await Promise.all(
    Array.from({ length: SESSIONS }, (_, i) => login(READERS[i % READERS.length]!)),
  );
  for (const session of sessions) await session.command('SELECT INBOX');
  return {
    async run(amount) {
      const times = Math.max(1, Math.round(amount / SESSIONS / IN_A_MAILBOX));
      const cpuBefore = process.cpuUsage();
      const began = performance.now();
      const { server: ours, database } = await costOf(server, () =>
        Promise.all(
          sessions.map(async (session) => {
            for (let time = 0; time < times; time++) {
              const { untagged } = await session.command(`FETCH 1:* (${items})`);
              if (untagged < IN_A_MAILBOX) throw new Error(`${untagged} responses`);
            }
          }),
        ),
      );
      const seconds = (performance.now() - began) / 1000;
      const { user, system } = process.cpuUsage(cpuBefore);
      return {
        perSecond: (times * SESSIONS * IN_A_MAILBOX) / seconds,
        cpu: { server: ours, database, load: (user + system) / 1e6 },
      };
    },
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
