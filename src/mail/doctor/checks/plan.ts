/** D6: the DNS beside the plan. */
import type { ServerContext } from '#mail/doctor/check';
import { authoritiesOf, evidenceOf } from '#mail/doctor/dns-questions';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { planFromJson } from '#mail/doctor/plan-json';
import { listed } from '#mail/doctor/spoken-values';
import {
  askPlan,
  comparePlan,
  planQuestions,
  type ComparedRecord,
  type PlanAnswers,
} from '#mail/dns-plan/compare';
import type { DnsPlan } from '#mail/dns-plan/record';
import { caaNames } from '#protocol/caa/record-set';
import type { DnsAnswer } from '#protocol/dns/resolver';

export async function plannedRecords(context: ServerContext): Promise<Outcome<'D6'>> {
  const { domain, server, dns, signal } = context;
  const told = server.domains.find(({ name }) => name === domain)?.plan;
  if (told === undefined) return { finding: 'no-domain', values: {} };
  const plan = planFromJson(told);
  const [answers, authority] = await Promise.all([
    askPlan(plan, dns.local, signal),
    askAuthorities(context, plan),
  ]);
  const compared = comparePlan(plan, answers, authority);
  const evidence = compared.flatMap((one) => evidenceFor(one, [authority, answers]));
  const of = (isIt: (one: ComparedRecord) => boolean): string =>
    listed(
      compared.filter(isIt).map(({ type, name, standing }) => `${type} ${name} (${standing})`),
    );
  const wrong = of(
    ({ standing, planned }) =>
      standing === 'different' || (standing === 'missing' && planned?.need === 'publish'),
  );
  if (wrong !== '') return { finding: 'differs', values: { names: wrong }, evidence, about: wrong };
  const unknown = compared.find(({ standing }) => standing === 'unknown');
  if (unknown) {
    const { type, name, observed } = unknown;
    const values = { query: `${type} ${name}`, cause: observed[0] ?? '' };
    return { finding: 'no-answer', values, evidence };
  }
  const late = compared.find(({ standing }) => standing === 'not-propagated');
  if (late) {
    const values = { place: `${late.type} ${late.name}`, ttl: String(late.ttl ?? 0) };
    return { finding: 'propagating', values, evidence };
  }
  const extra = of(({ standing }) => standing === 'extra');
  if (extra !== '') return { finding: 'extra', values: { names: extra }, evidence, about: extra };
  const absent = of(
    ({ standing, planned }) => standing === 'missing' && planned?.need === 'optional',
  );
  if (absent !== '')
    return { finding: 'recommended', values: { names: absent }, evidence, about: absent };
  return { finding: 'published', values: { count: String(compared.length) }, evidence };
}

/** Each name by a server of its zone. */
async function askAuthorities(context: ServerContext, plan: DnsPlan): Promise<PlanAnswers> {
  const answers = await Promise.all(
    planQuestions(plan).map(async ({ name, type }) => {
      const { servers } = await authoritiesOf(context, name);
      const resolver = servers[0]?.resolver ?? context.dns.local;
      const answer = await resolver.resolve(name, type, { signal: context.signal });
      return [`${type} ${name}`, answer] as const;
    }),
  );
  return new Map(answers);
}

/** Of the names that are asked one after the other, the one that counts. */
function isTheEnd({ kind }: DnsAnswer): boolean {
  return kind === 'records' || kind === 'failure';
}

/** What each place said, and how that stands beside the plan. An alias may be published as addresses, CAA at a name above. */
function evidenceFor(
  { type, name, standing }: ComparedRecord,
  places: readonly PlanAnswers[],
): readonly Evidence[] {
  const types = type === 'CNAME' ? (['A', 'AAAA'] as const) : [type];
  const names = type === 'CAA' ? caaNames(name) : [name];
  return places.flatMap((answers) =>
    types.flatMap((one) => {
      const asked = names.map((at) => ({ at, answer: answers.get(`${one} ${at}`) }));
      const counts =
        asked.find(({ answer }) => answer !== undefined && isTheEnd(answer)) ?? asked[0]!;
      const { at, answer } = counts;
      if (answer === undefined) return [];
      const evidence = evidenceOf(at, one, answer);
      return [{ ...evidence, answer: `${standing}: ${evidence.answer}` }];
    }),
  );
}
