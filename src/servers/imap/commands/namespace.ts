/** NAMESPACE (RFC 9051 §6.3.10): one of each account's own. */
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';

export function namespace({ out }: SessionState): Reply {
  out.text('* NAMESPACE (("" "/")) NIL NIL\r\n');
  return ok('Namespaces told');
}
