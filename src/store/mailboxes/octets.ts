/** The octets of messages as read: whole small ones by the hundred, ranges of large ones as a stream. */
import type { Pool } from '#store/open';

/** A message of which one chunk holds all. */
export interface SmallView {
  readonly kind: 'whole';
  readonly bytes: Uint8Array;
}

/** Too large to be brought with others: `readViewRange`. */
export interface LargeView {
  readonly kind: 'large';
  readonly size: number;
}

/**
 * Whole views in one question, in the order of the ids; undefined for a message that was purged or that another account holds.
 * Views of more than `limit` octets (default: one chunk, 256 KB) are only named. The caller bounds the number by the sizes it
 * knows, or asks for some hundred.
 */
export async function readSmall(
  _pool: Pool,
  _accountId: string,
  _emailIds: ArrayLike<number>,
  _limit?: number,
): Promise<(SmallView | LargeView | undefined)[]> {
  throw new Error('not yet');
}

/** Octets `start` to `end` (exclusive) of the view, chunk by chunk as the reader takes them; ends early where the view does. */
export async function* readViewRange(
  _pool: Pool,
  _accountId: string,
  _emailId: number,
  _start: number,
  _end: number,
): AsyncGenerator<Uint8Array> {
  throw new Error('not yet');
}
