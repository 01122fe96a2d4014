/**
 * The composition root: a typed configuration in, every part built by hand in order, one value out that stops them in reverse.
 * Nothing else knows all parts. Called by `cli/serve.ts` and by end-to-end tests.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { nowhereResolver } from '#clients/dns/nowhere';
import { readResolvConf } from '#clients/dns/resolv-conf';
import type { Resolver } from '#protocol/dns/resolver';
import { parseServerList } from '#clients/dns/servers';
import { StubResolver } from '#clients/dns/stub-resolver';
import { tcpDialer, type Dialer } from '#clients/smtp/dial';
import { SMTP_CLIENT_LIMITS } from '#clients/smtp/limits';
import { systemClock, type Clock } from '#clock';
import { wrongConfig, type Config, type Mode } from '#config';
import type { Event } from '#events';
import type { Log } from '#log';
import type { AdministerContext } from '#mail/accounts/administer';
import { Authenticator } from '#mail/accounts/authenticate';
import { makeFirstAccounts, type FirstAccounts } from '#mail/accounts/first-accounts';
import { PasswordHasher } from '#mail/accounts/password-hash';
import { startQueue } from '#mail/queue/worker';
import type { Queue } from '#mail/queue/options';
import { ownAddresses } from '#mail/queue/own-addresses';
import { DailyAllowance } from '#mail/abuse/daily-allowance';
import type { Guard } from '#mail/abuse/guard';
import { learnTrust } from '#mail/receive/learn-trust';
import { accept, type AcceptContext } from '#mail/receive/accept';
import { startSearchFollower } from '#mail/search/follow';
import { submit, type SubmitContext } from '#mail/submit/submit';
import { startAdmin } from '#servers/admin/start';
import { startHttp } from '#servers/http/start';
import type { ListenersFailure } from '#servers/net/session-listeners';
import { IMAP_LIMITS } from '#servers/imap/limits';
import { startImap } from '#servers/imap/start';
import { ensureSelfSigned } from '#servers/net/self-signed';
import { TlsIdentities } from '#servers/net/tls-context';
import { SMTP_LIMITS } from '#servers/smtp/limits';
import type { SmtpServices } from '#servers/smtp/settings';
import { startSmtp } from '#servers/smtp/start';
import { Directory } from '#store/directory/directory';
import { installationSecret } from '#store/directory/installation';
import { startEmbedded, type EmbeddedServer } from '#store/embedded/start';
import { EventBuffer } from '#store/event-buffer';
import { mailStoreOf } from '#store/mailboxes/mail-store';
import { maintain } from '#store/maintenance';
import { migrate } from '#store/migrate';
import { openStore, type Store } from '#store/open';
import { dailyLimitsOf, startGuard } from './server/abuse.ts';
import { checkSettings } from './server/check-settings.ts';
import { receptionOf, type Reception } from './server/reception.ts';
import { scanningOf } from './server/scanner.ts';

export interface ServerOptions {
  readonly mode: Mode;
  readonly config: Config;
  readonly log: Log;
  readonly clock?: Clock;
  /** Instead of the configured one: a declared zone, the practice Internet. */
  readonly resolver?: Resolver;
  readonly dialer?: Dialer;
}

/** Why a server could not start, and what to do about it. */
export interface StartFailure {
  readonly kind: 'failed';
  readonly message: string;
  readonly remedy: string;
}

export interface RunningServer extends AsyncDisposable {
  readonly kind: 'running';
  readonly ports: Ports;
  readonly firstAccounts: FirstAccounts;
  /** Stops accepting, lets what is under way finish for `graceMs`, then ends everything in reverse order of its start. */
  stop(graceMs?: number): Promise<void>;
}

export interface Ports {
  readonly smtp: number;
  readonly submission: number;
  readonly submissions: number;
  readonly imap: number;
  readonly imaps: number;
  readonly http: number;
}

const DEFAULT_GRACE = 10_000;
const MAINTENANCE_EVERY = 60 * 60 * 1000;

