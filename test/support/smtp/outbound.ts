/**
 * A queue on a fresh database with a declared zone and scripted peers: mail is queued as a submission would, whatever is dialled leads
 * to the peer that a test named for the address, and a test waits for events instead of time.
 */
import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '#clock';
import { utf8 } from '#bytes';
import type { Dialer } from '#clients/smtp/dial';
import { SMTP_CLIENT_LIMITS } from '#clients/smtp/limits';
import type { Event } from '#events';
import { silentLog } from '#log';
import { startQueue, type Queue, type QueueOptions } from '#mail/queue/worker';
import type { Store } from '#store/database/open';
import { Directory } from '#store/directory/directory';
import { blobOrder, storeBlob, wholeBlob } from '#store/emails/blobs';
import { viewOf } from '#store/emails/emails';
import {
  enqueue,
  type DestinationKey,
  type QueueMessage,
  type QueueRecipient,
} from '#store/queue/enqueue';
import { declaredZone, type DeclaredName, type DeclaredZone } from '../dns/declared-zone.ts';
import type { ManualClock } from '../time/manual-clock.ts';
import { addTestAccounts, openTestStore } from '../store/store.ts';

export interface Outbound extends AsyncDisposable {
  readonly store: Store;
  readonly directory: Directory;
  readonly zone: DeclaredZone;
  readonly accounts: readonly string[];
  /** Ports by address: where a dial to it leads. None: the connection is refused. */
  readonly ports: Map<string, number>;
  /** Addresses that were dialled. */
  readonly dialled: string[];
  /** What was concluded so far, in the order of the commits. */
  readonly events: Event[];
  /** Starts another worker on the same database. */
  start(more?: Partial<QueueOptions>): Queue;
  /** Queues a message; `wake` the answer, or let a worker find it. */
  enqueue(mail: TestMail): Promise<{ id: string; destinations: DestinationKey[] }>;
  /** Queues a message and wakes the first worker. */
  send(mail: TestMail): Promise<string>;
  /** Resolves once so many events of the type (of the message) were concluded. */
  until(type: Event['type'], count?: number, messageId?: string): Promise<void>;
  /** Resolves once the workers have given back what they took, and wait for the calendar. */
  rest(): Promise<void>;
  /** The same as `until`, while the clock moves on whenever the workers wait for it. */
  forward(
    clock: ManualClock,
    type: Event['type'],
    count?: number,
    messageId?: string,
  ): Promise<void>;
}

export interface TestMail extends Partial<Omit<QueueMessage, 'recipients'>> {
  readonly to: readonly (string | (Partial<QueueRecipient> & { readonly address: string }))[];
  readonly content?: string;
}

export const CONTENT =
  'From: alice@example.test\r\nSubject: Lunch\r\nMessage-ID: <1@example.test>\r\n\r\nAt noon?\r\n';
export const DAY = 86_400_000;
export const HOUR = 3_600_000;
export const MINUTE = 60_000;

