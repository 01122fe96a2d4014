/**
 * SEARCH, SORT and THREAD (RFC 9051 §6.4.4, RFC 4731, RFC 5182, RFC 9394, RFC 5256, RFC 5267, RFC 5957, RFC 5032, RFC 7162, RFC 8474,
 * RFC 8514): options, charset, keys. Search strings come out as Unicode, whatever charset they came in.
 */
import { fromLatin1 } from '#bytes';
import { decodeCharset } from '#protocol/message/charset';
import type { Command, Partial, SearchKey, SearchReturn, SortKey } from '#protocol/imap/command';
import { decodeDate } from '#protocol/imap/date-time';
import { Malformed, type Decoder } from '#protocol/imap/decoder';
import { FLAG_BITS, MAX_KEYWORD } from '#protocol/imap/flags';
import { decodeMessageSet } from '#protocol/imap/sequence-set';

/** Keys in one search, whatever their nesting. */
const MAX_KEYS = 2000;
/** Characters of one search string. */
const MAX_NEEDLE = 8192;

interface Keys {
  readonly decoder: Decoder;
  /** Undefined: UTF-8. */
  readonly charset: string | undefined;
  count: number;
}

export function parseSearch(decoder: Decoder, uid: boolean): Command {
  decoder.space();
  const options = takeReturn(decoder);
  const charset = takeCharset(decoder);
  return { verb: 'SEARCH', uid, return: options, key: decodeProgram(decoder, charset) };
}

export function parseSort(decoder: Decoder, uid: boolean): Command {
  decoder.space();
  const options = takeReturn(decoder);
  const sort = decodeSortKeys(decoder);
  decoder.space();
  const charset = takeCharsetName(decoder);
  return { verb: 'SORT', uid, return: options, sort, key: decodeProgram(decoder, charset) };
}

export function parseThread(decoder: Decoder, uid: boolean): Command {
  decoder.space();
  const algorithm = decoder.word();
  if (algorithm !== 'REFERENCES' && algorithm !== 'ORDEREDSUBJECT')
    throw new Malformed('THREAD knows REFERENCES and ORDEREDSUBJECT');
  decoder.space();
  const charset = takeCharsetName(decoder);
  return { verb: 'THREAD', uid, algorithm, key: decodeProgram(decoder, charset) };
}

