/** What accounts handed in, kept after its queue rows are gone. */
import type { Statement } from './writer.ts';
import { jsonText } from './json.ts';

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

export function insertSubmission(submission: NewSubmission): Statement {
  return {
    name: 'insert_submission',
    text: `
      with submission as (
        insert into submissions (message_id, tenant_id, account_id, principal_id, credential_id, channel, reverse_path, envelope,
          created_at, release_at, undo_status)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, case when $10 > $9 then 'pending' else 'final' end))
      insert into submission_recipients (message_id, recipient_id, forward_path, delivered, changed_at)
      select $1, id, forward_path, 'queued', $9
      from jsonb_to_recordset($11) as r(id integer, forward_path text)`,
    values: [
      submission.messageId,
      submission.tenantId,
      submission.accountId,
      submission.principalId,
      submission.credentialId,
      submission.channel,
      submission.reversePath,
      jsonText(submission.envelope),
      new Date(submission.createdAt),
      new Date(submission.releaseAt),
      jsonText(
        submission.recipients.map(({ id, forwardPath }) => ({ id, forward_path: forwardPath })),
      ),
    ],
  };
}
