/** P1 and P2: what a domain asks of those who send to it. */
import { utf8 } from '#bytes';
import type { Context } from '#mail/doctor/context';
import { ask, judgeAtPlaces, noAnswer, type Asked } from '#mail/doctor/dns-questions';
import { fetchPage } from '#mail/doctor/fetch-page';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { DAY, lastReport, listed, quoted, spokenAge } from '#mail/doctor/spoken-values';
import { txtText } from '#protocol/dns/resolver';
import { namesMx } from '#protocol/mta-sts/match-mx';
import { parseStsPolicy } from '#protocol/mta-sts/policy-file';
import { selectStsRecord } from '#protocol/mta-sts/record';
import { selectTlsrptRecord } from '#protocol/tlsrpt/record';

/** Seconds. */
const WEEK = (7 * DAY) / 1000;

export async function mtaSts(context: Context): Promise<Outcome<'P1'>> {
  const { domain } = context;
  const name = `_mta-sts.${domain}`;
  return judgeAtPlaces(
    context,
    name,
    'TXT',
    (asked) => judgeSts(context, asked),
    // all places that have a record find the same policy
    ({ finding }) => !['absent', 'bad-record'].includes(finding),
  );
}

async function judgeSts(context: Context, { records }: Asked<'TXT'>): Promise<Outcome<'P1'>> {
  const record = selectStsRecord(records.map(txtText));
  if (record.kind === 'none') return { finding: 'absent', values: {} };
  if (record.kind === 'invalid') return { finding: 'bad-record', values: { cause: record.fault } };
  return context.share(`mta-sts ${context.domain}`, () => judgePolicy(context));
}

async function judgePolicy(context: Context): Promise<Outcome<'P1'>> {
  const { domain } = context;
  const url = `https://mta-sts.${domain}/.well-known/mta-sts.txt`;
  const { fetched, evidence: page } = await fetchPage(context, url, 'text/plain', (body) =>
    body.replaceAll(/\r?\n/g, ' | '),
  );
  const evidence: Evidence[] = [page];
  if (fetched.kind === 'failed')
    return { finding: 'not-there', values: { cause: quoted(fetched.cause) }, evidence };
  const parsed = parseStsPolicy(utf8(fetched.body));
  if (parsed.kind === 'invalid')
    return { finding: 'not-there', values: { cause: parsed.fault }, evidence };
  const { mode, mx, maxAge } = parsed.policy;
  const exchanges = await ask(context, domain, 'MX');
  evidence.push(exchanges.evidence);
  if (exchanges.answer.kind === 'failure')
    return noAnswer(exchanges.evidence.asked, exchanges.answer, evidence);
  const unlisted = exchanges.records
    .map(({ exchange }) => exchange)
    .filter((host) => !namesMx(mx, host));
  if (mode !== 'none' && unlisted.length > 0) {
    const names = listed(unlisted);
    return { finding: 'not-listed', values: { names }, evidence, about: names };
  }
  if (mode !== 'enforce') return { finding: 'testing', values: { mode }, evidence };
  return maxAge < WEEK
    ? { finding: 'short', values: { seconds: String(maxAge) }, evidence }
    : { finding: 'enforced', values: { days: String(Math.floor(maxAge / 86_400)) }, evidence };
}

/** After so long without one whoever sends here has had the time to report. */
const SILENT_AFTER = 14 * DAY;
/** Messages of the last week: where hardly any come, nobody has anything to report. */
const ENOUGH_MAIL = 20;

export async function tlsReports(context: Context): Promise<Outcome<'P2'>> {
  const last = context.server?.domains.find(({ name }) => name === context.domain)?.reports.tls;
  return judgeAtPlaces(
    context,
    `_smtp._tls.${context.domain}`,
    'TXT',
    ({ records }): Outcome<'P2'> => {
      const texts = records.map(txtText);
      const record = selectTlsrptRecord(texts);
      if (record.kind === 'none') return { finding: 'none', values: {} };
      if (record.kind === 'invalid') {
        const values = { record: quoted(`${texts.join(' | ')} (${record.fault})`) };
        return { finding: 'broken', values };
      }
      const values = { addresses: listed(record.rua) };
      if (last !== undefined)
        return { finding: 'arriving', values: { ...values, ...lastReport(last) } };
      if (!record.rua.some((uri) => isHere(context, uri))) return { finding: 'elsewhere', values };
      const days = silentDays(context);
      return days === undefined
        ? { finding: 'there', values }
        : { finding: 'silent', values: { ...values, days } };
    },
    ({ finding }) => !['none', 'broken'].includes(finding),
  );
}

/** Whether this server takes in what is sent there. */
function isHere({ domains, domain }: Context, uri: string): boolean {
  const [, at] = /^mailto:[^?]*@([^?@!]+)/i.exec(uri) ?? [];
  return at !== undefined && [...domains, domain].includes(at.toLowerCase());
}

/** For how long no report came, where that is too long. */
function silentDays({ before, domain, now, server }: Context): string | undefined {
  if ((server?.traffic.clients.length ?? 0) < ENOUGH_MAIL) return undefined;
  const known = before('P2', domain);
  if (known === undefined || !['there', 'silent'].includes(known.finding)) return undefined;
  const since = now() - known.since;
  // its status changed with it: what is silent stays so until something comes
  if (known.finding === 'silent') return spokenAge(since + SILENT_AFTER);
  return since < SILENT_AFTER ? undefined : spokenAge(since);
}
