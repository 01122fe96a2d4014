/**
 * One command of a client: tag, verb, arguments (RFC 9051 §9). A table from verb to parser; the larger grammars stand in files of
 * their own. Total: whatever the octets are, a command or a text for BAD comes back. Called by receiver.ts.
 */
import { decodeBase64, EMPTY, fromLatin1 } from '#bytes';
import type { Command } from '#protocol/imap/command';
import { Decoder, Malformed, type DecoderOptions } from '#protocol/imap/decoder';
import { decodeFlags } from '#protocol/imap/flags';
import { decodeMailbox, decodePattern } from '#protocol/imap/mailbox-name';
import { decodeMessageSet } from '#protocol/imap/sequence-set';
import { parseFetch } from './fetch.ts';
import { parseList, parseStatus } from './list.ts';
import { parseGetMetadata, parseSetMetadata } from './metadata.ts';
import { parseNotify } from './notify.ts';
import { parseSearch, parseSort, parseThread } from './search.ts';
import { parseSelect } from './select.ts';

/** BAD with this text; NO where it has a code. Without a tag where none could be read. */
export interface SyntaxError {
  readonly tag: string | undefined;
  readonly text: string;
  readonly code?: string | undefined;
}

export type Parsed =
  | { readonly tag: string; readonly command: Command }
  | { readonly error: SyntaxError };

/** @param line one character per octet, without the line end; literals stand in it with their marks */
export function parseCommand(line: string, options: DecoderOptions): Parsed {
  const decoder = new Decoder(line, options);
  let tag: string | undefined;
  try {
    tag = decoder.tag();
    decoder.space();
    const command = parseVerb(decoder);
    decoder.end();
    return { tag, command };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { error: { tag, text: error.message, code: error.code } };
  }
}

function parseVerb(decoder: Decoder): Command {
  const word = decoder.word();
  const uid = word === 'UID';
  if (uid) decoder.space();
  const verb = uid ? decoder.word() : word;
  const table = uid ? UID_PARSERS : PARSERS;
  if (!Object.hasOwn(table, verb))
    // never the client's word first: in brackets it would be a response code
    throw new Malformed(`There is no command ${uid ? 'UID ' : ''}${verb.slice(0, 40)}`);
  return table[verb]!(decoder, uid);
}

type Parser = (decoder: Decoder, uid: boolean) => Command;

/** Commands without arguments. */
type BareVerb =
  | 'CAPABILITY'
  | 'NOOP'
  | 'LOGOUT'
  | 'STARTTLS'
  | 'IDLE'
  | 'CHECK'
  | 'CLOSE'
  | 'UNSELECT'
  | 'NAMESPACE'
  | 'UNAUTHENTICATE';

const bare =
  (verb: BareVerb): Parser =>
  () => ({ verb });
const named =
  (verb: 'DELETE' | 'SUBSCRIBE' | 'UNSUBSCRIBE' | 'GETQUOTAROOT'): Parser =>
  (decoder) => {
    decoder.space();
    return { verb, mailbox: decodeMailbox(decoder) };
  };
const copying =
  (verb: 'COPY' | 'MOVE'): Parser =>
  (decoder, uid) => {
    decoder.space();
    const set = decodeMessageSet(decoder);
    decoder.space();
    return { verb, uid, set, mailbox: decodeMailbox(decoder) };
  };
const withoutMessage =
  (verb: string): Parser =>
  () => {
    throw new Malformed(`${verb} wants a message as a literal`);
  };

/** Commands that a UID form stands beside. */
const BOTH: Readonly<Record<string, Parser>> = {
  FETCH: parseFetch,
  STORE: parseStore,
  COPY: copying('COPY'),
  MOVE: copying('MOVE'),
  SEARCH: parseSearch,
  SORT: parseSort,
  THREAD: parseThread,
  REPLACE: withoutMessage('REPLACE'),
};

const UID_PARSERS: Readonly<Record<string, Parser>> = {
  ...BOTH,
  EXPUNGE: (decoder) => {
    decoder.space();
    return { verb: 'EXPUNGE', set: decodeMessageSet(decoder) };
  },
};

