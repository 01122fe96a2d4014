/** What FETCH, SORT and THREAD want to know of messages beside their flags, for some hundred of them in one question. */
import type { MessageSummary } from '#protocol/message/summary';
import { STRUCTURE_VERSION } from '#protocol/message/body/stored-structure';
import { bigintArray } from '#store/query/arrays';
import { bigintOf, queryOctets, timestampOf, type OctetPool } from '#store/query/octet-query';
import type { Queryable } from '#store/query/queryable';

export interface EmailFacts {
  /** Calendar milliseconds (INTERNALDATE). */
  readonly receivedAt: number;
  /** RFC822.SIZE: octets of the view. */
  readonly size: number;
  /** THREADID. */
  readonly threadId: number;
  /** UTF-8 text (protocol/imap/kept-structure.ts); undefined where not wanted, not stored yet, or of another version. */
  readonly structure: Uint8Array | undefined;
  /** Undefined where not wanted. */
  readonly summary: MessageSummary | undefined;
}

export interface WantedFacts {
  readonly structure?: boolean;
  readonly summary?: boolean;
}

/** As many as one question should ask for. */
export const FACTS_AT_ONCE = 500;

/** In the order of the ids; undefined for a message that was purged or that another account holds. */
export async function readFacts(
  db: OctetPool,
  accountId: string,
  emailIds: ArrayLike<number>,
  { structure = false, summary = false }: WantedFacts,
): Promise<(EmailFacts | undefined)[]> {
  const facts = Array.from<EmailFacts | undefined>({ length: emailIds.length });
  const statement = {
    name: `read_facts${structure ? '_structure' : ''}${summary ? '_summary' : ''}`,
    text: `select u.n, e.received_at, e.size, e.thread_id, ${structure ? 's.structure' : 'null::text'}${
      summary ? ', e.summary::text' : ''
    }
           from unnest($2::bigint[]) with ordinality as u(id, n) join emails e on e.id = u.id${
             structure
               ? ` left join email_structures s on s.email_id = e.id and s.version = ${STRUCTURE_VERSION}`
               : ''
           }
           where e.account_id = $1::bigint`,
    values: [accountId, bigintArray(emailIds)],
  };
  await queryOctets(db, statement, ([n, receivedAt, size, threadId, text, about]) => {
    facts[bigintOf(n!) - 1] = {
      receivedAt: timestampOf(receivedAt!),
      size: bigintOf(size!),
      threadId: bigintOf(threadId!),
      structure: text && Buffer.from(text),
      summary: about && (JSON.parse(about.toString()) as MessageSummary),
    };
  });
  return facts;
}

const MILLISECONDS = (column: string) => `(extract(epoch from ${column}) * 1000)::bigint`;

/** SAVEDATE (RFC 8514): calendar milliseconds in the order of the UIDs; undefined for those that are gone. */
export async function readSavedDates(
  db: Queryable,
  mailboxId: string,
  uids: Uint32Array,
): Promise<(number | undefined)[]> {
  const dates = Array.from<number | undefined>({ length: uids.length });
  const { rows } = await db.query({
    name: 'read_saved_dates',
    text: `select u.n, ${MILLISECONDS('e.saved_at')} as saved
           from unnest($2::bigint[]) with ordinality as u(uid, n)
             join mailbox_entries e on e.mailbox_id = $1 and e.uid = u.uid`,
    values: [mailboxId, bigintArray(uids)],
  });
  for (const { n, saved } of rows as { n: string; saved: string }[]) {
    dates[Number(n) - 1] = Number(saved);
  }
  return dates;
}
