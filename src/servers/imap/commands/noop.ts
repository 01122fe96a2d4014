/** NOOP (RFC 9051 §6.1.2) and CHECK (RFC 3501 §6.4.1): the client asks what is new. */
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';

export function noop({ selected }: SessionState): Reply | Promise<Reply> {
  return selected?.open.freshen()?.then(() => DONE) ?? DONE;
}

const DONE = ok('Done');
