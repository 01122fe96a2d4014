/** What others report of mail in the name of the domains here (RFC 9990). */
import { z } from 'zod';
import {
  adviseOnReports,
  kindOfSource,
  ownCounts,
  ownSources,
  type ReportAdvice,
  type SourceKind,
} from '#mail/reports/advise-on-reports';
import { refuse, rows, value, type Refusal } from '#servers/admin/call';
import type { AdminContext } from '#servers/admin/context';
import { limit, noSuchDomain, readDomain, text } from '#servers/admin/inputs';
import { listDomains } from '#store/directory/domains';
import {
  listDmarcReports,
  readDmarcReport,
  reportedPolicy,
  reportedSources,
  type KeptDmarcReport,
  type ReportedSource,
} from '#store/reports/dmarc-reports';

/** Reports that are shown unless more are asked for. */
const REPORTS = 100;
/** Of one domain. */
const SOURCES = 50;
const DAYS = 30;
const DAY = 86_400_000;

export const dmarcCalls = {
  'dmarc/reports': rows(
    z.object({ domain: text.optional(), limit }),
    async ({ store }, { domain, limit: most = REPORTS }) =>
      (await listDmarcReports(store.pool, { domain, limit: most })).map(reportRow),
  ),

  'dmarc/report': value(z.object({ id: text }), async ({ store }, { id }) => {
    const found = /^\d{1,18}$/.test(id) ? await readDmarcReport(store.pool, id) : undefined;
    if (found === undefined)
      return refuse(
        'no-such-report',
        `there is no report ${id}`,
        'hikyaku dmarc reports shows those that there are.',
      );
    return { ...reportRow(found.report), rows: found.rows };
  }),

  'dmarc/sources': rows(
    z.object({ domain: text.optional() }),
    async (context, { domain: given }): Promise<AsyncIterable<SourceRow> | Refusal> => {
      const here = (await listDomains(context.store.pool)).map(({ name }) => name);
      if (given === undefined) return sourceRows(context, here);
      const domain = readDomain(given);
      if (typeof domain !== 'string') return domain;
      return here.includes(domain) ? sourceRows(context, [domain]) : noSuchDomain(domain);
    },
  ),
} as const;

/** First what was counted, then each source, then what to do. */
export type SourceRow = { readonly domain: string } & (
  | {
      readonly kind: 'reports';
      readonly days: number;
      readonly reports: number;
      /** That count nowhere, since nobody vouches for them. */
      readonly unsigned: number;
      readonly policy: string | undefined;
      readonly testing: boolean;
    }
  | ({ readonly kind: 'source'; readonly source: SourceKind } & ReportedSource)
  | { readonly kind: 'advice'; readonly advice: ReportAdvice }
);

async function* sourceRows(
  { store, clock, publishing }: AdminContext,
  domains: readonly string[],
): AsyncGenerator<SourceRow> {
  for (const domain of domains) {
    const asked = { domain, since: clock.now() - DAYS * DAY };
    const own = ownSources(await publishing.plan(domain));
    const sources = await reportedSources(store.pool, { ...asked, limit: SOURCES });
    const reported = await reportedPolicy(store.pool, asked);
    yield {
      domain,
      kind: 'reports',
      days: DAYS,
      reports: reported?.reports ?? 0,
      unsigned: reported?.unsigned ?? 0,
      policy: reported?.policy.p,
      testing: reported?.policy.testing === 'y',
    };
    for (const source of sources)
      yield { domain, kind: 'source', source: kindOfSource(source, own), ...source };
    const advice = adviseOnReports(reported, ownCounts(sources, own));
    yield { domain, kind: 'advice', advice };
  }
}

function reportRow({ beginsAt, endsAt, receivedAt, ...report }: KeptDmarcReport) {
  return {
    ...report,
    beginsAt: beginsAt.toISOString(),
    endsAt: endsAt.toISOString(),
    receivedAt: receivedAt.toISOString(),
  };
}
