/** STARTTLS (RFC 9051 §6.2.1): the handshake begins after the reply. */
import { BYES, REPLIES } from '#servers/imap/responses/replies';
import type { Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';

export function starttls(state: SessionState): Reply {
  if (state.tls === 'active') return REPLIES.tlsActive;
  if (state.tls === 'unavailable') return REPLIES.tlsUnavailable;
  // CVE-2021-33515: commands sent in clear must not be taken as if they came under TLS.
  if (state.receiver.pending > 0) {
    state.end(BYES.earlyTls);
    return REPLIES.earlyTls;
  }
  state.after = 'tls';
  return REPLIES.startTls;
}
