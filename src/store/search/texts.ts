/**
 * The text of emails as searches compare it, a row each: what is in many messages is found by one question for thousands of them, and none
 * of them is read. An email without a row, or whose text did not fit, is «unknown» where the text is not found.
 * Called by mail/search/.
 */
import { bigintArray } from '#store/arrays';
import type { RowsStatement } from '#store/batch';
import type { MailStore } from '#store/mailboxes/mail-store';
import { bigintOf, queryOctets, type OctetPool } from '#store/octet-query';

/** Columns of the table, in the order of the bits of `cut`. */
const COLUMNS = {
  header: 'header',
  body: 'body',
  subject: 'subject',
  from: 'from_field',
  to: 'to_field',
  cc: 'cc_field',
} as const;
export type TextPlace = keyof typeof COLUMNS;
export const TEXT_PLACES = Object.keys(COLUMNS) as readonly TextPlace[];

export interface EmailTexts {
  readonly emailId: number;
  readonly version: number;
  readonly cut: number;
  /** UTF-8, strings apart by an octet 0. */
  readonly texts: Readonly<Record<TextPlace, Uint8Array>>;
}

/** Some hundred at a time; messages that were purged meanwhile, or that another account holds, are passed over. */
export async function saveTexts(
  { writer }: Pick<MailStore, 'writer'>,
  accountId: string,
  emails: readonly EmailTexts[],
): Promise<void> {
  if (emails.length === 0) return;
  await writer.run({
    // none of them is purged between the look and the commit
    accounts: [accountId],
    order: '',
    bytes: emails.reduce((sum, { texts }) => sum + sizeOf(texts), 0),
    statements: [textsStatement(accountId, emails)],
  });
}

function sizeOf(texts: EmailTexts['texts']): number {
  return TEXT_PLACES.reduce((sum, place) => sum + texts[place].length, 0);
}

function textsStatement(accountId: string, emails: readonly EmailTexts[]): RowsStatement {
  return {
    name: 'save_texts',
    text: SAVE,
    columns: [
      'bigint',
      'bigint',
      'smallint',
      'smallint',
      ...TEXT_PLACES.map(() => 'bytea' as const),
    ],
    rows: emails.map(({ emailId, version, cut, texts }) => [
      accountId,
      emailId,
      version,
      cut,
      ...TEXT_PLACES.map((place) => texts[place]),
    ]),
  };
}

/** Whoever indexes a second time, for another version or after a crash, writes anew. */
const SAVE = `
  insert into email_texts (account_id, email_id, version, cut, header, body, subject, from_field, to_field, cc_field)
  select distinct on (e.id) e.account_id, e.id, t.version, t.cut, t.header, t.body, t.subject, t.from_field, t.to_field, t.cc_field
  from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::smallint[],
      $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[], $10::bytea[])
      as t(account_id, email_id, version, cut, header, body, subject, from_field, to_field, cc_field)
    join emails e on e.id = t.email_id and e.account_id = t.account_id
  order by e.id
  on conflict (email_id) do update set version = excluded.version, cut = excluded.cut, header = excluded.header,
    body = excluded.body, subject = excluded.subject, from_field = excluded.from_field, to_field = excluded.to_field,
    cc_field = excluded.cc_field`;

export type TextAnswer = 'yes' | 'no' | 'unknown';

/** As many as one question should ask about. */
export const TEXTS_AT_ONCE = 2048;

/**
 * Whether one of the places of each email has a text, in the order of the ids.
 * @param needle UTF-8, without an octet 0
 */
export async function askTexts(
  pool: OctetPool,
  accountId: string,
  emailIds: ArrayLike<number>,
  { places, needle, version }: { places: readonly TextPlace[]; needle: Buffer; version: number },
): Promise<TextAnswer[]> {
  const answers = Array.from<TextAnswer>({ length: emailIds.length }).fill('unknown');
  const cut = places.reduce((bits, place) => bits | (1 << TEXT_PLACES.indexOf(place)), 0);
  const statement = {
    name: `ask_texts_${places.join('_')}`,
    text: `
      select u.n, ${places.map((place) => `position($3::bytea in t.${COLUMNS[place]}) > 0`).join(' or ')},
        t.cut & ${cut} <> 0
      from unnest($2::bigint[]) with ordinality as u(id, n) join email_texts t on t.email_id = u.id
      where t.account_id = $1::bigint and t.version = $4::smallint`,
    values: [accountId, bigintArray(emailIds), needle, String(version)],
  };
  await queryOctets(pool, statement, ([n, found, more]) => {
    if (found![0] === 1) answers[bigintOf(n!) - 1] = 'yes';
    else if (more![0] === 0) answers[bigintOf(n!) - 1] = 'no';
  });
  return answers;
}
