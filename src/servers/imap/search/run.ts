/** Runs a search over what the client was told of its mailbox; for SEARCH, SORT and THREAD. */
import { findMessages } from '#mail/search/find-messages';
import type { SearchKey } from '#protocol/imap/command';
import { sequenceOf } from '#servers/imap/selected';
import { placesTold } from '#servers/imap/sets';
import type { SessionState } from '#servers/imap/session-state';
import type { ViewState } from '#store/mailboxes/view';
import { InProgress } from '#servers/imap/in-progress';
import { conditionOf } from './condition.ts';

export interface Found {
  readonly now: ViewState;
  /** In `now`, rising. */
  readonly places: Uint32Array;
}

export async function runSearch(state: SessionState, tag: string, key: SearchKey): Promise<Found> {
  const { services, login, saved } = state;
  const { told, now, view } = state.selected!;
  const condition = conditionOf(key, {
    told,
    now,
    saved,
    time: services.clock.now(),
    spellings: (keywords) => view.spellings(keywords),
  });
  const progress = new InProgress(state, tag);
  const places = await findMessages({
    pool: services.mail.pool,
    accountId: login!.accountId,
    mailboxId: view.mailboxId,
    state: now,
    places: placesTold(told, now),
    condition,
    progress: (done, total) => progress.tell(done, total),
  });
  return { now, places };
}

/** Whether a search names modseqs, and so its answer does (RFC 7162 §3.1.5). */
export function namesModseq(key: SearchKey): boolean {
  switch (key.key) {
    case 'MODSEQ':
      return true;
    case 'NOT':
      return namesModseq(key.of);
    case 'AND':
      return key.of.some((one) => namesModseq(one));
    case 'OR':
      return namesModseq(key.left) || namesModseq(key.right);
    default:
      return false;
  }
}

/** The highest modseq of the messages; 0 of none. */
export function highestModseq({ modseqs }: ViewState, places: Iterable<number>): number {
  let highest = 0;
  for (const place of places) highest = Math.max(highest, modseqs[place]!);
  return highest;
}

/** How messages are named in the answer: by UID or by message number. */
export function numberer(
  { selected }: SessionState,
  now: ViewState,
  uid: boolean,
): (place: number) => number {
  if (uid) return (place) => now.uids[place]!;
  const { told } = selected!;
  if (told.uids === now.uids) return (place) => place + 1;
  return (place) => sequenceOf(told, now.uids[place]!);
}
