/** QUIT (RFC 5321 §4.1.1.10): the session ends after the reply. */
import { REPLIES } from '#servers/smtp/replies';
import type { SessionState } from '#servers/smtp/session-state';
import type { WireReply } from '#servers/smtp/wire-reply';

export function quit(state: SessionState): WireReply {
  state.after = 'close';
  return REPLIES.bye;
}
