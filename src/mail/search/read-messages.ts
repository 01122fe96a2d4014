/**
 * Reads many messages whole, for the index.
 * Called by follow.ts, look-into-messages.ts.
 */
import { concat } from '#bytes';
import { readSmall, readViewRange } from '#store/mailboxes/read/octets';
import type { OctetPool } from '#store/query/octet-query';
import { readAhead, type Wait } from './read-ahead.ts';

export interface ReadMessage {
  readonly emailId: number;
  /** Undefined: it was purged meanwhile. */
  readonly bytes: Uint8Array | undefined;
}

const AT_ONCE = 128;

/** In the order of the ids; one large message at a time. */
export async function* readMessages(
  pool: OctetPool,
  accountId: string,
  emailIds: readonly number[],
  wait: Wait,
): AsyncGenerator<ReadMessage> {
  const ask = (ids: readonly number[]) => readSmall(pool, accountId, ids);
  for await (const { at, answers } of readAhead(emailIds, AT_ONCE, ask, wait)) {
    for (const [i, view] of answers.entries()) {
      const emailId = emailIds[at + i]!;
      if (view?.kind !== 'large') yield { emailId, bytes: view?.bytes };
      else yield { emailId, bytes: await wait(readLarge(pool, accountId, emailId, view.size)) };
    }
  }
}

export async function readLarge(
  pool: OctetPool,
  accountId: string,
  emailId: number,
  size: number,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const range = readViewRange(pool, accountId, emailId, 0, size);
  for await (const piece of range) pieces.push(piece);
  return concat(pieces);
}
