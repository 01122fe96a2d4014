/** LIST responses (RFC 9051 §7.3.1, RFC 5258, RFC 6154). */
import type { Enabled } from '#servers/imap/enabled';
import type { Mailbox } from '#store/mailboxes/tree/tree';
import { wireName } from './mailbox-path.ts';
import { useOf } from './special-use.ts';

/**
 * @param mailbox undefined for a name that has none
 * @param subscribed whether to say so
 * @param extended extended data, with the space before it
 */
export function listLine(
  enabled: Enabled,
  name: string,
  mailbox: Pick<Mailbox, 'hasChildren' | 'role'> | undefined,
  subscribed: boolean,
  extended = '',
): string {
  const attributes: string[] = [];
  if (mailbox === undefined) attributes.push('\\NonExistent');
  else attributes.push(mailbox.hasChildren ? '\\HasChildren' : '\\HasNoChildren');
  if (subscribed) attributes.push('\\Subscribed');
  const use = useOf(mailbox?.role);
  if (use !== undefined) attributes.push(use);
  return `* LIST (${attributes.join(' ')}) "/" ${wireName(enabled, name)}${extended}\r\n`;
}
