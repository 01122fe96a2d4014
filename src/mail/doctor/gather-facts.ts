/** Asks the server and its database what only they know. Called in the server: by the control socket, and for the round of the day. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { concat, utf8, base64 } from '#bytes';
import type { Clock } from '#clock';
import { SAME_NAMES } from '#mail/certificates/renewal-time';
import type { CertificateState } from '#mail/certificates/states';
import type { DnsPlan } from '#mail/dns-plan/record';
import { ownCounts, ownSources } from '#mail/reports/advise-on-reports';
import { sign } from '#mail/submit/sign';
import { hashBody } from '#protocol/dkim/body-hash';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import { formatDate } from '#protocol/message/header/date';
import { splitHeader } from '#protocol/message/header/fields';
import { issuedSince } from '#store/certificates/certificates';
import type { Directory } from '#store/directory/directory';
import { listDkimKeys, type ListedKey } from '#store/directory/dkim-keys';
import { listDomains } from '#store/directory/domains';
import { databaseState } from '#store/doctor/database';
import { databaseAhead } from '#store/doctor/round';
import {
  accountsBeyond,
  attemptsOfDay,
  bulkWaysOut,
  failedLogins,
  lastClients,
  lastSentCopies,
  lastSentMessages,
  openAccountsOf,
  queueByHour,
  waitingRecipients,
  type AttemptCount,
  type SentMessage,
  type WaysOut,
} from '#store/doctor/traffic';
import { complaintRates, type ComplaintRate } from '#store/complaints';
import type { Pool } from '#store/database/open';
import { reportedPolicy, reportedSources } from '#store/reports/dmarc-reports';
import { listTlsReports } from '#store/reports/tls-reports';
import { isBelow } from './domain-order.ts';
import { lintMessage } from './lint-message.ts';
import { planToJson } from './plan-json.ts';
import type {
  AuthorityFacts,
  BackupFacts,
  CertificateFacts,
  ComplaintFacts,
  DatabaseFacts,
  DomainFacts,
  KeyFacts,
  ListenerFacts,
  LoadFacts,
  ServerFacts,
  TrafficFacts,
} from './server-facts.ts';
import { warmUpFacts } from './warm-up-facts.ts';

export interface GatherParts {
  readonly mode: 'dev' | 'serve';
  readonly pool: Pool;
  readonly directory: Directory;
  readonly clock: Clock;
  /** Real time, beside which the clock of the database is put. */
  readonly realNow: () => number;
  /** Whether the database may be on another machine. */
  readonly databaseElsewhere: boolean;
  readonly listeners: readonly ListenerFacts[];
  readonly http: ServerFacts['http'];
  readonly web: ServerFacts['web'];
  readonly secretPaths: readonly string[];
  readonly secretsInEnvironment: readonly string[];
  readonly load: () => LoadFacts;
  readonly backups: () => Promise<BackupFacts>;
  readonly plan: (domain: string) => Promise<DnsPlan | undefined>;
  readonly certificates: () => Promise<readonly CertificateState[]>;
  readonly authority: () => Promise<AuthorityFacts | undefined>;
}

/** Domains that facts are gathered of: signing costs something for each. */
const MOST_DOMAINS = 200;
const LAST = 100;
/** Messages among which the last hundred of each domain are looked for. */
const LAST_OF_ALL = 2000;
const HOURS = 3;
/** Octets of a message that are looked at. */
const MOST_OCTETS = 256 * 1024;
/** Messages of which the form is looked at. */
const LINTED = 10;
const WEEK = 7 * 86_400_000;
/** Accounts of the first start in dev. */
const DEVELOPMENT = 'example.test';

