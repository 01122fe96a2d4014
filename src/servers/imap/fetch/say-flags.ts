/**
 * FETCH of flags alone, with the UID or without, while all messages stand where the client was told: no object is made for each of them.
 * Called by commands/fetch.ts.
 */
import type { IndexRange } from '#protocol/imap/sequence-set';
import type { SelectedMailbox } from '#servers/imap/selected/selected-mailbox';
import type { SessionState } from '#servers/imap/session-state';
import { sayKeywords } from '#servers/imap/updates';
import { areFlagLines, flagLines } from './flag-lines.ts';
import { withImplied, type Asked } from './plan.ts';

/** Undefined where more than flags is asked for; else whether the UID is said too. */
export function asksFlagsAlone(
  asked: Asked,
  { enabled }: SessionState,
): { readonly withUid: boolean } | undefined {
  const items = withImplied(asked, enabled.uidOnly);
  return areFlagLines(items) ? { withUid: items.length > 1 } : undefined;
}

/** @param ranges of places of messages that stand where the client was told */
export async function sayFlags(
  state: SessionState,
  { now, recent }: SelectedMailbox,
  ranges: readonly IndexRange[],
  withUid: boolean,
): Promise<void> {
  const { out, link, enabled } = state;
  sayKeywords(state);
  const verb = enabled.uidOnly ? 'UIDFETCH' : 'FETCH';
  for (const lines of flagLines(now, ranges, verb, withUid, recent)) {
    out.text(lines);
    await link.room();
  }
}
