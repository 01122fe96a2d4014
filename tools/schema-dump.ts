/**
 * The schema as text, read from the catalogue of a migrated database: `src/store/schema.sql`. A test compares the two, so that a
 * reader sees in one file what the migrations add up to, and a reviewer sees it change. `bin/node tools/schema-dump.ts` writes it.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';

export const SCHEMA_FILE = fileURLToPath(new URL('../src/store/schema.sql', import.meta.url));

/** The same text for the same schema, whatever version of PostgreSQL holds it. */
export async function dumpSchema(client: Client): Promise<string> {
  const parts = [
    '-- Made by tools/schema-dump.ts from the migrations; not to be edited.\n',
    ...(await lines(client, SEQUENCES)),
    ...(await lines(client, FUNCTIONS)),
    ...(await lines(client, TABLES)),
    ...(await lines(client, INDEXES)),
    ...(await lines(client, TRIGGERS)),
    ...(await lines(client, COMMENTS)),
  ];
  return `${parts.join('\n')}\n`;
}

async function lines(client: Client, query: string): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(query);
  return rows.map(({ line }) => line);
}

/** The server's tables, then those of the practice Internet. */
const OURS = `c.relnamespace = any (array['public', 'lab']::regnamespace[])`;

/** Sequences of their own; those of identity columns belong to the column. */
const SEQUENCES = `
  select format('create sequence %s as %s minvalue %s maxvalue %s cache %s;', c.oid::regclass, format_type(s.seqtypid, null),
    s.seqmin, s.seqmax, s.seqcache) as line
  from pg_sequence s join pg_class c on c.oid = s.seqrelid
  where ${OURS}
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i')
  order by c.relnamespace::regnamespace::text desc, c.relname`;

const FUNCTIONS = `
  select E'\\n' || rtrim(pg_get_functiondef(p.oid), E'\\n') || ';' as line
  from pg_proc p where p.pronamespace = 'public'::regnamespace order by p.proname`;

const TABLES = `
  select E'\\ncreate ' || case c.relpersistence when 'u' then 'unlogged ' else '' end || 'table ' || c.oid::regclass::text || coalesce(' partition of ' || (
      select i.inhparent::regclass::text from pg_inherits i where i.inhrelid = c.oid), '') || E' (\\n' ||
    concat_ws(E',\\n', (
      select string_agg('  ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        || coalesce(' collate ' || quote_ident(nullif(l.collname, 'default')), '')
        || case when a.attidentity = 'a' then ' generated always as identity' else '' end
        || case when a.attnotnull then ' not null' else '' end
        || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
        || case when a.attstorage <> t.typstorage then ' storage ' || case a.attstorage when 'e' then 'external' when 'm' then 'main'
             when 'p' then 'plain' else 'extended' end else '' end, E',\\n' order by a.attnum)
      from pg_attribute a join pg_type t on t.oid = a.atttypid
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
        left join pg_collation l on l.oid = a.attcollation
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
    (select string_agg('  ' || pg_get_constraintdef(o.oid), E',\\n' order by o.contype desc, pg_get_constraintdef(o.oid))
      from pg_constraint o where o.conrelid = c.oid and o.contype in ('p', 'f', 'u', 'c')))
    || E'\\n)' || case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) else '' end
    || coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '') || ';' as line
  from pg_class c
  where ${OURS} and c.relkind in ('r', 'p') and c.relname <> 'schema_version'
    and c.relname !~ '_[0-9]{8}$'
  order by c.relnamespace::regnamespace::text desc, c.relname`;

const INDEXES = `
  select pg_get_indexdef(i.indexrelid) || ';' as line
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
  where ${OURS} and t.relname <> 'schema_version' and t.relname !~ '_[0-9]{8}$' and not t.relispartition
    and not exists (select from pg_constraint o where o.conindid = i.indexrelid and o.contype in ('p', 'u'))
  order by c.relnamespace::regnamespace::text desc, c.relname`;

const TRIGGERS = `
  select pg_get_triggerdef(t.oid) || ';' as line
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where ${OURS} and not t.tgisinternal order by c.relnamespace::regnamespace::text desc, c.relname, t.tgname`;

const COMMENTS = `
  select format('comment on column %s.%s is %L;', c.oid::regclass, a.attname, d.description) as line
  from pg_description d join pg_class c on c.oid = d.objoid join pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid
  where d.classoid = 'pg_class'::regclass and ${OURS} order by c.relnamespace::regnamespace::text desc, c.relname, a.attnum`;

if (import.meta.main) {
  const { openTestDatabase } = await import('../test/support/database/database.ts');
  const database = await openTestDatabase();
  const client = await database.connect();
  await writeFile(SCHEMA_FILE, await dumpSchema(client));
  await database.close();
  process.exit(0);
}