const PARSERS: Readonly<Record<string, Parser>> = {
  ...BOTH,
  CAPABILITY: bare('CAPABILITY'),
  NOOP: bare('NOOP'),
  LOGOUT: bare('LOGOUT'),
  STARTTLS: bare('STARTTLS'),
  IDLE: bare('IDLE'),
  CHECK: bare('CHECK'),
  CLOSE: bare('CLOSE'),
  UNSELECT: bare('UNSELECT'),
  NAMESPACE: bare('NAMESPACE'),
  UNAUTHENTICATE: bare('UNAUTHENTICATE'),
  EXPUNGE: () => ({ verb: 'EXPUNGE', set: undefined }),
  APPEND: withoutMessage('APPEND'),
  ID: parseId,
  ENABLE: parseEnable,
  AUTHENTICATE: parseAuthenticate,
  LOGIN: parseLogin,
  SELECT: (decoder) => parseSelect(decoder, 'SELECT'),
  EXAMINE: (decoder) => parseSelect(decoder, 'EXAMINE'),
  CREATE: parseCreate,
  DELETE: named('DELETE'),
  SUBSCRIBE: named('SUBSCRIBE'),
  UNSUBSCRIBE: named('UNSUBSCRIBE'),
  RENAME: (decoder) => {
    decoder.space();
    const from = decodeMailbox(decoder);
    decoder.space();
    return { verb: 'RENAME', from, to: decodeMailbox(decoder) };
  },
  LIST: parseList,
  LSUB: (decoder) => {
    decoder.space();
    const reference = decodePattern(decoder);
    decoder.space();
    return { verb: 'LSUB', reference, pattern: decodePattern(decoder) };
  },
  STATUS: parseStatus,
  NOTIFY: parseNotify,
  GETMETADATA: parseGetMetadata,
  SETMETADATA: parseSetMetadata,
  GETQUOTA: (decoder) => {
    decoder.space();
    return { verb: 'GETQUOTA', root: decoder.utf8String() };
  },
  GETQUOTAROOT: named('GETQUOTAROOT'),
  SETQUOTA: (decoder) => {
    decoder.space();
    const root = decoder.utf8String();
    decoder.space();
    decoder.list(() => [decoder.atom(), (decoder.space(), decoder.number64())], { empty: true });
    return { verb: 'SETQUOTA', root };
  },
  COMPRESS: (decoder) => {
    decoder.space();
    return { verb: 'COMPRESS', algorithm: decoder.word() };
  },
  UIDBATCHES: parseUidBatches,
};

function parseId(decoder: Decoder): Command {
  decoder.space();
  if (decoder.peek !== '(') {
    if (decoder.nstring() !== null) throw new Malformed('ID takes a list or NIL');
    return { verb: 'ID', fields: [] };
  }
  const fields = decoder.list(
    () => {
      const field = decoder.string();
      decoder.space();
      return [field, decoder.nstring()] as const;
    },
    { empty: true },
  );
  // RFC 2971 §3.3
  if (fields.length > 30) throw new Malformed('ID takes thirty fields at the most');
  return { verb: 'ID', fields };
}

function parseEnable(decoder: Decoder): Command {
  const capabilities: string[] = [];
  do {
    decoder.space();
    if (decoder.ended) break;
    capabilities.push(decoder.word());
  } while (!decoder.ended);
  if (capabilities.length === 0) throw new Malformed('ENABLE wants a capability');
  return { verb: 'ENABLE', capabilities };
}

function parseAuthenticate(decoder: Decoder): Command {
  decoder.space();
  const mechanism = decoder.word();
  if (decoder.ended) return { verb: 'AUTHENTICATE', mechanism, initialResponse: undefined };
  decoder.space();
  const text = decoder.text.slice(decoder.at).trimEnd();
  decoder.at = decoder.text.length;
  // RFC 4959 §3: "=" is an empty response.
  const response = text === '=' ? EMPTY : decodeBase64(text);
  if (response === undefined) throw new Malformed('The initial response is not in base64');
  return { verb: 'AUTHENTICATE', mechanism, initialResponse: response };
}

function parseLogin(decoder: Decoder): Command {
  decoder.space();
  const user = fromLatin1(decoder.astring());
  decoder.space();
  return { verb: 'LOGIN', user, password: fromLatin1(decoder.astring()) };
}

/** RFC 6154 §3: `(USE (\Drafts \Sent))` */
function parseCreate(decoder: Decoder): Command {
  decoder.space();
  const mailbox = decodeMailbox(decoder);
  let use: string[] = [];
  if (!decoder.ended) {
    decoder.space();
    decoder.expect('(');
    if (decoder.word() !== 'USE') throw new Malformed('CREATE knows USE alone');
    decoder.space();
    use = decoder.list(
      () => {
        decoder.expect('\\');
        return `\\${decoder.atom()}`;
      },
      { empty: true },
    );
    decoder.expect(')');
  }
  return { verb: 'CREATE', mailbox, use };
}

function parseStore(decoder: Decoder, uid: boolean): Command {
  decoder.space();
  const set = decodeMessageSet(decoder);
  decoder.space();
  let unchangedSince: number | undefined;
  if (decoder.peek === '(') {
    decoder.list(() => {
      if (decoder.word() !== 'UNCHANGEDSINCE') throw new Malformed('STORE knows UNCHANGEDSINCE');
      decoder.space();
      unchangedSince = decoder.number64();
    });
    decoder.space();
  }
  const mode = decoder.take('+') ? 'add' : decoder.take('-') ? 'remove' : 'replace';
  const word = decoder.word();
  if (word !== 'FLAGS' && word !== 'FLAGS.SILENT')
    throw new Malformed('STORE takes FLAGS, +FLAGS, -FLAGS, each with .SILENT');
  decoder.space();
  const flags = decodeFlags(decoder);
  return { verb: 'STORE', uid, set, mode, silent: word === 'FLAGS.SILENT', flags, unchangedSince };
}

/** RFC 10022 §3: the size of a batch, and which batches. */
function parseUidBatches(decoder: Decoder): Command {
  decoder.space();
  const size = decoder.nzNumber();
  if (decoder.ended) return { verb: 'UIDBATCHES', size, range: undefined };
  decoder.space();
  const from = decoder.nzNumber();
  const range = { from, to: decoder.take(':') ? decoder.nzNumber() : from };
  return { verb: 'UIDBATCHES', size, range };
}
