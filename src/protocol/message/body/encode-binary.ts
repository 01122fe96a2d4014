/**
 * Parts in `binary` that hold a NUL, given by literal8 in APPEND (RFC 3516 §4.4, RFC 9051 §6.3.12): such octets must not stand in the
 * literal of a BODY[] (RFC 9051 §4.3), so they are encoded before the message is stored, and BODY[] stays what is stored. Everything else
 * keeps its octets.
 * Called by servers/imap/take-message.ts.
 */
import { base64, concat, fromLatin1 } from '#bytes';
import { fieldsNamed, splitHeader } from '#protocol/message/header/fields';
import type { Part } from '#protocol/message/structure';
import { eachPart } from './each-part.ts';
import { parseStructure } from './parse-structure.ts';

/** RFC 2045 §6.8: octets of a line of 76 letters. */
const LINE = 57;

/** The message itself where nothing is to be encoded. */
export function encodeBinary(message: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const part of eachPart(parseStructure(message).part)) {
    if (!mustBeEncoded(message, part)) continue;
    const header = splitHeader(message.subarray(part.headerStart, part.bodyStart));
    for (const field of fieldsNamed(header, 'content-transfer-encoding')) {
      pieces.push(message.subarray(at, part.headerStart + field.valueStart), BASE64);
      at = part.headerStart + field.end;
    }
    pieces.push(message.subarray(at, part.bodyStart));
    pieces.push(encoded(message.subarray(part.bodyStart, part.bodyEnd)));
    at = part.bodyEnd;
  }
  if (at === 0) return message;
  pieces.push(message.subarray(at));
  return concat(pieces);
}

const BASE64 = fromLatin1(' base64\r\n');

function mustBeEncoded(message: Uint8Array, part: Part): boolean {
  if (part.encoding !== 'binary' || part.children || part.message) return false;
  return message.subarray(part.bodyStart, part.bodyEnd).includes(0);
}

function encoded(body: Uint8Array): Uint8Array {
  const lines: string[] = [];
  for (let at = 0; at < body.length; at += LINE) lines.push(base64(body.subarray(at, at + LINE)));
  return fromLatin1(`${lines.join('\r\n')}\r\n`);
}
