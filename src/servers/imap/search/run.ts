/** Runs a search over what the client was told of its mailbox; for SEARCH, SORT and THREAD. */
import { findMessages } from '#mail/search/find/find-messages';
import { pauses } from '#mail/search/find/pauses';
import type { SearchContext } from '#mail/search/keys/search-state';
import type { SearchKey } from '#protocol/imap/command';
import { InProgress } from '#servers/imap/in-progress';
import { objectNumber } from '#servers/imap/responses/object-id';
import { REPLIES } from '#servers/imap/responses/replies';
import type { Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';
import { tellUpdates } from '#servers/imap/updates';
import { hasKey } from './has-key.ts';

export interface Found {
  readonly kind: 'found';
  readonly context: SearchContext;
  /** In what the client was told; rising unless sorted. */
  readonly places: Uint32Array;
}

export type Ran = Found | { readonly kind: 'refused'; readonly reply: Reply };

/** @param saved what `$` stands for */
export async function runSearch(
  state: SessionState,
  tag: string,
  key: SearchKey,
  saved: Uint32Array | undefined,
): Promise<Ran> {
  const { services, login, enabled, link } = state;
  const selected = state.selected!;
  if (enabled.uidOnly && hasKey(key, isNumbers))
    return { kind: 'refused', reply: REPLIES.notWithUidOnly };
  if (hasKey(key, ({ key: name }) => name === 'MODSEQ')) state.useModseqs();
  const { clock, mail, largeMessages } = services;
  mail.lastRead.at = clock.monotonic();
  // what came a moment ago is found; numbers in the command keep their meaning
  await selected.open.freshen();
  tellUpdates(state, { expunges: false });
  const progress = new InProgress(state, tag);
  const context: SearchContext = {
    pool: mail.pool,
    viewCache: mail.viewCache,
    accountId: login!.accountId,
    mailboxId: selected.view.mailboxId,
    numbered: selected.told,
    view: selected.now,
    saved: saved ?? NONE,
    now: clock.now(),
    offsetAt: services.offsetAt,
    isRecent: (uid) => selected.recent.has(uid),
    emailNumber: (id) => objectNumber('email', id),
    threadNumber: (id) => objectNumber('thread', id),
    pause: pauses(
      () => clock.monotonic(),
      (done, total) => {
        progress.tell(done, total);
        return link.room();
      },
    ),
    takeTurn: () => largeMessages.take(),
  };
  return { kind: 'found', context, places: await findMessages(context, key) };
}

const NONE = new Uint32Array(0);

function isNumbers(key: SearchKey): boolean {
  return key.key === 'SEQUENCE' && key.set.kind === 'ranges';
}

/** How messages are named in the answer: by UID or by message number. */
export function numberer({ numbered }: SearchContext, uid: boolean): (place: number) => number {
  return uid ? (place) => numbered.uids[place]! : (place) => place + 1;
}
