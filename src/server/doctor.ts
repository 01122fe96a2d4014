/** The doctor of a running server: what it tells the command line, and its round of the day. */
import { randomBytes } from 'node:crypto';
import { totalmem } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '#clock';
import type { Config, Mode } from '#config';
import type { Event } from '#events';
import type { Log } from '#log';
import type { DnsPlan } from '#mail/dns-plan/record';
import { beforeOf, doctorDesk, type DoctorDesk } from '#mail/doctor/desk';
import { LOOK_EVERY, makeRound, type RoundOptions } from '#mail/doctor/daily-round';
import type { EchoBox } from '#mail/doctor/echo-box';
import { gatherFacts } from '#mail/doctor/gather-facts';
import type { Result } from '#mail/doctor/result';
import { runChecks } from '#mail/doctor/run';
import type {
  AuthorityFacts,
  ListenerFacts,
  ListenerName,
  LoadFacts,
  WebFacts,
} from '#mail/doctor/server-facts';
import type { Resolver } from '#protocol/dns/resolver';
import { readAcmeAccount } from '#store/certificates/accounts';
import type { Directory } from '#store/directory/directory';
import { listDomains } from '#store/directory/domains';
import { lastBackups } from '#store/backup/records';
import type { Store } from '#store/database/open';
import type { DestinationKey } from '#store/queue/enqueue';
import {
  doctorSettings,
  doctorWorld,
  secretFilesIn,
  secretsIn,
  type DoctorNetwork,
} from './doctor-world.ts';
import { keepRounds } from './rounds.ts';
import type { Certificates } from './published/certificates.ts';
import { trialChallenges } from './published/trial-challenges.ts';

export interface DoctorParts {
  readonly mode: Mode;
  readonly config: Config;
  readonly dataDir: string;
  readonly store: Store;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly log: Log;
  readonly echo: EchoBox;
  readonly ports: Readonly<Record<ListenerName | 'http', number>>;
  /** Of the listeners for everybody; undefined: off. */
  readonly web: Readonly<Record<WebFacts['name'], number | undefined>>;
  /** Given instead of the configured one. */
  readonly resolver: Resolver | undefined;
  readonly network: DoctorNetwork | undefined;
  readonly certificates: Pick<Certificates, 'states' | 'settings' | 'challenges'>;
  /** Undefined where the domain is not here. */
  readonly plan: (domain: string) => Promise<DnsPlan | undefined>;
  readonly queued: (destinations: readonly DestinationKey[], events: readonly Event[]) => void;
}

export interface RunningDoctor extends AsyncDisposable {
  readonly desk: DoctorDesk;
  /** Every check, of the host and of all domains here; nothing is remembered of it. */
  readonly examine: () => Promise<readonly Result[]>;
}

const LISTENERS = ['smtp', 'submission', 'submissions', 'imap', 'imaps'] as const;

