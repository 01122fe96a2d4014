/**
 * The ENVELOPE of a message (RFC 9051 §7.5.2): ten values of its header as raw octets, read the way mail is written, not
 * the way it should be. For clients to show; no decision rests on it (mail/submit and the checks read fields strictly).
 * `null` stands for NIL: the field is absent; '' for a field that is there and empty.
 * Called by parse-structure.ts for embedded messages, and at delivery for the message itself.
 */
import type { Envelope, EnvelopeAddress, Octets } from '#protocol/message/structure';
import { parseEnvelopeAddresses } from './envelope-addresses.ts';
import { type Field, fieldOctets, type Header, splitHeader } from './fields.ts';

/** Of a longer field the beginning is read: 2,000 addresses fit. */
const MAX_VALUE = 64 * 1024;

const WANTED = new Set([
  'date',
  'subject',
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'in-reply-to',
  'message-id',
]);

/** Reads the header of a message; `bytes` holds that at least, `header` is what splitHeader made of it. Never fails. */
export function parseEnvelope(
  bytes: Uint8Array,
  header: Pick<Header, 'fields'> = splitHeader(bytes),
): Envelope {
  const found = wantedFields(header.fields);
  const value = (name: string): Octets | null => {
    const field = found.get(name)?.[0];
    return field ? fieldOctets(bytes, field, MAX_VALUE) : null;
  };
  const addresses = (name: string): readonly EnvelopeAddress[] => {
    const fields = found.get(name);
    if (fields === undefined) return [];
    // RFC 5322 §3.6 allows one field of each; of several, all their addresses are shown.
    const text = fields.map((field) => fieldOctets(bytes, field, MAX_VALUE)).join(',');
    return parseEnvelopeAddresses(text.slice(0, MAX_VALUE));
  };
  const from = addresses('from');
  // RFC 9051 §7.5.2: sender and reply-to default to from.
  const orFrom = (list: readonly EnvelopeAddress[]) => (list.length > 0 ? list : from);
  return {
    date: value('date'),
    subject: value('subject'),
    from,
    sender: orFrom(addresses('sender')),
    replyTo: orFrom(addresses('reply-to')),
    to: addresses('to'),
    cc: addresses('cc'),
    bcc: addresses('bcc'),
    inReplyTo: value('in-reply-to'),
    messageId: value('message-id'),
  };
}

/** At most ten fields of a name: more only repeat. */
const MAX_REPEATED = 10;

function wantedFields(fields: readonly Field[]): Map<string, Field[]> {
  const found = new Map<string, Field[]>();
  for (const field of fields) {
    if (field.name.length > 11) continue;
    const name = field.name.toLowerCase();
    if (!WANTED.has(name)) continue;
    const same = found.get(name);
    if (same === undefined) found.set(name, [field]);
    else if (same.length < MAX_REPEATED) same.push(field);
  }
  return found;
}
