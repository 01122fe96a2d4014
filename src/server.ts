/**
 * The composition root: a typed configuration in, every part built by hand in order, one value out that stops them in reverse.
 * Nothing else knows all parts. Called by `cli/serve.ts` and by end-to-end tests.
 */
import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import type { Resolver } from '#protocol/dns/resolver';
import { StubResolver } from '#clients/dns/stub-resolver';
import type { Dialer } from '#clients/smtp/dial';
import { systemClock, type Clock } from '#clock';
import { wrongConfig, type Config, type Mode } from '#config';
import type { Event } from '#events';
import type { Log } from '#log';
import type { AdministerContext } from '#mail/accounts/administer';
import { Authenticator } from '#mail/accounts/authenticate';
import { makeFirstAccounts, type FirstAccounts } from '#mail/accounts/first-accounts';
import { PasswordHasher } from '#mail/accounts/password-hash';
import { startQueue } from '#mail/queue/worker';
import { daneStanding } from '#mail/tls-policy/dane-standing';
import { ownAddresses } from '#mail/queue/own-addresses';
import { echoBox } from '#mail/doctor/echo-box';
import { formatZone } from '#mail/dns-plan/format-zone';
import { tellPlan } from '#mail/dns-plan/rows';
import { learnTrust } from '#mail/receive/learn-trust';
import { startSearchFollower } from '#mail/search/follow';
import { startAdmin } from '#servers/admin/start';
import { startHttp, type HttpServer } from '#servers/http/start';
import type { ListenersFailure } from '#servers/net/session-listeners';
import { IMAP_LIMITS } from '#servers/imap/limits';
import { startImap } from '#servers/imap/start';
import { SMTP_LIMITS } from '#servers/smtp/limits';
import { startSmtp } from '#servers/smtp/start';
import { Directory } from '#store/directory/directory';
import { listDomains } from '#store/directory/domains';
import { installationSecret } from '#store/directory/installation';
import { EventBuffer } from '#store/event-buffer';
import { mailStoreOf } from '#store/mailboxes/mail-store';
import type { Store } from '#store/open';
import type { DestinationKey } from '#store/queue/enqueue';
import { sendingLimitsOf, startGuard } from './server/abuse.ts';
import { startAlerts } from './server/alerts.ts';
import { startCertificates } from './server/certificates.ts';
import { backupFolder, keepBackedUp } from './server/backup.ts';
import { checkSettings } from './server/check-settings.ts';
import { startDoctor } from './server/doctor.ts';
import { receptionOf } from './server/reception.ts';
import { publishedNames, startPublishing } from './server/publishing.ts';
import { startDmarcLedger, startReports } from './server/reports.ts';
import { reputationOf } from './server/reputation.ts';
import { scanningOf } from './server/scanner.ts';
import { keepMaintained, openDatabase } from './server/database.ts';
import { closeDoors, type Doors } from './server/doors.ts';
import type { DoorName } from './server/inherited-sockets.ts';
import { failed, type StartFailure } from './server/failure.ts';
import { dnsServersOf, openResolver, queueOptions } from './server/outbound.ts';
import type { Ports, RunningServer } from './server/running.ts';
import { smtpServices } from './server/smtp-services.ts';
import type { Surroundings } from './server/surroundings.ts';
import { openTls } from './server/tls.ts';
import { openLeaving } from './server/unsubscribe.ts';
import { startTlsPolicy } from './server/tls-policy.ts';
import { warmUpDesk } from './server/warm-up.ts';

export type { Ports, RunningServer } from './server/running.ts';

export interface ServerOptions {
  readonly mode: Mode;
  readonly config: Config;
  readonly log: Log;
  readonly clock?: Clock;
  /** Instead of the configured one: a declared zone, the practice Internet. */
  readonly resolver?: Resolver;
  readonly dialer?: Dialer;
  /** Instead of the real world: clock, resolver and dialer are taken from it. */
  readonly surroundings?: Surroundings | undefined;
  /** Where connections come from that need no port of our own. */
  readonly doors?: Doors;
  /** This is one of several processes, which another one started (`server/supervisor.ts`). */
  readonly worker?: WorkerPlace;
}

export interface WorkerPlace {
  /** Of the database that the other one reached. */
  readonly connection: Store['connection'];
  /** Whether it has the control socket: one of them does. */
  readonly holdsControl: boolean;
}

/** A server that is one process, and can be asked what it would answer by HTTP. */
export interface ServerProcess extends RunningServer {
  readonly http: Pick<HttpServer, 'ask' | 'figures'>;
}

const DEFAULT_GRACE = 10_000;

