/** VRFY (RFC 5321 §3.5.3): says neither yes nor no, so that nobody collects addresses here. */
import { REPLIES } from '#servers/smtp/replies';
import type { WireReply } from '#servers/smtp/wire-reply';

export function vrfy(): WireReply {
  return REPLIES.cannotVerify;
}
