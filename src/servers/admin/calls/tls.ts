/** The policies of other domains on TLS that are at hand, what others report, and who breaks off handshakes here. */
import { z } from 'zod';
import { expiresAt, refreshAt } from '#protocol/mta-sts/cached-policy';
import { brokenHandshakes, type BrokenHandshakes } from '#store/tls-policy/handshakes';
import { listPolicies, readPolicy, type StoredPolicy } from '#store/tls-policy/policies';
import { rows } from '#servers/admin/call';
import type { AdminContext } from '#servers/admin/context';
import { limit, text } from '#servers/admin/inputs';
import { listTlsReports, type KeptTlsReport } from '#store/reports/tls-reports';

/** Policies read at a time. */
const PAGE = 500;
/** Reports that are shown unless more are asked for. */
const REPORTS = 100;
const NETWORKS = 50;
const WEEK = 7 * 86_400_000;

export const tlsCalls = {
  'tls/policies': rows(z.object({ domain: text.optional() }), (context, { domain }) =>
    Promise.resolve(policyRows(policiesFrom(context, domain))),
  ),

  'tls/reports': rows(
    z.object({ domain: text.optional(), limit }),
    async ({ store }, { domain, limit: most = REPORTS }) =>
      (await listTlsReports(store.pool, { domain, since: 0, limit: most })).map(reportRow),
  ),

  'tls/handshakes': rows(
    z.object({ since: z.number().optional(), within: z.number().positive().optional(), limit }),
    async ({ store, clock }, { since, within = WEEK, limit: most = NETWORKS }) => {
      const asked = { since: since ?? clock.now() - within, limit: most };
      const found = await brokenHandshakes(store.pool, asked);
      return found.map(handshakeRow);
    },
  ),
} as const;

async function* policyRows(policies: AsyncIterable<StoredPolicy>) {
  for await (const policy of policies) {
    const { domain, id, fetchedAt, failure, failedAt } = policy;
    const { mode, mx, maxAge } = policy.policy;
    yield {
      domain,
      mode,
      mx,
      id,
      maxAge,
      fetchedAt: new Date(fetchedAt).toISOString(),
      expiresAt: new Date(expiresAt(policy)).toISOString(),
      refreshAt: new Date(refreshAt(policy)).toISOString(),
      failure,
      failedAt: failedAt === null ? null : new Date(failedAt).toISOString(),
    };
  }
}

async function* policiesFrom(
  { store, clock }: AdminContext,
  domain: string | undefined,
): AsyncGenerator<StoredPolicy> {
  if (domain !== undefined) {
    const found = await readPolicy(store.pool, domain);
    if (found) yield found;
    return;
  }
  let behind = '';
  for (;;) {
    const page = await listPolicies(store.pool, clock.now(), behind, PAGE);
    yield* page;
    if (page.length < PAGE) return;
    behind = page.at(-1)!.domain;
  }
}

function handshakeRow({ firstAt, lastAt, ...row }: BrokenHandshakes) {
  return { ...row, firstAt: firstAt.toISOString(), lastAt: lastAt.toISOString() };
}

function reportRow({ beginsAt, endsAt, receivedAt, ...report }: KeptTlsReport) {
  return {
    beginsAt: beginsAt.toISOString(),
    endsAt: endsAt.toISOString(),
    receivedAt: receivedAt.toISOString(),
    ...report,
  };
}
