/**
 * Row: a queue of a million recipients that are all due, half of them for one site that is at its limit, the rest
 * over 10,000 sites, while workers claim and conclude. Measured: how long one claim takes, and until it is on the disk, before which
 * nothing is sent (an attempt opens its session meanwhile); how long the server takes to be ready on such a queue and on an empty one.
 */
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import { systemClock } from '#clock';
import { silentLog } from '#log';
import { migrate } from '#store/database/migrate';
import { openStore, type Store } from '#store/database/open';
import { startEmbedded } from '#store/embedded/start';
import { claim, releaseLease, renewLease, type Claim } from '#store/queue/claim';
import { conclude, finishQueueMessages, lockQueueMessages } from '#store/queue/conclude';
import { reconcileDestinations } from '#store/queue/destinations';
import { openQueuePool, type QueuePool } from '#store/queue/pool';
import { startDevServer } from '../peers/hikyaku.ts';
import type { BenchOptions, BenchResult, Row } from '../row.ts';

const WORKERS = 4;
const CLAIM_LIMIT = 20;
const SITES = 10_000;
const RECIPIENTS_PER_MESSAGE = 10;
const DEADLOCK = '40P01';

export const queueRow: Row = {
  name: 'queue',
  title:
    'a queue of 1,000,000 due recipients, half for one site at its limit, the rest over 10,000',
  run: queue,
};

async function queue(options: BenchOptions): Promise<BenchResult[]> {
  if (options.peersOnly) return [];
  const recipients = options.quick ? 50_000 : 1_000_000;
  const data = await mkdtemp(path.join(options.parent, 'queue-'));
  await chmod(data, 0o700);
  const { tally, seconds } = await claimFrom(data, recipients, options);
  const claimed = ranked(tally.claimed);
  const kept = ranked(tally.kept);
  const count = tally.claimed.length;
  const rate = (count / seconds).toFixed(0);
  const claims = `${count} claims, ${rate} a second, ${tally.deadlocks} deadlocks`;
  options.say(
    `queue: ${claims}, p50 ${claimed(0.5).toFixed(2)} ms, p99 ${claimed(0.99).toFixed(2)} ms`,
  );
  const filled = await readyAfter(options, data);
  const fresh = await mkdtemp(path.join(options.parent, 'empty-'));
  await chmod(fresh, 0o700);
  const first = await readyAfter(options, fresh);
  const empty = await readyAfter(options, fresh);
  return [
    result('claim, p50', claimed(0.5), '', claims),
    result('claim, p99', claimed(0.99), 'under 5', `longest ${claimed(1).toFixed(1)}`),
    result('claim on the disk, p50', kept(0.5), '', ''),
    result('claim on the disk, p99', kept(0.99), '', `longest ${kept(1).toFixed(1)}`),
    result(`start with ${recipients} queued`, filled, 'under 3000', ''),
    result('start with an empty queue', empty, 'under 1000', ''),
    result('first start', first, '', 'with initdb, keys and accounts'),
  ];
}

async function claimFrom(
  data: string,
  recipients: number,
  options: BenchOptions,
): Promise<{ tally: Tally; seconds: number }> {
  const server = await startEmbedded({ dataDir: data, log: silentLog });
  if (server.kind !== 'running') throw new Error(`${server.message} ${server.remedy}`);
  await using stack = new AsyncDisposableStack();
  stack.use(server);
  const migrated = await migrate(server.connection);
  if (migrated.kind !== 'ready') throw new Error(`${migrated.reason} ${migrated.remedy}`);
  await fill(server.connection, recipients, options);
  const { connection } = server;
  const opened = await openStore({ connection, clock: systemClock, log: silentLog });
  if (opened.kind !== 'open') throw new Error(`${opened.reason} ${opened.remedy}`);
  const store = stack.use(opened.store);
  const queue = openQueuePool(store.connection, silentLog);
  stack.defer(() => queue.end());
  await reconcileDestinations(queue, Date.now());
  options.say('queue: filled, workers begin');
  const tally = new Tally();
  const began = performance.now();
  const until = began + (options.quick ? 3 : 30) * 1000;
  await Promise.all(Array.from({ length: WORKERS }, () => work(store, queue, tally, until)));
  return { tally, seconds: (performance.now() - began) / 1000 };
}

/** How long claims took, and how often PostgreSQL had to break a deadlock; such a statement is run again. */
class Tally {
  /** Milliseconds from the question to the answer. */
  readonly claimed: number[] = [];
  /** The same, until the lease was found on the disk. */
  readonly kept: number[] = [];
  deadlocks = 0;

