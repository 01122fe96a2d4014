/**
 * What takes several questions (an evaluation of SPF, a walk up the tree), judged at each of the three places: as the servers of our zones say it,
 * as this host's resolver does, and as a public one does. `judgeAtPlaces` of `dns-questions.ts` does so for one question.
 */
import type {
  DnsAnswer,
  FailureCause,
  RecordType,
  ResolveOptions,
  Resolver,
} from '#protocol/dns/resolver';
import type { Context } from './context.ts';
import { authoritiesOf, evidenceOf, type Judged } from './dns-questions.ts';
import { isBelow } from './domain-order.ts';
import type { CommonOutcome, Evidence } from './outcome.ts';

/** Answers of one place that are kept: an evaluation of SPF asks about twenty questions. */
const MOST_NOTED = 40;

export interface Noting {
  readonly resolver: Resolver;
  /** Every question that it was asked, once, with who answered and for how long. */
  readonly evidence: readonly Evidence[];
  /** The first question that nobody answered. */
  readonly failed: { readonly query: string; readonly cause: FailureCause } | undefined;
}

/** A resolver that is handed to rules which ask by themselves, and that remembers what they asked. */
export function noting(resolver: Resolver): Noting {
  const noted = new Map<string, Evidence>();
  let failed: Noting['failed'];
  return {
    resolver: {
      async resolve<T extends RecordType>(name: string, type: T, options?: ResolveOptions) {
        const answer = await resolver.resolve(name, type, options);
        const evidence = evidenceOf(name, type, answer);
        if (answer.kind === 'failure') failed ??= { query: evidence.asked, cause: answer.cause };
        if (noted.size < MOST_NOTED && !noted.has(evidence.asked))
          noted.set(evidence.asked, evidence);
        return answer;
      },
    },
    get evidence() {
      return [...noted.values()];
    },
    get failed() {
      return failed;
    },
  };
}

/** What a place that says something else could not say: its silence is no older answer. */
const SILENT: ReadonlySet<string> = new Set(['no-answer', 'unreachable', 'no-address']);

/**
 * Judges at each place. What counts is what the servers of our zones say; where that is right and somebody still has an older answer, this is told, with
 * the question that differs, and not that it is wrong.
 * @param judge asks `context.dns.local`, which is another place each time; what it does besides it does once, by `context.share`
 * @param isRight whether a finding is what is wanted
 * @param validated it matters whether answers are validated: that is for this host's resolver to say, wherever they come from
 */
export async function judgeEverywhere<Known extends Context, Result extends Judged>(
  context: Known,
  judge: (context: Known) => Promise<Result | CommonOutcome> | Result | CommonOutcome,
  isRight: (result: Judged) => boolean,
  validated = false,
): Promise<Result | CommonOutcome> {
  const { dns } = context;
  const at = async (resolver: Resolver) => {
    const noted = noting(validated ? validatedBy(dns.local, resolver) : resolver);
    const result = await judge({ ...context, dns: { ...dns, local: noted.resolver } });
    return { result, asked: noted.evidence };
  };
  const own = await zoneServers(context);
  const [ofZone, local, others] = await Promise.all([
    own && at(own),
    at(dns.local),
    dns.public && at(dns.public),
  ]);
  const counting = ofZone ?? local;
  const all = [ofZone, local, others].flatMap((one) => one?.result.evidence ?? []);
  const evidence = once(all);
  if (ofZone !== undefined && isRight(ofZone.result))
    for (const elsewhere of [local, others]) {
      if (elsewhere === undefined || SILENT.has(elsewhere.result.finding)) continue;
      if (isRight(elsewhere.result)) continue;
      const { by = '', ttl = 0 } = olderOf(ofZone.asked, elsewhere.asked) ?? {};
      return { finding: 'propagating', values: { place: by, ttl: String(ttl) }, evidence };
    }
  return { ...counting.result, evidence };
}

function validatedBy(local: Resolver, place: Resolver): Resolver {
  if (place === local) return local;
  return {
    async resolve(name, type, options) {
      const [answer, word] = await Promise.all([
        place.resolve(name, type, options),
        local.resolve(name, type, options),
      ]);
      if (answer.kind === 'failure') return answer;
      return { ...answer, authenticated: word.kind !== 'failure' && word.authenticated };
    },
  };
}

/** The answer that is not that of the zone. */
function olderOf(own: readonly Evidence[], elsewhere: readonly Evidence[]): Evidence | undefined {
  const said = new Map(own.map(({ asked, answer }) => [asked, sorted(answer)]));
  const other = elsewhere.find(
    ({ asked, answer }) => said.has(asked) && said.get(asked) !== sorted(answer),
  );
  return other ?? elsewhere[0];
}

/** Servers rotate the records of an answer. */
function sorted(answer: string): string {
  return answer.split(' | ').toSorted().join(' | ');
}

/** What was looked at once for all places stands in each of their lists. */
function once(evidence: readonly Evidence[]): readonly Evidence[] {
  return [
    ...new Map(evidence.map((one) => [`${one.asked}\n${one.by}\n${one.answer}`, one])).values(),
  ];
}

/**
 * Asks each name of our zones of the servers of its zone, and others' names of this host's resolver, which has no older answer of ours for them.
 * Undefined where no server of ours is known.
 */
async function zoneServers(context: Context): Promise<Resolver | undefined> {
  const { dns, domain, settings } = context;
  const found = await Promise.all(
    [domain, settings.hostname].map((name) => authoritiesOf(context, name)),
  );
  const zones = found.filter(({ servers }) => servers.length > 0).map(({ zone }) => zone);
  if (zones.length === 0) return undefined;
  const ask = async <T extends RecordType>(
    name: string,
    type: T,
    options?: ResolveOptions,
  ): Promise<DnsAnswer<T>> => {
    if (zones.some((zone) => isBelow(name.toLowerCase().replace(/\.$/, ''), zone))) {
      const { servers } = await authoritiesOf(context, name);
      for (const { resolver } of servers) {
        const answer = await resolver.resolve(name, type, options);
        if (answer.kind !== 'failure') return answer;
      }
    }
    return dns.local.resolve(name, type, options);
  };
  return { resolve: ask };
}
