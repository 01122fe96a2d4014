/** METADATA responses with values (RFC 5464 §4.4.1). */
import { latin1 } from '#bytes';
import { formatString } from '#protocol/imap/envelope';
import type { Octets } from '#protocol/message/structure';
import type { Enabled } from '#servers/imap/enabled';
import type { Annotation } from '#store/mailboxes/tree/metadata';
import { wireName } from './mailbox-path.ts';

/** @param name of the mailbox, empty for the account */
export function metadataLine(
  enabled: Enabled,
  name: string,
  annotations: readonly Annotation[],
): Octets {
  const pairs = annotations.map(({ name: entry, value }) => `${entry} ${valueText(value)}`);
  return `* METADATA ${wireName(enabled, name)} (${pairs.join(' ')})\r\n`;
}

/** RFC 5464 §5: what holds NUL goes as literal8. */
function valueText(value: Uint8Array): Octets {
  const octets = latin1(value);
  return value.includes(0) ? `~{${value.length}}\r\n${octets}` : formatString(octets, false);
}
