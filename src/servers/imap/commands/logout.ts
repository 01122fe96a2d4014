/** LOGOUT (RFC 9051 §6.1.3): BYE comes before the reply. */
import { BYES } from '#servers/imap/responses/replies';
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';

export function logout(state: SessionState): Reply {
  state.unselect();
  state.out.text(BYES.logout);
  state.after = 'close';
  return ok('Logged out');
}
