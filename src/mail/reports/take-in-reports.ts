/**
 * Takes in the reports that come to postmaster: mail is left where it is, what it reports is kept for views. Called by server/outgoing/reports.ts
 * now and then, so that what a process left is taken in by the next. A stranger can send anything: what cannot be kept is told and passed by.
 */
import { concat, latin1 } from '#bytes';
import { event } from '#events';
import type { Log } from '#log';
import { passed, type DmarcAggregateReport } from '#protocol/dmarc-report/report';
import { isWithin } from '#protocol/dmarc/domain-name';
import { fieldsNamed, fieldValue, splitHeader } from '#protocol/message/header/fields';
import type { TlsReport } from '#protocol/tlsrpt/report';
import type { Store } from '#store/database/open';
import { listDomains } from '#store/directory/domains';
import { readEmail } from '#store/emails/emails';
import { appendEvents } from '#store/events/events';
import { inTransaction } from '#store/query/transaction';
import { keepDmarcReport } from '#store/reports/dmarc-reports';
import { lookedUpTo, mailToPostmasters, type PostmasterMail } from '#store/reports/intake';
import { keepTlsReport } from '#store/reports/tls-reports';
import { findDmarcReport } from './find-dmarc-report.ts';
import { findTlsReport } from './find-tls-report.ts';
import { authenticAuthor, isSignedBy } from './vouched-for.ts';

/** Larger mail is no report. */
const MAX_MESSAGE = 4 * 1024 * 1024;

interface Intake {
  readonly store: Pick<Store, 'pool' | 'clock'>;
  readonly log: Log;
  /** Domains of this server. */
  readonly here: ReadonlySet<string>;
  readonly sources: OwnSources;
}

/** The addresses that mail of a domain here leaves from. */
export type OwnSources = (domain: string) => Promise<ReadonlySet<string>>;

const NO_SOURCES: OwnSources = () => Promise.resolve(new Set());

/** @returns how many new reports were kept */
export async function takeInReports(
  store: Pick<Store, 'pool' | 'clock'>,
  log: Log,
  signal: AbortSignal,
  sources: OwnSources = NO_SOURCES,
): Promise<number> {
  let kept = 0;
  for (let more = true; more && !signal.aborted;) {
    const looked = await mailToPostmasters(store.pool);
    const here =
      looked.mails.length === 0
        ? new Set<string>()
        : new Set((await listDomains(store.pool)).map(({ name }) => name));
    for (const mail of looked.mails) {
      if (signal.aborted) return kept;
      kept += await takenIn({ store, log, here, sources }, mail);
    }
    await lookedUpTo(store.pool, looked.upTo);
    ({ more } = looked);
  }
  return kept;
}

/** One that fails does not keep the others from coming in; where it is the database that fails, so does what follows. */
async function takenIn(intake: Intake, mail: PostmasterMail): Promise<number> {
  try {
    return await takeIn(intake, mail);
  } catch (error) {
    const { message } = error as Error;
    intake.log.warn('report.not-taken-in', { email: mail.emailId, error: message });
    return 0;
  }
}

async function takeIn(intake: Intake, mail: PostmasterMail): Promise<number> {
  if (mail.size > MAX_MESSAGE) return 0;
  const chunks: Uint8Array[] = [];
  for await (const chunk of readEmail(intake.store.pool, mail.accountId, mail.emailId))
    chunks.push(chunk);
  const message = concat(chunks);
  const tls = findTlsReport(message);
  if (tls.kind === 'report') return keepTls(intake, mail, message, tls.report);
  const dmarc = tls.kind === 'none' ? await findDmarcReport(message) : undefined;
  if (dmarc?.kind === 'report') return keepDmarc(intake, mail, dmarc.report);
  const broken = dmarc ?? tls;
  if (broken.kind === 'broken') {
    const name = dmarc ? 'dmarc-report.broken' : 'tls-report.broken';
    intake.log.info(name, { email: mail.emailId, why: broken.why });
  }
  return 0;
}

async function keepTls(
  { store: { pool, clock }, here }: Intake,
  { prefix }: PostmasterMail,
  message: Uint8Array,
  report: TlsReport,
): Promise<number> {
  // RFC 8460 §5.3: a report is signed by its sender
  const submitter = submitterOf(message);
  const verified = submitter !== undefined && isSignedBy(prefix, submitter);
  let kept = 0;
  for (const domain of new Set(report.policies.map((policy) => policy.domain))) {
    if (!here.has(domain)) continue;
    if (await keepTlsReport(pool, { domain, verified }, report, clock.now())) kept++;
  }
  return kept;
}

function submitterOf(message: Uint8Array): string | undefined {
  const header = message.subarray(0, splitHeader(message).bodyStart);
  const [field] = fieldsNamed(splitHeader(header), 'TLS-Report-Submitter');
  const value = field && fieldValue(header, field);
  return value !== undefined && /^[A-Za-z0-9.-]{1,253}$/.test(value) ? value : undefined;
}

async function keepDmarc(
  { store: { pool, clock }, log, here, sources }: Intake,
  mail: PostmasterMail,
  report: DmarcAggregateReport,
): Promise<number> {
  const about = report.policy.domain;
  // the record may stand at a name below that of the domain
  const domain = here.has(about) ? about : [...here].find((name) => isWithin(about, name));
  if (domain === undefined) return 0;
  // RFC 9990 §3.5.2: mail with reports passes DMARC; what this server sent to itself was never judged
  const signer = isOwn(mail, report) ? 'this server' : (authenticAuthor(mail.prefix) ?? '');
  const fields = { domain, reporter: signer, ...countsOf(report, await sources(domain)) };
  const keeping = await inTransaction(pool, async (client) => {
    const now = clock.now();
    const answer = await keepDmarcReport(client, { domain, signer }, report, now);
    if (answer === 'kept') {
      const told = { public: { ...fields, verified: signer !== '' }, personal: {} };
      await appendEvents(client, [event('dmarc.reported', now, {}, told)]);
    }
    return answer;
  });
  if (keeping === 'too-many')
    log.info('dmarc-report.too-many', { email: mail.emailId, domain, signer });
  return keeping === 'kept' ? 1 : 0;
}

function countsOf({ rows }: DmarcAggregateReport, own: ReadonlySet<string>) {
  const sum = (some: typeof rows): number =>
    some.reduce((total, { messages }) => total + messages, 0);
  const ours = rows.filter(({ sourceIp }) => own.has(sourceIp));
  return {
    messages: sum(rows),
    failed: sum(rows.filter((row) => !passed(row))),
    own: sum(ours),
    ownFailed: sum(ours.filter((row) => !passed(row))),
  };
}

/** A report that this server made: it has the id of its message, with the null reverse-path, and never came in from outside. */
function isOwn(
  { messageId, isNotice, prefix }: PostmasterMail,
  { reportId }: DmarcAggregateReport,
): boolean {
  return (
    isNotice &&
    reportId.slice(0, reportId.indexOf('@')) === messageId &&
    !latin1(prefix).includes('Authentication-Results:')
  );
}
