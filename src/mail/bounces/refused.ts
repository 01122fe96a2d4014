/**
 * Bulk mail that a peer refused for good, or that was given up: the consequences for its recipients, in the transaction that concludes them.
 * Called by mail/queue/settle/settle.ts.
 */
import { classifyBounce } from '#protocol/bounce/reasons';
import type { EventIds } from '#events';
import type { Queryable } from '#store/query/queryable';
import { consequenceOf, type Consequence } from './consequence.ts';

export interface RefusedRecipient {
  readonly recipientId: number;
  readonly forwardPath: string;
  /** Enhanced status code. */
  readonly status: string;
  readonly code: number | undefined;
  readonly text: string;
  /** How far it came: `Result` of mail/queue. */
  readonly stage: string;
}

export async function consequencesOfRefusals(
  db: Queryable,
  refused: readonly RefusedRecipient[],
  ids: EventIds & { readonly messageId: string; readonly tenantId: string },
  now: number,
): Promise<Consequence> {
  const all: Consequence[] = [];
  for (const { recipientId, forwardPath, status, code, text, stage } of refused) {
    const { tenantId, messageId } = ids;
    const classified = classifyBounce({
      status,
      code,
      text,
      afterContent: stage === 'end-of-data',
    });
    const bounced = { tenantId, address: forwardPath, classified, detail: text, messageId };
    all.push(await consequenceOf(db, bounced, { ...ids, recipientId: String(recipientId) }, now));
  }
  return {
    statements: all.flatMap(({ statements }) => statements),
    events: all.flatMap(({ events }) => events),
  };
}
