/** P3: the TLSA records of every host of ours that takes the domain's mail, of the key in use and of the next one. */
import { X509Certificate } from 'node:crypto';
import { equalConstantTime } from '#bytes';
import { recordText } from '#mail/dns-plan/zone-line';
import type { ServerContext } from '#mail/doctor/check';
import { ask, noAnswer } from '#mail/doctor/dns-questions';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { listenerNamed } from '#mail/doctor/own-listeners';
import { judgeEverywhere } from '#mail/doctor/places';
import { planFromJson } from '#mail/doctor/plan-json';
import { listed } from '#mail/doctor/spoken-values';
import { tlsaName, usableTlsa } from '#protocol/dane/tlsa';
import { verifyDane } from '#protocol/dane/verify-chain';
import type { TlsaData } from '#protocol/dns/resolver';
import { causeOf, tlsOf } from './certificates.ts';
import { isOurs } from './mail-exchange.ts';

/** Hosts that are looked at: more exchanges are of no use to anybody. */
const MOST_HOSTS = 8;

export function dane(context: ServerContext): Promise<Outcome<'P3'>> {
  return judgeEverywhere(
    context,
    judgeHosts,
    ({ finding }) => finding === 'fits' || finding === 'fits-both',
    true,
  );
}

async function judgeHosts(context: ServerContext): Promise<Outcome<'P3'>> {
  const { domain, settings } = context;
  const mx = await ask(context, domain, 'MX');
  const evidence: Evidence[] = [mx.evidence];
  if (mx.answer.kind === 'failure') return noAnswer(mx.evidence.asked, mx.answer, evidence);
  const hosts = mx.records.map(({ exchange }) => exchange).slice(0, MOST_HOSTS);
  const ours = await Promise.all(hosts.map((host) => isOurs(context, host)));
  const own = hosts.filter((_, index) => ours[index]);
  const judged = await Promise.all(
    (own.length > 0 ? own : [settings.hostname]).map((host) => judgeHost(context, host)),
  );
  evidence.push(...judged.flatMap((one) => one.evidence ?? []));
  const [worst] = judged.toSorted((a, b) => RANK.indexOf(a.finding) - RANK.indexOf(b.finding));
  const alike = judged.filter(({ finding }) => finding === worst!.finding);
  // what is the same of several is told of all of them
  const names = alike.flatMap(({ values }) => ('name' in values ? [values.name] : []));
  return alike.length > 1 && names.length > 0
    ? ({
        ...worst,
        values: { ...worst!.values, name: listed(names) },
        evidence,
      } as Outcome<'P3'>)
    : { ...worst!, evidence };
}

/** The worst first. */
const RANK: readonly string[] = [
  'mismatch',
  'no-answer',
  'no-certificate',
  'unvalidated',
  'next-missing',
  'none',
  'fits',
  'fits-both',
];

async function judgeHost(context: ServerContext, host: string): Promise<Outcome<'P3'>> {
  const name = tlsaName(25, host);
  const { answer, records, evidence } = await ask(context, name, 'TLSA');
  const seen = [evidence];
  if (answer.kind === 'failure') return noAnswer(`TLSA ${name}`, answer, seen);
  if (answer.kind !== 'records') return { finding: 'none', values: { name }, evidence: seen };
  if (!answer.authenticated) return { finding: 'unvalidated', values: { name }, evidence: seen };
  const listener = listenerNamed(context.server, 'smtp');
  const shown = listener && !listener.proxied ? await tlsOf(context, listener, host) : undefined;
  if (shown?.kind !== 'secured') {
    const cause = shown === undefined ? 'PROXY' : causeOf(shown);
    return { finding: 'no-certificate', values: { name: host, cause }, evidence: seen };
  }
  const verdict = verifyDane({
    chain: shown.chain.map((der) => new X509Certificate(der)),
    records: usableTlsa(records),
    names: [host, context.domain],
    now: context.realNow(),
  });
  if (verdict.kind === 'failed')
    return { finding: 'mismatch', values: { name }, evidence: seen, about: verdict.reason };
  const values = { name, count: String(records.length) };
  const next = nextOf(context, name);
  // an anchor holds for the next key too
  if (next.length === 0 || verdict.record.usage === 2)
    return { finding: 'fits', values, evidence: seen };
  const missing = next.find((one) => !isPublished(one, records));
  if (missing === undefined) return { finding: 'fits-both', values, evidence: seen };
  const record = `${name}. IN TLSA ${recordText('TLSA', missing)}`;
  return { finding: 'next-missing', values: { name, record }, evidence: seen, about: record };
}

/** Records of keys that follow, as the plan of the domain has them. */
function nextOf({ server, domain }: ServerContext, name: string): readonly TlsaData[] {
  const plan = server.domains.find((one) => one.name === domain)?.plan;
  if (plan === undefined) return [];
  return planFromJson(plan).records.flatMap((record) =>
    record.type === 'TLSA' && record.name === name && record.purpose === 'dane-next'
      ? [record.data]
      : [],
  );
}

/** As one that counts: beside a stronger digest of the same kind a weaker one does not (RFC 7671 §9). */
function isPublished(wanted: TlsaData, records: readonly TlsaData[]): boolean {
  return usableTlsa(records).some(
    ({ usage, selector, matchingType, data }) =>
      usage === wanted.usage &&
      selector === wanted.selector &&
      matchingType === wanted.matchingType &&
      equalConstantTime(data, wanted.certificate),
  );
}
