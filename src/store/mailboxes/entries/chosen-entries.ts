/**
 * The entries `n` of mailbox $2 in ranges of UIDs, given as two parameters `bigint[]`, for a from clause. Range by range through the
 * index, whatever the planner thinks of it: `offset 0` keeps it from looking at every range for every entry.
 */
export function chosenEntries(first: `$${number}`, last: `$${number}`): string {
  return `
    unnest(${first}::bigint[], ${last}::bigint[]) as r(first, last)
      cross join lateral (
        select ctid as place, * from mailbox_entries where mailbox_id = $2 and uid between r.first and r.last offset 0) n`;
}
