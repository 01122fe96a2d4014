/** LOGIN (RFC 9051 §6.2.3): under TLS only (LOGINDISABLED before it). */
import { decodeUtf8 } from '#bytes';
import { loginByPassword } from '#servers/net/sasl-exchange';
import type { CommandOf } from '#servers/imap/commands';
import { concludeLogin, saslDomain } from '#servers/imap/login';
import { loginFailureReplies, REPLIES } from '#servers/imap/replies';
import type { Reply } from '#servers/imap/reply';
import type { SessionState } from '#servers/imap/session-state';

export function login(state: SessionState, command: CommandOf<'LOGIN'>): Reply | Promise<Reply> {
  if (state.tls !== 'active') return REPLIES.loginNeedsTls;
  const user = decodeUtf8(command.user);
  const password = decodeUtf8(command.password);
  if (user === undefined || password === undefined) return loginFailureReplies['unusable-text'];
  return concludeLogin(state, 'LOGIN', loginByPassword(saslDomain(state), user, password));
}
