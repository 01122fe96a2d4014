/** BDAT (RFC 3030 §2): a chunk of content of a known size; the reply comes after its last octet. */
import { beginContent, contentLimits } from '#servers/smtp/content';
import { noteMessageRefused } from '#servers/smtp/refusal-events';
import { REPLIES, tooLarge } from '#servers/smtp/replies';
import type { SessionState } from '#servers/smtp/session-state';
import type { WireReply } from '#servers/smtp/wire-reply';

interface Bdat {
  readonly size: number;
  readonly last: boolean;
}

export function bdat(state: SessionState, { size, last }: Bdat): WireReply | undefined {
  const transaction = state.transaction!;
  const { messageSize } = state.settings.limits;
  if (transaction.chunked + size > messageSize) {
    const reply = tooLarge(messageSize);
    const { reversePath } = transaction.envelope;
    noteMessageRefused(state, { verb: 'BDAT', reply, reason: 'too-large', reversePath });
    state.endTransaction();
    return discardChunk(state, size, reply);
  }
  if (transaction.intake === undefined) beginContent(state, transaction);
  transaction.chunked += size;
  state.phase = 'bdat';
  state.receiver.startBdat(size, last, contentLimits(state));
  return undefined;
}

/** The octets of a refused chunk are read before its reply, so that none is taken for a command. */
export function discardChunk(
  state: SessionState,
  size: number,
  reply: WireReply,
): WireReply | undefined {
  if (size > state.settings.limits.receiver.discard) {
    state.after = 'close';
    return REPLIES.chunkTooLarge;
  }
  state.discarding = reply;
  state.receiver.startDiscard(size);
  return undefined;
}
