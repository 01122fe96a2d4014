/** FETCH (RFC 9051 §6.4.5, RFC 3501 §6.4.5, RFC 7162, RFC 8474, RFC 8514, RFC 8970, RFC 9394): items, sections, modifiers. */
import type { Section } from '#protocol/message/body/section';
import type { Command, FetchItem, Partial, OctetRange } from '#protocol/imap/command';
import { Malformed, type Decoder } from '#protocol/imap/decoder';
import { decodeMessageSet } from '#protocol/imap/sequence-set';
import { decodePartial } from './search.ts';

/** Each item of the list costs something for each message. */
const MAX_ITEMS = 200;
const MAX_PATH = 100;
const MAX_FIELDS = 500;

export function parseFetch(decoder: Decoder, uid: boolean): Command {
  decoder.space();
  const set = decodeMessageSet(decoder);
  decoder.space();
  const items = decodeFetchItems(decoder);
  const modifiers: Modifiers = { changedSince: undefined, vanished: false, partial: undefined };
  if (!decoder.ended) {
    decoder.space();
    decoder.list(() => decodeModifier(decoder, modifiers));
  }
  const { changedSince, vanished, partial } = modifiers;
  if (vanished && (!uid || changedSince === undefined))
    throw new Malformed('VANISHED goes with UID FETCH and CHANGEDSINCE (RFC 7162 section 3.2.6)');
  if (partial !== undefined && !uid) throw new Malformed('PARTIAL goes with UID FETCH');
  return { verb: 'FETCH', uid, set, items, changedSince, vanished, partial };
}

interface Modifiers {
  changedSince: number | undefined;
  vanished: boolean;
  partial: Partial | undefined;
}

function decodeModifier(decoder: Decoder, modifiers: Modifiers): void {
  const word = decoder.word();
  switch (word) {
    case 'CHANGEDSINCE':
      decoder.space();
      modifiers.changedSince = decoder.number64();
      return;
    case 'VANISHED':
      modifiers.vanished = true;
      return;
    case 'PARTIAL':
      decoder.space();
      modifiers.partial = decodePartial(decoder);
      return;
    default:
      throw new Malformed(`FETCH does not know the modifier ${word}`);
  }
}

/** A macro, one item, or a list of items. */
export function decodeFetchItems(decoder: Decoder): FetchItem[] {
  if (decoder.peek === '(') {
    const items = decoder.list(() => decodeItem(decoder));
    if (items.length > MAX_ITEMS) throw new Malformed(`More than ${MAX_ITEMS} items`);
    return items;
  }
  const start = decoder.at;
  const macro = MACROS[decoder.fetchWord()];
  if (macro) return macro.map((item) => ({ item }));
  decoder.at = start;
  return [decodeItem(decoder)];
}

const FAST = ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'] as const;
const MACROS: Readonly<
  Record<string, readonly ((typeof FAST)[number] | 'ENVELOPE' | 'BODY')[] | undefined>
> = {
  FAST,
  ALL: [...FAST, 'ENVELOPE'],
  FULL: [...FAST, 'ENVELOPE', 'BODY'],
};

const PLAIN: ReadonlySet<string> = new Set(
  'FLAGS UID INTERNALDATE ENVELOPE BODYSTRUCTURE RFC822.SIZE MODSEQ SAVEDATE EMAILID THREADID RFC822 RFC822.HEADER RFC822.TEXT'.split(
    ' ',
  ),
);

function decodeItem(decoder: Decoder): FetchItem {
  const word = decoder.fetchWord();
  if (PLAIN.has(word)) return { item: word as 'FLAGS' };
  switch (word) {
    case 'BODY':
      if (decoder.peek !== '[') return { item: 'BODY' };
      return decodeBody(decoder, false);
    case 'BODY.PEEK':
      return decodeBody(decoder, true);
    case 'BINARY':
    case 'BINARY.PEEK': {
      const path = decodeBinaryPath(decoder);
      const partial = takePartial(decoder);
      return { item: 'BINARY', path, partial, peek: word === 'BINARY.PEEK' };
    }
    case 'BINARY.SIZE':
      return { item: 'BINARY.SIZE', path: decodeBinaryPath(decoder) };
    case 'PREVIEW':
      return { item: 'PREVIEW', lazy: takeLazy(decoder) };
    default:
      throw new Malformed(`FETCH does not know ${word}`);
  }
}

/** RFC 8970 §3.1: `PREVIEW (LAZY)` */
function takeLazy(decoder: Decoder): boolean {
  if (!/^ \(lazy\)/i.test(decoder.text.slice(decoder.at, decoder.at + 7))) return false;
  decoder.at += ' (LAZY)'.length;
  return true;
}

function decodeBody(decoder: Decoder, peek: boolean): FetchItem {
  const section = decodeSection(decoder);
  return { item: 'BODY[]', section, partial: takePartial(decoder), peek };
}

function decodeSection(decoder: Decoder): Section {
  decoder.expect('[');
  const path = decodePath(decoder);
  if (decoder.take(']')) return { path };
  if (path.length > 0) decoder.expect('.');
  const kind = decoder.fetchWord();
  if (kind === 'HEADER.FIELDS' || kind === 'HEADER.FIELDS.NOT') {
    decoder.space();
    const fields = decoder.list(() => decoder.astring());
    if (fields.length > MAX_FIELDS) throw new Malformed(`More than ${MAX_FIELDS} fields`);
    decoder.expect(']');
    return { path, kind, fields };
  }
  decoder.expect(']');
  if (kind === 'HEADER' || kind === 'TEXT') return { path, kind };
  if (kind === 'MIME' && path.length > 0) return { path, kind };
  throw new Malformed(`A section does not know ${kind}`);
}

function decodeBinaryPath(decoder: Decoder): number[] {
  decoder.expect('[');
  const path = decodePath(decoder);
  decoder.expect(']');
  return path;
}

/** `1.2.3`, up to a dot that a word follows. */
function decodePath(decoder: Decoder): number[] {
  const path: number[] = [];
  while (/[0-9]/.test(decoder.peek)) {
    path.push(decoder.nzNumber());
    if (path.length > MAX_PATH)
      throw new Malformed(`A part number has more than ${MAX_PATH} levels`);
    if (decoder.peek !== '.' || !/[0-9]/.test(decoder.text[decoder.at + 1] ?? '')) break;
    decoder.take('.');
  }
  return path;
}

/** `<origin.octets>` */
function takePartial(decoder: Decoder): OctetRange | undefined {
  if (!decoder.take('<')) return undefined;
  const origin = decoder.number64();
  decoder.expect('.');
  const octets = decoder.number64();
  if (octets === 0) throw new Malformed('A partial fetch wants one octet at least');
  decoder.expect('>');
  return { origin, octets };
}
