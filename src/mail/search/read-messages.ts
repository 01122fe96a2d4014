/**
 * Reads many messages whole: small ones by the hundred, the next question under way while the answer to the one before is
 * worked on, a large one alone.
 * Called by follow.ts, find-messages.ts.
 */
import { concat } from '#bytes';
import { readSmall, readViewRange } from '#store/mailboxes/octets';
import type { Pool } from '#store/open';

export interface MessageToRead {
  readonly emailId: number;
  /** Octets. */
  readonly size: number;
}

export interface ReadMessage {
  readonly emailId: number;
  /** Undefined: it was purged meanwhile. */
  readonly bytes: Uint8Array | undefined;
}

const MESSAGES_AT_ONCE = 128;
const OCTETS_AT_ONCE = 1024 * 1024;

/** Waits for an answer and does with the time what it likes. */
export type Wait = <T>(answer: Promise<T>) => Promise<T>;

/** In the order of `emails`. */
export async function* readMessages(
  pool: Pool,
  accountId: string,
  emails: readonly MessageToRead[],
  wait: Wait = (answer) => answer,
): AsyncGenerator<ReadMessage> {
  const groups = groupsOf(emails);
  let next: Promise<(Uint8Array | undefined)[]> | undefined;
  for (const [i, group] of groups.entries()) {
    const views = await wait(next ?? readGroup(pool, accountId, group));
    const following = groups[i + 1];
    next =
      following && octetsOf(following) <= OCTETS_AT_ONCE
        ? readGroup(pool, accountId, following)
        : undefined;
    // whoever stops early leaves this one unheard
    next?.catch(() => {});
    for (const [k, { emailId }] of group.entries()) yield { emailId, bytes: views[k] };
  }
}

/** Those that one question brings; a message above the bound is a group of its own. */
function groupsOf(emails: readonly MessageToRead[]): MessageToRead[][] {
  const groups: MessageToRead[][] = [];
  let group: MessageToRead[] = [];
  let octets = 0;
  for (const email of emails) {
    if (
      group.length === MESSAGES_AT_ONCE ||
      (group.length > 0 && octets + email.size > OCTETS_AT_ONCE)
    ) {
      groups.push(group);
      group = [];
      octets = 0;
    }
    group.push(email);
    octets += email.size;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

function octetsOf(group: readonly MessageToRead[]): number {
  return group.reduce((sum, { size }) => sum + size, 0);
}

async function readGroup(
  pool: Pool,
  accountId: string,
  group: readonly MessageToRead[],
): Promise<(Uint8Array | undefined)[]> {
  const views = await readSmall(
    pool,
    accountId,
    group.map(({ emailId }) => emailId),
  );
  const all: (Uint8Array | undefined)[] = [];
  for (const [i, view] of views.entries()) {
    if (view?.kind !== 'large') all.push(view?.bytes);
    else {
      const pieces: Uint8Array[] = [];
      const range = readViewRange(pool, accountId, group[i]!.emailId, 0, view.size);
      for await (const piece of range) pieces.push(piece);
      all.push(concat(pieces));
    }
  }
  return all;
}
