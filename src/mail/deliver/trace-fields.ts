/**
 * The fields that a passage through this server puts before a message: Return-Path and Delivered-To at delivery, Received when it
 * arrives (RFC 5321 §4.4, RFC 3848 and RFC 6531 for the protocol names).
 */
import { addressFamily } from '#clients/dns/address';
import { toUnicode } from '#protocol/address/domain';
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import { formatDate } from '#protocol/message/header/date';
import type { Client } from '#mail/receive/envelope';

export interface ReceivedFacts {
  readonly client: Client;
  readonly hostname: string;
  readonly messageId: string;
  readonly smtputf8: boolean;
  readonly authenticated: boolean;
  /** Says who it is for only with exactly one recipient, so that no recipient learns of another. */
  readonly only: Mailbox | undefined;
  /** Leaves the author's address out of mail that goes to strangers. */
  readonly hideClient: boolean;
  /** Calendar milliseconds. */
  readonly now: number;
}

/** The Received field with its line end. */
export function receivedField(facts: ReceivedFacts): string {
  const { client, messageId } = facts;
  // RFC 6531 §3.7.3
  const hostname = facts.smtputf8 ? toUnicode(facts.hostname) : facts.hostname;
  const from = facts.hideClient
    ? ''
    : `from ${ehloText(client.ehlo)} (${addressLiteral(client.address)})\r\n\t`;
  const tls = client.tls ? `\r\n\t(${client.tls.version} ${client.tls.cipher})` : '';
  const recipient = facts.only ? `\r\n\tfor <${formatMailbox(facts.only)}>` : '';
  return `Received: ${from}by ${hostname} (Hikyaku) with ${protocolName(facts)} id ${messageId}${tls}${recipient};\r\n\t${formatDate(facts.now)}\r\n`;
}

/** RFC 3848, RFC 6531 §4.3. */
export function protocolName({
  client,
  smtputf8,
  authenticated,
}: Pick<ReceivedFacts, 'client' | 'smtputf8' | 'authenticated'>): string {
  const secure = client.tls ? 'S' : '';
  if (smtputf8) return `UTF8SMTP${secure}${authenticated ? 'A' : ''}`;
  return client.extended ? `ESMTP${secure}${authenticated ? 'A' : ''}` : 'SMTP';
}

/** `[192.0.2.1]`, `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3). */
export function addressLiteral(address: string): string {
  return addressFamily(address) === 6 ? `[IPv6:${address}]` : `[${address}]`;
}

/** What the client called itself; it may be anything, and a comment or a line end must not come of it. */
function ehloText(ehlo: string): string {
  return ehlo.replaceAll(/[^\x21-\x7e\u00a0-\uffff]|[()<>\\";,]/g, '?').slice(0, 255) || 'unknown';
}

export function returnPathField(reversePath: Mailbox | null): string {
  return `Return-Path: <${reversePath ? formatMailbox(reversePath) : ''}>\r\n`;
}

export function deliveredToField(mailbox: string): string {
  return `Delivered-To: ${mailbox}\r\n`;
}