export function startDoctor(parts: DoctorParts): RunningDoctor {
  const { mode, config, dataDir, store, directory, clock, log, echo } = parts;
  const settings = doctorSettings(mode, config);
  const loop = new LoopWatch();
  const tlsKey = config['tls.key'];
  const secretPaths = [
    dataDir,
    ...secretFilesIn(process.env),
    ...(tlsKey === '' ? [path.join(dataDir, 'tls', 'self-signed.key')] : [tlsKey]),
  ];
  const secretsInEnvironment = secretsIn(process.env, mode);
  const facts = () =>
    gatherFacts({
      mode,
      pool: store.pool,
      directory,
      clock,
      realNow: () => Date.now(),
      databaseElsewhere: config.database_url !== '',
      listeners: LISTENERS.map((name) => listenerFacts(parts, name)),
      http: {
        // in a container the machine around it says who gets there
        address: config['http.published_address'] || config['http.address'],
        port: parts.ports.http,
      },
      web: webFacts(parts),
      load: () => loop.facts(),
      secretPaths,
      secretsInEnvironment,
      backups: () => lastBackups(store.pool),
      plan: parts.plan,
      certificates: () =>
        config['acme.directory'] === 'off' ? Promise.resolve([]) : parts.certificates.states(),
      authority: () => authorityFacts(parts),
    });
  const challenge = trialChallenges(parts.certificates.challenges, config.hostname);
  const desk = doctorDesk({ settings, facts, echo, challenge, pool: store.pool, clock });
  const examine: RoundOptions['examine'] = async (domains, known, signal) => {
    using world = await doctorWorld({
      settings,
      dataDir,
      clock,
      server: await facts(),
      echo: {
        open: (domain) => Promise.resolve(echo.open(domain)),
        look: (address) => echo.look(address),
      },
      challenge,
      before: beforeOf(known),
      domains,
      secretPaths,
      secretsInEnvironment,
      resolver: parts.resolver,
      network: parts.network,
    });
    return runChecks(world, { domains, signal });
  };
  const rounds = new AsyncDisposableStack();
  if (config['doctor.daily']) {
    const options: RoundOptions = {
      store,
      directory,
      clock,
      log,
      hostname: config.hostname,
      documentation: settings.documentation,
      language: config.lang,
      queueLifetime: config['queue.lifetime'],
      random: randomBytes,
      queued: parts.queued,
      examine,
    };
    keepRounds(
      {
        clock,
        every: LOOK_EVERY,
        first: LOOK_EVERY,
        round: async (signal) => void (await makeRound(options, signal)),
        failed: ({ message }) => log.warn('doctor.round-failed', { error: message }),
      },
      rounds,
    );
  }
  return {
    desk,
    async examine() {
      const { signal } = new AbortController();
      const domains = (await listDomains(store.pool)).map(({ name }) => name);
      return examine(domains, await desk.before(), signal);
    },
    async [Symbol.asyncDispose]() {
      loop[Symbol.dispose]();
      await rounds.disposeAsync();
    },
  };
}

async function authorityFacts({
  store,
  certificates: { settings },
}: DoctorParts): Promise<AuthorityFacts | undefined> {
  if (settings === undefined) return undefined;
  const { directory, challenge } = settings;
  const account = await readAcmeAccount(store.pool, directory);
  return { directory, accountUri: account?.url, challenge: challenge.type };
}

function webFacts({ config, web }: DoctorParts): readonly WebFacts[] {
  return (['http', 'https'] as const).flatMap((name) => {
    const port = web[name];
    const address = reachedAt(config[`${name}.public_address`]);
    return port === undefined ? [] : [{ name, address, port }];
  });
}

/** Who listens on every address is reached on this machine. */
function reachedAt(address: string): string {
  return address === '::' ? '::1' : address === '0.0.0.0' ? '127.0.0.1' : address;
}

function listenerFacts({ config, ports }: DoctorParts, name: ListenerName): ListenerFacts {
  const address = config[`${name}.address`];
  const proxied = config[`${name}.proxy_from`].length > 0;
  return { name, address: reachedAt(address), port: ports[name], proxied };
}

/** Milliseconds between looks at the event loop. */
const RESOLUTION = 20;
const NANOSECONDS = 1e6;
const WINDOW = 5 * 60_000;

/** How late the event loop is, of the last minutes, and the memory that is left. */
class LoopWatch implements Disposable {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  readonly #timer: NodeJS.Timeout;
  #before = 0;

  constructor() {
    this.#delay.enable();
    this.#timer = setInterval(() => {
      this.#before = this.#late();
      this.#delay.reset();
    }, WINDOW).unref();
  }

  facts(): LoadFacts {
    const most = process.constrainedMemory();
    const machine = totalmem();
    const total = most > 0 && most < machine ? most : machine;
    return {
      lag: Math.max(this.#before, this.#late()),
      free: Math.min(process.availableMemory(), total),
      total,
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }

  /** What is measured is from one look to the next. */
  #late(): number {
    const measured = this.#delay.percentile(99) / NANOSECONDS - RESOLUTION;
    return Number.isFinite(measured) ? Math.max(0, measured) : 0;
  }
}
