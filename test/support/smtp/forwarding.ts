/**
 * A server that forwards, between the hosts of strangers: mail comes in as by `reception.ts`, its queue runs on the same database, and each
 * host of the declared zone is a scripted peer. The server is `mail.example.test` at 192.0.2.99, and its domain says so by SPF.
 */
import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import type { Event } from '#events';
import { SMTP_CLIENT_LIMITS } from '#clients/smtp/limits';
import { silentLog } from '#log';
import { startQueue } from '#mail/queue/worker';
import { setAlias } from '#store/directory/addresses';
import type { DestinationKey } from '#store/queue/enqueue';
import type { DeclaredZone } from '../dns/declared-zone.ts';
import { HONEST, startReception, world, type TestReception } from './reception.ts';
import { startSmtpPeer, type PeerScript, type SmtpTestPeer } from './scripted-peer.ts';
import { HOSTNAME, type TestSmtpOptions, type TestStore } from './own-server.ts';

export const HERE = '192.0.2.99';
/** Of `next.example`, where aliases lead. */
const NEXT = '192.0.2.30';

export interface Forwarder extends AsyncDisposable {
  readonly zone: DeclaredZone;
  readonly reception: TestReception;
  /** Where aliases lead. */
  readonly next: SmtpTestPeer;
  /** The host of `good.example` and the other honest domains: where bounces end. */
  readonly author: SmtpTestPeer;
  alias(localPart: string, ...targets: string[]): Promise<void>;
  /** Lets the queue try what is due, until so many events of the type have been concluded since the last call. */
  until(type: Event['type'], count?: number): Promise<readonly Event[]>;
}

export interface ForwarderOptions extends TestSmtpOptions {
  readonly script?: PeerScript;
}

export async function startForwarder(
  at: TestStore,
  { script, ...options }: ForwarderOptions = {},
): Promise<Forwarder> {
  await using parts = new AsyncDisposableStack();
  const zone = world();
  zone.declare('example.test', { MX: `10 ${HOSTNAME}`, TXT: `v=spf1 ip4:${HERE} -all` });
  zone.declare(HOSTNAME, { A: HERE, TXT: 'v=spf1 a -all' });
  zone.declare('next.example', { MX: '10 mx.next.example' });
  zone.declare('mx.next.example', { A: NEXT });
  const next = parts.use(await startSmtpPeer({ extensions: ['SMTPUTF8', '8BITMIME'], ...script }));
  const author = parts.use(await startSmtpPeer());
  const ports = new Map([
    [NEXT, next.port],
    [HONEST, author.port],
  ]);
  const reception = parts.use(await startReception(at, zone, options));
  let events: Event[] = [];
  const waiting = new Set<() => void>();
  const { store, directory } = at;
  const queue = startQueue({
    store,
    directory,
    resolver: zone,
    dialer: {
      dial: ({ address }) =>
        new Promise((resolve) => {
          const port = ports.get(address);
          if (port === undefined)
            return resolve({ kind: 'network', reason: 'refused', detail: 'ECONNREFUSED' });
          const socket = connect({ port, host: '127.0.0.1', noDelay: true });
          socket.once('connect', () => resolve({ kind: 'connected', socket }));
        }),
    },
    limits: SMTP_CLIENT_LIMITS,
    log: silentLog,
    random: () => 0,
    randomBytes,
    hostname: HOSTNAME,
    ownNames: new Set([HOSTNAME]),
    isOwnAddress: (address) => address === HERE,
    attempts: 4,
    schedule: { firstRetry: 60e3, longestGap: 3600e3, lifetime: 432e6, delayNotice: 3600e3 },
    sourceAddresses: [],
    unrouted: () => 'deliver',
    delivery: 'deliver',
    languages: ['en'],
    concluded: (_, concluded) => {
      events.push(...concluded);
      for (const check of waiting) check();
    },
  });
  parts.defer(() => queue.stop(0));
  const kept = parts.move();
  return {
    zone,
    reception,
    next,
    author,
    async alias(localPart, ...targets) {
      await setAlias(store.pool, { localPart, domain: 'example.test', targets, now: Date.now() });
      store.notices.say('directory');
    },
    async until(type, count = 1) {
      const { rows } = await store.pool.query<DestinationKey>(
        'select distinct site, stream, source_pool as "sourcePool" from queue_claims',
      );
      queue.wake(rows);
      await new Promise<void>((resolve) => {
        const check = (): void => {
          if (events.filter((one) => one.type === type).length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      });
      const concluded = events;
      events = [];
      return concluded;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
