/** NOOP (RFC 5321 §4.1.1.9). */
import { REPLIES } from '#servers/smtp/replies';
import type { WireReply } from '#servers/smtp/wire-reply';

export function noop(): WireReply {
  return REPLIES.ok;
}