/** All chunks of a stream. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

/** example.test is here, with alice and bob. */
export async function openOutbound(
  clock: Clock,
  zone: Readonly<Record<string, DeclaredName>> = {},
  settings: Partial<QueueOptions> = {},
): Promise<Outbound> {
  const opened = await openTestStore(clock);
  const { store } = opened;
  const accounts = await addTestAccounts(store, 'example.test', ['alice', 'bob']);
  const directory = new Directory(store.pool, store.notices);
  const declared = declaredZone(zone);
  const ports = new Map<string, number>();
  const dialled: string[] = [];
  const events: Event[] = [];
  const waiting = new Set<() => void>();
  const queues: Queue[] = [];
  const options: QueueOptions = {
    store,
    directory,
    resolver: declared,
    dialer: dialerTo(ports, dialled),
    limits: SMTP_CLIENT_LIMITS,
    log: silentLog,
    random: () => 0,
    randomBytes,
    hostname: 'mail.example.test',
    ownNames: new Set(['mail.example.test']),
    isOwnAddress: () => false,
    attempts: 20,
    schedule: {
      firstRetry: MINUTE,
      longestGap: 4 * HOUR,
      lifetime: 5 * DAY,
      delayNotice: 4 * HOUR,
    },
    sourceAddresses: [],
    unrouted: () => 'deliver',
    delivery: 'deliver',
    languages: ['en'],
    concluded: (_, concluded) => {
      events.push(...concluded);
      for (const check of waiting) check();
    },
    ...settings,
  };
  const outbound: Outbound = {
    store,
    directory,
    zone: declared,
    accounts,
    ports,
    dialled,
    events,
    start(more = {}) {
      const queue = startQueue({ ...options, ...more });
      queues.push(queue);
      return queue;
    },
    enqueue: (mail) => enqueueTestMail(store, accounts[0]!, mail),
    async send(mail) {
      const { id, destinations } = await outbound.enqueue(mail);
      queues[0]?.wake(destinations);
      return id;
    },
    until(type, count = 1, messageId) {
      return new Promise((resolve) => {
        const check = (): void => {
          const found = events.filter(
            (one) =>
              one.type === type && (messageId === undefined || one.ids.messageId === messageId),
          );
          if (found.length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      });
    },
    async rest() {
      while (!queues.every(({ isIdle }) => isIdle)) await setImmediate();
    },
    async forward(clock, type, count, messageId) {
      let isDone = false;
      const until = outbound.until(type, count, messageId).then(() => (isDone = true));
      while (!isDone) {
        if (queues.every(({ isIdle }) => isIdle))
          await Promise.race([until, clock.toNextSleeper()]);
        else await setImmediate();
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(queues.map((queue) => queue.stop(0)));
      directory.close();
      await opened[Symbol.asyncDispose]();
    },
  };
  return outbound;
}

function dialerTo(ports: ReadonlyMap<string, number>, dialled: string[]): Dialer {
  return {
    dial({ address, localAddress }) {
      dialled.push(address);
      const port = ports.get(address);
      if (port === undefined) {
        return Promise.resolve({ kind: 'network', reason: 'refused', detail: 'ECONNREFUSED' });
      }
      return new Promise((resolve) => {
        const host = localAddress?.includes(':') === true ? '::1' : '127.0.0.1';
        const source = localAddress === undefined ? {} : { localAddress };
        const socket = connect({ port, host, noDelay: true, ...source });
        socket.once('connect', () => resolve({ kind: 'connected', socket }));
        socket.once('error', (error) =>
          resolve({ kind: 'network', reason: 'error', detail: error.message }),
        );
      });
    },
  };
}

const tenants = new WeakMap<Store, Promise<string>>();

/** Asked for once: hundreds of questions at once would wait longer for a connection than the pool lets them. */
function tenantOf(store: Store): Promise<string> {
  const known = tenants.get(store);
  if (known !== undefined) return known;
  const asked = store.pool
    .query<{ id: string }>('select id from tenants limit 1')
    .then(({ rows }) => rows[0]!.id);
  tenants.set(store, asked);
  return asked;
}

async function enqueueTestMail(
  store: Store,
  accountId: string,
  { to, content = CONTENT, ...more }: TestMail,
): Promise<{ id: string; destinations: DestinationKey[] }> {
  const now = store.clock.now();
  const blob = wholeBlob(utf8(content));
  const id = more.id ?? store.newId();
  const tenantId = await tenantOf(store);
  const results = await store.writer.run({
    accounts: [],
    order: blobOrder(blob),
    bytes: blob.size,
    statements: [
      storeBlob(blob, now),
      ...enqueue({
        id,
        parentId: undefined,
        sessionId: undefined,
        tenantId,
        accountId,
        sha256: blob.sha256,
        view: viewOf(utf8(''), blob.size, []),
        reversePath: 'alice@example.test',
        ret: undefined,
        envid: undefined,
        smtputf8: false,
        eightBit: /[^\x00-\x7f]/.test(content),
        notifyAuthor: true,
        arrivedAt: now,
        expiresAt: now + 5 * DAY,
        ...more,
        recipients: to.map((one, index) => recipientOf(one, index, now)),
      }),
    ],
  });
  return { id, destinations: results.at(-1)!.rows as unknown as DestinationKey[] };
}

function recipientOf(one: TestMail['to'][number], index: number, now: number): QueueRecipient {
  const { address, ...more } = typeof one === 'string' ? { address: one } : one;
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return {
    id: index + 1,
    forwardPath: address,
    domain: domain === 'example.test' ? '' : domain,
    reversePath: undefined,
    orcpt: undefined,
    notify: undefined,
    stream: 'transactional',
    priority: 0,
    sourcePool: '',
    nextAt: now,
    ...more,
  };
}
