/** EXPN (RFC 5321 §3.5.2): known and not offered. */
import { REPLIES } from '#servers/smtp/replies';
import type { WireReply } from '#servers/smtp/wire-reply';

export function expn(): WireReply {
  return REPLIES.noExpansion;
}
