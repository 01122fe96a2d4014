/** Questions to the DNS as checks put them: with their evidence, at one place or at all three. */
import type {
  DnsAnswer,
  DnsFailure,
  RecordData,
  RecordType,
  Resolver,
} from '#protocol/dns/resolver';
import type { Context } from './context.ts';
import type { CommonOutcome, Evidence } from './outcome.ts';
import { showRecord } from './show-record.ts';

/** Values of one answer that evidence shows. */
const MOST_SHOWN = 6;

export interface Asked<Type extends RecordType> {
  readonly answer: DnsAnswer<Type>;
  readonly evidence: Evidence;
  /** The values; none where there is no such record. */
  readonly records: readonly RecordData[Type][];
}

/** Asks the resolver of this host, or the one that is given. */
export async function ask<Type extends RecordType>(
  context: Pick<Context, 'dns' | 'signal'>,
  name: string,
  type: Type,
  resolver: Resolver = context.dns.local,
): Promise<Asked<Type>> {
  const answer = await resolver.resolve(name, type, { signal: context.signal });
  const records = answer.kind === 'records' ? answer.records : [];
  return { answer, records, evidence: evidenceOf(name, type, answer) };
}

/** What an answer was, for who wants to look again. */
export function evidenceOf<Type extends RecordType>(
  name: string,
  type: Type,
  answer: DnsAnswer<Type>,
): Evidence {
  const asked = `${type} ${name}`;
  if (answer.kind === 'failure') return { asked, by: '', answer: answer.text };
  const shown =
    answer.kind === 'records'
      ? answer.records
          .slice(0, MOST_SHOWN)
          .map((record) => showRecord(type, record))
          .join(' | ')
      : answer.kind === 'no-data'
        ? 'NODATA'
        : 'NXDOMAIN';
  return { asked, by: answer.server, answer: shown, ttl: answer.ttl, took: answer.elapsed };
}

/** The common outcome of a question that nobody answered. */
export function noAnswer(
  query: string,
  { cause }: DnsFailure,
  evidence: readonly Evidence[] = [],
): CommonOutcome {
  return { finding: 'no-answer', values: { query, cause }, evidence };
}

/** A and AAAA of a name; a failure of one of them only where the other says nothing. */
export async function addressesOf(
  context: Pick<Context, 'dns' | 'signal'>,
  name: string,
): Promise<{
  readonly addresses: readonly string[];
  readonly failure: DnsFailure | undefined;
  readonly evidence: readonly Evidence[];
}> {
  const [four, six] = await Promise.all([ask(context, name, 'A'), ask(context, name, 'AAAA')]);
  const addresses = [...four.records, ...six.records];
  const failure = [four.answer, six.answer].find((answer) => answer.kind === 'failure');
  return {
    addresses,
    failure: addresses.length === 0 ? failure : undefined,
    evidence: [four.evidence, six.evidence],
  };
}

/** A server of a zone, asked directly. */
export interface Authority {
  readonly name: string;
  readonly address: string;
  readonly resolver: Resolver;
}

export interface Authorities {
  /** The name at which the zone begins. */
  readonly zone: string;
  /** All of its NS records. */
  readonly names: readonly string[];
  /** Those of them that have an address. */
  readonly servers: readonly Authority[];
  readonly failure: DnsFailure | undefined;
  readonly evidence: readonly Evidence[];
}

/** Servers that are asked of one zone, and labels that the walk goes up. */
const MOST_SERVERS = 6;
const MOST_LABELS = 8;

/** The servers of the zone that a name is in, found by its NS records, going up from the name. */
export function authoritiesOf(context: Context, name: string): Promise<Authorities> {
  return context.share(`authorities ${name}`, async () => {
    const evidence: Evidence[] = [];
    const labels = name.split('.');
    for (let at = 0; at < Math.min(labels.length, MOST_LABELS); at++) {
      const zone = labels.slice(at).join('.');
      const asked = await ask(context, zone, 'NS');
      evidence.push(asked.evidence);
      if (asked.answer.kind === 'failure')
        return { zone, names: [], servers: [], failure: asked.answer, evidence };
      if (asked.records.length === 0) continue;
      const names = asked.records.slice(0, MOST_SERVERS);
      const found = await Promise.all(names.map((server) => addressesOf(context, server)));
      const servers = found.flatMap(({ addresses }, index) =>
        addresses.slice(0, 1).map((address) => ({
          name: names[index]!,
          address,
          resolver: context.dns.at(address),
        })),
      );
      return { zone, names, servers, failure: undefined, evidence };
    }
    return { zone: name, names: [], servers: [], failure: undefined, evidence };
  });
}

export interface Judged {
  readonly finding: string;
  readonly evidence?: readonly Evidence[];
}

/**
 * Judges what is published under a name at each place: on the servers of the zone, by this host's resolver, by a public one. What counts is what
 * the zone says; where it is right and somebody still has the old answer, that is told, and not that it is wrong.
 * @param isRight whether a finding is what is wanted
 */
export async function judgeAtPlaces<Type extends RecordType, Result extends Judged>(
  context: Context,
  name: string,
  type: Type,
  judge: (asked: Asked<Type>) => Result | Promise<Result>,
  isRight: (result: Result) => boolean,
): Promise<Result | CommonOutcome> {
  const { servers } = await authoritiesOf(context, name);
  const [own, local, others] = await Promise.all([
    firstAnswer(context, name, type, servers),
    ask(context, name, type),
    context.dns.public && ask(context, name, type, context.dns.public),
  ]);
  const evidence = [own, local, others].flatMap((asked) => (asked ? [asked.evidence] : []));
  const counting = own ?? local;
  if (counting.answer.kind === 'failure')
    return noAnswer(`${type} ${name}`, counting.answer, evidence);
  const result = await judge(counting);
  const told = { ...result, evidence: [...evidence, ...(result.evidence ?? [])] };
  if (own === undefined || !isRight(result)) return told;
  for (const elsewhere of [local, others]) {
    if (elsewhere === undefined || elsewhere.answer.kind === 'failure') continue;
    if (isRight(await judge(elsewhere))) continue;
    const { server: place, ttl } = elsewhere.answer;
    return { finding: 'propagating', values: { place, ttl: String(ttl) }, evidence };
  }
  return told;
}

/** Of the first server of the zone that answers at all; undefined where none does. */
async function firstAnswer<Type extends RecordType>(
  context: Context,
  name: string,
  type: Type,
  servers: readonly Authority[],
): Promise<Asked<Type> | undefined> {
  for (const { resolver } of servers) {
    const asked = await ask(context, name, type, resolver);
    if (asked.answer.kind !== 'failure') return asked;
  }
  return undefined;
}
