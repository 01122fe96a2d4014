/** LOGIN (RFC 9051 §6.2.3): under TLS only (LOGINDISABLED before it). */
import { decodeUtf8 } from '#bytes';
import { loginByPassword, type SaslFailure } from '#servers/net/sasl-exchange';
import type { CommandOf } from '#protocol/imap/command';
import { concludeLogin, saslDomain } from '#servers/imap/login';
import { REPLIES } from '#servers/imap/responses/replies';
import type { Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';

export function login(state: SessionState, command: CommandOf<'LOGIN'>): Reply | Promise<Reply> {
  if (state.tls !== 'active') return REPLIES.loginNeedsTls;
  const user = decodeUtf8(command.user);
  const password = decodeUtf8(command.password);
  const outcome =
    user === undefined || password === undefined
      ? Promise.resolve(NOBODY)
      : loginByPassword(saslDomain(state), user, password);
  return concludeLogin(state, 'LOGIN', outcome);
}

/** What is not UTF-8 is the name and the password of nobody. */
const NOBODY: SaslFailure = { kind: 'failed', name: '', reason: 'unusable-text' };
