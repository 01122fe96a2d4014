/** A mailbox as the store lists it, for tests of what is made of one. */
import type { Mailbox } from '#store/mailboxes/tree/tree';

export function mailboxImage(
  id: string,
  path: readonly string[],
  more: Partial<Mailbox> = {},
): Mailbox {
  return {
    id,
    parentId: undefined,
    path,
    role: undefined,
    uidValidity: 1,
    uidNext: 1,
    modseq: 1,
    recentUid: 0,
    messages: 0,
    unseen: 0,
    deleted: 0,
    bytes: 0,
    subscribed: false,
    hasChildren: false,
    ...more,
  };
}
