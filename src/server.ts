/**
 * The composition root: a typed configuration in, every part built by hand in order, one value out that stops them in reverse.
 * This file says what there is and who is given what; how a part is made from the settings stands in `server/`. Nothing else knows
 * all parts. Called by `cli/nouns/serve.ts` and by end-to-end tests.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Resolver } from '#protocol/dns/resolver';
import type { Dialer } from '#clients/smtp/dial';
import { systemClock, type Clock } from '#clock';
import { wrongConfig, type Config, type Mode } from '#config';
import type { Event } from '#events';
import type { Log } from '#log';
import { Authenticator } from '#mail/accounts/authenticate';
import { echoBox } from '#mail/doctor/echo-box';
import { learnTrust } from '#mail/receive/learn/trust';
import { startSearchFollower } from '#mail/search/follow';
import { startAdmin } from '#servers/admin/start';
import { startHttp, type HttpServer } from '#servers/http/start';
import type { Store } from '#store/database/open';
import { installationSecret } from '#store/directory/installation';
import { EventBuffer } from '#store/events/event-buffer';
import { mailStoreOf } from '#store/mailboxes/mail-store';
import type { DestinationKey } from '#store/queue/enqueue';
import { openAccounts } from './server/accounts.ts';
import { backupFolder, keepBackedUp } from './server/backup.ts';
import { checkSettings } from './server/check-settings.ts';
import { keepMaintained, openDatabase } from './server/database.ts';
import { startDoctor } from './server/doctor.ts';
import type { StartFailure } from './server/failure.ts';
import { sendingLimitsOf, startGuard } from './server/incoming/abuse.ts';
import { receptionOf } from './server/incoming/reception.ts';
import { reputationOf } from './server/incoming/reputation.ts';
import { scanningOf } from './server/incoming/scanner.ts';
import { smtpServices } from './server/incoming/smtp-services.ts';
import { closeDoors, type Doors } from './server/listeners/doors.ts';
import { openImap } from './server/listeners/imap.ts';
import { openSmtp } from './server/listeners/smtp.ts';
import { startAlerts } from './server/outgoing/alerts.ts';
import { openOutbound } from './server/outgoing/outbound.ts';
import { startDmarcLedger, startReports } from './server/outgoing/reports.ts';
import { openLeaving } from './server/outgoing/unsubscribe.ts';
import { warmUpDesk } from './server/outgoing/warm-up.ts';
import { startCertificates } from './server/published/certificates.ts';
import { publishedNames, startPublishing } from './server/published/publishing.ts';
import { openTls } from './server/published/tls.ts';
import type { Ports, RunningServer } from './server/running.ts';
import { Stopping } from './server/stopping.ts';
import { surrounded } from './server/surrounded.ts';
import type { Surroundings } from './server/surroundings.ts';

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
  /** This is one of several processes, which another one started (`server/processes/supervisor.ts`). */
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

/** Starts every part. Expected failures come back; a bug throws. */
export async function startServer(options: ServerOptions): Promise<ServerProcess | StartFailure> {
  await using parts = new AsyncDisposableStack();
  const stopping = new Stopping();
  const started = await start(options, parts, stopping);
  if (started.kind === 'failed') return started;
  const kept = parts.move();
  const stop = (graceMs?: number): Promise<void> => stopping.stop(kept, graceMs);
  return { ...started, stop, [Symbol.asyncDispose]: () => stop() };
}

type Started = Pick<ServerProcess, 'kind' | 'ports' | 'firstAccounts' | 'reload' | 'http'>;

