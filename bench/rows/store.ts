/**
 * Row: what storing costs without SMTP: messages of 4 KB into ten mailboxes, submissions into the queue, and deliveries by peers
 * concluded, each with its events and its dialogue, as `mail/receive/accept`, `mail/submit` and `mail/queue/settle/record` write them.
 * Messages a second, and the CPU time of Node (message making included) and of PostgreSQL a message, which other work on the machine
 * disturbs less.
 */
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { systemClock } from '#clock';
import { event, type Event } from '#events';
import { silentLog } from '#log';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import { summarize } from '#protocol/message/summary';
import { migrate } from '#store/database/migrate';
import { openStore, type Store } from '#store/database/open';
import { blobOrder, storeBlob, wholeBlob, type NewBlob } from '#store/emails/blobs';
import { deliverEmail, viewOf } from '#store/emails/emails';
import { startEmbedded } from '#store/embedded/start';
import { writeDialogue, writeDialogues } from '#store/events/dialogues';
import { writeEvents } from '#store/events/events';
import { conclude, finishQueueMessages, lockQueueMessages } from '#store/queue/conclude';
import { enqueue } from '#store/queue/enqueue';
import { insertSubmission } from '#store/submissions';
import type { Statement } from '#store/writer/writer';
import { addTestAccounts } from '../../test/support/store/store.ts';
import { makePool, stamp, type PooledMessage } from '../message-pool.ts';
import { cpuSeconds } from '../processes.ts';
import type { BenchOptions, BenchResult, Row } from '../row.ts';

const ROUNDS = 5;
const CALLERS = [20, 100] as const;
const OCTETS = 4096;
/** Conclusions that the queue writes in one job. */
const CONCLUDED_TOGETHER = 100;

export const storeRow: Row = {
  name: 'store',
  title: 'storing 4 KB messages without SMTP: deliveries, submissions, conclusions',
  run: storing,
};

/** CPU in microseconds a message. */
interface Figure {
  readonly perSecond: number;
  readonly node: number;
  readonly postgres: number;
}

async function storing(options: BenchOptions): Promise<BenchResult[]> {
  if (options.peersOnly) return [];
  const dataDir = await mkdtemp(path.join(options.parent, 'store-'));
  const server = await startEmbedded({ dataDir, log: silentLog });
  if (server.kind !== 'running') throw new Error(`${server.message} ${server.remedy}`);
  await using stack = new AsyncDisposableStack();
  stack.use(server);
  const migrated = await migrate(server.connection);
  if (migrated.kind !== 'ready') throw new Error(`${migrated.reason} ${migrated.remedy}`);
  const { connection } = server;
  const opened = await openStore({ connection, clock: systemClock, log: silentLog });
  if (opened.kind !== 'open') throw new Error(`${opened.reason} ${opened.remedy}`);
  const store = stack.use(opened.store);
  const users = Array.from({ length: 10 }, (_, i) => `user${i}`);
  const messages = new Messages(store, await addTestAccounts(store, 'example.test', users));
  const count = options.quick ? 2000 : 10_000;
  const figures = new Map<string, Figure[]>();
  for (let round = options.quick ? 1 : 0; round <= (options.quick ? 1 : ROUNDS); round++) {
    for (const callers of CALLERS) {
      const both = await measureBoth(messages, count, callers, server.pid);
      for (const [name, figure] of both) {
        options.say(`store: ${name} ${figure.perSecond.toFixed(0)}/s, ${cpuOf(figure)}`);
        // the first round fills caches and plans
        if (round > 0) figures.set(name, [...(figures.get(name) ?? []), figure]);
      }
    }
  }
  return [...figures].map(([name, list]) => resultOf(name, list));
}

