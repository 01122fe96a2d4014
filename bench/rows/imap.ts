/**
 * Rows: IMAP beside Dovecot on Maildir, with the same messages and the same client, in 5,000 and in 50,000 messages of 4 KB. Each step
 * runs on one server, then on the other; steps that change nothing run three times, of which the best counts. «Cold»: the server
 * had come to rest, was restarted, and Dovecot's index cache removed; «unparsed»: what we keep of parsed messages was removed too.
 */
import { ImapConnection } from '../imap/connection.ts';
import { dovecotServer, hikyakuServer, type ImapServer } from '../imap/servers.ts';
import { makePool, stamp, type PooledMessage } from '../message-pool.ts';
import { cpuSeconds, proportionalMegabytes } from '../processes.ts';
import type { BenchOptions, BenchResult, Row } from '../row.ts';

const OCTETS = 4096;
const POOL = 200;
/** A needle that no pool has by chance, in one message of a thousand. */
const NEEDLE = 'Zaunkönigreich';
const SUBJECT_NEEDLE = 'quarterly-figures';
const RANDOM_FETCHES = 1000;
const APPENDS = 500;
const FAN_OUT = 1000;

export const imapRows: readonly Row[] = [5000, 50_000].map((messages) => ({
  name: `imap-${messages / 1000}k`,
  title: `IMAP with ${messages} messages of 4 KB`,
  run: (options: BenchOptions) => imap(messages, options),
}));

interface Step {
  readonly name: string;
  readonly unit: string;
  /** Amount of the unit in one run. */
  readonly amount: number;
  readonly times: number;
  readonly cold?: 'cold' | 'unparsed' | undefined;
  /** Ratio to reach. */
  readonly goal?: string;
  run(connection: ImapConnection): Promise<void>;
}

