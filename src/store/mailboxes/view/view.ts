/**
 * The image of a mailbox that sessions of a process share. A `ViewState` is one moment of it: sessions keep it as long as they like.
 *
 * Invariants: `uids` and `emailIds` of a state never change below `count` (arrivals extend the arrays behind it, an expunge makes new
 * ones), so that sequence numbers and the ids of messages that are gone since stay readable. `flags`, `modseqs` and `keywords` are of
 * now as long as no message went, and of the moment before that afterwards. Satisfies `Present` of servers/imap/selected.ts.
 */

export interface ViewState {
  /** Rising; valid below `count`, as all arrays here. */
  readonly uids: Uint32Array;
  readonly count: number;
  /** HIGHESTMODSEQ: all changes up to it are here. */
  readonly modseq: number;
  readonly uidNext: number;
  /** Numbers, not bigints: ids count from 1 and never reach 2^53; a BigInt64Array would make a bigint at each look. */
  readonly emailIds: Float64Array;
  readonly modseqs: Float64Array;
  /** Bits as `FLAG` of store/emails/emails.ts. */
  readonly flags: Uint8Array;
  /** Number of a set, for `keywordsAt`; 0 is the empty set. Equal numbers, equal sets. */
  readonly keywords: Uint32Array;
  /** Places, rising, of the messages whose last change is above a modseq. */
  changedSince(modseq: number): Iterable<number>;
  modseqAt(place: number): number;
  /** Sorted; the same array for the same set. */
  keywordsAt(place: number): readonly string[];
  /** The place of a UID, -1 where there is none. */
  placeOf(uid: number): number;
}

export interface MailboxView {
  readonly accountId: string;
  readonly mailboxId: string;
  readonly uidValidity: number;
  /** The latest state known here. */
  readonly state: ViewState;
  /** The mailbox was removed; the state is the last one and has no successor. */
  readonly removed: boolean;
  /** Every keyword that a message here has or had since the view was loaded, sorted. */
  keywordsInUse(): readonly string[];
  /**
   * The spelling that the mailbox has for each keyword, else the given one: keywords are one whatever their case (RFC 9051 §2.3.2),
   * stored as they were first written. Hand what comes from a client through this before `setFlags`, `append` and SEARCH.
   */
  spellings(keywords: readonly string[]): string[];
}