/** Starts every part. Expected failures come back; a bug throws. */
export async function startServer(options: ServerOptions): Promise<RunningServer | StartFailure> {
  await using parts = new AsyncDisposableStack();
  const started = await start(options, parts);
  if (started.kind === 'failed') return started;
  const kept = parts.move();
  let stopped: Promise<void> | undefined;
  const stop = (graceMs = DEFAULT_GRACE) => {
    started.grace.milliseconds = Math.min(started.grace.milliseconds, graceMs);
    // a stop under way is told to hurry
    if (stopped) for (const hurry of started.hurry) hurry(graceMs);
    stopped ??= kept.disposeAsync();
    return stopped;
  };
  return {
    kind: 'running',
    ports: started.ports,
    firstAccounts: started.firstAccounts,
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}

interface Started {
  readonly kind: 'started';
  readonly ports: Ports;
  readonly firstAccounts: FirstAccounts;
  /** Read when the stop begins. */
  readonly grace: { milliseconds: number };
  /** What takes its time to stop, to be called again with less of it. */
  readonly hurry: readonly ((graceMs: number) => void)[];
}

async function start(
  { mode, config, log, clock = systemClock, ...given }: ServerOptions,
  parts: AsyncDisposableStack,
): Promise<Started | StartFailure> {
  const problems = await checkSettings(config);
  if (problems.length > 0) return { kind: 'failed', ...wrongConfig(problems) };
  const dataDir = path.resolve(config.data_dir);
  const database = await openDatabase(config, dataDir, log, clock, parts);
  if (database.kind === 'failed') return database;
  const { store } = database;
  const hasher = new PasswordHasher();
  parts.defer(() => hasher.close());
  const directory = parts.adopt(new Directory(store.pool, store.notices), (d) => d.close());
  const administer: AdministerContext = {
    pool: store.pool,
    notices: store.notices,
    clock,
    hasher,
    random: randomBytes,
  };
  const firstAccounts: FirstAccounts =
    mode === 'dev' ? await makeFirstAccounts(administer, config.dev_password) : { kind: 'there' };
  if (firstAccounts.kind === 'password-refused') {
    return failed(
      `dev_password cannot be a password: ${firstAccounts.reason}`,
      'Set HIKYAKU_DEV_PASSWORD to eight characters or more.',
    );
  }
  keepMaintained(store, config, log, clock, parts);

  const grace = { milliseconds: DEFAULT_GRACE };
  const http = await startHttp({
    address: config['http.address'],
    port: config['http.port'],
    store,
    lang: config.lang,
    log,
  });
  if (http.kind === 'failed') return http;
  parts.defer(() => http.stop());
  const happened = (events: readonly Event[]): void => http.countEvents(events);

  const resolver = given.resolver ?? (await openResolver(mode, config, clock));
  if (resolver instanceof StubResolver) parts.use(resolver);
  const isOwnAddress = ownAddresses({
    listen: config['smtp.address'],
    sources: config['queue.source_addresses'],
    interfaces: networkInterfaces,
  });
  const queue = startQueue(
    queueOptions(
      { mode, config, log, isOwnAddress, ...given },
      resolver,
      store,
      directory,
      happened,
    ),
  );
  parts.defer(() => queue.stop(grace.milliseconds));

  const notes = new EventBuffer(store.writer, log, happened);
  parts.defer(() => notes.flush());
  const scanning = parts.use(
    scanningOf({ config, log, clock, pool: store.pool, note: (noted) => notes.note(noted) }),
  );
  const secret = await installationSecret(store.pool, randomBytes(32));
  const guard = parts.use(
    await startGuard({
      config,
      log,
      clock,
      store,
      secret,
      isOwnAddress,
      note: (noted) => notes.note(noted),
    }),
  );
  const authenticator = parts.adopt(
    new Authenticator({
      pool: store.pool,
      notices: store.notices,
      clock,
      log,
      cacheKey: randomBytes(32),
      secret,
    }),
    (a) => a.close(),
  );
  const tls = await openTls(config, dataDir, log);
  if (tls.kind === 'failed') return tls;
  parts.use(tls.tls);

  const smtp = await startSmtp({
    hostname: config.hostname,
    listeners: {
      mx: listenerOf(config, 'smtp'),
      submission: listenerOf(config, 'submission'),
      submissions: listenerOf(config, 'submissions'),
    },
    tls: tls.tls,
    limits: {
      ...SMTP_LIMITS,
      messageSize: config['limits.message_size'],
      recipients: config['limits.recipients'],
      greetingDelay: config['smtp.greet_delay'],
    },
    connections: {
      total: config['limits.connections'],
      perAddress: config['limits.connections_per_address'],
    },
    services: smtpServices({
      config,
      log,
      clock,
      store,
      directory,
      authenticator,
      guard,
      queue,
      reception: receptionOf({
        config,
        log,
        clock,
        pool: store.pool,
        resolver,
        scanner: scanning.scanner,
        isOwnAddress,
      }),
      notes,
      happened,
    }),
  });
  if (smtp.kind === 'failed') return badListener(smtp);
  parts.defer(() => smtp.stop(grace.milliseconds));

  const mail = parts.use(
    mailStoreOf(store, log, (accountId, transfer) => {
      void learnTrust({ pool: store.pool, clock, log }, accountId, transfer);
      scanning.learning?.transferred(accountId, transfer);
    }),
  );
  const follower = startSearchFollower({ store, mail, log });
  parts.defer(() => follower.stop());
  const imap = await startImap({
    hostname: config.hostname,
    listeners: { imap: listenerOf(config, 'imap'), imaps: listenerOf(config, 'imaps') },
    tls: tls.tls,
    limits: { ...IMAP_LIMITS, messageSize: config['limits.message_size'] },
    connections: {
      total: config['limits.imap_connections'],
      perAddress: config['limits.imap_connections_per_address'],
    },
    services: {
      clock,
      log,
      newId: store.newId,
      random: randomBytes,
      authenticator,
      conduct: guard,
      logins: guard.logins,
      mail,
      note: (noted) => notes.note(noted),
    },
  });
  if (imap.kind === 'failed') return badListener(imap);
  parts.defer(() => imap.stop(grace.milliseconds));

  const ports: Ports = { ...smtp.ports, ...imap.ports, http: http.port };
  const admin = await startAdmin({
    dataDir,
    context: {
      store,
      mail,
      queue,
      guard,
      dailyLimits: dailyLimitsOf(config),
      directory,
      administer,
      clock,
      log,
      lang: config.lang,
    },
  });
  if (admin.kind === 'failed') return admin;
  parts.defer(() => admin.stop());
  const connections = { smtp: () => smtp.connections(), imap: () => imap.connections() };
  const abuse = { bans: () => guard.bans.count(clock.now()), refused: () => guard.refused };
  http.ready({ ports, hostname: config.hostname, connections, abuse });
  parts.defer(() => http.unready());
  const hurry = [smtp, imap, queue].map((part) => (graceMs: number) => void part.stop(graceMs));
  return { kind: 'started', ports, firstAccounts, grace, hurry };
}

type Opened = { readonly kind: 'open'; readonly store: Store };

/** The database (ours unless one is named), migrated and open. */
async function openDatabase(
  config: Config,
  dataDir: string,
  log: Log,
  clock: Clock,
  parts: AsyncDisposableStack,
): Promise<Opened | StartFailure> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    return failed(
      `data_dir: the folder ${dataDir} cannot be made: ${(error as Error).message}`,
      'Set HIKYAKU_DATA_DIR to a folder that this user may write to.',
    );
  }
  let connection: pg.ClientConfig = { connectionString: config.database_url };
  if (config.database_url === '') {
    const embedded = await startEmbedded({ dataDir, log, clock });
    if (embedded.kind !== 'running') return failed(embedded.message, embedded.remedy);
    parts.use(embedded satisfies EmbeddedServer);
    connection = embedded.connection;
  }
  try {
    const migrated = await migrate(connection);
    if (migrated.kind === 'refused') return failed(migrated.reason, migrated.remedy);
    if (migrated.applied.length > 0) log.info('database.migrated', { version: migrated.version });
    const opened = await openStore({ connection, clock, log, allowUnsafe: config.allow_unsafe });
    if (opened.kind === 'refused') return failed(opened.reason, opened.remedy);
    parts.use(opened.store);
    return opened;
  } catch (error) {
    // the password that a URL may hold is in no message of pg
    return failed(
      `database_url: the database cannot be used: ${(error as Error).message}`,
      'Check DATABASE_URL and that PostgreSQL runs and lets this user in.',
    );
  }
}