async function imap(wanted: number, options: BenchOptions): Promise<BenchResult[]> {
  const messages = options.quick ? wanted / 10 : wanted;
  await using stack = new AsyncDisposableStack();
  const servers = [stack.use(await dovecotServer(options.parent))];
  if (!options.peersOnly) servers.push(stack.use(await hikyakuServer(options.parent)));
  const row = `imap-${wanted / 1000}k`;
  const results: BenchResult[] = [];
  const pool = makePool(POOL, OCTETS, 'alice@example.test').map(withNeedles);
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
  const fresh = await each(servers, (server) => appendOneByOne(server, pool));
  add('append one by one', 'messages/s', fresh);
  for (const server of servers) await fill(server, pool, messages - APPENDS);
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
    for (const server of servers) idle.push(await idleSessions(server, sessions, pool));
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

/** Needles stand in some of the pool, where text stood; stamping makes each use another message. */
function withNeedles(message: PooledMessage, index: number): PooledMessage {
  if (index !== 7) return message;
  const { bytes, stamps } = message;
  const header = bytes.indexOf('Subject: ') + 'Subject: '.length;
  bytes.write(SUBJECT_NEEDLE, header, 'latin1');
  const text = bytes.indexOf('\r\n\r\n', bytes.indexOf('text/plain')) + 4;
  bytes.write(NEEDLE, text, 'utf8');
  return { bytes, stamps };
}

let sequence = 0;
/** Messages of the pool in turn; that of the needles once in a thousand. */
function nextMessage(pool: readonly PooledMessage[]): Uint8Array {
  sequence++;
  const index = sequence % 1000 === 7 ? 7 : sequence % POOL === 7 ? 8 : sequence % POOL;
  const message = pool[index]!;
  stamp(message, sequence);
  return Buffer.from(message.bytes);
}

async function appendOneByOne(server: ImapServer, pool: readonly PooledMessage[]): Promise<number> {
  sequence = 0;
  const connection = await ImapConnection.login(server.account);
  const began = performance.now();
  for (let i = 0; i < APPENDS; i++) await connection.append('INBOX', nextMessage(pool));
  const seconds = (performance.now() - began) / 1000;
  connection.close();
  return APPENDS / seconds;
}

/** By MULTIAPPEND: Dovecot looks through all of a Maildir at each APPEND, which takes hours for 50,000. */
async function fill(
  server: ImapServer,
  pool: readonly PooledMessage[],
  messages: number,
): Promise<void> {
  sequence = APPENDS;
  const connection = await ImapConnection.login(server.account);
  for (let left = messages; left > 0; left -= 100) {
    const length = Math.min(100, left);
    await connection.append('INBOX', ...Array.from({ length }, () => nextMessage(pool)));
  }
  await connection.command('CREATE Other');
  connection.close();
}

function steps(messages: number): Step[] {
  const fetching = (name: string, items: string, cold?: Step['cold']): Step => ({
    name,
    unit: 'messages/s',
    amount: messages,
    times: cold ? 1 : 3,
    cold,
    ...(cold === 'unparsed' && { goal: '' }),
    async run(connection) {
      const { untagged } = await connection.command(`FETCH 1:* (${items})`);
      if (untagged < messages) throw new Error(`${name}: ${untagged} of ${messages} came`);
    },
  });
  const searching = (name: string, goal: string, program: string): Step => ({
    name,
    goal,
    unit: 'messages/s',
    amount: messages,
    times: 3,
    async run(connection) {
      const { last } = await connection.command([Buffer.from(`UID SEARCH ${program}`, 'latin1')]);
      const found = last.split(' ').length - 2;
      const wanted = Math.ceil((messages - 6) / 1000);
      if (!last.startsWith('* SEARCH ') || found !== wanted)
        throw new Error(`${name} found ${found} of ${wanted}: ${last}`);
    },
  });
  const changing = (name: string, ...commands: readonly string[]): Step => ({
    name,
    unit: 'messages/s',
    amount: messages * commands.length,
    times: 1,
    async run(connection) {
      for (const command of commands) await connection.command(command);
    },
  });
  const once = (name: string, command: string): Step => ({
    name,
    unit: 'times/s',
    amount: 1,
    times: 5,
    run: async (connection) => void (await connection.command(command)),
  });
  return [
    once('select', 'SELECT INBOX'),
    fetching('fetch flags', 'FLAGS'),
    fetching('fetch envelope, bodystructure, unparsed', 'ENVELOPE BODYSTRUCTURE', 'unparsed'),
    fetching('fetch envelope, bodystructure, cold', 'ENVELOPE BODYSTRUCTURE', 'cold'),
    fetching('fetch envelope, bodystructure, warm', 'ENVELOPE BODYSTRUCTURE'),
    fetching('fetch header fields', 'BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE)]'),
    fetching('fetch bodies', 'BODY.PEEK[]'),
    searching(
      'search text',
      '10×',
      `CHARSET UTF-8 TEXT {${Buffer.byteLength(NEEDLE)}+}\r\n${Buffer.from(NEEDLE).toString('latin1')}`,
    ),
    searching('search subject', '1×', `SUBJECT ${SUBJECT_NEEDLE}`),
    changing('store', 'STORE 1:* +FLAGS.SILENT (\\Flagged)', 'STORE 1:* -FLAGS (\\Flagged)'),
    {
      name: 'random single fetches',
      unit: 'messages/s',
      amount: RANDOM_FETCHES,
      times: 1,
      async run(connection) {
        for (let i = 0; i < RANDOM_FETCHES; i++) {
          const number = 1 + Math.floor(Math.random() * messages);
          await connection.command(`FETCH ${number} (FLAGS BODY.PEEK[])`);
        }
      },
    },
    changing('copy', 'COPY 1:* Other'),
    changing('move', 'MOVE 1:* Other'),
  ];
}

interface Timed {
  /** Amount a second, the best of the runs. */
  readonly rate: number;
  /** Microseconds of the server's processors for one of the amount, in all runs; /proc counts hundredths of a second. */
  readonly cpu: number;
}

async function timed(server: ImapServer, step: Step): Promise<Timed> {
  if (step.cold) await server.restartCold(step.cold === 'unparsed');
  const connection = await ImapConnection.login(server.account);
  if (step.name !== 'select') await connection.command('SELECT INBOX');
  const { server: own, database } = server.processes();
  const spent = (): number => cpuSeconds([...own, ...database]);
  const before = spent();
  let rate = 0;
  for (let i = 0; i < step.times; i++) {
    const began = performance.now();
    await step.run(connection);
    rate = Math.max(rate, step.amount / ((performance.now() - began) / 1000));
  }
  const cpu = ((spent() - before) / (step.amount * step.times)) * 1e6;
  connection.close();
  return { rate, cpu };
}

/** What an idle session costs, and how long it takes until all of them know of a new message. */
async function idleSessions(
  server: ImapServer,
  count: number,
  pool: readonly PooledMessage[],
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
    await connection.command('SELECT Other');
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
  await author.append('Other', nextMessage(pool));
  await Promise.all(told);
  const milliseconds = performance.now() - began;
  for (const connection of [author, ...sessions]) connection.close();
  return { kilobytes, milliseconds };
}