async function measureBoth(
  messages: Messages,
  count: number,
  callers: number,
  postmaster: number,
): Promise<[string, Figure][]> {
  const measured = (work: () => Promise<unknown>) => measure(work, count, postmaster);
  const ids: string[] = [];
  const deliveries = await measured(() =>
    runCallers(callers, count, (message) => messages.deliver(message)),
  );
  const submissions = await measured(() =>
    runCallers(callers, count, async (message) => {
      ids.push(await messages.submit(message));
    }),
  );
  const results: [string, Figure][] = [
    [`deliveries, ${callers} callers`, deliveries],
    [`submissions, ${callers} callers`, submissions],
  ];
  const conclusions = await measured(async () => {
    for (let at = 0; at < ids.length; at += CONCLUDED_TOGETHER)
      await messages.conclude(ids.slice(at, at + CONCLUDED_TOGETHER));
  });
  if (callers === CALLERS.at(-1)) results.push(['conclusions', conclusions]);
  return results;
}

async function measure(
  work: () => Promise<unknown>,
  count: number,
  postmaster: number,
): Promise<Figure> {
  const [node, postgres, began] = [process.cpuUsage(), cpuSeconds([postmaster]), performance.now()];
  await work();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(node);
  return {
    perSecond: count / seconds,
    node: (user + system) / count,
    postgres: ((cpuSeconds([postmaster]) - postgres) * 1e6) / count,
  };
}

/** So many callers, each with one message under way, until `count` were stored. */
async function runCallers(
  callers: number,
  count: number,
  store: (message: PooledMessage) => Promise<void>,
): Promise<void> {
  let left = count;
  const pools = Array.from({ length: callers }, () => makePool(2, OCTETS, 'load@sender.test'));
  await Promise.all(
    pools.map(async (pool) => {
      while (left-- > 0) await store(pool[left % 2]!);
    }),
  );
}

/** Makes the jobs. */
class Messages {
  readonly #store: Store;
  readonly #accounts: readonly string[];
  #sequence = 0;

  constructor(store: Store, accounts: readonly string[]) {
    this.#store = store;
    this.#accounts = accounts;
  }

  async deliver(message: PooledMessage): Promise<void> {
    const { id, session, now, blob, accountId, prefix } = this.#next(message);
    await this.#run(
      blob,
      [accountId],
      [
        storeBlob(blob, now),
        writeEvents([received(id, session, now, blob.size)]),
        deliverEmail({
          accountId,
          role: 'inbox',
          messageId: id,
          recipientId: 1,
          sessionId: session,
          attemptId: undefined,
          sha256: blob.sha256,
          view: viewOf(prefix, blob.size, []),
          reversePath: SENDER,
          forwardPath: RECIPIENT,
          summary: summarize(message.bytes),
          receivedAt: now,
        }),
        writeDialogue(id, session, now, DIALOGUE),
      ],
    );
  }

  /** @returns our id of the message */
  async submit(message: PooledMessage): Promise<string> {
    const { id, session, now, blob, accountId, prefix } = this.#next(message);
    const recipient = { id: 1, forwardPath: RECIPIENT };
    await this.#run(
      blob,
      [],
      [
        storeBlob(blob, now),
        ...insertSubmission({
          messageId: id,
          tenantId: '1',
          accountId,
          principalId: '1',
          credentialId: '1',
          channel: 'smtp',
          reversePath: SENDER,
          envelope: { smtputf8: false },
          recipients: [recipient],
          createdAt: now,
          releaseAt: now,
        }),
        writeEvents([received(id, session, now, blob.size), signed(id, session, now)]),
        writeDialogue(id, session, now, DIALOGUE),
        ...enqueue({
          id,
          parentId: undefined,
          sessionId: session,
          tenantId: '1',
          accountId,
          sha256: blob.sha256,
          view: viewOf(prefix, blob.size, []),
          reversePath: SENDER,
          ret: undefined,
          envid: undefined,
          smtputf8: false,
          eightBit: false,
          notifyAuthor: true,
          arrivedAt: now,
          expiresAt: now + 1e8,
          recipients: [
            {
              ...recipient,
              domain: 'relay.test',
              reversePath: undefined,
              orcpt: undefined,
              notify: undefined,
              stream: 'transactional',
              priority: 0,
              sourcePool: '',
              nextAt: now,
            },
          ],
        }),
      ],
    );
    return id;
  }

  async conclude(ids: readonly string[]): Promise<void> {
    const now = this.#store.clock.now();
    const attempts = ids.map((messageId) => ({
      messageId,
      attemptId: this.#store.newId(),
      token: 'bench',
      entries: DIALOGUE,
      conclusions: [{ kind: 'delivered' as const, recipientId: 1, reply: REPLY, status: '2.0.0' }],
    }));
    await this.#store.writer.run({
      accounts: [],
      order: ids[0]!,
      bytes: ids.length * 2048,
      statements: [
        lockQueueMessages(ids),
        conclude(attempts, now, 'lenient'),
        writeEvents(
          attempts.map(({ messageId, attemptId }) => delivered(messageId, attemptId, now)),
        ),
        writeDialogues(attempts, now),
        finishQueueMessages(ids),
      ],
    });
  }

  #next(message: PooledMessage) {
    const sequence = this.#sequence++;
    stamp(message, sequence);
    const id = this.#store.newId();
    return {
      id,
      session: this.#store.newId(),
      now: this.#store.clock.now(),
      blob: wholeBlob(message.bytes),
      accountId: this.#accounts[sequence % this.#accounts.length]!,
      prefix: Buffer.from(TRACE + id),
    };
  }

  #run(blob: NewBlob, accounts: readonly string[], statements: readonly Statement[]) {
    const order = blobOrder(blob);
    return this.#store.writer.run({ accounts, order, bytes: blob.size, statements });
  }
}

