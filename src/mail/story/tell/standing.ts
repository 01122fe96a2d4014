/** How each recipient of a message stands after its events: what a person asks first. Pure. */
import type { EventType, Json } from '#events';
import { printable } from '#mail/story/terminal-text';
import type { Standing } from '#mail/story/texts/frame-texts';
import type { StoredEvent } from '#store/events/events';

export interface RecipientStanding {
  /** Within the message; undefined where the event named none. */
  readonly recipientId: string | undefined;
  /** The forward-path, undefined once erased. */
  readonly recipient: string | undefined;
  readonly standing: Standing;
  /** Of `waiting`: when the next attempt is due. Calendar milliseconds. */
  readonly nextAt?: number;
  /** Of `handed-on`: who took it. */
  readonly host?: string;
}

type Change = Pick<RecipientStanding, 'standing' | 'nextAt' | 'host'>;

/** Standings in the order in which recipients first appear. */
export function standings(events: readonly StoredEvent[]): readonly RecipientStanding[] {
  const byId = new Map<string, RecipientStanding>();
  for (const event of events) {
    const read = Object.hasOwn(CHANGES, event.type) ? CHANGES[event.type] : undefined;
    if (read === undefined) continue;
    const { recipientId } = event.ids;
    if (recipientId === undefined && isForAll(event.type)) {
      for (const [key, known] of byId) {
        if (isOpen(known)) byId.set(key, { ...known, ...read(event, known) });
      }
      continue;
    }
    const key = recipientId ?? '';
    const known = byId.get(key);
    const recipient = textOf(event.personal['forwardPath']) ?? known?.recipient;
    byId.set(key, { recipientId, recipient, ...read(event, known) });
  }
  return [...byId.values()];
}

/** Whether more is to come for a recipient. */
export function isOpen({ standing }: Pick<RecipientStanding, 'standing'>): boolean {
  return standing === 'waiting' || standing === 'held';
}

/** Operators act on whole messages too. */
function isForAll(type: EventType): boolean {
  return type.startsWith('queue.');
}

type Reader = (event: StoredEvent, known: RecipientStanding | undefined) => Change;

const CHANGES: Partial<Record<EventType, Reader>> = {
  'recipient.queued': (event) => waiting(event.public['nextAt']),
  'recipient.stored': () => ({ standing: 'delivered' }),
  'recipient.judged': (event, known) =>
    event.public['verdict'] === 'drop'
      ? { standing: 'dropped' }
      : (known ?? { standing: 'delivered' }),
  'attempt.delivered': (event) => {
    const host = textOf(event.public['host']);
    if (host !== undefined) return { standing: 'handed-on', host };
    return { standing: event.public['stage'] === 'alias' ? 'sent-on' : 'delivered' };
  },
  'attempt.deferred': (event) => waiting(event.public['nextAt']),
  'attempt.failed': () => ({ standing: 'failed' }),
  'recipient.expired': () => ({ standing: 'expired' }),
  'recipient.suppressed': () => ({ standing: 'suppressed' }),
  'recipient.bounced': () => ({ standing: 'bounced' }),
  'queue.held': () => ({ standing: 'held' }),
  'queue.released': (event) => waiting(event.at),
  'queue.retried': (event, known) =>
    known?.standing === 'held' ? { standing: 'held' } : waiting(event.at),
  'queue.removed': () => ({ standing: 'removed' }),
};

function waiting(next: Json | undefined): Change {
  const nextAt = typeof next === 'string' ? Date.parse(next) : next;
  return typeof nextAt === 'number' && Number.isFinite(nextAt)
    ? { standing: 'waiting', nextAt }
    : { standing: 'waiting' };
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? printable(value) : undefined;
}
