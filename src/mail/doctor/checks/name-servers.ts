/** D1: the servers of the zone, as the zone above sends to them and as they themselves say. */
import type { Delegation } from '#clients/dns/delegation';
import type { Context } from '#mail/doctor/context';
import { addressesOf, ask, authoritiesOf, noAnswer } from '#mail/doctor/dns-questions';
import type { CommonOutcome, Evidence, Outcome } from '#mail/doctor/outcome';
import { listed } from '#mail/doctor/spoken-values';

/** Of both sides together. */
const MOST_SERVERS = 12;

export async function nameServers(context: Context): Promise<Outcome<'D1'>> {
  const { zone, names, failure, evidence } = await authoritiesOf(context, context.domain);
  // a name that only the top-level domain holds is nobody's
  if (names.length === 0 && !failure) return { finding: 'none', values: {}, evidence };
  if (!zone.includes('.') && zone !== context.domain)
    return { finding: 'none', values: {}, evidence };
  const parent = await askParent(context, zone);
  const above = [...evidence, ...parent.evidence];
  // a resolver that fails for a zone may have found only servers that are lame
  if (failure && parent.servers.length === 0) return noAnswer(`NS ${zone}`, failure, above);
  const all = [...new Set([...names, ...parent.servers])].slice(0, MOST_SERVERS);
  const looked = await Promise.all(all.map((name) => look(context, zone, name, parent)));
  const seen = [...above, ...looked.flatMap((one) => one.evidence)];
  const wrong = judgeServers(looked) ?? judgeParent(parent, looked);
  if (wrong) return { ...wrong, evidence: seen };
  if (parent.failure) return { ...parent.failure, evidence: seen };
  const serial = String(looked[0]!.serial);
  return { finding: 'same', values: { servers: listed(all), serial }, evidence: seen };
}

interface Parent {
  readonly servers: readonly string[];
  readonly glue: readonly { readonly name: string; readonly address: string }[];
  /** It says that there is no such zone. */
  readonly isAbsent: boolean;
  readonly failure: CommonOutcome | undefined;
  readonly evidence: readonly Evidence[];
}

const NOBODY: Parent = {
  servers: [],
  glue: [],
  isAbsent: false,
  failure: undefined,
  evidence: [],
};

/** Of the servers of the zone above, the first that answers. */
async function askParent(context: Context, zone: string): Promise<Parent> {
  const dot = zone.indexOf('.');
  // a top-level domain: nobody here looks after the root
  if (dot < 0) return NOBODY;
  const above = zone.slice(dot + 1);
  const { servers, failure, evidence: before } = await authoritiesOf(context, above);
  if (failure) return { ...NOBODY, failure: noAnswer(`NS ${above}`, failure), evidence: before };
  const evidence = [...before];
  let last: Parent['failure'] = {
    finding: 'no-answer',
    values: { query: `NS ${above}`, cause: 'no-data' },
  };
  for (const { address } of servers) {
    const answer = await context.dns.delegation(address, zone, context.signal);
    evidence.push(evidenceOf(zone, answer));
    if (answer.kind === 'failure') {
      last = noAnswer(`NS ${zone}`, answer);
      continue;
    }
    if (answer.kind === 'none') return { ...NOBODY, isAbsent: true, evidence };
    return { ...NOBODY, servers: answer.servers, glue: answer.glue, evidence };
  }
  return { ...NOBODY, failure: last, evidence };
}

interface Looked {
  readonly name: string;
  /** Undefined where it does not answer for the zone as its own. */
  readonly serial: number | undefined;
  readonly list: readonly string[];
  /** Addresses that its own zone gives to servers within it. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  readonly evidence: readonly Evidence[];
}

async function look(
  context: Context,
  zone: string,
  name: string,
  { glue }: Parent,
): Promise<Looked> {
  const found = await addressesOf(context, name);
  const [address = glue.find((one) => one.name === name)?.address] = found.addresses;
  const nothing = { name, serial: undefined, list: [], addresses: new Map<string, string[]>() };
  if (address === undefined) return { ...nothing, evidence: found.evidence };
  const resolver = context.dns.at(address);
  const [soa, held] = await Promise.all([
    ask(context, zone, 'SOA', resolver),
    context.dns.delegation(address, zone, context.signal),
  ]);
  const evidence = [...found.evidence, soa.evidence, evidenceOf(zone, held)];
  if (held.kind !== 'own') return { ...nothing, evidence };
  const within = [...new Set(glue.map((one) => one.name))].filter((one) =>
    one.endsWith(`.${zone}`),
  );
  const own = await Promise.all(
    within.map(async (server) => {
      const asked = await Promise.all([
        ask(context, server, 'A', resolver),
        ask(context, server, 'AAAA', resolver),
      ]);
      evidence.push(...asked.map((one) => one.evidence));
      return [server, asked.flatMap(({ records }) => records)] as const;
    }),
  );
  const serial = soa.records[0]?.serial;
  return { name, serial, list: held.servers.toSorted(), addresses: new Map(own), evidence };
}

function judgeServers(looked: readonly Looked[]): Outcome<'D1'> | undefined {
  const lame = looked.filter(({ serial }) => serial === undefined);
  if (lame.length > 0) {
    const names = listed(lame.map(({ name }) => name));
    return { finding: 'lame', values: { servers: names }, about: names };
  }
  const serials = new Set(looked.map(({ serial }) => serial));
  if (serials.size > 1) {
    const each = listed(looked.map(({ name, serial }) => `${name} ${serial}`));
    return { finding: 'stale', values: { serials: each } };
  }
  if (new Set(looked.map(({ list }) => list.join(' '))).size > 1) {
    const lists = listed(looked.map(({ name, list }) => `${name}: ${list.join(' ')}`));
    return { finding: 'different', values: { lists }, about: lists };
  }
  return undefined;
}

function judgeParent(parent: Parent, looked: readonly Looked[]): Outcome<'D1'> | undefined {
  if (parent.isAbsent) return { finding: 'not-delegated', values: {} };
  if (parent.servers.length === 0) return undefined;
  const own = looked[0]?.list ?? [];
  const above = parent.servers.toSorted();
  if (above.join(' ') !== own.join(' ')) {
    const values = { above: listed(above), own: listed(own) };
    return { finding: 'parent-differs', values, about: `${values.above} ${values.own}` };
  }
  for (const [server, addresses] of looked[0]?.addresses ?? []) {
    const glue = parent.glue.filter(({ name }) => name === server).map(({ address }) => address);
    if (glue.every((address) => addresses.includes(address))) continue;
    const values = { server, glue: listed(glue), own: listed(addresses) };
    return { finding: 'glue-differs', values, about: `${server} ${values.glue}` };
  }
  return undefined;
}

function evidenceOf(zone: string, answer: Delegation): Evidence {
  const asked = `NS ${zone} (RD=0)`;
  if (answer.kind === 'failure') return { asked, by: '', answer: answer.text };
  const { server: by, elapsed: took } = answer;
  if (answer.kind === 'none')
    return { asked, by, answer: answer.exists ? 'NODATA' : 'NXDOMAIN', took };
  const word = answer.kind === 'own' ? 'AA' : '→';
  const glue = answer.glue.map(({ name, address }) => `${name} ${address}`);
  const shown = `${word} ${listed([...answer.servers.toSorted(), ...glue])}`;
  return { asked, by, answer: shown, ttl: answer.ttl, took };
}
