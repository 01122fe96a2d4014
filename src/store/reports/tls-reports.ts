/** What others report on TLS with domains that are here (RFC 8460), as it came and as sums, for views. */
import { storable } from '#bytes';
import type { TlsReport } from '#protocol/tlsrpt/report';
import { jsonText } from '#store/query/json';
import type { Queryable } from '#store/query/queryable';

/** Characters: both are part of a key, which PostgreSQL bounds at 2700 octets. */
const LONGEST_KEY = 250;

/** One that came before, by its id and sender, is passed over. @returns whether it is new */
export async function keepTlsReport(
  db: Queryable,
  { domain, verified }: { readonly domain: string; readonly verified: boolean },
  report: TlsReport,
  now: number,
): Promise<boolean> {
  const ofDomain = report.policies.filter((policy) => policy.domain === domain);
  const sum = (count: (policy: (typeof ofDomain)[number]) => number): number =>
    ofDomain.reduce((total, policy) => total + count(policy), 0);
  const { rows } = await db.query({
    text: `
      insert into tls_reports (domain, organization, report_id, contact, begins_at, ends_at, received_at, successful, failed, verified,
        report)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      on conflict (organization, report_id, domain) do nothing returning id`,
    values: [
      domain,
      storable(report.organizationName.slice(0, LONGEST_KEY)),
      storable(report.reportId.slice(0, LONGEST_KEY)),
      storable(report.contactInfo),
      new Date(report.start),
      new Date(report.end),
      new Date(now),
      sum(({ successful }) => successful),
      sum(({ failed }) => failed),
      verified,
      jsonText(ofDomain),
    ],
  });
  return rows.length > 0;
}

export interface KeptTlsReport {
  readonly domain: string;
  readonly organization: string;
  readonly reportId: string;
  readonly beginsAt: Date;
  readonly endsAt: Date;
  readonly receivedAt: Date;
  readonly successful: number;
  readonly failed: number;
  /** Signed by who says that it reports. */
  readonly verified: boolean;
  readonly policies: TlsReport['policies'];
}

/** Newest first. @param domain all domains where it is left out */
export async function listTlsReports(
  db: Queryable,
  { domain, since, limit }: { domain?: string | undefined; since: number; limit: number },
): Promise<KeptTlsReport[]> {
  const { rows } = await db.query({
    text: `
      select domain, organization, report_id as "reportId", begins_at as "beginsAt", ends_at as "endsAt", received_at as "receivedAt",
        successful::float8 as successful, failed::float8 as failed,
        verified, report as policies
      from tls_reports where ($1::text is null or domain = $1) and received_at >= $2 order by id desc limit $3`,
    values: [domain ?? null, new Date(since), limit],
  });
  return rows as KeptTlsReport[];
}

export async function forgetTlsReports(db: Queryable, before: number): Promise<void> {
  await db.query({
    text: 'delete from tls_reports where received_at < $1',
    values: [new Date(before)],
  });
}
