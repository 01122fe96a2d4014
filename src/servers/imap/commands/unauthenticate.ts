/** UNAUTHENTICATE (RFC 8437): back to before the login, for a client that acts for many. TLS and COMPRESS stay. */
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';

export function unauthenticate(state: SessionState): Reply {
  state.forgetLogin();
  return ok('Who are you?');
}
