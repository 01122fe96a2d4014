/** DATA (RFC 5321 §4.1.1.4): the content follows after the reply. */
import { beginContent, contentLimits } from '#servers/smtp/content';
import { REPLIES } from '#servers/smtp/replies';
import type { SessionState } from '#servers/smtp/session-state';
import type { WireReply } from '#servers/smtp/wire-reply';

export function data(state: SessionState): WireReply {
  // RFC 2920 §3.1: what came with DATA cannot be told from commands once DATA is refused.
  if (state.receiver.pending > 0) {
    state.after = 'close';
    return REPLIES.earlyContent;
  }
  beginContent(state, state.transaction!);
  state.receiver.startData(contentLimits(state));
  return REPLIES.startContent;
}