async function start(
  { mode, config, log, doors = new Map(), worker, surroundings, ...options }: ServerOptions,
  parts: AsyncDisposableStack,
  stopping: Stopping,
): Promise<Started | StartFailure> {
  const clock = surroundings?.clock ?? options.clock ?? systemClock;
  const given = surroundings ?? options;
  parts.defer(() => closeDoors(doors));
  const problems = await checkSettings(config);
  if (problems.length > 0) return { kind: 'failed', ...wrongConfig(problems) };

  // what we remember, and who is here
  const dataDir = path.resolve(config.data_dir);
  const database = await openDatabase(config, dataDir, log, clock, parts, worker?.connection);
  if (database.kind === 'failed') return database;
  const { store } = database;
  const { pool } = store;
  const around = await surroundings?.open(store);
  if (around?.kind === 'failed') return around;
  if (around !== undefined) parts.use(around);
  const trustedRoots = around?.trustedRoots;
  const accounts = await openAccounts({ mode, config, log, clock, store }, parts);
  if (accounts.kind === 'failed') return accounts;
  const { directory, administer, firstAccounts } = accounts;
  keepBackedUp(store, config, dataDir, log, parts);

  // health and metrics; events are counted from here on
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
  const httpPort = worker === undefined ? http.port : config['http.port'];
  const happened = (events: readonly Event[]): void => http.countEvents(events);

  // the way out
  const outbound = await openOutbound(
    { mode, config, log, clock, store, directory, given, surroundings, trustedRoots, happened },
    parts,
  );
  const { resolver, isOwnAddress, queue } = outbound;
  stopping.add(queue, parts);

  // who comes in, and what is thought of them
  const notes = new EventBuffer(store.writer, log, happened);
  parts.defer(() => notes.flush());
  const note = (noted: Event): void => notes.note(noted);
  const scanning = parts.use(scanningOf({ config, log, clock, pool, note }));
  const secret = await installationSecret(pool, randomBytes(32));
  const isPrivate = surroundings?.isPrivate;
  const guard = parts.use(
    await startGuard({ config, log, clock, store, secret, isOwnAddress, isPrivate, note }),
  );
  const reputation = parts.use(reputationOf({ config, log, clock, pool, guard, note }));
  const leaving = openLeaving({ mode, config, httpPort, secret, pool, clock, happened });
  const authenticator = parts.adopt(
    new Authenticator({
      pool,
      notices: store.notices,
      clock,
      log,
      cacheKey: randomBytes(32),
      secret,
    }),
    (one) => one.close(),
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
      around: around && surroundings && { ...around, resolver, dialer: surroundings.dialer },
      note,
    }),
  );

  // SMTP and submission
  const echo = echoBox({ secret, newId: store.newId, realNow: () => Date.now(), db: pool });
  const reception = receptionOf({
    config,
    log,
    clock,
    pool,
    resolver,
    scanner: scanning.scanner,
    history: reputation.history,
    isOwnAddress,
    // strangers have addresses of their own there
    isOfTheHouse: isPrivate,
  });
  const services = smtpServices({
    config,
    log,
    clock,
    store,
    directory,
    authenticator,
    guard,
    queue,
    reception,
    reputation,
    echo,
    leaving,
    witness: surroundings?.witness,
    dmarc: startDmarcLedger({ config, pool, clock, log }, parts),
    notes,
    happened,
  });
  const smtp = await openSmtp(config, doors, tls.tls, services);
  if (smtp.kind === 'failed') return smtp;
  stopping.add(smtp, parts);

  // the mailboxes, and IMAP
  const mail = parts.use(
    mailStoreOf(store, log, (accountId, transfer) => {
      void learnTrust({ pool, clock, log }, accountId, transfer);
      scanning.learning?.transferred(accountId, transfer);
      reputation.filings?.transferred(accountId, transfer);
    }),
  );
  keepMaintained(store, mail, config, log, clock, parts);
  const follower = startSearchFollower({ store, mail, log });
  parts.defer(() => follower.stop());
  const imap = await openImap(config, doors, tls.tls, {
    clock,
    log,
    newId: store.newId,
    random: randomBytes,
    authenticator,
    conduct: guard,
    logins: guard.logins,
    mail,
    note,
    witness: surroundings?.imapWitness,
  });
  if (imap.kind === 'failed') return imap;
  stopping.add(imap, parts);

  // what is published, and what is told to others
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
  const { plan } = publishing.desk;
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
      plan,
      dialer: given.dialer,
      trustedRoots,
      queued,
    },
    parts,
  );
  startAlerts({ config, store, directory, clock, log, queued }, parts);

  // who runs it: the doctor, and the commands
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
      plan,
      queued,
    }),
  );
  if (worker?.holdsControl !== false) {
    const admin = await startAdmin({
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
    if (admin.kind === 'failed') return admin;
    parts.defer(() => admin.stop());
  }

  // it can be reached: others begin, and it says so
  await around?.begin(
    surrounded({ ports, directory, tls: tls.tls, notes, queue, doctor, guard, plan }),
  );
  certificates.begin();
  http.ready({
    ports,
    hostname: config.hostname,
    mode,
    sights: surroundings?.sights,
    connections: { smtp: () => smtp.connections(), imap: () => imap.connections() },
    abuse: { bans: () => guard.bans.count(clock.now()), refused: () => guard.refused },
    certificates: certificates.served,
    leaving: mode === 'dev' ? leaving.desk : undefined,
  });
  parts.defer(() => http.unready());
  const reload = async (): Promise<void> => void (await tls.reload());
  return { kind: 'running', ports, firstAccounts, reload, http };
}
