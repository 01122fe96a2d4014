/**
 * Finding messages by their events. Ids of messages sort by time, so that the index on (message_id, id) is walked from the newest
 * message downwards, some thousand messages at a time.
 */
import type { Queryable } from '#store/query/queryable';

export interface MessageSearch {
  /** A part of the reverse-path, in any case. */
  readonly from?: string | undefined;
  /** A part of a forward-path, in any case. */
  readonly to?: string | undefined;
  /** The Message-ID field without angle brackets. */
  readonly messageIdField?: string | undefined;
  /** Those too that the doctor sends to itself, and nobody else has. */
  readonly withRounds?: boolean | undefined;
}

export interface SearchStep {
  /** Ids of messages that match, newest first. */
  readonly found: readonly string[];
  /** Go on below this id; undefined when there is nothing left. */
  readonly below: string | undefined;
}

/** Messages looked at in one step. */
const STEP = 2000;

/**
 * Looks at the next messages below an id.
 * @param below undefined starts at the newest
 * @param from the lowest id that is of interest
 */
export async function searchMessages(
  db: Queryable,
  search: MessageSearch,
  below: string | undefined,
  from: string,
): Promise<SearchStep> {
  const { rows } = await db.query({
    name: 'search_messages',
    text: SEARCH,
    values: [
      below ?? '~',
      from,
      STEP,
      search.from ?? null,
      search.to ?? null,
      search.messageIdField ?? null,
      search.withRounds ?? false,
    ],
  });
  const looked = rows as { id: string; matches: boolean }[];
  return {
    found: looked.flatMap(({ id, matches }) => (matches ? [id] : [])),
    below: looked.length < STEP ? undefined : looked.at(-1)!.id,
  };
}

const SEARCH = `
  select m.id,
    ($4::text is null or exists (
      select from events e where e.message_id = m.id and position(lower($4) in lower(e.personal ->> 'reversePath')) > 0))
    and ($5::text is null or exists (
      select from events e where e.message_id = m.id and position(lower($5) in lower(e.personal ->> 'forwardPath')) > 0))
    and ($6::text is null or exists (
      select from events e where e.message_id = m.id and btrim(e.personal ->> 'messageIdField', '<> ') = $6))
    and ($7::boolean or not coalesce((
      select bool_and(e.fields ->> 'rule' = 'doctor') from events e where e.message_id = m.id and e.type = 'recipient.expanded'
    ), false)) as matches
  from (
    select distinct message_id as id from events
    where message_id < $1 and message_id >= $2 order by message_id desc limit $3) m
  order by m.id desc`;

/** Our id of the message that an email in a mailbox is; undefined where there is none. */
export async function messageOfEmail(db: Queryable, emailId: string): Promise<string | undefined> {
  const { rows } = await db.query({
    text: 'select message_id as id from emails where id = $1',
    values: [emailId],
  });
  return (rows as { id: string }[])[0]?.id;
}
