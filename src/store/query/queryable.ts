import type pg from 'pg';

/** What a question to the database needs of it: a pool or a client. */
export interface Queryable {
  query(config: pg.QueryConfig): Promise<pg.QueryResult>;
}
