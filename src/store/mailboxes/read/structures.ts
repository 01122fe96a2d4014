/** The parsed structure of messages as text (protocol/imap/kept-structure.ts), written when it was first needed. */
import { STRUCTURE_VERSION } from '#protocol/message/body/stored-structure';
import type { MailStore } from '#store/mailboxes/mail-store';
import type { RowsStatement } from '#store/writer/batch';

export interface ParsedStructure {
  readonly emailId: number;
  /** What `formatKept` made (protocol/imap/kept-structure.ts). */
  readonly structure: string;
}

/** Some hundred at a time; messages that were purged meanwhile, or that another account holds, are passed over. */
export async function saveStructures(
  { writer }: Pick<MailStore, 'writer'>,
  accountId: string,
  structures: readonly ParsedStructure[],
): Promise<void> {
  if (structures.length === 0) return;
  await writer.run({
    // none of them is purged between the look and the commit
    accounts: [accountId],
    order: '',
    bytes: structures.reduce((sum, { structure }) => sum + structure.length, 0),
    statements: [structuresStatement(accountId, structures)],
  });
}

function structuresStatement(
  accountId: string,
  structures: readonly ParsedStructure[],
): RowsStatement {
  return {
    name: 'save_structures',
    text: SAVE,
    columns: ['bigint', 'bigint', 'text'],
    rows: structures.map(({ emailId, structure }) => [accountId, emailId, structure]),
  };
}

/** Two sessions may have parsed the same message. */
const SAVE = `
  insert into email_structures (email_id, version, structure)
  select distinct on (e.id) e.id, ${STRUCTURE_VERSION}, s.structure
  from unnest($1::bigint[], $2::bigint[], $3::text[]) as s(account_id, email_id, structure)
    join emails e on e.id = s.email_id and e.account_id = s.account_id
  order by e.id
  on conflict (email_id) do update set version = excluded.version, structure = excluded.structure
  where email_structures.version <> excluded.version`;
