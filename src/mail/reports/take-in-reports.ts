/**
 * Takes in the reports that come to postmaster: mail is left where it is, what it reports is kept for views. Called by server/reports.ts
 * after mail came, and now and then, so that what a process left is taken in by the next.
 */
import { concat, latin1 } from '#bytes';
import type { Log } from '#log';
import { splitHeader } from '#protocol/message/fields';
import { listDomains } from '#store/directory/domains';
import { readEmail } from '#store/emails';
import type { Store } from '#store/open';
import { lookedUpTo, mailToPostmasters, type PostmasterMail } from '#store/reports/intake';
import { keepTlsReport } from '#store/reports/tls-reports';
import { findTlsReport } from './find-tls-report.ts';

/** Larger mail is no report. */
const MAX_MESSAGE = 4 * 1024 * 1024;

/** @returns how many new reports were kept */
export async function takeInReports(
  store: Pick<Store, 'pool' | 'clock'>,
  log: Log,
  signal: AbortSignal,
): Promise<number> {
  let kept = 0;
  for (let more = true; more && !signal.aborted;) {
    const looked = await mailToPostmasters(store.pool);
    const here =
      looked.mails.length === 0
        ? new Set<string>()
        : new Set((await listDomains(store.pool)).map(({ name }) => name));
    for (const mail of looked.mails) kept += await takeIn(store, mail, here, log);
    await lookedUpTo(store.pool, looked.upTo);
    ({ more } = looked);
  }
  return kept;
}

async function takeIn(
  { pool, clock }: Pick<Store, 'pool' | 'clock'>,
  { accountId, emailId, size }: PostmasterMail,
  here: ReadonlySet<string>,
  log: Log,
): Promise<number> {
  if (size > MAX_MESSAGE) return 0;
  const chunks: Uint8Array[] = [];
  for await (const chunk of readEmail(pool, accountId, emailId)) chunks.push(chunk);
  const message = concat(chunks);
  const found = findTlsReport(message);
  if (found.kind === 'none') return 0;
  if (found.kind === 'broken') {
    log.info('tls-report.broken', { email: emailId, why: found.why });
    return 0;
  }
  const verified = isVerified(message);
  const { report } = found;
  let kept = 0;
  for (const domain of new Set(report.policies.map((policy) => policy.domain))) {
    if (!here.has(domain)) continue;
    if (await keepTlsReport(pool, { domain, verified }, report, clock.now())) kept++;
  }
  return kept;
}

/** RFC 8460 §5.3: a report is signed by its sender. The first Authentication-Results is ours: those that claimed to be are hidden. */
function isVerified(message: Uint8Array): boolean {
  const header = latin1(message.subarray(0, splitHeader(message).bodyStart)).replaceAll(
    /\r\n[ \t]+/g,
    ' ',
  );
  const submitter = /^TLS-Report-Submitter:[ \t]*([A-Za-z0-9.-]{1,253})/im.exec(header)?.[1];
  const results = /^Authentication-Results:([^\r\n]*)/im.exec(header)?.[1];
  if (submitter === undefined || results === undefined) return false;
  const signer = `header.d=${submitter.toLowerCase()}`;
  return results
    .toLowerCase()
    .split(';')
    .some((result) => /^\s*dkim=pass\b/.test(result) && result.split(/\s+/).includes(signer));
}
