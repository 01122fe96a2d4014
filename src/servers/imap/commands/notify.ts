/** NOTIFY (RFC 5465). */
import { REPLIES } from '#servers/imap/replies';
import type { Reply } from '#servers/imap/reply';

export function notify(): Reply {
  return REPLIES.notifyTooMuch;
}
