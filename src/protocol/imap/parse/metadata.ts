/** GETMETADATA and SETMETADATA (RFC 5464): entries of a mailbox, or of the server where the name is empty. */
import { fromLatin1 } from '#bytes';
import type { Command } from '#protocol/imap/command';
import { Malformed, type Decoder } from '#protocol/imap/decoder';
import { decodeMailbox } from '#protocol/imap/mailbox-name';

const MAX_ENTRIES = 100;
const MAX_ENTRY = 255;

export function parseGetMetadata(decoder: Decoder): Command {
  decoder.space();
  const options: Options = { maxSize: undefined, depth: 0 };
  let found = takeOptions(decoder, options);
  const mailbox = decodeMailbox(decoder);
  decoder.space();
  // RFC 5464 §4.2: the options before the name; errata and clients have them after it.
  if (!found) found = takeOptions(decoder, options);
  const entries = decodeEntries(decoder, ENTRY_OR_ROOT);
  return { verb: 'GETMETADATA', mailbox, entries, ...options };
}

interface Options {
  maxSize: number | undefined;
  depth: number;
}

function takeOptions(decoder: Decoder, options: Options): boolean {
  if (!/^\((?:maxsize|depth) /i.test(decoder.text.slice(decoder.at, decoder.at + 9))) return false;
  decoder.list(() => {
    const word = decoder.word();
    decoder.space();
    if (word === 'MAXSIZE') {
      options.maxSize = decoder.number();
      return;
    }
    const depth = decoder.word();
    if (word !== 'DEPTH' || !['0', '1', 'INFINITY'].includes(depth))
      throw new Malformed('GETMETADATA knows MAXSIZE and DEPTH 0, 1, infinity');
    options.depth = depth === 'INFINITY' ? Infinity : Number(depth);
  });
  decoder.space();
  return true;
}

export function parseSetMetadata(decoder: Decoder): Command {
  decoder.space();
  const mailbox = decodeMailbox(decoder);
  decoder.space();
  const entries = decoder.list(() => {
    const entry = decodeEntry(decoder);
    decoder.space();
    return { entry, value: decodeValue(decoder) };
  });
  if (entries.length > MAX_ENTRIES) throw new Malformed(`More than ${MAX_ENTRIES} entries`);
  return { verb: 'SETMETADATA', mailbox, entries };
}

/** Null for NIL. An atom is no value by the grammar, and is taken all the same, as Dovecot does. */
function decodeValue(decoder: Decoder): Uint8Array | null {
  const value = decoder.nstringOrAtom();
  return value === null ? null : fromLatin1(value);
}

/** One, or a list. */
export function decodeEntries(decoder: Decoder, form: RegExp = ENTRY): string[] {
  if (decoder.peek !== '(') return [decodeEntry(decoder, form)];
  const entries = decoder.list(() => decodeEntry(decoder, form));
  if (entries.length > MAX_ENTRIES) throw new Malformed(`More than ${MAX_ENTRIES} entries`);
  return entries;
}

const ENTRY = /^\/(?:private|shared)(?:\/[^/*%\x00-\x20\x7f-\xff]+)+$/i;
/** Below `/private` and `/shared` all entries lie, which DEPTH asks for. */
const ENTRY_OR_ROOT = /^\/(?:private|shared)(?:\/[^/*%\x00-\x20\x7f-\xff]+)*$/i;

/** Lower case (RFC 5464 §3.2: names are compared without it). */
function decodeEntry(decoder: Decoder, form: RegExp = ENTRY): string {
  const entry = decoder.astring();
  if (!form.test(entry) || entry.length > MAX_ENTRY)
    throw new Malformed('The name of an entry is below /private/ or /shared/');
  return entry.toLowerCase();
}
