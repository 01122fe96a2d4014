/**
 * What a bounce of bulk mail has for a consequence (docs/decisions/0035): an address that takes no mail is suppressed at once, one that keeps
 * failing for now after several days of it, and what says something of us alone suppresses nobody. Called for what a peer refused
 * (`refused.ts`) and for what came back later (`take-bounces.ts`).
 */
import { event, type Event, type EventIds } from '#events';
import type { Classified } from '#protocol/bounce/reasons';
import type { Queryable } from '#store/query/queryable';
import {
  ALL_BULK,
  countSoftBounce,
  suppressStatement,
  type NewSuppression,
} from '#store/suppression';
import type { Statement } from '#store/writer/writer';

const DAY = 24 * 60 * 60 * 1000;
/** An address may be given out again: one more try in half a year harms no reputation. */
const HARD_FOR = 180 * DAY;
/** A mailbox may be emptied, a host repaired. */
const SOFT_FOR = 30 * DAY;
/** Days with soft bounces that suppress, within the window: a weekly newsletter comes to them in two weeks. */
const SOFT_DAYS = 3;
const SOFT_WINDOW = 30 * DAY;

export interface Bounced {
  readonly tenantId: string;
  readonly address: string;
  readonly classified: Classified;
  /** The reply, or what the notice says. */
  readonly detail: string;
  readonly messageId: string;
}

/** Statements of the transaction that records the bounce, and its events. */
export interface Consequence {
  readonly statements: readonly Statement[];
  readonly events: readonly Event[];
}

export async function consequenceOf(
  db: Queryable,
  bounced: Bounced,
  ids: EventIds,
  now: number,
): Promise<Consequence> {
  const suppression = await suppressionFor(db, bounced, now);
  if (suppression === undefined) return { statements: [], events: [] };
  const { reason, stream, until, address, detail } = suppression;
  return {
    statements: [suppressStatement(suppression)],
    events: [
      event('address.suppressed', now, ids, {
        public: {
          reason,
          stream,
          until: until === undefined ? null : new Date(until).toISOString(),
        },
        personal: { address, detail },
      }),
    ],
  };
}

async function suppressionFor(
  db: Queryable,
  { tenantId, address, classified, detail, messageId }: Bounced,
  at: number,
): Promise<NewSuppression | undefined> {
  const common = { tenantId, stream: ALL_BULK, address, detail, at, messageId };
  if (classified.class === 'hard')
    return { ...common, reason: 'hard-bounce', until: at + HARD_FOR };
  if (classified.class === 'ours') return undefined;
  // counted before the transaction: the same day counts once, however often it is tried
  const days = await countSoftBounce(db, { tenantId, address, at, from: at - SOFT_WINDOW });
  return days < SOFT_DAYS ? undefined : { ...common, reason: 'soft-bounces', until: at + SOFT_FOR };
}