/** Starts every part. Expected failures come back; a bug throws. */
export async function startServer(options: ServerOptions): Promise<ServerProcess | StartFailure> {
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
    reload: started.reload,
    http: started.http,
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
  readonly reload: () => Promise<void>;
  readonly http: ServerProcess['http'];
}

async function start(
  { mode, config, log, doors = new Map(), worker, surroundings, ...options }: ServerOptions,
  parts: AsyncDisposableStack,
): Promise<Started | StartFailure> {
  const clock = surroundings?.clock ?? options.clock ?? systemClock;
  const given = surroundings ?? options;
  parts.defer(() => closeDoors(doors));
  const problems = await checkSettings(config);
  if (problems.length > 0) return { kind: 'failed', ...wrongConfig(problems) };
  const dataDir = path.resolve(config.data_dir);
  const database = await openDatabase(config, dataDir, log, clock, parts, worker?.connection);
  if (database.kind === 'failed') return database;
  const { store } = database;
  const around = await surroundings?.open(store);
  if (around?.kind === 'failed') return around;
  if (around !== undefined) parts.use(around);
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
  if (mode === 'serve' && (await listDomains(store.pool)).length === 0)
    log.warn('server.empty', { remedy: 'hikyaku setup makes a domain and an account.' });
  keepBackedUp(store, config, dataDir, log, parts);

  const grace = { milliseconds: DEFAULT_GRACE };
  const http = await startHttp({
    address: config['http.address'],
    port: worker === undefined ? config['http.port'] : undefined,
    names: config['http.names'],
    store,
    lang: config.lang,
    log,
  });
  if (http.kind === 'failed') return http;
  parts.defer(() => http.stop());
  const happened = (events: readonly Event[]): void => http.countEvents(events);

  const dnsServers = given.resolver ? undefined : await dnsServersOf(mode, config);
  const resolver = given.resolver ?? openResolver(dnsServers, clock);
  if (resolver instanceof StubResolver) parts.use(resolver);
  const isOwnOutside = ownAddresses({
    listen: config['smtp.address'],
    sources: config['queue.source_addresses'],
    interfaces: networkInterfaces,
    monotonic: () => clock.monotonic(),
  });
  // in a network of its own hosts are neighbours on one machine: only what is sent from is this server's
  const isOwnAddress = (address: string): boolean =>
    surroundings?.isOutside(address) === true
      ? config['queue.source_addresses'].includes(address)
      : isOwnOutside(address);
  const tlsPolicy = startTlsPolicy(
    {
      pool: store.pool,
      clock,
      log,
      resolver,
      dane: given.resolver ? 'on' : daneStanding(dnsServers).kind,
      dialer: given.dialer,
      trustedRoots: around?.trustedRoots,
    },
    parts,
  );
  const queue = startQueue(
    queueOptions(
      {
        mode,
        config,
        log,
        // the rest of the loopback is whoever asks: what else listens there may pass mail on into the real world
        isOwnAddress: (address) =>
          isOwnAddress(address) || surroundings?.isThisMachine(address) === true,
        tlsPolicy,
        ...(given.dialer && { dialer: given.dialer }),
        ...(surroundings && { hasDomain: surroundings.hasDomain }),
        trustedRoots: around?.trustedRoots,
        random: surroundings?.random,
      },
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
      isPrivate: surroundings?.isPrivate,
      note: (noted) => notes.note(noted),
    }),
  );
  const reputation = parts.use(
    reputationOf({
      config,
      log,
      clock,
      pool: store.pool,
      guard,
      note: (noted) => notes.note(noted),
    }),
  );
  const leaving = openLeaving({
    mode,
    config,
    httpPort: worker === undefined ? http.port : config['http.port'],
    secret,
    pool: store.pool,
    clock,
    happened,
  });
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
  parts.use(tls);
  const certificates = parts.use(
    await startCertificates({
      config,
      log,
      store,
      resolver,
      tls,
      published: () => publishedNames(store),
      around: around &&
        surroundings && {
          resolver,
          dialer: surroundings.dialer,
          trustedRoots: around.trustedRoots,
          nameServerPort: around.nameServerPort,
        },
      note: (noted) => notes.note(noted),
    }),
  );

  const echo = echoBox({
    secret,
    newId: store.newId,
    realNow: () => Date.now(),
    db: store.pool,
  });
  const smtp = await startSmtp({
    hostname: config.hostname,
    listeners: {
      mx: listenerOf(config, doors, 'smtp'),
      submission: listenerOf(config, doors, 'submission'),
      submissions: listenerOf(config, doors, 'submissions'),
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
        history: reputation.history,
        isOwnAddress,
        // strangers have addresses of their own there
        isOfTheHouse: surroundings?.isPrivate,
      }),
      reputation,
      echo,
      leaving,
      witness: surroundings?.witness,
      dmarc: startDmarcLedger({ config, pool: store.pool, clock, log }, parts),
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
      reputation.filings?.transferred(accountId, transfer);
    }),
  );
  keepMaintained(store, mail, config, log, clock, parts);
  const follower = startSearchFollower({ store, mail, log });
  parts.defer(() => follower.stop());
  const imap = await startImap({
    hostname: config.hostname,
    listeners: {
      imap: listenerOf(config, doors, 'imap'),
      imaps: listenerOf(config, doors, 'imaps'),
    },
    tls: tls.tls,
    timeZone: config['imap.time_zone'],
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

  const publishing = await startPublishing({
    doors,
    config,
    log,
    clock,
    store,
    directory,
    resolver,
    nameServerPort: around?.nameServerPort,
    tls: tls.tls,
    certificates,
    welcome: (address) => guard.bans.find(address, clock.now())?.scope !== 'all',
    leaving: leaving.desk,
    ports: { ...smtp.ports, ...imap.ports },
    happened,
  });
  if (publishing.kind === 'failed') return publishing;
  parts.use(publishing);

  const httpPort = worker === undefined ? http.port : config['http.port'];
  const ports: Ports = { ...smtp.ports, ...imap.ports, http: httpPort };
  const queued = (destinations: readonly DestinationKey[], events: readonly Event[]): void => {
    queue.wake(destinations);
    happened(events);
  };
  startReports(
    {
      store,
      directory,
      resolver,
      clock,
      log,
      config,
      plan: publishing.desk.plan,
      dialer: given.dialer,
      trustedRoots: around?.trustedRoots,
      queued,
    },
    parts,
  );
  startAlerts({ config, store, directory, clock, log, queued }, parts);
  const doctor = parts.use(
    startDoctor({
      mode,
      config,
      dataDir,
      store,
      directory,
      clock,
      log,
      echo,
      ports,
      resolver: given.resolver,
      network: around && surroundings && { ...surroundings, trustedRoots: around.trustedRoots },
      certificates,
      web: publishing.ports,
      plan: publishing.desk.plan,
      queued,
    }),
  );
  const admin =
    worker?.holdsControl === false
      ? undefined
      : await startAdmin({
          dataDir,
          added: surroundings?.calls,
          context: {
            store,
            mail,
            queue,
            guard,
            history: reputation.history,
            sendingLimits: sendingLimitsOf(config),
            directory,
            administer,
            doctor: doctor.desk,
            backupFolder: backupFolder(config, dataDir),
            publishing: publishing.desk,
            certificates,
            warmUp: warmUpDesk(config, { directory, resolver, isOwnAddress, happened }),
            clock,
            log,
            lang: config.lang,
          },
        });
  if (admin?.kind === 'failed') return admin;
  if (admin !== undefined) parts.defer(() => admin.stop());
  await around?.begin({
    ports,
    directory,
    tls: tls.tls,
    settle: () => notes.flush(),
    queueIsIdle: () => queue.isIdle,
    examine: () => doctor.examine(),
    ban: (address, reason) => guard.banByHand(address, reason, null),
    unban: (address) => guard.liftBan(address),
    async zoneOf(domain) {
      const plan = await publishing.desk.plan(domain);
      if (plan === undefined) return undefined;
      const records = plan.records.filter(({ need }) => need === 'publish');
      return formatZone(tellPlan({ ...plan, records }, 'en'), 'en');
    },
  });
  // whoever proves names to an authority can be found by now
  certificates.begin();
  const connections = { smtp: () => smtp.connections(), imap: () => imap.connections() };
  const abuse = { bans: () => guard.bans.count(clock.now()), refused: () => guard.refused };
  const { served } = certificates;
  http.ready({
    ports,
    hostname: config.hostname,
    connections,
    abuse,
    certificates: served,
    leaving: mode === 'dev' ? leaving.desk : undefined,
  });
  parts.defer(() => http.unready());
  const hurry = [smtp, imap, queue].map((part) => (graceMs: number) => void part.stop(graceMs));
  const reload = async (): Promise<void> => void (await tls.reload());
  return { kind: 'started', ports, firstAccounts, grace, hurry, reload, http };
}

function listenerOf(config: Config, doors: Doors, name: Exclude<DoorName, 'http' | 'https'>) {
  return {
    door: doors.get(name),
    address: config[`${name}.address`],
    port: config[`${name}.port`],
    proxyFrom: config[`${name}.proxy_from`],
  };
}

/** Says which setting a listener failed by. */
function badListener({ listener, message, remedy }: ListenersFailure): StartFailure {
  return failed(`${listener === 'mx' ? 'smtp' : listener}.port: ${message}`, remedy);
}
