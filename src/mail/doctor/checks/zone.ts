/** D1 to D3 and D5: the servers of the zone, validation, signatures, times to live. */
import type { Context } from '#mail/doctor/context';
import { ask, authoritiesOf, noAnswer } from '#mail/doctor/dns-questions';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { listed } from '#mail/doctor/spoken-values';
import type { RecordType } from '#protocol/dns/resolver';

export async function nameServers(context: Context): Promise<Outcome<'D1'>> {
  const { zone, servers, failure, evidence } = await authoritiesOf(context, context.domain);
  if (failure) return noAnswer(`NS ${zone}`, failure, evidence);
  if (servers.length === 0) return { finding: 'none', values: {}, evidence };
  const looked = await Promise.all(
    servers.map(async (server) => {
      const [soa, ns] = await Promise.all([
        ask(context, zone, 'SOA', server.resolver),
        ask(context, zone, 'NS', server.resolver),
      ]);
      const list = ns.records.toSorted().join(' ');
      return {
        server,
        serial: soa.records[0]?.serial,
        list,
        evidence: [soa.evidence, ns.evidence],
      };
    }),
  );
  const seen = [...evidence, ...looked.flatMap((one) => one.evidence)];
  const lame = looked.filter(({ serial }) => serial === undefined);
  if (lame.length > 0) {
    const names = listed(lame.map(({ server }) => server.name));
    return { finding: 'lame', values: { servers: names }, evidence: seen, about: names };
  }
  const serials = new Set(looked.map(({ serial }) => serial));
  if (serials.size > 1) {
    const each = listed(looked.map(({ server, serial }) => `${server.name} ${serial}`));
    return { finding: 'stale', values: { serials: each }, evidence: seen };
  }
  if (new Set(looked.map(({ list }) => list)).size > 1) {
    const lists = listed(looked.map(({ server, list }) => `${server.name}: ${list}`));
    return { finding: 'different', values: { lists }, evidence: seen, about: lists };
  }
  const names = listed(servers.map(({ name }) => name));
  const serial = String(looked[0]!.serial);
  return { finding: 'same', values: { servers: names, serial }, evidence: seen };
}

/** A zone that is signed, and that every resolver of the Internet can ask for. */
const SIGNED = 'com';

export async function validatingResolver(context: Context): Promise<Outcome<'D2'>> {
  const { answer, evidence } = await ask(context, SIGNED, 'SOA');
  if (answer.kind === 'failure')
    return answer.cause === 'servfail'
      ? { finding: 'broken', values: { cause: answer.text }, evidence: [evidence] }
      : noAnswer(`SOA ${SIGNED}`, answer, [evidence]);
  const { server, authenticated } = answer;
  const finding = authenticated ? 'validates' : 'does-not';
  return { finding, values: { server }, evidence: [evidence] };
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
