/**
 * What Rspamd is told about a message beside it, as header fields of the request (its HTTP protocol). Values are a stranger's: whatever could
 * end a field is replaced, and everything is bounded. Pure.
 */
import { latin1, utf8 } from '#bytes';

export interface ScanEnvelope {
  /** Our id of the message. */
  readonly messageId: string;
  /** Of the client. */
  readonly ip: string;
  /** The name of that address, where it leads back to it. */
  readonly hostname: string | undefined;
  readonly helo: string;
  /** '' is the null reverse-path. */
  readonly from: string;
  readonly recipients: readonly string[];
  /** Our own name. */
  readonly mta: string;
  readonly tls: { readonly version: string; readonly cipher: string } | undefined;
}

type HeaderFields = Readonly<Record<string, string | readonly string[]>>;

/** Recipients that are named: who counts them knows enough by then, and the head of a request is bounded. */
const MAX_RECIPIENTS = 50;
/** Octets. RFC 5321 §4.5.3.1.3 */
const MAX_VALUE = 512;

export function envelopeHeaders(envelope: ScanEnvelope): HeaderFields {
  const { messageId, ip, hostname, helo, from, recipients, mta, tls } = envelope;
  const [first] = recipients;
  return {
    'Queue-Id': value(messageId),
    IP: value(ip),
    Helo: value(helo),
    From: value(`<${from}>`),
    Rcpt: recipients.slice(0, MAX_RECIPIENTS).map((recipient) => value(`<${recipient}>`)),
    'MTA-Name': value(mta),
    'MTA-Tag': 'hikyaku',
    ...(hostname !== undefined && { Hostname: value(hostname) }),
    // whose mailbox it is can be said only of one
    ...(first !== undefined && recipients.length === 1 && { 'Deliver-To': value(first) }),
    ...(tls && { 'TLS-Version': value(tls.version), 'TLS-Cipher': value(tls.cipher) }),
  };
}

/** The octets of UTF-8, each as a character, which is how they are sent. */
export function value(text: string): string {
  return latin1(utf8(text.replaceAll(/[\u0000-\u001f\u007f]/g, '?')).subarray(0, MAX_VALUE));
}
