/** D2, D3 and D5: validation, signatures, times to live. The servers of the zone are in `name-servers.ts`. */
import type { Context } from '#mail/doctor/context';
import { ask, authoritiesOf, noAnswer } from '#mail/doctor/dns-questions';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { listed } from '#mail/doctor/spoken-values';
import type { RecordType } from '#protocol/dns/resolver';

/** A zone that is signed, and that every resolver of the Internet can ask for. */
const SIGNED = 'com';

export async function validatingResolver(context: Context): Promise<Outcome<'D2'>> {
  const { answer, evidence } = await ask(context, SIGNED, 'SOA');
  if (answer.kind === 'failure')
    return answer.cause === 'servfail'
      ? { finding: 'broken', values: { cause: answer.text }, evidence: [evidence] }
      : noAnswer(`SOA ${SIGNED}`, answer, [evidence]);
  const { server, authenticated } = answer;
  if (authenticated) return { finding: 'validates', values: { server }, evidence: [evidence] };
  // what it would say if it were believed tells why its word does not count
  const believed = await ask(context, SIGNED, 'SOA', context.dns.believed);
  const seen = [evidence, believed.evidence];
  const { answer: word } = believed;
  return word.kind !== 'failure' && word.authenticated
    ? { finding: 'untrusted', values: { server: word.server }, evidence: seen }
    : { finding: 'does-not', values: { server }, evidence: seen };
}

export async function signedZone(context: Context): Promise<Outcome<'D3'>> {
  const { zone, servers } = await authoritiesOf(context, context.domain);
  const soa = await ask(context, zone, 'SOA');
  if (soa.answer.kind !== 'failure' && soa.answer.authenticated)
    return { finding: 'secure', values: {}, evidence: [soa.evidence] };
  const ds = await ask(context, zone, 'DS');
  const evidence = [soa.evidence, ds.evidence];
  if (soa.answer.kind === 'failure') {
    const isBogus =
      soa.answer.cause === 'servfail' && ds.records.length > 0 && servers.length > 0
        ? await answers(context, zone, servers[0]!.resolver)
        : false;
    // a zone that its own servers give, and a validating resolver does not
    return isBogus
      ? { finding: 'bogus', values: {}, evidence }
      : noAnswer(`SOA ${zone}`, soa.answer, evidence);
  }
  if (ds.answer.kind === 'failure') return noAnswer(`DS ${zone}`, ds.answer, evidence);
  const finding = ds.records.length > 0 ? 'cannot-tell' : 'unsigned';
  return { finding, values: {}, evidence };
}

async function answers(
  context: Context,
  zone: string,
  resolver: Context['dns']['local'],
): Promise<boolean> {
  return (await ask(context, zone, 'SOA', resolver)).records.length > 0;
}

/** Seconds. */
const TTL = { least: 300, most: 86_400 };

export async function timesToLive(context: Context): Promise<Outcome<'D5'>> {
  const { domain, settings } = context;
  const wanted: readonly (readonly [string, RecordType])[] = [
    [domain, 'MX'],
    [domain, 'TXT'],
    [`_dmarc.${domain}`, 'TXT'],
    [settings.hostname, 'A'],
    [settings.hostname, 'AAAA'],
  ];
  // a resolver counts down: only the zone's own servers say what was set
  const found = await Promise.all(
    wanted.map(async ([name, type]) => {
      const { servers } = await authoritiesOf(context, name);
      return servers[0] && (await ask(context, name, type, servers[0].resolver));
    }),
  );
  const there = found.filter((one) => one !== undefined);
  const failed = there.find(({ answer }) => answer.kind === 'failure')?.answer;
  const ttls = there.flatMap(({ answer, evidence }) =>
    answer.kind === 'records' ? [{ asked: evidence.asked, ttl: answer.ttl }] : [],
  );
  const evidence: readonly Evidence[] = there.map((one) => one.evidence);
  if (ttls.length === 0) {
    if (failed?.kind === 'failure') return noAnswer(domain, failed, evidence);
    return { finding: 'nothing', values: {}, evidence };
  }
  const outside = (isOut: (ttl: number) => boolean): string =>
    listed(ttls.filter(({ ttl }) => isOut(ttl)).map(({ asked, ttl }) => `${asked} ${ttl}`));
  const long = outside((ttl) => ttl > TTL.most);
  if (long !== '') return { finding: 'long', values: { names: long }, evidence, about: long };
  const short = outside((ttl) => ttl < TTL.least);
  if (short !== '') return { finding: 'short', values: { names: short }, evidence, about: short };
  const all = ttls.map(({ ttl }) => ttl);
  const values = { least: String(Math.min(...all)), most: String(Math.max(...all)) };
  return { finding: 'usual', values, evidence };
}
