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
import { startSearchFollower } from '#mail/search/follow/follow';
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
import { openOutbound, type Outbound } from './server/outgoing/outbound.ts';
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

/** What a step below opened, where it did. */
type Opened<Step extends (...given: never[]) => Promise<unknown>> = Exclude<
  Awaited<ReturnType<Step>>,
  StartFailure
>;
type Ground = ReturnType<typeof groundOf>;
type Memory = Opened<typeof remember>;
type Guests = Awaited<ReturnType<typeof expectGuests>>;
type Identity = Opened<typeof identify>;
type Arrivals = Opened<typeof takeIn>;
type Reading = Opened<typeof letRead>;
type Published = Opened<typeof publish>;

/** What every part that comes after the way out may be made of. */
interface House extends Ground, Memory, Outbound {
  readonly httpPort: number;
  readonly happened: (events: readonly Event[]) => void;
  /** The same, and mail of our own is in the queue. */
  readonly queued: (destinations: readonly DestinationKey[], events: readonly Event[]) => void;
}

/** The order in which everything begins; it ends in reverse. */
async function start(
  options: ServerOptions,
  parts: AsyncDisposableStack,
  stopping: Stopping,
): Promise<Started | StartFailure> {
  const ground = groundOf(options);
  const { mode, config, log, clock, worker, surroundings, given } = ground;
  parts.defer(() => closeDoors(ground.doors));
  const problems = await checkSettings(config);
  if (problems.length > 0) return { kind: 'failed', ...wrongConfig(problems) };
  const memory = await remember(ground, parts);
  if (memory.kind === 'failed') return memory;
  const { store, directory, firstAccounts, around } = memory;

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
  const happened: House['happened'] = (events) => http.countEvents(events);

  // the way out
  const trustedRoots = around?.trustedRoots;
  const outbound = await openOutbound(
    { mode, config, log, clock, store, directory, given, surroundings, trustedRoots, happened },
    parts,
  );
  const { queue } = outbound;
  stopping.add(queue, parts);
  const queued: House['queued'] = (destinations, events) => {
    queue.wake(destinations);
    happened(events);
  };

  const house: House = { ...ground, ...memory, ...outbound, httpPort, happened, queued };
  const guests = await expectGuests(house, parts);
  const identity = await identify({ ...house, ...guests }, parts);
  if (identity.kind === 'failed') return identity;
  const open = { ...house, ...guests, ...identity };
  const arrivals = await takeIn(open, parts);
  if (arrivals.kind === 'failed') return arrivals;
  const { smtp } = arrivals;
  stopping.add(smtp, parts);
  const reading = await letRead(open, parts);
  if (reading.kind === 'failed') return reading;
  const { imap } = reading;
  stopping.add(imap, parts);
  const published = await publish({ ...open, ...arrivals, ...reading }, parts);
  if (published.kind === 'failed') return published;
  tellOthers({ ...house, ...published }, parts);
  const ports: Ports = { ...smtp.ports, ...imap.ports, http: httpPort };
  const run = await letRun({ ...open, ...arrivals, ...reading, ...published, ports }, parts);
  if (run.kind === 'failed') return run;

  // it can be reached: others begin, and it says so
  const { notes, guard, leaving } = guests;
  const { tls, certificates } = identity;
  const { plan } = published.publishing;
  await around?.begin(
    surrounded({ ports, directory, tls: tls.tls, notes, queue, doctor: run.doctor, guard, plan }),
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

/** What is there before the first part: the settings, and the world that the server takes for real. */
function groundOf({ doors = new Map(), surroundings, worker, ...options }: ServerOptions) {
  return {
    mode: options.mode,
    config: options.config,
    log: options.log,
    clock: surroundings?.clock ?? options.clock ?? systemClock,
    dataDir: path.resolve(options.config.data_dir),
    doors,
    worker,
    surroundings,
    given: surroundings ?? options,
  };
}

/** What we remember, and who is here. */
async function remember(ground: Ground, parts: AsyncDisposableStack) {
  const { mode, config, log, clock, dataDir, worker, surroundings } = ground;
  const database = await openDatabase(config, dataDir, log, clock, parts, worker?.connection);
  if (database.kind === 'failed') return database;
  const { store } = database;
  const around = await surroundings?.open(store);
  if (around?.kind === 'failed') return around;
  if (around !== undefined) parts.use(around);
  const accounts = await openAccounts({ mode, config, log, clock, store }, parts);
  if (accounts.kind === 'failed') return accounts;
  keepBackedUp(store, config, dataDir, log, parts);
  return { ...accounts, store, around };
}

/** Who comes in, and what is thought of them. */
async function expectGuests(house: House, parts: AsyncDisposableStack) {
  const { mode, config, log, clock, store, surroundings, isOwnAddress, httpPort, happened } = house;
  const { pool } = store;
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
  const cacheKey = randomBytes(32);
  const authenticator = parts.adopt(
    new Authenticator({ pool, notices: store.notices, clock, log, cacheKey, secret }),
    (one) => one.close(),
  );
  return { notes, note, scanning, secret, guard, reputation, leaving, authenticator };
}

/** As whom we show ourselves. */
async function identify(
  { config, log, dataDir, store, resolver, around, surroundings, note }: House & Guests,
  parts: AsyncDisposableStack,
) {
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
  return { kind: 'open' as const, tls, certificates };
}

/** SMTP and submission. It runs, and is the caller's to stop. */
async function takeIn(house: House & Guests & Identity, parts: AsyncDisposableStack) {
  const { config, log, clock, store, directory, resolver, isOwnAddress, surroundings } = house;
  const { scanning, secret, reputation } = house;
  const { pool } = store;
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
    isOfTheHouse: surroundings?.isPrivate,
  });
  const services = smtpServices({
    config,
    log,
    clock,
    store,
    directory,
    authenticator: house.authenticator,
    guard: house.guard,
    queue: house.queue,
    reception,
    reputation,
    echo,
    leaving: house.leaving,
    witness: surroundings?.witness,
    dmarc: startDmarcLedger({ config, pool, clock, log }, parts),
    notes: house.notes,
    happened: house.happened,
  });
  const smtp = await openSmtp(config, house.doors, house.tls.tls, services);
  return smtp.kind === 'failed' ? smtp : { kind: 'open' as const, echo, smtp };
}

