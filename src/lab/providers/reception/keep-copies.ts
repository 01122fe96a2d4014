/** Puts a message into the mailboxes of the people it is for, with the fields that a provider puts before it. */
import { concat, utf8 } from '#bytes';
import type { Provider } from '#lab/providers/rule';
import { receivedField, returnPathField } from '#mail/deliver/trace-fields';
import type { Arrival } from '#mail/receive/arrival/arrival';
import { authenticationResults } from '#mail/receive/arrival/authentication-results';
import type { AllFacts } from '#mail/receive/inquiry/facts';
import { formatMailbox } from '#protocol/address/mailbox';
import { summarize } from '#protocol/message/summary';
import type { Pool } from '#store/database/open';
import { readBlob } from '#store/emails/blobs';
import { keepMail } from '#store/lab/provider-mail';
import type { Reader } from './readers.ts';

export interface Copies {
  readonly provider: Provider;
  readonly arrival: Arrival;
  readonly facts: AllFacts;
  readonly folder: 'inbox' | 'spam';
  readonly readers: readonly Reader[];
  /** Calendar milliseconds. */
  readonly now: number;
}

/** Octets of a message that are kept. */
const MOST_OCTETS = 256 * 1024;

export async function keepCopies(pool: Pool, copies: Copies): Promise<void> {
  const { provider, arrival, facts, folder, readers, now } = copies;
  const { client, envelope, content, recipients } = arrival;
  const { from, subject } = summarize(content.head, content.header);
  const author = from[0];
  const prefix = concat([
    utf8(returnPathField(envelope.reversePath)),
    authenticationResults(provider.mx, { client, envelope }, facts),
    utf8(
      receivedField({
        client,
        hostname: provider.mx,
        messageId: envelope.messageId,
        smtputf8: envelope.smtputf8,
        authenticated: false,
        only: recipients.length === 1 ? recipients[0]!.mailbox : undefined,
        hideClient: false,
        now,
      }),
    ),
  ]);
  const raw = concat([prefix, await beginningOf(pool, arrival)]);
  await keepMail(
    pool,
    readers.map(({ person, acts }) => ({
      provider: provider.name,
      person: person.name,
      traceId: envelope.messageId,
      folder,
      reversePath: envelope.reversePath === null ? '' : formatMailbox(envelope.reversePath),
      author: author === undefined ? '' : `${author.localPart}@${author.domain}`,
      subject,
      receivedAt: now,
      size: content.blob.size,
      raw,
      acts: acts.map(({ kind }) => kind),
    })),
  );
}

/** A long message lies in chunks of the store, which nobody publishes: its first one is enough. */
async function beginningOf(pool: Pool, { content: { blob } }: Arrival): Promise<Uint8Array> {
  if (blob.kind === 'whole') return blob.data.subarray(0, MOST_OCTETS);
  for await (const chunk of readBlob(pool, blob.uploadId)) return chunk.subarray(0, MOST_OCTETS);
  return new Uint8Array(0);
}
