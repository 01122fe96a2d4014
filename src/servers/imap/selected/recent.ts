/**
 * \Recent for clients of IMAP4rev1 (RFC 3501 §2.3.2; RFC 9051 has it no more): a message is recent to the one session that was told of
 * it first. Sessions of a process agree in memory, by the view that they share; the mailbox remembers it when a session selects it and
 * when one leaves it, so that what arrives costs no write. Where two processes tell of a message at once it is recent in both, as it
 * may be where nobody can know who was first.
 */
import { lowerBound } from '#protocol/imap/sequence-set';
import type { MailboxView } from '#store/mailboxes/view/view';
import type { Messages } from './told.ts';

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Which messages are recent to a session. */
export class Recent {
  /** Rising, apart from each other. */
  readonly #ranges: Range[] = [];

  /** The UID from which on there may be one. */
  get first(): number {
    return this.#ranges[0]?.from ?? Infinity;
  }

  has(uid: number): boolean {
    for (const { from, to } of this.#ranges) if (uid >= from && uid <= to) return true;
    return false;
  }

  /** Whether all UIDs from one to another are, or none; undefined where some may be. */
  ofAll(first: number, last: number): boolean | undefined {
    for (const { from, to } of this.#ranges) {
      if (first >= from && last <= to) return true;
      if (first <= to) return last < from ? false : undefined;
    }
    return false;
  }

  /** UIDs above all that were added before. */
  add(from: number, to: number): void {
    if (from > to) return;
    const last = this.#ranges.at(-1);
    if (last?.to === from - 1) this.#ranges[this.#ranges.length - 1] = { from: last.from, to };
    else this.#ranges.push({ from, to });
  }

  count({ uids, count }: Messages): number {
    return this.#ranges.reduce(
      (sum, { from, to }) => sum + lowerBound(uids, count, to + 1) - lowerBound(uids, count, from),
      0,
    );
  }
}

/** Of sessions to which nothing is recent, and those that know of no such thing. */
export const NOTHING_RECENT = new Recent();

/** Up to which UID sessions of this process were told. */
const told = new WeakMap<MailboxView, number>();

export function toldUpTo(view: MailboxView): number {
  return told.get(view) ?? 0;
}

export function tellUpTo(view: MailboxView, uid: number): void {
  told.set(view, Math.max(uid, toldUpTo(view)));
}
