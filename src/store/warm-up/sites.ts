/** Sites as warm-up plans see them: which there are, and what waits for them. */
import type { Queryable } from '#store/query/queryable';

/** Sites elsewhere that mail went to from a source, those without a plan. */
export async function unplannedSites(db: Queryable, source: string): Promise<string[]> {
  const { rows } = await db.query({
    text: `select site from site_limits
           where source = $1 and plan_day is null and site <> 'local' and site not like 'relay:%' order by site`,
    values: [source],
  });
  return (rows as { site: string }[]).map(({ site }) => site);
}

/** Puts what waits for a site in line again. Callers say `queue` afterwards. */
export async function wakeSite(db: Queryable, site: string, now: number): Promise<void> {
  await db.query({
    text: `update queue_destinations set ready_at = $2, paced_until = null
           where site = $1 and ready_at > $2 and (paced_until is not null or ready_at < 'infinity')`,
    values: [site, new Date(now)],
  });
}

/** The site of a domain, as far as mail went there. */
export async function siteOfDomain(db: Queryable, domain: string): Promise<string | undefined> {
  const { rows } = await db.query({
    text: 'select site from domain_sites where domain = $1',
    values: [domain],
  });
  return (rows as { site: string }[])[0]?.site;
}
