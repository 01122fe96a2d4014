/** STARTTLS (RFC 3207): the handshake begins after the reply. */
import { REPLIES } from '#servers/smtp/replies';
import type { SessionState } from '#servers/smtp/session-state';
import type { WireReply } from '#servers/smtp/wire-reply';

export function starttls(state: SessionState): WireReply {
  // RFC 3207 §4.2, CVE-2011-0411: commands sent in clear must not be taken as if they came under TLS.
  if (state.receiver.pending > 0) {
    state.after = 'close';
    return REPLIES.earlyTls;
  }
  state.after = 'tls';
  return REPLIES.startTls;
}
