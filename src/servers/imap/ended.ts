/** How a command ended. */
import type { Reply } from './responses/reply.ts';

export interface Ended {
  readonly tag: string;
  readonly reply: Reply;
  /** Whether EXPUNGE may be told before the reply; it may, unless said otherwise. */
  readonly expunges?: boolean;
}

/** A reply, now or later; undefined where a line of the client belongs to the command and must come first. */
export type Handled = Reply | Promise<Reply | undefined> | undefined;
