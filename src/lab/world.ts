/**
 * The practice Internet as the server's surroundings: everything that stands around one server, in its process, on the loopback. Built by
 * `cli/nouns/serve.ts`, handed to `startServer`; its parts are opened in order once the database is there.
 */
import { mkdir } from 'node:fs/promises';
import { randomInt } from 'node:crypto';
import path from 'node:path';
import { StubResolver } from '#clients/dns/stub-resolver';
import { systemClock } from '#clock';
import type { Resolver } from '#protocol/dns/resolver';
import type { ImapWitness } from '#servers/imap/witness';
import type { SessionWitness } from '#servers/smtp/settings';
import type { Dialer } from '#clients/smtp/dial';
import type { Store } from '#store/database/open';
import type { LabHost } from './addresses.ts';
import { clockCalls } from './clock-calls.ts';
import { labClock, type LabClock } from './clock.ts';
import { LEARNERS_DOMAIN } from './dns/infrastructure.ts';
import type { Ground, LabCall } from './ground.ts';
import { guardTheWayOut } from './guard/guard.ts';
import { keepClock } from './keep-clock.ts';
import type { LearnersServer } from './learners-server.ts';
import { isOnLoopback } from './guard/loopback.ts';
import { LessonWitness } from './lessons/seen/session-witness.ts';
import { labNetwork, type LabNetwork } from './network.ts';
import { openParties } from './parties.ts';
import { passTime } from './pass-time.ts';
import { ImapSessions } from './replay/imap/sessions.ts';
import { worldCalls } from './world-calls.ts';
import type { WorldOptions } from './world-options.ts';

export interface World {
  readonly clock: LabClock;
  readonly network: LabNetwork;
  readonly resolver: Resolver;
  readonly dialer: Dialer;
  readonly placeOf: LabNetwork['placeOf'];
  readonly hasDomain: (domain: string) => boolean;
  readonly isOutside: (address: string) => boolean;
  readonly isThisMachine: (address: string) => boolean;
  readonly isPrivate: (address: string) => boolean;
  readonly witness: SessionWitness;
  readonly imapWitness: ImapWitness;
  readonly calls: Readonly<Record<string, LabCall>>;
  /** Resolves once what was counted is written down, and nothing is due to be sent by the parties at this time of the calendar. */
  readonly settle: () => Promise<void>;
  open(store: Store): Promise<OpenWorld>;
}

export interface OpenWorld extends AsyncDisposable {
  readonly kind: 'open';
  readonly trustedRoots: readonly string[];
  readonly nameServerPort: number;
  begin(server: LearnersServer): Promise<void>;
}

/** Nothing runs yet, but from here on nothing leaves the machine. */
export function makeWorld(options: WorldOptions): World {
  const { prefix, log, ownPorts, allowed } = options;
  const refused = (host: string, port: number | undefined): void =>
    log.warn('lab.kept-inside', { host, port });
  const guard = guardTheWayOut({ allowed, refused });
  const { clock = labClock(systemClock) } = options;
  const network = labNetwork({ prefix, ownPorts, refused });
  const openResolver = (cacheSize?: number, host?: LabHost): StubResolver => {
    const resolving = { address: network.addressOf('resolver.test'), port: network.localPort(53) };
    const from = host === undefined ? {} : { localAddress: network.addressOf(host) };
    return new StubResolver({
      servers: [{ ...resolving, ...from, trusted: true }],
      clock,
      randomId: () => randomInt(0x1_0000),
      ...(cacheSize !== undefined && { cacheSize }),
    });
  };
  const resolver = openResolver(undefined, 'mail.example.test');
  const witness = new LessonWitness({ clock, log });
  const imapWitness = new ImapSessions(clock);
  const calls: Record<string, LabCall> = {};
  let isRegistered = (_domain: string): boolean => false;
  let settle = (): Promise<void> => Promise.resolve();
  let queueIsIdle = (): boolean => true;
  return {
    clock,
    network,
    resolver,
    dialer: ownDialer(network),
    placeOf: network.placeOf,
    hasDomain: (domain) => isRegistered(domain),
    isOutside: network.has,
    isThisMachine: (address) => !network.has(address) && isOnLoopback(address),
    // the learner's own; others of this network are strangers
    isPrivate: (address) =>
      !network.has(address) || address === network.addressOf('mail.example.test'),
    witness,
    imapWitness,
    calls,
    settle: () => settle(),
    async open(store) {
      await using parts = new AsyncDisposableStack();
      parts.defer(() => guard[Symbol.dispose]());
      parts.defer(() => resolver[Symbol.dispose]());
      const folder = path.join(options.dataDir, 'lab');
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const { pool } = store;
      const kept = parts.use(
        await keepClock({ pool, clock, log, realNow: () => Date.now() }, options.seed),
      );
      const ground: Ground = { pool, store, clock, log, network, seed: kept.seed, folder };
      const parties = parts.use(
        await openParties({
          ground,
          resolver,
          openResolver,
          witness,
          imap: imapWitness,
          calendarMoved: () => kept.keep(),
          ...options,
        }),
      );
      const passing = {
        pool,
        clock,
        settle: () => parties.settle(),
        queueIsIdle: () => queueIsIdle(),
      };
      const pass = (milliseconds: number, by: number) => passTime(passing, milliseconds, by);
      addCalls(calls, clockCalls(ground, kept, pass), parties.calls);
      const { ca, dns } = parties;
      isRegistered = (domain) => dns.isRegistered(domain);
      settle = () => parties.settle();
      const view = { prefix, ownPorts: [...ownPorts], trustedRoots: ca.trustedRoots };
      addCalls(calls, worldCalls({ ...view, seed: kept.seed }));
      const opened = parts.move();
      return {
        kind: 'open',
        trustedRoots: ca.trustedRoots,
        nameServerPort: network.localPort(53),
        async begin(server) {
          const zone = await server.zoneOf(LEARNERS_DOMAIN);
          if (zone !== undefined) await dns.foundLearner(zone, options.hostname);
          parties.begin(server);
          queueIsIdle = server.queueIsIdle;
        },
        [Symbol.asyncDispose]: () => opened.disposeAsync(),
      };
    },
  };
}

/** The learner's server asks others by HTTP from its own address, by which they know it. */
function ownDialer({ machineDialer, has, addressOf }: LabNetwork): Dialer {
  const localAddress = addressOf('mail.example.test');
  return {
    localAddress,
    dial: (target) =>
      machineDialer.dial(
        has(target.address) && (target.port === 80 || target.port === 443)
          ? { localAddress, ...target }
          : target,
      ),
  };
}

function addCalls(
  calls: Record<string, LabCall>,
  ...more: readonly Readonly<Record<string, LabCall>>[]
): void {
  for (const [name, call] of more.flatMap((one) => Object.entries(one)))
    calls[`lab/${name}`] = call;
}