function takeReturn(decoder: Decoder): SearchReturn | undefined {
  if (!/^return *\(/i.test(decoder.text.slice(decoder.at, decoder.at + 16))) return undefined;
  decoder.word();
  decoder.space();
  const options = { min: false, max: false, all: false, count: false, save: false };
  let partial: Partial | undefined;
  const items = decoder.list(
    () => {
      const option = decoder.word().toLowerCase();
      if (option === 'partial') {
        decoder.space();
        partial = decodePartial(decoder);
      } else if (Object.hasOwn(options, option)) {
        options[option as keyof typeof options] = true;
      } else throw new Malformed(`RETURN does not know ${option.toUpperCase()}`);
    },
    { empty: true },
  );
  decoder.space();
  // RFC 4731 §3.1: nothing asked for means ALL; RFC 9394 §3.1: not both.
  if (items.length === 0) options.all = true;
  if (partial !== undefined && options.all)
    throw new Malformed('PARTIAL and ALL exclude each other');
  return { ...options, partial };
}

/** `1:100`, or `-1:-100` from the end (RFC 9394 §3.1). */
export function decodePartial(decoder: Decoder): Partial {
  const [from, to] = [decodeSigned(decoder), (decoder.expect(':'), decodeSigned(decoder))];
  if (from < 0 !== to < 0) throw new Malformed('Both ends of PARTIAL count from the same side');
  return { from, to };
}

function decodeSigned(decoder: Decoder): number {
  return decoder.take('-') ? -decoder.nzNumber() : decoder.nzNumber();
}

function takeCharset(decoder: Decoder): string | undefined {
  if (!/^charset /i.test(decoder.text.slice(decoder.at, decoder.at + 8))) return undefined;
  if (decoder.noCharset) throw new Malformed('With UTF8=ACCEPT searches are in UTF-8');
  decoder.word();
  decoder.space();
  return takeCharsetName(decoder);
}

/** With the space behind it: without one it was no charset. */
function takeCharsetName(decoder: Decoder): string | undefined {
  const name = decoder.astring();
  decoder.space();
  return knownCharset(name);
}

function knownCharset(name: string): string | undefined {
  if (/^(?:utf-?8|us-ascii)$/i.test(name)) return undefined;
  if (decodeCharset(fromLatin1(''), name) === undefined)
    throw new Malformed('The charset is not known', 'BADCHARSET');
  return name;
}

function decodeSortKeys(decoder: Decoder): SortKey[] {
  const keys = decoder.list(() => {
    const word = decoder.word();
    const reverse = word === 'REVERSE';
    if (reverse) decoder.space();
    const by = reverse ? decoder.word() : word;
    if (!SORT_KEYS.has(by)) throw new Malformed(`SORT does not know ${by}`);
    return { by: by as SortKey['by'], reverse };
  });
  if (keys.length > 20) throw new Malformed('More than 20 sort keys');
  return keys;
}

const SORT_KEYS = new Set('ARRIVAL CC DATE FROM SIZE SUBJECT TO DISPLAYFROM DISPLAYTO'.split(' '));

/** All keys of the command, to its end. */
function decodeProgram(decoder: Decoder, charset: string | undefined): SearchKey {
  const keys: Keys = { decoder, charset, count: 0 };
  const all = [decodeKey(keys)];
  while (!decoder.ended) {
    decoder.space();
    if (decoder.ended) break;
    all.push(decodeKey(keys));
  }
  return conjunction(all);
}

function conjunction(keys: readonly SearchKey[]): SearchKey {
  return keys.length === 1 ? keys[0]! : { key: 'AND', of: keys };
}

function decodeKey(keys: Keys): SearchKey {
  const { decoder } = keys;
  if (++keys.count > MAX_KEYS) throw new Malformed(`More than ${MAX_KEYS} search keys`);
  if (decoder.peek === '(') return conjunction(decoder.list(() => decodeKey(keys)));
  if (/[0-9*$]/.test(decoder.peek)) return { key: 'SEQUENCE', set: decodeMessageSet(decoder) };
  const word = decoder.word();
  const simple = SIMPLE[word];
  if (simple) return simple;
  const parse = PARSERS[word];
  if (!parse) throw new Malformed(`SEARCH does not know ${word}`);
  decoder.space();
  return parse(keys);
}

const flag = (bit: number, set: boolean): SearchKey => ({ key: 'FLAG', bit, set });
const { seen, answered, flagged, deleted, draft } = FLAG_BITS;

const SIMPLE: Readonly<Record<string, SearchKey>> = {
  ALL: { key: 'ALL' },
  SEEN: flag(seen, true),
  UNSEEN: flag(seen, false),
  ANSWERED: flag(answered, true),
  UNANSWERED: flag(answered, false),
  FLAGGED: flag(flagged, true),
  UNFLAGGED: flag(flagged, false),
  DELETED: flag(deleted, true),
  UNDELETED: flag(deleted, false),
  DRAFT: flag(draft, true),
  UNDRAFT: flag(draft, false),
  RECENT: { key: 'RECENT', set: true },
  OLD: { key: 'RECENT', set: false },
  // RFC 3501 §6.4.4
  NEW: { key: 'AND', of: [{ key: 'RECENT', set: true }, flag(seen, false)] },
  SAVEDATESUPPORTED: { key: 'SAVEDATESUPPORTED' },
};

type KeyParser = (keys: Keys) => SearchKey;

const keyword =
  (set: boolean): KeyParser =>
  ({ decoder }) => {
    const name = decoder.atom();
    if (name.length > MAX_KEYWORD) throw new Malformed('The keyword is too long');
    return { key: 'KEYWORD', keyword: name, set };
  };
const text =
  (key: 'TEXT' | 'BODY'): KeyParser =>
  (keys) => ({ key, text: needle(keys) });
const header =
  (field: string): KeyParser =>
  (keys) => ({ key: 'HEADER', field, text: needle(keys) });
const day =
  (key: Extract<SearchKey, { day: number }>['key']): KeyParser =>
  ({ decoder }) => ({ key, day: decodeDate(decoder) });
const size =
  (key: 'LARGER' | 'SMALLER'): KeyParser =>
  ({ decoder }) => ({ key, octets: decoder.number64() });
const age =
  (key: 'OLDER' | 'YOUNGER'): KeyParser =>
  ({ decoder }) => ({ key, seconds: decoder.nzNumber() });
const objectId =
  (key: 'EMAILID' | 'THREADID'): KeyParser =>
  ({ decoder }) => ({ key, id: decoder.astring() });

const PARSERS: Readonly<Record<string, KeyParser>> = {
  NOT: (keys) => ({ key: 'NOT', of: keys.decoder.nested(() => decodeKey(keys)) }),
  OR: (keys) =>
    keys.decoder.nested(() => {
      const left = decodeKey(keys);
      keys.decoder.space();
      return { key: 'OR', left, right: decodeKey(keys) };
    }),
  UID: ({ decoder }) => ({ key: 'UID', set: decodeMessageSet(decoder) }),
  KEYWORD: keyword(true),
  UNKEYWORD: keyword(false),
  TEXT: text('TEXT'),
  BODY: text('BODY'),
  SUBJECT: header('subject'),
  FROM: header('from'),
  TO: header('to'),
  CC: header('cc'),
  BCC: header('bcc'),
  HEADER: (keys) => {
    const field = keys.decoder.astring();
    if (field === '' || /[^\x21-\x39\x3b-\x7e]/.test(field))
      throw new Malformed('HEADER wants the name of a field');
    keys.decoder.space();
    return { key: 'HEADER', field: field.toLowerCase(), text: needle(keys) };
  },
  LARGER: size('LARGER'),
  SMALLER: size('SMALLER'),
  BEFORE: day('BEFORE'),
  ON: day('ON'),
  SINCE: day('SINCE'),
  SENTBEFORE: day('SENTBEFORE'),
  SENTON: day('SENTON'),
  SENTSINCE: day('SENTSINCE'),
  SAVEDBEFORE: day('SAVEDBEFORE'),
  SAVEDON: day('SAVEDON'),
  SAVEDSINCE: day('SAVEDSINCE'),
  OLDER: age('OLDER'),
  YOUNGER: age('YOUNGER'),
  EMAILID: objectId('EMAILID'),
  THREADID: objectId('THREADID'),
  MODSEQ: ({ decoder }) => {
    // RFC 7162 §3.1.5: an entry of a flag, which has no modseq of its own here, and its kind.
    if (decoder.peek === '"') {
      decoder.string();
      decoder.space();
      decoder.word();
      decoder.space();
    }
    return { key: 'MODSEQ', modseq: decoder.number64() };
  },
};

function needle({ decoder, charset }: Keys): string {
  const octets = decoder.astring();
  const decoded =
    charset === undefined ? decoder.toText(octets) : decodeCharset(fromLatin1(octets), charset)!;
  if (decoded.length > MAX_NEEDLE)
    throw new Malformed(`A search string has more than ${MAX_NEEDLE} characters`);
  return decoded;
}
