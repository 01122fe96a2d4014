/** R4: how the sites take mail from an address that they do not know yet. */
import type { ServerContext } from '#mail/doctor/check';
import type { Outcome } from '#mail/doctor/outcome';
import { percent } from '#mail/doctor/spoken-values';

export function warmUp({ server, now }: ServerContext): Outcome<'R4'> {
  const plans = server.warmUps;
  if (plans.length === 0) return { finding: 'none', values: {} };
  const open = plans.filter(({ state }) => state !== 'finished');
  if (open.length === 0) return { finding: 'finished', values: { count: String(plans.length) } };
  for (const state of ['stopped', 'paused'] as const) {
    const sites = open.filter((plan) => plan.state === state).map(({ site }) => site);
    const [site] = sites;
    if (site === undefined) continue;
    return {
      finding: state,
      values: { site, count: String(sites.length) },
      about: sites.join(' '),
    };
  }
  const ahead = open.find(({ taken, planned }) => taken > planned);
  if (ahead) {
    const { site, taken, planned } = ahead;
    const values = { site, taken: String(taken), planned: String(planned) };
    return { finding: 'ahead', values, about: site };
  }
  const slow = open
    .filter(({ restsUntil = 0, slowed }) => slowed > 0 || restsUntil > now())
    .toSorted((a, b) => b.slowed - a.slowed)[0];
  if (slow) {
    const { site, slowed, taken } = slow;
    const values = { site, count: String(taken), share: percent(slowed, Math.max(taken, 1)) };
    return { finding: 'slowed', values, about: site };
  }
  const sum = (pick: (plan: (typeof open)[number]) => number) =>
    String(open.reduce((all, plan) => all + pick(plan), 0));
  return {
    finding: 'inside',
    values: {
      count: String(open.length),
      taken: sum(({ taken }) => taken),
      planned: sum(({ planned }) => planned),
    },
  };
}