export async function gatherFacts(parts: GatherParts): Promise<ServerFacts> {
  const { mode, pool, clock, listeners, http, web, load } = parts;
  const now = clock.now();
  // before our own questions take some
  const inUse = {
    busy: pool.totalCount - pool.idleCount,
    most: pool.options.max,
  };
  const [database, backups, accounts, domains, traffic, waiting, hours, certificates, warmUps] =
    await Promise.all([
      databaseFacts(parts, inUse),
      parts.backups(),
      openAccountsOf(pool, DEVELOPMENT),
      domainFacts(parts),
      trafficFacts(pool, now),
      waitingRecipients(pool),
      queueByHour(pool, now, HOURS),
      parts.certificates(),
      warmUpFacts(pool),
    ]);
  return {
    mode,
    listeners,
    http,
    web,
    load: load(),
    database,
    backups,
    secretPaths: parts.secretPaths,
    secretsInEnvironment: parts.secretsInEnvironment,
    developmentAccounts: accounts,
    domains,
    traffic,
    queue: { waiting: waiting.waiting, oldestAt: waiting.oldestAt?.getTime(), hours },
    warmUps,
    certificates: await Promise.all(
      certificates
        .filter(({ origin }) => origin === 'acme' || origin === 'none')
        .map((state) => certificateFacts(parts, state)),
    ),
    authority: await parts.authority(),
  };
}

async function databaseFacts(
  parts: GatherParts,
  inUse: { readonly busy: number; readonly most: number },
): Promise<DatabaseFacts> {
  try {
    const state = await databaseState(parts.pool);
    const ahead = parts.databaseElsewhere
      ? await databaseAhead(parts.pool, parts.realNow)
      : undefined;
    return { kind: 'up', ...state, pool: inUse, ahead };
  } catch (error) {
    return { kind: 'down', cause: (error as Error).message.slice(0, 200) };
  }
}

async function domainFacts(parts: GatherParts): Promise<DomainFacts[]> {
  const { pool, clock } = parts;
  const [domains, keys, sent] = await Promise.all([
    listDomains(pool),
    listDkimKeys(pool, undefined),
    lastSentMessages(pool, clock.now(), LAST_OF_ALL),
  ]);
  return Promise.all(
    domains.slice(0, MOST_DOMAINS).map(async ({ name }): Promise<DomainFacts> => {
      const plan = await parts.plan(name);
      return {
        name,
        keys: keys.filter(({ domain }) => domain === name).map(keyFacts),
        plan: plan && planToJson(plan),
        sample: await sampleOf(parts, name),
        reports: await reportFacts(parts, name, plan),
        sent: alignmentOf(sent.filter(({ domain }) => domain === name).slice(0, LAST)),
      };
    }),
  );
}

/** Sources that are looked at: ours are among those of the most messages. */
const MOST_SOURCES = 500;
const MONTH = 30 * 86_400_000;

async function reportFacts(
  { pool, clock }: GatherParts,
  domain: string,
  plan: DnsPlan | undefined,
): Promise<DomainFacts['reports']> {
  const asked = { domain, since: clock.now() - MONTH };
  const [reported, sources, [tls]] = await Promise.all([
    reportedPolicy(pool, asked),
    reportedSources(pool, { ...asked, limit: MOST_SOURCES }),
    listTlsReports(pool, { ...asked, limit: 1 }),
  ]);
  const { messages, aligned } = ownCounts(sources, ownSources(plan));
  return {
    dmarc: reported && {
      at: reported.lastAt.getTime(),
      from: reported.lastFrom,
      own: { count: messages, aligned },
    },
    tls: tls && { at: tls.endsAt.getTime(), from: tls.organization },
  };
}

