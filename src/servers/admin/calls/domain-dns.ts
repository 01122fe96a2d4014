/** What domains here should publish, and their policies. */
import { z } from 'zod';
import { tellPlan } from '#mail/dns-plan/rows';
import { policiesOf, USUAL_MAX_AGE } from '#mail/publish/domain-policies';
import { stsPolicyId } from '#mail/publish/mta-sts-policy';
import { LANGUAGES } from '#protocol/dsn/language';
import { refuse, value } from '#servers/admin/call';
import { noSuchDomain, readDomain, text } from '#servers/admin/inputs';
import { setPolicies } from '#store/directory/domain-policies';

/** RFC 8461 §3.2: at most a year. Seconds. */
const MOST_AGE = 31_557_600;

export const domainDnsCalls = {
  'domain/dns': value(
    z.object({ domain: text, lang: z.enum(LANGUAGES).optional(), check: z.boolean().optional() }),
    async ({ publishing, lang: usual }, { domain: given, lang = usual, check }, signal) => {
      const domain = readDomain(given);
      if (typeof domain !== 'string') return domain;
      const plan = await publishing.plan(domain);
      if (plan === undefined) return noSuchDomain(domain);
      const compared = check === true ? await publishing.compare(plan, signal) : undefined;
      return tellPlan(plan, lang, compared);
    },
  ),

  'domain/mta-sts': value(
    z.object({
      domain: text,
      mode: z.enum(['none', 'testing', 'enforce']).optional(),
      maxAge: z.number().int().min(0).max(MOST_AGE).optional(),
      force: z.boolean().optional(),
    }),
    async ({ store, publishing }, { domain: given, mode, maxAge, force }) => {
      const domain = readDomain(given);
      if (typeof domain !== 'string') return domain;
      const before = await policiesOf(store.pool, domain);
      const plan = await publishing.plan(domain);
      if (before === undefined || plan === undefined) return noSuchDomain(domain);
      const distrust = mode === 'enforce' && force !== true ? publishing.distrust() : undefined;
      if (distrust !== undefined)
        return refuse(
          'not-trusted',
          `senders that hold to such a policy would deliver nothing: ${distrust}`,
          'Get a certificate first (hikyaku certificate list), or say --force if others see another one.',
        );
      const mtaStsMode = mode ?? before.mtaStsMode;
      const mtaStsMaxAge =
        maxAge ??
        (mtaStsMode === before.mtaStsMode ? before.mtaStsMaxAge : USUAL_MAX_AGE[mtaStsMode]);
      if (mode !== undefined || maxAge !== undefined) {
        const set = await setPolicies(store.pool, domain, { ...before, mtaStsMode, mtaStsMaxAge });
        if (!set) return noSuchDomain(domain);
        store.notices.say('directory');
      }
      const policy = { mode: mtaStsMode, mx: [plan.host ?? ''], maxAge: mtaStsMaxAge };
      return { domain, ...policy, id: stsPolicyId(policy) };
    },
  ),

  'domain/dmarc': value(
    z.object({ domain: text, policy: z.enum(['none', 'quarantine', 'reject']).optional() }),
    async ({ store }, { domain: given, policy }) => {
      const domain = readDomain(given);
      if (typeof domain !== 'string') return domain;
      const before = await policiesOf(store.pool, domain);
      if (before === undefined) return noSuchDomain(domain);
      const dmarcPolicy = policy ?? before.dmarcPolicy;
      if (policy !== undefined) await setPolicies(store.pool, domain, { ...before, dmarcPolicy });
      return { domain, policy: dmarcPolicy };
    },
  ),
} as const;
