/** UIDBATCHES (RFC 10022): ranges of UIDs that hold so many messages each, from the highest UID down to 1. */
import type { CommandOf } from '#protocol/imap/command';
import { REPLIES } from '#servers/imap/responses/replies';
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';

/** RFC 10022: batches of fewer messages are no batches. */
const LEAST = 500;
/** RFC 10022: messages that the batches asked for may have together. */
const MOST = 100_000;

export function uidBatches(
  { selected, out }: SessionState,
  { size, range }: CommandOf<'UIDBATCHES'>,
  tag: string,
): Reply {
  if (size < LEAST) return REPLIES.batchTooSmall;
  if (range !== undefined) {
    if (range.from > range.to) return REPLIES.batchesReversed;
    if ((range.to - range.from + 1) * size > MOST) return REPLIES.tooManyBatches;
  }
  const { uids, count } = selected!.told;
  const batches: string[] = [];
  const first = range === undefined ? 0 : range.from - 1;
  const last = range === undefined ? Infinity : range.to;
  for (let batch = first; batch < last && batch * size < count; batch++) {
    const high = batch === 0 ? uids[count - 1]! : uids[count - batch * size]! - 1;
    const next = count - (batch + 1) * size;
    // the last one goes down to where UIDs begin
    const low = next > 0 ? uids[next]! : 1;
    batches.push(high === low ? `${high}` : `${high}:${low}`);
  }
  const list = batches.length === 0 ? '' : ` ${batches.join()}`;
  out.text(`* UIDBATCHES (TAG "${tag}")${list}\r\n`);
  return ok('Batches told');
}
