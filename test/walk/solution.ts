/** How a lesson of the walk is done: what the lesson asks for, once it was started. */
import type { Learner } from '../support/lab/learner.ts';

export type Solution = (learner: Learner, begun: Begun) => Promise<void | Pending | Afterwards>;

/** Something that takes its time while other lessons go on: the lesson is checked after it, at the end. */
export interface Pending {
  readonly waits: Promise<unknown>;
}

/** The page asks for more once the lesson is passed: it puts back what would be in the way of others. */
export interface Afterwards {
  readonly afterwards: () => Promise<unknown>;
}

export interface Begun {
  /** What the lesson told besides its page. */
  readonly told: readonly string[];
  readonly questions: readonly { readonly name: string; readonly text: string }[];
  /** By which its chances are drawn. */
  readonly seed: number;
  /** The event log's last event before it. */
  readonly firstEvent: number;
}
