/** What left a mailbox since a modseq (RFC 7162 §3.2.5): from what was expunged and moved away, as far back as that is remembered. */
import type { MailStore } from './mail-store.ts';
import type { UidRange } from './uid-ranges.ts';
import type { MailboxView } from './view.ts';

/**
 * UIDs that were expunged after `modseq` and are not in the view's state, as rising ranges. Where the memory does not reach back to
 * `modseq`, every UID of `known` (undefined: of all UIDs given so far) that is not in the view, which RFC 7162 allows.
 */
export async function vanishedSince(
  _mail: MailStore,
  _view: MailboxView,
  _modseq: number,
  _known: readonly UidRange[] | undefined,
): Promise<UidRange[]> {
  throw new Error('not yet');
}
