/**
 * Taking somebody off a list who asked for it, by whatever way: suppressed at once, and told in the story of the message that offered the way.
 * Asked twice, it is done once.
 */
import type { Clock } from '#clock';
import { event, type Event } from '#events';
import type { Pool } from '#store/database/open';
import { appendEvents } from '#store/events/events';
import { inTransaction } from '#store/query/transaction';
import { suppress, suppressStatement, type NewSuppression } from '#store/suppression';
import type { Statement } from '#store/writer/writer';
import { openToken, type Subscription, type TokenKeys } from './token.ts';

/** By one POST of a mail program or of our page, or by mail. */
export type LeavingWay = 'one-click' | 'mail';

export interface LeavingDesk {
  /** What a token is for; undefined for what is none. Changes nothing. */
  readonly look: (token: string) => Subscription | undefined;
  readonly leave: (subscription: Subscription) => Promise<void>;
}

export interface LeavingContext {
  readonly pool: Pool;
  readonly clock: Pick<Clock, 'now'>;
  readonly keys: TokenKeys;
  /** Called after the commit. */
  readonly happened: (events: readonly Event[]) => void;
}

export function leavingDesk({ pool, clock, keys, happened }: LeavingContext): LeavingDesk {
  return {
    look: (token) => openToken(keys, token),
    async leave(subscription) {
      const now = clock.now();
      const events = leavingEvents(subscription, 'one-click', now);
      const isNew = await inTransaction(pool, async (client) => {
        const fresh = await suppress(client, suppressionOf(subscription, 'one-click', now));
        if (fresh) await appendEvents(client, events);
        return fresh;
      });
      if (isNew) happened(events);
    },
  };
}

/** For the transaction that accepts the mail which asks for it. */
export function leavingByMail(
  subscription: Subscription,
  now: number,
): { readonly statements: readonly Statement[]; readonly events: readonly Event[] } {
  return {
    statements: [suppressStatement(suppressionOf(subscription, 'mail', now))],
    events: leavingEvents(subscription, 'mail', now),
  };
}

function suppressionOf(
  { tenantId, stream, address, messageId }: Subscription,
  way: LeavingWay,
  at: number,
): NewSuppression {
  const reason = 'unsubscribe';
  return { tenantId, stream, address, reason, detail: way, at, until: undefined, messageId };
}

function leavingEvents(
  { tenantId, messageId, recipientId, stream, address }: Subscription,
  way: LeavingWay,
  now: number,
): Event[] {
  const ids = { messageId, recipientId: String(recipientId), tenantId };
  return [
    event('recipient.unsubscribed', now, ids, {
      public: { stream, way },
      personal: { forwardPath: address },
    }),
    event('address.suppressed', now, ids, {
      public: { reason: 'unsubscribe', stream, until: null },
      personal: { address, detail: way },
    }),
  ];
}
