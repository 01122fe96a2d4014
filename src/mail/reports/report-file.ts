/** The file of a report within a mail, decompressed with a cap: what a stranger sends must not fill memory. Pure but for the decompression. */
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { CR, LF } from '#bytes';
import { isZip, xmlEntryOf } from '#protocol/dmarc-report/zip-entry';
import { decodeBody } from '#protocol/message/body/decode-body';
import type { Part } from '#protocol/message/structure';

/** Reports of the largest senders have some hundred kilobytes. */
const MAX_FILE = 8 * 1024 * 1024;
const BOUND = { maxOutputLength: MAX_FILE };

export type ReportFile =
  | { readonly kind: 'file'; readonly bytes: Uint8Array }
  | { readonly kind: 'broken'; readonly why: 'encoding' | 'compression' };

/** The octets of a part as they were attached. */
export function attachedFile(message: Uint8Array, part: Part): ReportFile {
  const bytes = decodeBody(message.subarray(part.bodyStart, part.bodyEnd), part.encoding);
  return bytes ? { kind: 'file', bytes } : { kind: 'broken', why: 'encoding' };
}

/** Some add a line end behind the archive, which ends in the size of its content: of what may be that large, with a zero. */
export function gunzipped(bytes: Uint8Array): ReportFile {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === CR || bytes[end - 1] === LF)) end--;
  return bounded(() => gunzipSync(bytes.subarray(0, end), BOUND));
}

/** What is no archive comes back as it is: what a part says of itself, and how its file is named, are often wrong. */
export function decompressed(bytes: Uint8Array): ReportFile {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipped(bytes);
  return bounded(() => (isZip(bytes) ? unzipped(bytes) : bytes));
}

/** @throws where what lies in it is broken, or larger than it may be */
function unzipped(bytes: Uint8Array): Uint8Array | undefined {
  const entry = xmlEntryOf(bytes);
  return entry?.method === 'deflated' ? inflateRawSync(entry.data, BOUND) : entry?.data;
}

function bounded(inflate: () => Uint8Array | undefined): ReportFile {
  try {
    const bytes = inflate();
    if (bytes && bytes.length <= MAX_FILE) return { kind: 'file', bytes };
  } catch {
    // a broken archive, or one that is too large
  }
  return { kind: 'broken', why: 'compression' };
}
