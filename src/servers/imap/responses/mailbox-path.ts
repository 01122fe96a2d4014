/** Names of mailboxes between the wire and the store: `/` parts the levels (RFC 9051 §5.1.1). */
import { formatString } from '#protocol/imap/envelope';
import { DELIMITER, formatMailboxName } from '#protocol/imap/mailbox-name';
import type { Octets } from '#protocol/message/structure';
import type { Enabled } from '#servers/imap/enabled';

/** @param name as decoded; a delimiter at its end says only that children are to come (RFC 9051 §6.3.4) */
export function pathOf(name: string): string[] {
  const bare = name.endsWith(DELIMITER) ? name.slice(0, -1) : name;
  return bare.split(DELIMITER);
}

export function nameOf(path: readonly string[]): string {
  return path.join(DELIMITER);
}

/** As a string on the wire, in the encoding that this client reads. */
export function wireName({ utf8, rev2 }: Enabled, name: string): Octets {
  const inUtf8 = utf8 || rev2;
  return formatString(formatMailboxName(name, inUtf8), inUtf8);
}