function keyFacts(listed: ListedKey): KeyFacts {
  const { selector, state, algorithm, createdAt, retiredAt, privateKey } = listed;
  const key = createPublicKey(createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' }));
  return {
    selector,
    state,
    algorithm,
    createdAt: createdAt.getTime(),
    retiredAt: retiredAt?.getTime(),
    record: dnsRecordFor(key),
  };
}

function alignmentOf(sent: readonly SentMessage[]): DomainFacts['sent'] {
  const aligned = sent.filter(({ signed, reversePath, domain }) => {
    const of = reversePath.slice(reversePath.lastIndexOf('@') + 1).toLowerCase();
    // relaxed alignment (RFC 9989 §4.4): of one organization
    return signed || (of !== '' && (isBelow(of, domain) || isBelow(domain, of)));
  });
  return { count: sent.length, aligned: aligned.length };
}

async function sampleOf(
  { directory, clock }: GatherParts,
  domain: string,
): Promise<string | undefined> {
  const now = clock.now();
  const message = utf8(
    [
      `From: Doctor <postmaster@${domain}>`,
      `To: postmaster@${domain}`,
      'Subject: A message that is signed and goes nowhere',
      `Date: ${formatDate(now)}`,
      `Message-ID: <doctor.${now}@${domain}>`,
      '',
      'Signed to see whether the signature verifies.',
      '',
    ].join('\r\n'),
  );
  const { bodyStart } = splitHeader(message);
  const [hash] = await hashBody([message.subarray(bodyStart)], [{ canonicalization: 'relaxed' }]);
  const head = { header: message.subarray(0, bodyStart), bodyHash: hash!.digest };
  const signed = await sign({ directory, clock }, head, domain, now);
  return signed.kind === 'signed' ? base64(concat([signed.fields, message])) : undefined;
}

async function trafficFacts(pool: Pool, now: number): Promise<TrafficFacts> {
  const [clients, attempts, failures, beyond, copies, rates, waysOut] = await Promise.all([
    lastClients(pool, now, LAST),
    attemptsOfDay(pool, now),
    failedLogins(pool, now),
    accountsBeyond(pool, now),
    lastSentCopies(pool, now, { count: LINTED, octets: MOST_OCTETS }),
    complaintRates(pool, now - WEEK),
    bulkWaysOut(pool, now),
  ]);
  const total = (isIt: (count: AttemptCount) => boolean): number =>
    attempts.filter(isIt).reduce((sum, { count }) => sum + count, 0);
  return {
    clients,
    outcomes: {
      delivered: total(({ type }) => type === 'attempt.delivered'),
      failed: total(({ type, status }) => type === 'attempt.failed' && status.startsWith('5')),
    },
    deferrals: {
      attempts: total(() => true),
      reasons: attempts
        .filter(({ type }) => type === 'attempt.deferred')
        .map(({ stage, status, count }) => ({ stage, status, count })),
    },
    logins: {
      failures: failures.failures,
      usual: failures.before / 24,
      names: failures.names,
      beyond,
    },
    complaints: bySite(rates),
    bulk: bulkFacts(waysOut),
    lastSent: copies.map(({ messageId: id, octets, smtputf8 }) => ({
      id,
      lint: lintMessage(octets, smtputf8),
    })),
  };
}

function bySite(rates: readonly ComplaintRate[]): ComplaintFacts[] {
  return [...Map.groupBy(rates, ({ site }) => site)].map(([site, days]) => ({
    site,
    delivered: days.reduce((sum, { delivered }) => sum + delivered, 0),
    complaints: days.reduce((sum, { complaints }) => sum + complaints, 0),
  }));
}

function bulkFacts(waysOut: readonly WaysOut[]): TrafficFacts['bulk'] {
  const sum = (some: readonly WaysOut[]): number => some.reduce((all, { count }) => all + count, 0);
  const of = (wayOut: string): number => sum(waysOut.filter((one) => one.wayOut === wayOut));
  const days = Map.groupBy(waysOut, ({ day }) => day);
  return {
    messages: sum(waysOut),
    oneClick: of('one-click'),
    unsigned: of('unsigned'),
    mostADay: Math.max(0, ...[...days.values()].map(sum)),
  };
}

/** Of limits that the authority told us of, and of the one that we keep to before it does. */
const LIMITS: ReadonlySet<unknown> = new Set(['rateLimited', 'many-of-the-same']);

async function certificateFacts(
  { pool, realNow }: GatherParts,
  { names, order, renewAt }: CertificateState,
): Promise<CertificateFacts> {
  const failed = order?.state === 'failed' ? order.failure : undefined;
  const told = [failed?.['cause'], failed?.['text']].filter((one) => typeof one === 'string');
  const failure = failed && told.join(': ');
  const { count: issued } = await issuedSince(pool, names, realNow() - SAME_NAMES.within);
  return { names, failure, limited: LIMITS.has(failed?.['cause']), issued, renewAt };
}
