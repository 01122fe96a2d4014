/** S1 to S3, by our own evaluator. */
import type { Context } from '#mail/doctor/context';
import { judgeAtPlaces } from '#mail/doctor/dns-questions';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { NO_ADDRESS, sendingAddresses } from '#mail/doctor/own-addresses';
import { judgeEverywhere, noting } from '#mail/doctor/places';
import { listed, quoted } from '#mail/doctor/spoken-values';
import { checkHost } from '#protocol/spf/check-host';
import type { SpfReport } from '#protocol/spf/report';
import { selectRecord } from '#protocol/spf/select-record';

export async function spfRecord(context: Context): Promise<Outcome<'S1'>> {
  return judgeAtPlaces(
    context,
    context.domain,
    'TXT',
    ({ records }): Outcome<'S1'> => {
      const selected = selectRecord(records);
      if (selected.kind === 'none') return { finding: 'none', values: {} };
      return selected.kind === 'several'
        ? { finding: 'several', values: { count: String(selected.count) } }
        : { finding: 'one', values: { record: quoted(selected.text, 500) } };
    },
    ({ finding }) => finding === 'one',
  );
}

/** RFC 5737: nobody sends from it, so that every term is looked at. */
const NOBODY = '192.0.2.254';
/** RFC 7208 §4.6.4 allows ten. */
const MANY = 8;

export function spfLimits(context: Context): Promise<Outcome<'S2'>> {
  return judgeEverywhere(context, judgeLimits, ({ finding }) =>
    ['sound', 'many'].includes(finding),
  );
}

async function judgeLimits(context: Context): Promise<Outcome<'S2'>> {
  const { report, evidence } = await evaluate(context, NOBODY, context.domain);
  if (report.result === 'temperror')
    return {
      finding: 'no-answer',
      values: { query: context.domain, cause: 'temperror' },
      evidence,
    };
  if (!hasOneRecord(report)) return { finding: 'no-record', values: {}, evidence };
  if (report.result === 'permerror')
    return { finding: 'broken', values: { reason: report.reason ?? 'permerror' }, evidence };
  const { lookups, voidLookups } = report;
  const values = { lookups: String(lookups), voids: String(voidLookups) };
  return { finding: lookups > MANY ? 'many' : 'sound', values, evidence, about: values.lookups };
}

export function spfOfAddresses(context: Context): Promise<Outcome<'S3'>> {
  return judgeEverywhere(context, judgeAddresses, ({ finding }) => finding === 'pass');
}

async function judgeAddresses(context: Context): Promise<Outcome<'S3'>> {
  const addresses = sendingAddresses(context);
  if (addresses.length === 0) return NO_ADDRESS;
  const { domain, settings } = context;
  const evaluated = await Promise.all(addresses.map((ip) => evaluate(context, ip, domain)));
  const reports = evaluated.map(({ report }) => report);
  const evidence: Evidence[] = evaluated.flatMap((one) => one.evidence);
  const unknown = reports.find(({ result }) => result === 'temperror');
  if (unknown)
    return { finding: 'no-answer', values: { query: domain, cause: 'temperror' }, evidence };
  const first = reports[0]!;
  if (!hasOneRecord(first)) return { finding: 'no-record', values: {}, evidence };
  const end = endOf(first);
  if (end === '+all') return { finding: 'all-pass', values: {}, evidence };
  const refused = reports.find(({ result }) => result !== 'pass');
  if (refused) {
    const values = { address: refused.ip, result: refused.result };
    return { finding: 'not-passed', values, evidence, about: refused.ip };
  }
  if (end === undefined || end === '?all') return { finding: 'open-end', values: {}, evidence };
  const hellos = await Promise.all(addresses.map((ip) => evaluate(context, ip, undefined)));
  evidence.push(...hellos.flatMap((one) => one.evidence));
  const hello = hellos.map(({ report }) => report).find(({ result }) => result !== 'pass');
  if (hello?.result === 'temperror')
    return {
      finding: 'no-answer',
      values: { query: settings.hostname, cause: 'temperror' },
      evidence,
    };
  return hello
    ? {
        finding: 'ehlo-not-passed',
        values: { ehlo: settings.hostname, address: hello.ip, result: hello.result },
        evidence,
        about: hello.ip,
      }
    : { finding: 'pass', values: { addresses: listed(addresses) }, evidence };
}

/** The `all` that ends the record, as far as it was read: what redirect leads to included. */
function endOf({ steps }: SpfReport): string | undefined {
  const records = steps.flatMap((step) => (step.step === 'record-found' ? [step.record] : []));
  const last = records[0] === undefined ? [] : records[0].trim().toLowerCase().split(/ +/);
  const all = last.find((term) => /^[-+~?]?all$/.test(term));
  if (all !== undefined) return all === 'all' ? '+all' : all;
  // where it ends by the record of another, that other one is read last
  return last.some((term) => term.startsWith('redirect=')) ? 'redirect' : undefined;
}

function hasOneRecord({ steps, reason }: SpfReport): boolean {
  return reason !== 'several-records' && steps.some(({ step }) => step === 'record-found');
}

interface Evaluated {
  readonly report: SpfReport;
  /** What came of it, and every question that it asked. */
  readonly evidence: readonly Evidence[];
}

async function evaluate(
  context: Context,
  ip: string,
  domain: string | undefined,
): Promise<Evaluated> {
  const { settings, dns, signal, now } = context;
  const noted = noting(dns.local);
  const report = await checkHost({
    ip,
    helo: settings.hostname,
    mailFrom: domain === undefined ? null : { localPart: 'postmaster', domain },
    resolver: noted.resolver,
    receiver: settings.hostname,
    now: Math.floor(now() / 1000),
    signal,
  });
  return { report, evidence: [evidenceOf(report), ...noted.evidence] };
}

function evidenceOf({ domain, ip, identity, result, mechanism, lookups }: SpfReport): Evidence {
  const by = mechanism === undefined ? '' : ` (${mechanism})`;
  return {
    asked: `SPF ${domain} ${ip} (${identity})`,
    by: 'check_host()',
    answer: `${result}${by}, ${lookups} look-ups`,
  };
}