/** Partitions, retention and sweeping: once now, then every hour of the calendar. */
function keepMaintained(
  store: Store,
  config: Config,
  log: Log,
  clock: Clock,
  parts: AsyncDisposableStack,
): void {
  const stop = new AbortController();
  const retention = {
    events: config['retention.events'],
    dialogues: config['retention.dialogues'],
    expunged: config['retention.expunged'],
    removedAccounts: config['retention.removed_accounts'],
  };
  const rounds = (async () => {
    while (!stop.signal.aborted) {
      try {
        await maintain(store.pool, retention, clock.now());
      } catch (error) {
        log.warn('store.not-maintained', { error: (error as Error).message });
      }
      await clock.sleep(MAINTENANCE_EVERY, stop.signal);
    }
  })();
  parts.defer(async () => {
    stop.abort();
    await rounds;
  });
}

function queueOptions(
  {
    mode,
    config,
    log,
    dialer,
    isOwnAddress,
  }: Pick<ServerOptions, 'mode' | 'config' | 'log' | 'dialer'> &
    Pick<Parameters<typeof startQueue>[0], 'isOwnAddress'>,
  resolver: Resolver,
  store: Store,
  directory: Directory,
  happened: (events: readonly Event[]) => void,
): Parameters<typeof startQueue>[0] {
  return {
    store,
    directory,
    resolver,
    dialer: dialer ?? tcpDialer,
    limits: SMTP_CLIENT_LIMITS,
    log,
    random: Math.random,
    randomBytes,
    hostname: config.hostname,
    ownNames: new Set([config.hostname]),
    isOwnAddress,
    attempts: config['queue.attempts'],
    schedule: {
      firstRetry: config['queue.first_retry'],
      longestGap: config['queue.longest_gap'],
      lifetime: config['queue.lifetime'],
      delayNotice: config['queue.delay_notice'],
    },
    sourceAddresses: config['queue.source_addresses'],
    unrouted: mode === 'dev' ? 'hold' : 'deliver',
    delivery: config.delivery,
    languages: config.lang === 'ja' ? ['ja', 'en'] : ['en', 'ja'],
    concluded: (accountIds, events) => {
      for (const id of accountIds) store.notices.say(`account:${id}`);
      happened(events);
    },
  };
}