const SENDER = 'load@sender.test';
const RECIPIENT = 'someone@relay.test';
const REPLY = '250 2.0.0 stored';
/** As long as the trace fields of a delivery. */
const TRACE = `Return-Path: <${SENDER}>\r\n`.padEnd(280, 'Received: ');

const DIALOGUE: readonly DialogueEntry[] = [
  '220 mx.example.test ESMTP',
  'EHLO load.sender.test',
  '250-mx.example.test',
  '250-PIPELINING',
  '250-SIZE 52428800',
  '250-8BITMIME',
  '250-CHUNKING',
  '250-ENHANCEDSTATUSCODES',
  '250 SMTPUTF8',
  `MAIL FROM:<${SENDER}> SIZE=4096`,
  '250 2.1.0 sender ok',
  `RCPT TO:<${RECIPIENT}>`,
  '250 2.1.5 recipient ok',
  'DATA',
  '354 go on',
].map((line, at) => ({ at, kind: /^\d/.test(line) ? 'sent' : 'received', line }));

function received(messageId: string, sessionId: string, now: number, size: number): Event {
  return event(
    'message.received',
    now,
    { messageId, sessionId },
    {
      public: { listener: 'mx', size, tls: 'TLSv1.3', with: 'ESMTPS', recipients: 1 },
      personal: {
        client: '192.0.2.1',
        ehlo: 'load.sender.test',
        reversePath: SENDER,
        messageIdField: `${messageId}@sender.test`,
      },
    },
  );
}

function signed(messageId: string, sessionId: string, now: number): Event {
  const signature = { domain: 'example.test', selector: 'r1', algorithm: 'rsa-sha256' };
  return event(
    'message.signed',
    now,
    { messageId, sessionId },
    { public: { signatures: [signature], milliseconds: 1 }, personal: {} },
  );
}

function delivered(messageId: string, attemptId: string, now: number): Event {
  return event(
    'attempt.delivered',
    now,
    { messageId, attemptId, recipientId: '1' },
    {
      public: {
        site: 'relay.test',
        stage: 'data',
        code: 250,
        status: '2.0.0',
        host: 'mx.relay.test',
        attempt: 1,
      },
      personal: { forwardPath: RECIPIENT, reply: REPLY },
    },
  );
}

function resultOf(contender: string, list: readonly Figure[]): BenchResult {
  const sorted = list.toSorted((a, b) => a.perSecond - b.perSecond);
  const median = sorted[Math.floor((sorted.length - 1) / 2)]!;
  return {
    row: 'store',
    contender,
    unit: 'messages/s',
    value: median.perSecond,
    all: list.map(({ perSecond }) => perSecond),
    note: `${cpuOf(median)}; runs ${list.map(({ perSecond }) => perSecond.toFixed(0)).join(' ')}`,
  };
}

function cpuOf({ node, postgres }: Figure): string {
  return `CPU a message: Node ${node.toFixed(0)} µs, PostgreSQL ${postgres.toFixed(0)} µs`;
}
