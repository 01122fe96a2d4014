/** Flags of messages and mailboxes as responses tell them (RFC 9051 §7.3.5, §7.1 PERMANENTFLAGS). */
import { formatFlags } from '#protocol/imap/flags';
import type { ViewState } from '#store/mailboxes/view/view';
import type { Recent } from './recent.ts';

/** Of the message at this place. */
export function flagsAt(state: ViewState, place: number, recent: Recent): string {
  return flagsText(state, place, recent.has(state.uids[place]!));
}

export function flagsText(state: ViewState, place: number, isRecent: boolean): string {
  const flags = formatFlags(state.flags[place]!, state.keywordsAt(place));
  if (!isRecent) return flags;
  return flags === '()' ? '(\\Recent)' : `(\\Recent ${flags.slice(1)}`;
}

/** What is in use in a mailbox, and what can be set there. */
export function flagsLines(keywords: readonly string[], readOnly: boolean): string {
  const all = formatFlags(31, keywords);
  const permanent = readOnly ? '()' : `${all.slice(0, -1)} \\*)`;
  return `* FLAGS ${all}\r\n* OK [PERMANENTFLAGS ${permanent}] Flags that are kept\r\n`;
}
