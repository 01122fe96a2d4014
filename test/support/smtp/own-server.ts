/**
 * The SMTP servers on loopback ports with a real store of their own, the parts of `server.ts` that they need, and
 * nothing else: no queue runs, so what is submitted stays queued. Domain `example.test` with `alice` and `bob`.
 */
import { randomBytes } from 'node:crypto';
import { systemClock, type Clock } from '#clock';
import type { Event } from '#events';
import { silentLog, type Log } from '#log';
import { DailyAllowance } from '#mail/abuse/daily-allowance';
import { everybodyBehaves } from '#mail/abuse/conduct';
import { openGate } from '#mail/abuse/login-gate';
import { addAccount, addDomain, type AdministerContext } from '#mail/accounts/administer';
import { Authenticator } from '#mail/accounts/authenticate';
import { PasswordHasher } from '#mail/accounts/password-hash';
import { accept, type AcceptContext } from '#mail/receive/accept';
import { judgeRecipient } from '#mail/receive/recipient';
import { Inquiry, type InquiryContext } from '#mail/receive/inquiry/inquiry';
import {
  DEFAULT_POLICY_SETTINGS,
  policiesOf,
  type PolicySettings,
} from '#mail/receive/judgement/policies';
import type { SenderHistory } from '#mail/reputation/history';
import { submit } from '#mail/submit/submit';
import { parseMailbox } from '#protocol/address/path';
import type { ListenerPlace } from '#servers/net/session-listeners';
import { readIdentityText } from '#servers/net/tls-context';
import { SMTP_LIMITS, type SmtpLimits } from '#servers/smtp/limits';
import type { SmtpServices } from '#servers/smtp/settings';
import { startSmtp, type SmtpServer } from '#servers/smtp/start';
import { Directory } from '#store/directory/directory';
import { installationSecret } from '#store/directory/installation';
import type { SendingLimits } from '#store/abuse/daily-limits';
import { openStore, type Store } from '#store/database/open';
import { trustedAmong } from '#store/reception/trusted-forwarders';
import { certificateFor } from '../certificates/self-signed.ts';
import { openTestDatabase } from '../database/database.ts';

export const PASSWORD = 'open sesame';
export const HOSTNAME = 'mail.example.test';

export interface TestSmtpOptions {
  readonly limits?: Partial<SmtpLimits>;
  readonly connections?: { readonly total: number; readonly perAddress: number };
  readonly proxyFrom?: readonly string[];
  /** Of the MX listener; the system chooses if absent. */
  readonly port?: number;
  readonly services?: Partial<SmtpServices>;
  /** Of reception; no DNS is asked unless a resolver is given. */
  readonly inquiry?: Partial<InquiryContext>;
  readonly policies?: Partial<PolicySettings>;
  readonly sealsForwards?: boolean;
  /** Of senders; none is kept unless given. */
  readonly history?: SenderHistory | undefined;
  /** Told of what was judged. */
  readonly seen?: AcceptContext['seen'];
  /** What an account may send; without limit unless told. */
  readonly sending?: Partial<SendingLimits>;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Instead of a certificate made for the host name. */
  readonly tls?: Parameters<typeof startSmtp>[0]['tls'];
}

export interface TestStore extends AsyncDisposable {
  readonly store: Store;
  readonly directory: Directory;
  readonly administer: AdministerContext;
  readonly authenticator: Authenticator;
}

export interface TestSmtp extends AsyncDisposable {
  readonly server: SmtpServer;
  readonly ports: SmtpServer['ports'];
  /** What was noted, in order. */
  readonly noted: readonly Event[];
}

