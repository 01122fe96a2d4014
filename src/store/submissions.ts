/** What accounts handed in, kept after its queue rows are gone. */
import { givenRows, typesOf, type Columns } from './query/given-rows.ts';
import { jsonText } from './query/json.ts';
import type { Queryable } from './query/queryable.ts';
import type { RowsStatement } from './writer/batch.ts';

export interface NewSubmission {
  readonly messageId: string;
  readonly tenantId: string;
  readonly accountId: string;
  readonly principalId: string;
  readonly credentialId: string;
  readonly channel: 'smtp' | 'jmap' | 'local';
  /** Null is the null reverse-path. */
  readonly reversePath: string | null;
  /** The envelope as given. */
  readonly envelope: Readonly<Record<string, unknown>>;
  readonly recipients: readonly { readonly id: number; readonly forwardPath: string }[];
  /** Calendar milliseconds. */
  readonly createdAt: number;
  readonly releaseAt: number;
}

/** The statements that keep a submission with the transaction they stand in. */
export function insertSubmission(submission: NewSubmission): RowsStatement[] {
  const { messageId, createdAt, releaseAt } = submission;
  return [
    {
      name: 'insert_submissions',
      text: INSERT_SUBMISSIONS,
      columns: SUBMISSION_TYPES,
      rows: [
        [
          messageId,
          submission.tenantId,
          submission.accountId,
          submission.principalId,
          submission.credentialId,
          submission.channel,
          submission.reversePath,
          jsonText(submission.envelope),
          createdAt,
          releaseAt,
          releaseAt > createdAt ? 'pending' : 'final',
        ],
      ],
    },
    {
      name: 'insert_submission_recipients',
      text: INSERT_RECIPIENTS,
      columns: RECIPIENT_TYPES,
      rows: submission.recipients.map(({ id, forwardPath }) => [
        messageId,
        id,
        forwardPath,
        createdAt,
      ]),
    },
  ];
}

const SUBMISSION_COLUMNS = {
  message_id: 'text',
  tenant_id: 'bigint',
  account_id: 'bigint',
  principal_id: 'bigint',
  credential_id: 'bigint',
  channel: 'text',
  reverse_path: 'text',
  envelope: 'jsonb',
  created_at: 'timestamptz',
  release_at: 'timestamptz',
  undo_status: 'text',
} as const satisfies Columns;
const SUBMISSION_TYPES = typesOf(SUBMISSION_COLUMNS);

const INSERT_SUBMISSIONS = `
  insert into submissions (${Object.keys(SUBMISSION_COLUMNS).join(', ')})
  select * from ${givenRows(SUBMISSION_COLUMNS)} as s`;

const RECIPIENT_COLUMNS = {
  message_id: 'text',
  id: 'integer',
  forward_path: 'text',
  at: 'timestamptz',
} as const satisfies Columns;
const RECIPIENT_TYPES = typesOf(RECIPIENT_COLUMNS);

const INSERT_RECIPIENTS = `
  insert into submission_recipients (message_id, recipient_id, forward_path, delivered, changed_at)
  select message_id, id, forward_path, 'queued', at
  from ${givenRows(RECIPIENT_COLUMNS)} as r`;

export interface SubmittedRecipient {
  readonly tenantId: string;
  readonly accountId: string;
  readonly forwardPath: string;
  /** Notices about it that were taken in, as far as they are counted. */
  readonly bounces: number;
}

/** More than these are not counted. */
const COUNTED_BOUNCES = 10;

/** Whom an account sent a message to; undefined once the account is erased. */
export async function submittedRecipient(
  db: Queryable,
  messageId: string,
  recipientId: number,
): Promise<SubmittedRecipient | undefined> {
  const { rows } = await db.query({
    name: 'submitted_recipient',
    text: `select s.tenant_id::text as "tenantId", s.account_id::text as "accountId", r.forward_path as "forwardPath",
             (select count(*)::integer from (
                select from events where message_id = $1 and recipient_id = $2 and type = 'recipient.bounced'
                limit ${COUNTED_BOUNCES}) e) as bounces
           from submission_recipients r join submissions s using (message_id)
           where r.message_id = $1 and r.recipient_id = $2`,
    values: [messageId, recipientId],
  });
  return rows[0] as SubmittedRecipient | undefined;
}
