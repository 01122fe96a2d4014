/** What the learner's server did with letters that were handed in to it since a lesson began: every attempt with one domain, by recipient. */
import type { LessonWorld } from '#lab/lessons/world';
import type { LessonRun } from '#store/lab/lesson-runs';
import { eventsSince, type SeenEvent } from '#store/lab/lesson-events';
import { textOf } from './sessions.ts';

export interface Delivery {
  readonly messageId: string;
  readonly recipientId: string;
  readonly forwardPath: string;
  /** `transactional`, `bulk` */
  readonly stream: string;
  /** Calendar milliseconds. */
  readonly queuedAt: number;
  /** In order. */
  readonly attempts: readonly Attempt[];
}

export interface Attempt {
  readonly event: SeenEvent;
  readonly kind: 'delivered' | 'deferred' | 'failed';
  /** Undefined: nothing was answered. */
  readonly code: number | undefined;
  /** `4.7.28` */
  readonly status: string;
  readonly reply: string;
}

const KINDS = {
  'attempt.delivered': 'delivered',
  'attempt.deferred': 'deferred',
  'attempt.failed': 'failed',
} as const;

/** @param domain of the recipients; in the order in which they were queued */
export async function deliveriesTo(
  { store: { pool } }: LessonWorld,
  run: LessonRun,
  domain: string,
): Promise<Delivery[]> {
  const events = await eventsSince(pool, run, [
    'message.submitted',
    'recipient.queued',
    'attempt.delivered',
    'attempt.deferred',
    'attempt.failed',
  ]);
  const submitted = new Set(
    events.filter(({ type }) => type === 'message.submitted').map(({ messageId }) => messageId),
  );
  const attempts = Map.groupBy(
    events.filter(({ type }) => type in KINDS),
    keyOf,
  );
  return events
    .filter(
      ({ type, messageId, personal }) =>
        type === 'recipient.queued' &&
        submitted.has(messageId) &&
        textOf(personal, 'forwardPath').endsWith(`@${domain}`),
    )
    .map((queued) => ({
      messageId: queued.messageId!,
      recipientId: queued.recipientId!,
      forwardPath: textOf(queued.personal, 'forwardPath'),
      stream: textOf(queued.public, 'stream'),
      queuedAt: queued.at,
      attempts: (attempts.get(keyOf(queued)) ?? []).map(attemptOf),
    }));
}

function keyOf({ messageId, recipientId }: SeenEvent): string {
  return `${messageId} ${recipientId}`;
}

function attemptOf(event: SeenEvent): Attempt {
  const code = event.public['code'];
  return {
    event,
    kind: KINDS[event.type as keyof typeof KINDS],
    code: typeof code === 'number' ? code : undefined,
    status: textOf(event.public, 'status'),
    reply: textOf(event.personal, 'reply'),
  };
}
