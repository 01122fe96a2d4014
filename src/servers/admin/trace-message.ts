/** The story of a message with those of the notices and forwards that it caused, once or as it goes on. */
import { setTimeout as delay } from 'node:timers/promises';
import { story, type Story } from '#mail/story/story';
import type { Language } from '#protocol/dsn/language';
import { isId, lowestIdAt } from '#store/database/ids';
import type { Store } from '#store/database/open';
import { dialoguesOfMessage } from '#store/events/dialogues';
import { eventsOfMessage } from '#store/events/events';
import { messageOfEmail, searchMessages } from '#store/events/messages';
import { heldBackUntil, listQueue } from '#store/queue/admin';

export interface TraceOptions {
  readonly language: Language;
  /** IANA name. */
  readonly timeZone: string;
}

/** How often a message that is followed is looked at, besides when the queue says something. Milliseconds. */
const LOOK_EVERY = 500;

/** Undefined where nothing is known of the message. */
export async function traceMessage(
  store: Store,
  messageId: string,
  { language, timeZone }: TraceOptions,
): Promise<Story | undefined> {
  const own = await tell(store, messageId, language, timeZone);
  if (!own) return undefined;
  const children: Story[] = [];
  for (const id of own.caused) {
    const child = await tell(store, id, language, timeZone);
    if (child) children.push(child.story);
  }
  return { ...own.story, children };
}

async function tell(
  { pool, clock }: Store,
  messageId: string,
  language: Language,
  timeZone: string,
): Promise<{ story: Story; caused: readonly string[] } | undefined> {
  const [events, dialogues, queued] = await Promise.all([
    eventsOfMessage(pool, messageId),
    dialoguesOfMessage(pool, messageId),
    listQueue(pool, { kind: 'message', id: messageId }, { limit: MOST_RECIPIENTS }),
  ]);
  if (events.length === 0) return undefined;
  const caused = events.flatMap(({ type, public: fields }) => {
    const id = fields[CAUSES[type] ?? ''];
    return typeof id === 'string' && id !== messageId ? [id] : [];
  });
  const heldBack = queued.flatMap((one) => {
    const until = heldBackUntil(one, clock.now());
    if (until === undefined) return [];
    return { recipientId: String(one.recipientId), until: until === Infinity ? undefined : until };
  });
  return { story: story({ messageId, events, dialogues, heldBack }, language, timeZone), caused };
}

/** Of a message, that are looked for in the queue. */
const MOST_RECIPIENTS = 10_000;

/** Where an event names a message that this one caused. */
const CAUSES: Readonly<Record<string, string>> = {
  'notice.sent': 'noticeId',
  'message.forwarded': 'forwardId',
};

/**
 * The story each time that it went on, until no recipient waits any more. Looks when something was said of the queue, and now
 * and then.
 */
export async function* followMessage(
  store: Store,
  messageId: string,
  options: TraceOptions,
  signal: AbortSignal,
): AsyncGenerator<Story> {
  let told = -1;
  while (!signal.aborted) {
    const latest = await traceMessage(store, messageId, options);
    if (!latest) return;
    const length = lengthOf(latest);
    if (length > told) {
      told = length;
      yield latest;
    }
    if (isOver(latest)) return;
    await pause(store, signal);
  }
}

function lengthOf({ entries, children }: Story): number {
  return entries.length + children.reduce((sum, child) => sum + lengthOf(child), 0);
}

function isOver({ standing, children }: Story): boolean {
  const isOpen = standing.some(({ standing }) => standing === 'waiting' || standing === 'held');
  return !isOpen && children.every(isOver);
}

async function pause({ notices }: Store, signal: AbortSignal): Promise<void> {
  const woken = new AbortController();
  const stop = notices.on('queue', () => woken.abort());
  try {
    await delay(LOOK_EVERY, undefined, { signal: AbortSignal.any([signal, woken.signal]) });
  } catch {
    // woken, or the caller has gone: both are looked at by whoever called
  } finally {
    stop();
  }
}

/** How far back a Message-ID is looked for. Milliseconds. */
const LOOK_BACK = 14 * 24 * 60 * 60 * 1000;

/**
 * Our id of the message that a person means: that id itself, the id of a mail in a mailbox, or a Message-ID field of the last
 * two weeks (of several the newest).
 */
export async function resolveMessage(store: Store, given: string): Promise<string | undefined> {
  if (isId(given)) return given;
  if (/^\d{1,18}$/.test(given)) return messageOfEmail(store.pool, given);
  if (!given.includes('@')) return undefined;
  const search = { messageIdField: given.replaceAll(/^<|>$/g, ''), withRounds: true };
  const lowest = lowestIdAt(store.clock.now() - LOOK_BACK);
  let below: string | undefined;
  do {
    const step = await searchMessages(store.pool, search, below, lowest);
    if (step.found.length > 0) return step.found[0];
    below = step.below;
  } while (below !== undefined);
  return undefined;
}
