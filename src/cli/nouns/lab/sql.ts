/** `hikyaku lab sql`: asks the delivery log of lesson 3.11, in SQL. */
import type { Command } from 'commander';
import type { Json } from '#events';
import { printable } from '#mail/story/terminal-text';
import { callAdded } from '#cli/control';
import { printRows, remark } from '#cli/terminal/output';
import { addVerb, type CommonOptions } from '#cli/verb';
import type { SqlAnswer } from '#lab/lessons/calls/sql-calls';

type Rows = Exclude<SqlAnswer, { readonly kind: 'refused' }>;

export function addSqlVerb(noun: Command): void {
  addVerb(
    noun,
    'sql <query>',
    'read the delivery log of lesson 3.11 by one select; nothing else can be read, and nothing be changed',
    'hikyaku lab sql "select type, count(*) from delivery_log group by type"',
    `hikyaku lab sql "select fields->>'site' as site, count(*) from delivery_log group by site"`,
  ).action(async (query: string, options: CommonOptions) => {
    const { rows, more } = await callAdded<Rows>(options, 'lab/sql', { query });
    const names = Object.keys(rows[0] ?? {});
    await printRows(
      rows,
      names.map((name, index) => ({
        title: printable(name),
        value: (row: Rows['rows'][number]) => cellText(row[name] ?? null),
        shrinks: index === names.length - 1,
      })),
      options,
      'No row.',
    );
    if (more && options.json !== true) remark(`There are more than ${rows.length} rows.`);
  });
}

function cellText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
