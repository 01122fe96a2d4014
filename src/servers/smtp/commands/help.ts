/** HELP (RFC 5321 §4.1.1.8): for the person at the other end of a telnet. */
import { REPLIES } from '#servers/smtp/replies';
import type { WireReply } from '#servers/smtp/wire-reply';

export function help(): WireReply {
  return REPLIES.help;
}