/** In dev nothing is asked outside this machine unless a resolver is named. */
async function openResolver(mode: Mode, config: Config, clock: Clock): Promise<Resolver> {
  const named = config.dns.length > 0 ? parseServerList(config.dns.join(' '))! : undefined;
  if (named === undefined && mode === 'dev') return nowhereResolver;
  const servers = named ?? (await readResolvConf());
  return new StubResolver({ servers, clock, randomId: () => randomInt(0x1_0000) });
}

type TlsOpened = { readonly kind: 'open'; readonly tls: TlsIdentities };

/** The configured certificate, or one that we made for ourselves. */
async function openTls(
  config: Config,
  dataDir: string,
  log: Log,
): Promise<TlsOpened | StartFailure> {
  const { 'tls.certificate': certificate, 'tls.key': key } = config;
  try {
    const files =
      certificate === ''
        ? await ensureSelfSigned(path.join(dataDir, 'tls'), config.hostname, Date.now())
        : { certificate, key };
    const opened = await TlsIdentities.open(files, log);
    return opened.kind === 'open' ? opened : failed(opened.reason, opened.remedy);
  } catch (error) {
    return failed(
      `no certificate could be made: ${(error as Error).message}`,
      'Let this user write to the data folder.',
    );
  }
}

function listenerOf(
  config: Config,
  name: 'smtp' | 'submission' | 'submissions' | 'imap' | 'imaps',
) {
  return {
    address: config[`${name}.address`],
    port: config[`${name}.port`],
    proxyFrom: config[`${name}.proxy_from`],
  };
}

interface ServiceParts {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly store: Store;
  readonly directory: Directory;
  readonly authenticator: Authenticator;
  readonly guard: Guard;
  readonly queue: Queue;
  readonly reception: Reception;
  readonly notes: EventBuffer;
  readonly happened: (events: readonly Event[]) => void;
}

/** What the SMTP sessions call. */
function smtpServices(parts: ServiceParts): SmtpServices {
  const { config, log, clock, store, directory, authenticator, guard, queue, notes, happened } =
    parts;
  const { inquire, policies } = parts.reception;
  const common = {
    writer: store.writer,
    clock,
    hostname: config.hostname,
    queueLifetime: config['queue.lifetime'],
  };
  const acceptContext: AcceptContext = {
    ...common,
    directory,
    newId: store.newId,
    policies,
    sealsForwards: config['forward.arc_seal'],
    stored: (accountIds, destinations, events) => {
      for (const id of accountIds) store.notices.say(`account:${id}`);
      if (destinations.length > 0) queue.wake(destinations);
      happened(events);
    },
  };
  const submitContext: SubmitContext = {
    ...common,
    daily: new DailyAllowance({
      pool: store.pool,
      clock,
      log,
      limits: dailyLimitsOf(config),
      note: (noted) => notes.note(noted),
    }),
    directory,
    random: randomBytes,
    hideAuthorAddress: config['submission.hide_author_address'],
    queued: ({ id, blob }, destinations, events) => {
      if (blob.kind === 'whole') queue.keep(id, blob.data);
      queue.wake(destinations);
      happened(events);
    },
  };
  return {
    clock,
    log,
    newId: store.newId,
    random: randomBytes,
    writer: store.writer,
    recipients: { directory, pool: store.pool },
    authenticator,
    inquire,
    conduct: guard,
    logins: guard.logins,
    sealsForwards: acceptContext.sealsForwards,
    accept: (arrival) => accept(acceptContext, arrival),
    submit: (submission) => submit(submitContext, submission),
    note: (noted) => notes.note(noted),
  };
}

/** Says which setting a listener failed by. */
function badListener({ listener, message, remedy }: ListenersFailure): StartFailure {
  return failed(`${listener === 'mx' ? 'smtp' : listener}.port: ${message}`, remedy);
}

function failed(message: string, remedy: string): StartFailure {
  return { kind: 'failed', message, remedy };
}
