/** LIST responses (RFC 9051 §7.3.1, RFC 5258, RFC 6154). */
import { canonicalPath } from '#store/mailboxes/tree/names';
import type { Enabled } from '#servers/imap/enabled';
import type { Mailbox } from '#store/mailboxes/tree/tree';
import { nameOf, pathOf, wireName } from './mailbox-path.ts';
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

/**
 * RFC 9051 §6.3.9.7, with the space before it: the name as a client wrote it, where its mailbox is kept under another spelling. Empty
 * otherwise, and for who does not speak IMAP4rev2.
 */
export function oldName(enabled: Enabled, written: string, name: string): string {
  const supplied = nameOf(pathOf(written));
  if (!enabled.rev2 || supplied === name) return '';
  return ` ("OLDNAME" (${wireName(enabled, supplied)}))`;
}

/** Of a mailbox that a client has just named, unasked: empty where the name is kept as it was written. */
export function spellingLine(enabled: Enabled, written: string): string {
  const canonical = canonicalPath(pathOf(written));
  if (canonical.kind === 'bad-name') return '';
  const name = nameOf(canonical.path);
  const old = oldName(enabled, written, name);
  return old === '' ? '' : `* LIST () "/" ${wireName(enabled, name)}${old}\r\n`;
}
