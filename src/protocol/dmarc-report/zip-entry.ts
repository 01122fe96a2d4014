/**
 * The one file in a ZIP archive: RFC 7489 had reports as ZIP in its first drafts, and some still send them so. Only where its octets lie is
 * found here; whoever inflates them sets the bound. No ZIP64, no encryption, no archives in parts: no report needs them. Pure.
 */
export interface ZipEntry {
  readonly method: 'stored' | 'deflated';
  /** As they lie in the archive. */
  readonly data: Uint8Array;
}

const END = 0x06054b50;
const END_SIZE = 22;
const CENTRAL = 0x02014b50;
const CENTRAL_SIZE = 46;
const LOCAL = 0x04034b50;
const LOCAL_SIZE = 30;
const LONGEST_COMMENT = 0xffff;
/** Entries that are looked at: some archives have a folder beside the report. */
const MOST_ENTRIES = 20;
const ENCRYPTED = 1;

export function isZip(bytes: Uint8Array): boolean {
  return bytes.length > END_SIZE && viewOf(bytes).getUint32(0, true) === LOCAL;
}

/** The first file whose name ends in `.xml`; undefined where there is none that can be read. */
export function xmlEntryOf(archive: Uint8Array): ZipEntry | undefined {
  const view = viewOf(archive);
  const end = endOfCentralDirectory(view);
  if (end === undefined) return undefined;
  const count = Math.min(view.getUint16(end + 10, true), MOST_ENTRIES);
  let at = view.getUint32(end + 16, true);
  for (let entry = 0; entry < count; entry++) {
    if (at + CENTRAL_SIZE > end || view.getUint32(at, true) !== CENTRAL) return undefined;
    const nameLength = view.getUint16(at + 28, true);
    const name = archive.subarray(at + CENTRAL_SIZE, at + CENTRAL_SIZE + nameLength);
    if (endsInXml(name)) return entryAt(archive, view, at);
    at += CENTRAL_SIZE + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return undefined;
}

/** It stands last, before a comment of any length. */
function endOfCentralDirectory(view: DataView): number | undefined {
  const last = view.byteLength - END_SIZE;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--)
    if (view.getUint32(at, true) === END) return at;
  return undefined;
}

function entryAt(archive: Uint8Array, view: DataView, central: number): ZipEntry | undefined {
  const flags = view.getUint16(central + 8, true);
  const method = view.getUint16(central + 10, true);
  const size = view.getUint32(central + 20, true);
  const local = view.getUint32(central + 42, true);
  if ((flags & ENCRYPTED) !== 0 || (method !== 0 && method !== 8)) return undefined;
  if (local + LOCAL_SIZE > archive.length || view.getUint32(local, true) !== LOCAL)
    return undefined;
  const start =
    local + LOCAL_SIZE + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + size > archive.length) return undefined;
  return {
    method: method === 0 ? 'stored' : 'deflated',
    data: archive.subarray(start, start + size),
  };
}

function endsInXml(name: Uint8Array): boolean {
  return String.fromCharCode(...name.subarray(-4)).toLowerCase() === '.xml';
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
