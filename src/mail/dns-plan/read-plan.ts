/** The DNS plan of a domain of this server, from what is stored of it and what the server is now. */
import { plannedKey } from '#mail/dkim-keys/planned-key';
import { policiesOf } from '#mail/publish/domain-policies';
import { stsPolicyId } from '#mail/publish/mta-sts-policy';
import type { Pool } from '#store/database/open';
import { listDkimKeys } from '#store/directory/dkim-keys';
import type { OfferedServices, PlannedAuthority, PlannedCertificate } from './facts.ts';
import { dnsPlan } from './plan.ts';
import type { DnsPlan } from './record.ts';

/** What the server is; each is asked anew for each plan. */
export interface PlanSource {
  readonly pool: Pool;
  readonly host: string;
  /** Of the host, as others see them. */
  readonly addresses: () => readonly string[];
  /** Further addresses from which it sends. */
  readonly sources: readonly string[];
  readonly services: OfferedServices;
  readonly certificates: () => Promise<readonly PlannedCertificate[]>;
  readonly authority: () => Promise<PlannedAuthority | undefined>;
  readonly now: () => number;
}

/** Records of revoked keys are looked for no longer than this. Milliseconds. */
const FORGET_REVOKED = 90 * 86_400_000;

/** Undefined where the domain is not here. */
export async function readPlan(source: PlanSource, domain: string): Promise<DnsPlan | undefined> {
  const { pool, host, sources, services } = source;
  const policies = await policiesOf(pool, domain);
  if (policies === undefined) return undefined;
  const [keys, certificates, authority] = await Promise.all([
    listDkimKeys(pool, domain),
    source.certificates(),
    source.authority(),
  ]);
  const longAgo = source.now() - FORGET_REVOKED;
  return dnsPlan({
    domain,
    host,
    addresses: source.addresses(),
    sources,
    keys: keys
      .filter(({ revokedAt }) => revokedAt === null || revokedAt.getTime() > longAgo)
      .map(plannedKey),
    dmarcPolicy: policies.dmarcPolicy,
    mtaStsId: stsPolicyId({
      mode: policies.mtaStsMode,
      mx: [host],
      maxAge: policies.mtaStsMaxAge,
    }),
    services,
    certificates,
    authority,
  });
}
