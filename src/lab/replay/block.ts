/** Steps that belong together, and the questions of the DNS that they wait for. */
import type { StoryEntry } from '#mail/story/story';
import type { StoredEvent } from '#store/events/events';
import type { Asked, Claim } from './attribute.ts';
import type { JourneyMessage } from './gathered.ts';
import type { Step } from './step.ts';

export interface ToldMessage extends JourneyMessage {
  /** In the words of `message trace`. */
  readonly told: ReadonlyMap<StoredEvent, StoryEntry>;
}

export interface Block {
  /** Calendar milliseconds. */
  readonly at: number;
  readonly claims: readonly Claim[];
  /** @param asked what was found for each claim */
  readonly steps: (asked: readonly (readonly Asked[])[]) => readonly Step[];
}

/** Events that belong together. */
export interface Stretch {
  readonly kind: 'arrival' | 'attempt' | 'other';
  /** Of the attempt, or the session that it came by. */
  readonly id: string | undefined;
  /** At least one. */
  readonly events: readonly StoredEvent[];
}
