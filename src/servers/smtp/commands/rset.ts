/** RSET (RFC 5321 §4.1.1.5): the transaction is forgotten. */
import { REPLIES } from '#servers/smtp/replies';
import type { SessionState } from '#servers/smtp/session-state';
import type { WireReply } from '#servers/smtp/wire-reply';

export function rset(state: SessionState): WireReply {
  state.endTransaction();
  return REPLIES.reset;
}
