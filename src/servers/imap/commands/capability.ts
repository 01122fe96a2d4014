/** CAPABILITY (RFC 9051 §6.1.1). */
import { capabilities } from '#servers/imap/capabilities';
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';

export function capability(state: SessionState): Reply {
  state.out.text(`* CAPABILITY ${capabilities(state).join(' ')}\r\n`);
  return ok('Capabilities listed');
}
