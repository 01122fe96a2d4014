/**
 * The plan beside what the DNS says. `askPlan` asks a resolver everything that the comparison needs; `comparePlan` is pure, so that the
 * doctor may compare what it asked at several places.
 */
import { caaNames } from '#protocol/caa/record-set';
import type { DnsAnswer, RecordType, Resolver } from '#protocol/dns/resolver';
import type { SetAnswers } from './found.ts';
import { judgeSet } from './judge-set.ts';
import type { DnsPlan, PlannedRecord } from './record.ts';
import type { ComparedRecord } from './standing.ts';

export type { ComparedRecord, Standing } from './standing.ts';

/** What one resolver (or one authority) said, by `TYPE name`. */
export type PlanAnswers = ReadonlyMap<string, DnsAnswer>;

export interface PlanQuestion {
  readonly name: string;
  readonly type: RecordType;
}

/** Every question that {@link comparePlan} wants answered, each once. */
export function planQuestions(plan: DnsPlan): readonly PlanQuestion[] {
  const questions = new Map<string, PlanQuestion>();
  const ask = (name: string, type: RecordType): void => {
    questions.set(`${type} ${name}`, { name, type });
  };
  for (const { name, type } of plan.records) {
    // an alias may as well be published as addresses
    if (type === 'CAA') for (const at of caaNames(name)) ask(at, type);
    else if (type !== 'CNAME') ask(name, type);
    else for (const family of ['A', 'AAAA'] as const) ask(name, family);
    // what is not of the plan shall be seen: a second family of addresses, say
    if (plan.host !== undefined)
      for (const family of ['A', 'AAAA'] as const) ask(plan.host, family);
  }
  return [...questions.values()];
}

export async function askPlan(
  plan: DnsPlan,
  resolver: Resolver,
  signal?: AbortSignal,
): Promise<PlanAnswers> {
  const options = signal === undefined ? {} : { signal };
  const answers = await Promise.all(
    planQuestions(plan).map(
      async ({ name, type }) =>
        [`${type} ${name}`, await resolver.resolve(name, type, options)] as const,
    ),
  );
  return new Map(answers);
}

/**
 * @param answers of the resolver
 * @param authority of the zones' own servers, where they were asked
 */
export function comparePlan(
  plan: DnsPlan,
  answers: PlanAnswers,
  authority?: PlanAnswers,
): readonly ComparedRecord[] {
  return setsOf(plan).flatMap((planned) => {
    const judged = judgeSet(planned, answersFor(plan, answers));
    if (authority === undefined) return judged;
    const atSource = judgeSet(planned, answersFor(plan, authority));
    return propagating(judged, atSource);
  });
}

/** Whether everything that has to be there is. What only waits for caches is well. */
export function isPlanMet(compared: readonly ComparedRecord[]): boolean {
  return !compared.some(
    ({ standing, planned }) =>
      standing === 'different' || (standing === 'missing' && planned?.need === 'publish'),
  );
}

/** Records of one name, type and kind, which are judged together. */
function setsOf(plan: DnsPlan): readonly (readonly PlannedRecord[])[] {
  const sets = new Map<string, PlannedRecord[]>();
  for (const record of plan.records) {
    const key = `${isAddress(record) ? 'address' : record.type} ${record.name}`;
    const set = sets.get(key);
    if (set === undefined) sets.set(key, [record]);
    else set.push(record);
  }
  return [...sets.values()];
}

function isAddress({ type }: PlannedRecord): boolean {
  return type === 'A' || type === 'AAAA';
}

function answersFor({ host }: DnsPlan, answers: PlanAnswers): SetAnswers {
  return {
    host,
    get: (name, type) => answers.get(`${type} ${name}`) as DnsAnswer<typeof type> | undefined,
  };
}

function propagating(
  judged: readonly ComparedRecord[],
  atSource: readonly ComparedRecord[],
): readonly ComparedRecord[] {
  return judged.map((one) => {
    if (one.standing === 'right' || one.standing === 'extra') return one;
    const there = atSource.find(({ planned }) => planned === one.planned);
    return there?.standing === 'right' ? { ...one, standing: 'not-propagated' } : one;
  });
}