  async retried<T>(statement: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await statement();
      } catch (error) {
        if ((error as { code?: string }).code !== DEADLOCK) throw error;
        this.deadlocks++;
      }
    }
  }
}

/** Claims, says that everything was delivered, and lets go, until the time is over. */
async function work(store: Store, queue: QueuePool, tally: Tally, until: number): Promise<void> {
  while (performance.now() < until) {
    const began = performance.now();
    const token = randomUUID();
    const now = Date.now();
    const request = { token, node: store.node, now, limit: CLAIM_LIMIT, sources: {} };
    const taken = await tally.retried(() => claim(queue, request));
    tally.claimed.push(performance.now() - began);
    if (taken === undefined) return;
    if (taken.messages.length > 0) {
      await renewLease(queue, token);
      tally.kept.push(performance.now() - began);
      await deliver(store, taken, now);
    }
    await tally.retried(() => releaseLease(queue, token, { kind: 'accepts' }, Date.now()));
  }
}

async function deliver(store: Store, { messages, token }: Claim, now: number): Promise<void> {
  const ids = messages.map(({ id }) => id);
  const concluded = messages.map((message) => ({
    messageId: message.id,
    token,
    conclusions: message.recipients.map(({ recipientId }) => ({
      kind: 'delivered' as const,
      recipientId,
      reply: '250 2.0.0 ok',
      status: '2.0.0',
    })),
  }));
  await store.writer.run({
    accounts: [],
    order: ids[0]!,
    bytes: 1000,
    statements: [
      lockQueueMessages(ids),
      conclude(concluded, now, 'strict'),
      finishQueueMessages(ids),
    ],
  });
}

/** The value below which a part of them is. */
function ranked(values: readonly number[]): (part: number) => number {
  const sorted = Float64Array.from(values).sort();
  return (part) => sorted[Math.floor((sorted.length - 1) * part)]!;
}

function result(contender: string, value: number, goal: string, note: string): BenchResult {
  return { row: 'queue', contender, unit: 'ms', value, goal, note };
}

/** Fills the queue by SQL; a million submissions would take minutes and leave the same rows. */
async function fill(
  connection: ConstructorParameters<typeof Client>[0],
  recipients: number,
  { say }: BenchOptions,
): Promise<void> {
  say(`queue: filling ${recipients} recipients`);
  const client = new Client(connection);
  await client.connect();
  const due = new Date(Date.now() - 3_600_000);
  const expires = new Date(Date.now() + 5 * 86_400_000);
  await client.query(
    `insert into blobs (sha256, size, touched_at) values (decode(repeat('00', 32), 'hex'), 4, $1)`,
    [due],
  );
  await client.query(
    `insert into queue_messages (id, tenant_id, blob_id, prefix, hidden, size, reverse_path, smtputf8, eight_bit,
       notify_author, arrived_at, expires_at)
     select 'bench' || n, 1, (select min(id) from blobs), '', '{}', 4, 'a@example.test', false, false, true, $2, $3
     from generate_series(1, $1::integer) n`,
    [recipients / RECIPIENTS_PER_MESSAGE, due, expires],
  );
  await client.query(
    `with recipient as (
       select 'bench' || (1 + n / ${RECIPIENTS_PER_MESSAGE}) as message_id, 1 + n % ${RECIPIENTS_PER_MESSAGE} as id,
         case when n % 2 = 0 then 'busy.test' else 'site' || (n / 2 % ${SITES}) || '.test' end as site
       from generate_series(0, $1::integer - 1) n),
     stored as (
       insert into queue_recipients (message_id, recipient_id, tenant_id, forward_path, domain, stream, priority, source_pool)
       select message_id, id, 1, 'user@' || site, site, 'transactional', 0, 'default' from recipient)
     insert into queue_claims (message_id, recipient_id, site, stream, source_pool, next_at)
     select message_id, id, site, 'transactional', 'default', $2 from recipient`,
    [recipients, due],
  );
  await client.query(
    `insert into site_limits (site, source, running, cap) values ('busy.test', '', 20, 20)`,
  );
  await client.query('analyze');
  await client.end();
}

/** Milliseconds from the start of the development server until it says that it is ready. */
async function readyAfter(options: BenchOptions, data: string): Promise<number> {
  const began = performance.now();
  await using server = await startDevServer(options.parent, { data, delivery: 'hold' });
  void server;
  return performance.now() - began;
}
