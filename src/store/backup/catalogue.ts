/** What a database holds, by its own catalogue: tables with their columns, those that others refer to first; sequences; days. */
import type { Queryable } from '#store/query/queryable';

export interface Table {
  readonly name: string;
  /** Those that are stored; what is generated from others is not. */
  readonly columns: readonly string[];
}

/** Who is written by the migrations themselves. */
const OWN = ['schema_version'];

export async function listTables(db: Queryable): Promise<Table[]> {
  const { rows } = await db.query({
    text: `
      select c.relname::text as name, array_agg(a.attname::text order by a.attnum) as columns,
        array(select distinct f.relname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
          where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as needs
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> all($1)
      group by c.oid order by 1`,
    values: [OWN],
  });
  return inOrder(rows as (Table & { readonly needs: readonly string[] })[]);
}

/** @throws where tables refer to each other in a circle, which no table of ours does */
function inOrder(tables: readonly (Table & { readonly needs: readonly string[] })[]): Table[] {
  const ordered: Table[] = [];
  const done = new Set<string>();
  let left = tables;
  while (left.length > 0) {
    const ready = left.filter(({ needs }) => needs.every((name) => done.has(name)));
    if (ready.length === 0)
      throw new Error(`tables in a circle: ${left.map(({ name }) => name).join(', ')}`);
    for (const { name, columns } of ready) {
      done.add(name);
      ordered.push({ name, columns });
    }
    left = left.filter(({ name }) => !done.has(name));
  }
  return ordered;
}

export interface Sequence {
  readonly name: string;
  readonly value: number;
  readonly called: boolean;
}

/** Read after the tables: a sequence is in no snapshot, and must not be behind what was given from it. */
export async function listSequences(db: Queryable): Promise<Sequence[]> {
  const { rows } = await db.query({
    text: `select c.relname::text as name from pg_class c
           where c.relnamespace = 'public'::regnamespace and c.relkind = 'S' order by 1`,
  });
  const sequences: Sequence[] = [];
  for (const { name } of rows as { name: string }[]) {
    const read = await db.query({ text: `select last_value, is_called from ${name}` });
    const row = (read.rows as { last_value: string; is_called: boolean }[])[0]!;
    sequences.push({ name, value: Number(row.last_value), called: row.is_called });
  }
  return sequences;
}

/** Days that have a partition, as 2026-11-24. */
export async function listDays(db: Queryable, table: 'events' | 'dialogues'): Promise<string[]> {
  const { rows } = await db.query({
    text: `select substring(c.relname from '\\d{8}$') as day from pg_inherits i join pg_class c on c.oid = i.inhrelid
           where i.inhparent = $1::regclass and c.relname ~ '_\\d{8}$' order by 1`,
    values: [table],
  });
  return (rows as { day: string }[]).map(
    ({ day }) => `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`,
  );
}

/** A name of the catalogue as SQL has it; none of ours holds a quote (manifest.ts). */
export function identifier(name: string): string {
  return `"${name}"`;
}
