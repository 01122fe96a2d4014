/**
 * The text of emails as searches compare it, a row each: what is in many messages is found by one question for thousands of them, and none
 * of them is read. Of an email without a row, or whose text did not fit, it is not known that it has not the text.
 * Called by mail/search/.
 */
import type { MailStore } from '#store/mailboxes/mail-store';
import { bigintArray, integersOf } from '#store/query/arrays';
import { queryOctets, type OctetPool } from '#store/query/octet-query';
import type { RowsStatement } from '#store/writer/batch';
import { NO, UNKNOWN, YES } from './answers.ts';

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

/** As many as one question should ask about. */
export const TEXTS_AT_ONCE = 4096;

/**
 * Rows are read by the range of their ids, which is sooner than each by its key, while the range has at most so many ids for each that is
 * asked about: looking into what nobody asked about is dear where texts are long.
 */
const DENSE = 3;
const DENSE_OF_LONG = 1.25;

export interface TextsQuestion {
  readonly places: readonly TextPlace[];
  /** UTF-8, without an octet 0. */
  readonly needle: Buffer;
  readonly version: number;
}

/** Of each email, in the order of the ids, whether one of its places has a text: {@link YES}, {@link NO} or {@link UNKNOWN}. */
export async function askTexts(
  pool: OctetPool,
  accountId: string,
  emailIds: Float64Array,
  { places, needle, version }: TextsQuestion,
): Promise<Uint8Array> {
  const { length } = emailIds;
  if (length === 0) return new Uint8Array(0);
  const { low, high, risingByOne } = boundsOf(emailIds);
  const long = places.includes('body') || places.includes('header');
  const dense = high - low < length * (long ? DENSE_OF_LONG : DENSE);
  const short = needle.length <= SHORT;
  const answers = new Uint8Array(dense ? high - low + 1 : length).fill(UNKNOWN);
  const statement = {
    name: `ask_texts_${dense ? '' : 'apart_'}${short ? '' : 'position_'}${places.join('_')}`,
    text: askOf(dense ? IN_RANGE : BY_KEY, short ? LIKE : POSITION, places),
    values: [
      accountId,
      String(version),
      short ? patternOf(needle) : needle,
      ...(dense ? [String(low), String(high)] : [bigintArray(emailIds)]),
    ],
  };
  await queryOctets(pool, statement, ([yes, no]) => {
    for (const at of integersOf(yes)) answers[at] = YES;
    for (const at of integersOf(no)) answers[at] = NO;
  });
  if (!dense || risingByOne) return answers;
  const ofIds = new Uint8Array(length);
  for (let i = 0; i < length; i++) ofIds[i] = answers[emailIds[i]! - low]!;
  return ofIds;
}

function boundsOf(ids: Float64Array): { low: number; high: number; risingByOne: boolean } {
  let low = Infinity;
  let high = 0;
  let risingByOne = true;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (i > 0 && id !== ids[i - 1]! + 1) risingByOne = false;
    if (id < low) low = id;
    if (id > high) high = id;
  }
  return { low, high, risingByOne };
}

/** Rows of the table as `t`, and of each the place of its answer. */
interface AskedRows {
  readonly at: string;
  readonly from: string;
}
const IN_RANGE: AskedRows = {
  at: 't.email_id - $4::bigint',
  from: 'from email_texts t where t.email_id between $4::bigint and $5::bigint',
};
const BY_KEY: AskedRows = {
  at: 'u.n - 1',
  from: 'from unnest($4::bigint[]) with ordinality as u(id, n) join email_texts t on t.email_id = u.id where true',
};

/** Whether a column has the text. LIKE is some times faster, unless much of the text is met again and again: `position` bounds that. */
const LIKE = (column: string): string => `${column} like $3::bytea`;
const POSITION = (column: string): string => `position($3::bytea in ${column}) > 0`;
/** Octets of a text that LIKE looks for. */
const SHORT = 64;

/** One row comes back: the places of all that have the text, and of all that have it not. Looked for once in each, hence the offset. */
function askOf(
  { at, from }: AskedRows,
  has: (column: string) => string,
  places: readonly TextPlace[],
): string {
  const cut = places.reduce((bits, place) => bits | (1 << TEXT_PLACES.indexOf(place)), 0);
  const found = places.map((place) => has(`t.${COLUMNS[place]}`)).join(' or ');
  return `
    select array_agg(at) filter (where found), array_agg(at) filter (where not found and whole)
    from (
      select (${at})::integer as at, ${found} as found, t.cut & ${cut} = 0 as whole
      ${from} and t.account_id = $1::bigint and t.version = $2::smallint offset 0) asked`;
}

const SPECIAL = new Set(Array.from('\\%_', (character) => character.charCodeAt(0)));

/** As LIKE takes it. */
function patternOf(needle: Buffer): Buffer {
  const percent = 0x25;
  const backslash = 0x5c;
  const octets = Array.from(needle, (octet) => (SPECIAL.has(octet) ? [backslash, octet] : octet));
  return Buffer.from([percent, ...octets.flat(), percent]);
}
