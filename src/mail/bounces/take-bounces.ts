/**
 * Takes in a notice that came to addresses of bulk mail: reads it, and puts what follows from it into the transaction that accepts it. The
 * notice itself is not kept: its story is, and that of the message that it is about. Called by mail/receive/arrival/store-arrival.ts.
 */
import { event, type Event, type EventIds } from '#events';
import { MAX_BOUNCE, readBounce, type ReadBounce } from '#protocol/bounce/read-bounce';
import type { BouncingRecipient } from '#protocol/verp/verp';
import { readBlob, type NewBlob } from '#store/emails/blobs';
import type { Queryable } from '#store/query/queryable';
import { submittedRecipient } from '#store/submissions';
import { consequenceOf, type Consequence } from './consequence.ts';

export interface BounceNotice {
  readonly sessionId: string;
  /** Of the notice. */
  readonly messageId: string;
  readonly blob: NewBlob;
  /** Whom it came to. */
  readonly about: readonly BouncingRecipient[];
}

export async function takeBounces(
  db: Queryable,
  notice: BounceNotice,
  now: number,
): Promise<Consequence> {
  const read = readBounce(await beginningOf(db, notice.blob));
  const taken: Consequence[] = [];
  for (const about of notice.about) taken.push(await takeBounce(db, notice, about, read, now));
  return {
    statements: taken.flatMap(({ statements }) => statements),
    events: taken.flatMap(({ events }) => events),
  };
}

/** Of one recipient: whoever got a message could fill its story otherwise. */
const MAX_BOUNCES = 5;

async function takeBounce(
  db: Queryable,
  { sessionId, messageId: bounceId }: BounceNotice,
  { messageId, recipientId }: BouncingRecipient,
  read: ReadBounce,
  now: number,
): Promise<Consequence> {
  const sent = await submittedRecipient(db, messageId, recipientId);
  const told = (result: ReadBounce['kind'] | 'not-known' | 'again'): Event =>
    event(
      'bounce.read',
      now,
      { sessionId, messageId: bounceId, ...(sent && { tenantId: sent.tenantId }) },
      { public: { result, of: messageId }, personal: {} },
    );
  if (sent === undefined) return { statements: [], events: [told('not-known')] };
  if (sent.bounces >= MAX_BOUNCES) return { statements: [], events: [told('again')] };
  if (read.kind !== 'failed') return { statements: [], events: [told(read.kind)] };
  const { tenantId, accountId, forwardPath } = sent;
  const ids: EventIds = { messageId, recipientId: String(recipientId), tenantId, accountId };
  const { report } = read;
  const { statements, events } = await consequenceOf(
    db,
    { tenantId, address: forwardPath, classified: report, detail: report.text, messageId },
    ids,
    now,
  );
  const bounced = event('recipient.bounced', now, ids, {
    public: {
      class: report.class,
      reason: report.reason,
      status: report.status ?? null,
      code: report.code ?? null,
      form: report.form,
      bounceId,
    },
    personal: { forwardPath, reply: report.text },
  });
  return { statements, events: [told('failed'), bounced, ...events] };
}

/** What a notice brings back stands at its end: the beginning of a large one is enough. */
async function beginningOf(db: Queryable, blob: NewBlob): Promise<Uint8Array> {
  if (blob.kind === 'whole') return blob.data.subarray(0, MAX_BOUNCE);
  for await (const chunk of readBlob(db, blob.uploadId)) return chunk.subarray(0, MAX_BOUNCE);
  throw new Error('an uploaded blob has chunks');
}
