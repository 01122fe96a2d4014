/** Messages by what their events say: from whom, to whom, since when, and how they stand. */
import type { EventType } from '#events';
import { standings } from '#mail/story/tell/standing';
import { lowestIdAt } from '#store/database/ids';
import type { Store } from '#store/database/open';
import { eventsOfMessages, type StoredEvent } from '#store/events/events';
import { searchMessages, type MessageSearch } from '#store/events/messages';
import type { MessageStatus } from './message-statuses.ts';

export interface FoundMessage {
  readonly messageId: string;
  /** ISO 8601, of its first event. */
  readonly at: string;
  /** Null where it is not recorded, or erased. */
  readonly reversePath: string | null;
  readonly recipients: readonly { readonly forwardPath: string | null; status: MessageStatus }[];
  /** What holds for all recipients, or `mixed`. */
  readonly status: MessageStatus | 'mixed';
}

export interface FindMessages extends MessageSearch {
  readonly status?: MessageStatus | undefined;
  /** Calendar milliseconds. */
  readonly since: number;
  readonly limit: number;
}

/** Newest first, as they are found. Goes on until `limit` is reached or nothing is left, unless the signal aborts. */
export async function* findMessages(
  { pool }: Store,
  wanted: FindMessages,
  signal: AbortSignal,
): AsyncGenerator<FoundMessage> {
  const lowest = lowestIdAt(wanted.since);
  let below: string | undefined;
  let left = wanted.limit;
  do {
    const step = await searchMessages(pool, wanted, below, lowest);
    const events = await eventsOfMessages(pool, step.found);
    for (const id of step.found) {
      const message = describe(id, events.get(id) ?? []);
      if (wanted.status !== undefined && !has(message, wanted.status)) continue;
      yield message;
      if (--left === 0) return;
    }
    below = step.below;
  } while (below !== undefined && !signal.aborted);
}

function describe(messageId: string, events: readonly StoredEvent[]): FoundMessage {
  const recipients = standings(events).map(({ recipient, standing }) => ({
    forwardPath: recipient ?? null,
    status: standing,
  }));
  const statuses = new Set<MessageStatus>(recipients.map(({ status }) => status));
  const [only] = statuses;
  return {
    messageId,
    at: new Date(events[0]?.at ?? 0).toISOString(),
    reversePath: reversePathOf(events),
    recipients,
    status: statuses.size > 1 ? 'mixed' : (only ?? alone(events)),
  };
}

function reversePathOf(events: readonly StoredEvent[]): string | null {
  for (const { personal } of events) {
    const found = personal['reversePath'];
    if (typeof found === 'string') return found;
  }
  return null;
}

const REFUSED = new Set<EventType>(['message.refused', 'command.refused']);

/** Of a message without recipients. */
function alone(events: readonly StoredEvent[]): MessageStatus {
  return events.some(({ type }) => REFUSED.has(type)) ? 'refused' : 'unknown';
}

function has({ recipients, status }: FoundMessage, wanted: MessageStatus): boolean {
  return status === wanted || recipients.some((recipient) => recipient.status === wanted);
}
