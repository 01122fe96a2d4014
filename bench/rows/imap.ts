/**
 * Rows: IMAP beside Dovecot on Maildir, with the same messages and the same client, in 5,000 and in 50,000 messages of 4 KB. Each step
 * (imap/steps.ts) runs on one server, then on the other. «Cold»: the server had come to rest, was restarted, and Dovecot's index cache
 * removed; «unparsed»: what we keep of parsed messages was removed too.
 */
import { ImapConnection } from '../imap/connection.ts';
import { imapPool, MessageSource } from '../imap/messages.ts';
import { dovecotServer, hikyakuServer, type ImapServer } from '../imap/servers.ts';
import { OTHER, steps, type Step } from '../imap/steps.ts';
import { median } from '../median.ts';
import { cpuSeconds, proportionalMegabytes } from '../processes.ts';
import type { BenchOptions, BenchResult, Row } from '../row.ts';

/** Messages that are appended one by one in each of the rounds, in which the servers take turns. */
const APPENDS = 500;
const APPEND_ROUNDS = 3;
const FAN_OUT = 1000;

export const imapRows: readonly Row[] = [5000, 50_000].map((messages) => ({
  name: `imap-${messages / 1000}k`,
  title: `IMAP with ${messages} messages of 4 KB`,
  run: (options: BenchOptions) => imap(messages, options),
}));

async function imap(wanted: number, options: BenchOptions): Promise<BenchResult[]> {
  const messages = options.quick ? wanted / 10 : wanted;
  await using stack = new AsyncDisposableStack();
  const servers = [stack.use(await dovecotServer(options.parent))];
  if (!options.peersOnly) servers.push(stack.use(await hikyakuServer(options.parent)));
  const row = `imap-${wanted / 1000}k`;
  const results: BenchResult[] = [];
  const add = (
    step: string,
    unit: string,
    figures: readonly number[],
    goal = '1×',
    notes: readonly string[] = [],
  ): void => {
    const better =
      unit === 'KB' || unit === 'ms' ? figures[0]! / figures[1]! : figures[1]! / figures[0]!;
    for (const [i, value] of figures.entries()) {
      results.push({
        row: `${row} ${step}`,
        contender: servers[i]!.name,
        unit,
        value,
        note: notes[i] ?? '',
        ...(i === 1 && { ratio: better, goal }),
      });
    }
    const said = figures
      .map((value, i) => `${servers[i]!.name} ${value.toFixed(0)} ${notes[i] ?? ''}`.trimEnd())
      .join(', ');
    options.say(`${row}: ${step} ${said} ${unit}`);
  };
  const pool = imapPool();
  const sources = servers.map(() => new MessageSource(pool));
  const appends = options.quick ? APPENDS / 5 : APPENDS;
  const appended = servers.map((): number[] => []);
  for (let round = 0; round < APPEND_ROUNDS; round++)
    for (const [i, server] of servers.entries())
      appended[i]!.push(await appendOneByOne(server, sources[i]!, appends));
  add(
    'append one by one',
    'messages/s',
    appended.map((rates) => median(rates)),
  );
  for (const [i, server] of servers.entries())
    await fill(server, sources[i]!, messages - APPEND_ROUNDS * appends);
  for (const step of steps(messages)) {
    const figures = await each(servers, (server) => timed(server, step));
    add(
      step.name,
      step.unit,
      figures.map(({ rate }) => rate),
      step.goal,
      figures.map(({ cpu }) => `(CPU ${cpu.toFixed(1)} µs each)`),
    );
  }
  if (wanted === 5000) {
    const sessions = options.quick ? FAN_OUT / 10 : FAN_OUT;
    const idle = [];
    for (const [i, server] of servers.entries())
      idle.push(await idleSessions(server, sessions, sources[i]!));
    add(
      'idle session, TLS, selected',
      'KB',
      idle.map(({ kilobytes }) => kilobytes),
      '10×',
    );
    add(
      `tell ${sessions} idle sessions`,
      'ms',
      idle.map(({ milliseconds }) => milliseconds),
    );
  }
  return results;
}

async function each<T>(
  servers: readonly ImapServer[],
  run: (server: ImapServer) => Promise<T>,
): Promise<T[]> {
  const values: T[] = [];
  for (const server of servers) values.push(await run(server));
  return values;
}

async function appendOneByOne(
  server: ImapServer,
  source: MessageSource,
  count: number,
): Promise<number> {
  const connection = await ImapConnection.login(server.account);
  const began = performance.now();
  for (let i = 0; i < count; i++) await connection.append('INBOX', source.next());
  const seconds = (performance.now() - began) / 1000;
  connection.close();
  return count / seconds;
}

/** By MULTIAPPEND: Dovecot looks through all of a Maildir at each APPEND, which takes hours for 50,000. */
async function fill(server: ImapServer, source: MessageSource, messages: number): Promise<void> {
  const connection = await ImapConnection.login(server.account);
  for (let left = messages; left > 0; left -= 100) {
    const length = Math.min(100, left);
    await connection.append('INBOX', ...Array.from({ length }, () => source.next()));
  }
  await connection.command(`CREATE ${OTHER}`);
  connection.close();
}

interface Timed {
  /** Amount a second: the best of the runs, or their median. */
  readonly rate: number;
  /** Microseconds of the server's processors for one of the amount, in all runs; /proc counts hundredths of a second. */
  readonly cpu: number;
}

async function timed(server: ImapServer, step: Step): Promise<Timed> {
  const rates: number[] = [];
  let spent = 0;
  let connection: ImapConnection | undefined;
  for (let run = 0; run < step.times; run++) {
    if (step.cold) {
      connection?.close();
      connection = undefined;
      await server.restartCold(step.cold === 'unparsed');
    }
    if (!connection) {
      connection = await ImapConnection.login(server.account);
      if (step.name !== 'select') await connection.command('SELECT INBOX');
    }
    const { server: own, database } = server.processes();
    const before = cpuSeconds([...own, ...database]);
    const began = performance.now();
    await step.run(connection, run);
    rates.push(step.amount / ((performance.now() - began) / 1000));
    spent += cpuSeconds([...own, ...database]) - before;
    if (run < step.times - 1) await step.undo?.(connection);
  }
  connection?.close();
  return {
    rate: step.counts === 'best' ? Math.max(...rates) : median(rates),
    cpu: (spent / (step.amount * step.times)) * 1e6,
  };
}

/** What an idle session costs, and how long it takes until all of them know of a new message. */
async function idleSessions(
  server: ImapServer,
  count: number,
  source: MessageSource,
): Promise<{ kilobytes: number; milliseconds: number }> {
  const author = await ImapConnection.login(server.account);
  const memory = (): number => {
    const { server: ours, database } = server.processes();
    return proportionalMegabytes(ours, database) + proportionalMegabytes(database);
  };
  const before = memory();
  const sessions: ImapConnection[] = [];
  for (let i = 0; i < count; i++) {
    const connection = await ImapConnection.login(server.account);
    await connection.command(`SELECT ${OTHER}`);
    await connection.idle();
    sessions.push(connection);
  }
  const kilobytes = ((memory() - before) * 1000) / count;
  const began = performance.now();
  const told = sessions.map(
    (connection) =>
      new Promise<void>((resolve) => {
        connection.heard = (line) => {
          if (line.endsWith(' EXISTS')) resolve();
        };
      }),
  );
  await author.append(OTHER, source.next());
  await Promise.all(told);
  const milliseconds = performance.now() - began;
  for (const connection of [author, ...sessions]) connection.close();
  return { kilobytes, milliseconds };
}