/** A migrated database with the domain, its keys and the two accounts. */
export async function openTestStore(clock: Clock = systemClock): Promise<TestStore> {
  await using parts = new AsyncDisposableStack();
  const database = parts.use(await openTestDatabase());
  const { connection } = database;
  const opened = await openStore({
    connection,
    clock,
    log: silentLog,
    allowUnsafe: ['fsync', 'full_page_writes', 'synchronous_commit'],
  });
  if (opened.kind === 'refused') throw new Error(opened.reason);
  const store = parts.use(opened.store);
  const directory = parts.adopt(new Directory(store.pool, store.notices), (d) => d.close());
  const hasher = parts.adopt(new PasswordHasher(), (h) => h.close());
  const { pool, notices } = store;
  const administer = { pool, notices, clock, hasher, random: randomBytes };
  await addDomain(administer, 'example.test');
  for (const name of ['alice', 'bob'])
    await addAccount(administer, parseMailbox(`${name}@example.test`)!, PASSWORD, undefined);
  const secret = await installationSecret(pool, randomBytes(32));
  const authenticator = parts.adopt(
    new Authenticator({ pool, notices, clock, log: silentLog, cacheKey: randomBytes(32), secret }),
    (a) => a.close(),
  );
  const kept = parts.move();
  return {
    store,
    directory,
    administer,
    authenticator,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** All three listeners on a store. */
export async function startTestSmtp(
  at: TestStore,
  options: TestSmtpOptions = {},
): Promise<TestSmtp> {
  const noted: Event[] = [];
  const listener: ListenerPlace = {
    address: '127.0.0.1',
    port: 0,
    proxyFrom: options.proxyFrom ?? [],
  };
  const server = await startSmtp({
    listeners: {
      mx: { ...listener, port: options.port ?? 0 },
      submission: listener,
      submissions: listener,
    },
    hostname: HOSTNAME,
    tls: options.tls ?? (await testIdentity()),
    limits: { ...SMTP_LIMITS, authFailureDelay: 0, ...options.limits },
    connections: options.connections ?? { total: 1000, perAddress: 1000 },
    services: {
      ...smtpServicesOf(at, options, (event) => void noted.push(event)),
      ...options.services,
    },
  });
  if (server.kind === 'failed') throw new Error(server.message);
  return {
    server,
    ports: server.ports,
    noted,
    [Symbol.asyncDispose]: () => server.stop(0),
  };
}

function smtpServicesOf(
  { store, directory, authenticator }: TestStore,
  {
    clock = systemClock,
    log = silentLog,
    inquiry,
    policies,
    sealsForwards = false,
    history,
    seen,
    sending,
  }: TestSmtpOptions,
  note: SmtpServices['note'],
): SmtpServices {
  const { writer, pool, newId } = store;
  const common = { writer, clock, hostname: HOSTNAME, queueLifetime: 5 * 24 * 3600 * 1000 };
  const acceptContext: AcceptContext = {
    ...common,
    pool,
    directory,
    newId,
    policies: policiesOf({ ...DEFAULT_POLICY_SETTINGS, ...policies }),
    history,
    seen,
    sealsForwards,
    notices: {
      store,
      directory,
      log,
      hostname: HOSTNAME,
      randomBytes,
      schedule: { lifetime: common.queueLifetime },
      languages: ['en'],
    },
    stored: () => {},
  };
  const inquiryContext: InquiryContext = {
    resolver: undefined,
    hostname: HOSTNAME,
    isOwnAddress: () => false,
    now: () => clock.now(),
    zones: [],
    verifiesArc: false,
    scanner: undefined,
    greylisting: undefined,
    history,
    trustedAmong: (accountIds, domains) => trustedAmong(pool, accountIds, domains),
    log,
    patience: 10_000,
    ...inquiry,
  };
  const submitContext = {
    ...common,
    daily: new DailyAllowance({ pool, clock, log, limits: { ...UNLIMITED, ...sending }, note }),
    directory,
    random: randomBytes,
    hideAuthorAddress: true,
    takesBounces: true,
    queued: () => {},
  };
  return {
    clock,
    log,
    newId,
    random: randomBytes,
    writer,
    judgeRecipient: (mailbox, size, bouncing) =>
      judgeRecipient({ directory, pool }, mailbox, size, bouncing),
    sendAs: (principalId) => directory.sendAs(principalId),
    authenticator,
    conduct: everybodyBehaves,
    isKnown: () => false,
    logins: openGate,
    inquire: (client) => Inquiry.of(inquiryContext, client),
    sealsForwards,
    accept: (arrival) => accept(acceptContext, arrival),
    submit: (submission) => submit(submitContext, submission),
    note,
  };
}

const UNLIMITED: SendingLimits = {
  messages: 0,
  newRecipients: 0,
  messagesAMinute: 0,
  messagesAnHour: 0,
};

export async function testIdentity(name = HOSTNAME) {
  const { cert, key } = await certificateFor(name);
  const read = readIdentityText(Buffer.from(cert), Buffer.from(key), 'the test certificate');
  if (read.kind === 'unusable') throw new Error(read.reason);
  return { current: read.identity };
}
