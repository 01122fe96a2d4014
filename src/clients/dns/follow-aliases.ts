/**
 * From responses to the answer: the records asked for, at the name itself or behind its CNAME records (RFC 1034
 * §3.6.2). A recursive server follows them itself and puts the whole chain into one response; where it stops
 * half-way the rest is asked. At most eight aliases are followed, in all.
 */
import type { Clock } from '#clock';
import type { Settled } from './ask-servers.ts';
import { normaliseName } from './name.ts';
import { RCODE } from './packet.ts';
import type { AnswerRecord, Question, Response } from './packet.ts';
import { serverName } from './servers.ts';
import type { AnswerOrigin, DnsAnswer, DnsFailure } from '#protocol/dns/resolver';

const MAX_ALIASES = 8;

/** What has been followed so far. */
interface Trail {
  readonly aliases: string[];
  ttl: number;
  authenticated: boolean;
}

/** Asks by `ask` as often as the aliases need it; every question costs one call. */
export async function followAliases(
  question: Question,
  clock: Clock,
  ask: (question: Question) => Promise<Settled | DnsFailure>,
): Promise<DnsAnswer> {
  const start = clock.monotonic();
  const trail: Trail = { aliases: [], ttl: Number.POSITIVE_INFINITY, authenticated: true };
  let name = question.name;
  for (;;) {
    const settled = await ask({ name, type: question.type });
    if (settled.kind === 'failure') return settled;
    const { response, server } = settled;
    trail.authenticated &&= response.authenticData && server.trusted;
    const before = trail.aliases.length;
    const end = walk(response.answers, name, trail, question.name);
    if (typeof end !== 'string') return end;
    const nxdomain = response.rcode === RCODE.nxDomain;
    const records = nxdomain ? [] : dataAt(response.answers, end);
    const negative = nxdomain || response.soa !== undefined;
    if (records.length > 0 || negative || trail.aliases.length === before) {
      const origin: AnswerOrigin = {
        authenticated: trail.authenticated,
        aliases: trail.aliases,
        canonicalName: end,
        server: serverName(server),
        elapsed: clock.monotonic() - start,
        cached: false,
      };
      return conclude(response, records, trail.ttl, origin);
    }
    name = end;
  }
}

/** Follows the aliases that are in one response; the name where they end, or why they do not. */
function walk(
  answers: readonly AnswerRecord[],
  start: string,
  trail: Trail,
  asked: string,
): string | DnsFailure {
  const targets = new Map<string, AnswerRecord & { kind: 'alias' }>();
  for (const record of answers) if (record.kind === 'alias') targets.set(record.name, record);
  let name = start;
  for (let alias = targets.get(name); alias !== undefined; alias = targets.get(name)) {
    const target = normaliseName(alias.target);
    if (target === undefined) {
      return {
        kind: 'failure',
        cause: 'malformed',
        text: `The CNAME of ${name} leads to no domain name.`,
      };
    }
    trail.aliases.push(target);
    trail.ttl = Math.min(trail.ttl, alias.ttl);
    if (trail.aliases.length > MAX_ALIASES || target === asked) {
      return {
        kind: 'failure',
        cause: 'cname-loop',
        text: `The CNAME records of ${asked} lead in a circle, or over more than ${MAX_ALIASES} names.`,
      };
    }
    name = target;
  }
  return name;
}

function dataAt(
  answers: readonly AnswerRecord[],
  name: string,
): readonly (AnswerRecord & { kind: 'data' })[] {
  return answers.filter(
    (record) => record.kind === 'data' && record.name === name,
  ) as (AnswerRecord & {
    kind: 'data';
  })[];
}

function conclude(
  response: Response,
  records: readonly (AnswerRecord & { kind: 'data' })[],
  aliasTtl: number,
  origin: AnswerOrigin,
): DnsAnswer {
  if (records.length > 0) {
    return {
      kind: 'records',
      records: records.map(({ data }) => data),
      ttl: records.reduce((least, { ttl }) => Math.min(least, ttl), aliasTtl),
      ...origin,
    };
  }
  // RFC 2308 §5: for the lesser of the SOA's own TTL and its minimum field; not at all without an SOA.
  const { soa } = response;
  const ttl = soa === undefined ? 0 : Math.min(soa.ttl, soa.data.minimum, aliasTtl);
  return { kind: response.rcode === RCODE.nxDomain ? 'nxdomain' : 'no-data', ttl, ...origin };
}
