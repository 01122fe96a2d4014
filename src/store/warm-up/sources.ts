/** Sources that are new to every site: the plan for a site begins with the first mail there. */
import type { Queryable } from '#store/query/queryable';
import { MILLISECONDS, type PlanTerms } from './plans.ts';

/** Declares that a source is new to every site; again changes the terms for plans that begin from now on. */
export async function declareSource(
  db: Queryable,
  source: string,
  { first, growth, target }: PlanTerms,
  now: number,
): Promise<void> {
  await db.query({
    text: `insert into warm_up_sources (source, since, first_size, growth, target) values ($1, $2, $3, $4, $5)
           on conflict (source) do update set since = excluded.since, first_size = excluded.first_size, growth = excluded.growth,
             target = excluded.target`,
    values: [source, new Date(now), first, growth, target],
  });
}

/** @returns whether it was new */
export async function forgetSource(db: Queryable, source: string): Promise<boolean> {
  const { rowCount } = await db.query({
    text: 'delete from warm_up_sources where source = $1',
    values: [source],
  });
  return rowCount === 1;
}

export interface NewSource extends PlanTerms {
  readonly source: string;
  /** Calendar milliseconds. */
  readonly since: number;
}

export async function newSources(db: Queryable): Promise<NewSource[]> {
  const { rows } = await db.query({
    text: `select source, ${MILLISECONDS('since')} as since, first_size as first, growth::float8 as growth, target
           from warm_up_sources order by source`,
    values: [],
  });
  return rows as NewSource[];
}