/** The mailboxes, and IMAP. It runs, and is the caller's to stop. */
async function letRead(house: House & Guests & Identity, parts: AsyncDisposableStack) {
  const { config, log, clock, store, scanning, guard, reputation } = house;
  const { pool } = store;
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
  const imap = await openImap(config, house.doors, house.tls.tls, {
    clock,
    log,
    newId: store.newId,
    random: randomBytes,
    authenticator: house.authenticator,
    conduct: guard,
    logins: guard.logins,
    mail,
    note: house.note,
    witness: house.surroundings?.imapWitness,
  });
  return imap.kind === 'failed' ? imap : { kind: 'open' as const, mail, imap };
}

/** What is published of the domains here. */
async function publish(
  house: House & Guests & Identity & Arrivals & Reading,
  parts: AsyncDisposableStack,
) {
  const { config, log, clock, store, directory, resolver, guard, smtp, imap } = house;
  const publishing = await startPublishing({
    doors: house.doors,
    config,
    log,
    clock,
    store,
    directory,
    resolver,
    nameServerPort: house.around?.nameServerPort,
    tls: house.tls.tls,
    certificates: house.certificates,
    welcome: (address) => guard.bans.find(address, clock.now())?.scope !== 'all',
    leaving: house.leaving.desk,
    ports: { ...smtp.ports, ...imap.ports },
    happened: house.happened,
  });
  if (publishing.kind === 'failed') return publishing;
  parts.use(publishing);
  return { kind: 'open' as const, publishing: publishing.desk, webPorts: publishing.ports };
}

/** What is told to others, by mail of our own. */
function tellOthers(house: House & Published, parts: AsyncDisposableStack): void {
  const { config, log, clock, store, directory, resolver, queued } = house;
  startReports(
    {
      store,
      directory,
      resolver,
      clock,
      log,
      config,
      plan: house.publishing.plan,
      dialer: house.given.dialer,
      trustedRoots: house.around?.trustedRoots,
      queued,
    },
    parts,
  );
  startAlerts({ config, store, directory, clock, log, queued }, parts);
}

/** For who runs it: the doctor, and the commands. */
async function letRun(
  house: House & Guests & Identity & Arrivals & Reading & Published & { readonly ports: Ports },
  parts: AsyncDisposableStack,
) {
  const { mode, config, log, clock, dataDir, store, directory, around, surroundings } = house;
  const { certificates, publishing, resolver, isOwnAddress, happened } = house;
  const doctor = parts.use(
    startDoctor({
      mode,
      config,
      dataDir,
      store,
      directory,
      clock,
      log,
      echo: house.echo,
      ports: house.ports,
      resolver: house.given.resolver,
      network: around && surroundings && { ...surroundings, trustedRoots: around.trustedRoots },
      certificates,
      web: house.webPorts,
      plan: publishing.plan,
      queued: house.queued,
    }),
  );
  if (house.worker?.holdsControl === false) return { kind: 'open' as const, doctor };
  const admin = await startAdmin({
    dataDir,
    added: surroundings?.calls,
    context: {
      store,
      mail: house.mail,
      queue: house.queue,
      guard: house.guard,
      history: house.reputation.history,
      sendingLimits: sendingLimitsOf(config),
      directory,
      administer: house.administer,
      doctor: doctor.desk,
      backupFolder: backupFolder(config, dataDir),
      publishing,
      certificates,
      warmUp: warmUpDesk(config, { directory, resolver, isOwnAddress, happened }),
      clock,
      log,
      lang: config.lang,
    },
  });
  if (admin.kind === 'failed') return admin;
  parts.defer(() => admin.stop());
  return { kind: 'open' as const, doctor };
}
