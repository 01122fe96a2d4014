/**
 * What a client may ask of an IMAP server: RFC 9051 and RFC 3501, and the extensions we serve (the RFC stands beside each). One union,
 * told apart by `verb`; a command that has a UID form carries `uid`. Text is decoded: mailbox names are Unicode with `/`
 * between levels, `INBOX` in upper case; search strings are Unicode. Numbers are exact: nothing above 2^53 − 1 is parsed.
 * Made by parse/command.ts, carried out by servers/imap/commands.
 */

import type { Section } from '#protocol/message/body/section';

/** Message numbers or UIDs. Ascending, not overlapping unless the client wrote them so; {@link STAR} is `*`. */
export type SequenceSet = {
  readonly kind: 'ranges';
  readonly ranges: readonly SequenceRange[];
};
/** `from` and `to` as written: either may be the larger, either may be `*`. */
export type SequenceRange = { readonly from: number; readonly to: number };
/** RFC 5182: the result that SEARCH saved. */
export type MessageSet = SequenceSet | { readonly kind: 'saved' };
/** `*`, the largest number in use. */
export const STAR = Infinity;

/** RFC 9394, RFC 5267: `from` and `to` from 1, both negative where the end is counted from. */
export type Partial = { readonly from: number; readonly to: number };

/** System flags as bits, and keywords as written. `\Recent` is passed over. */
export type Flags = { readonly bits: number; readonly keywords: readonly string[] };

export type StatusItem =
  | 'MESSAGES'
  | 'RECENT'
  | 'UIDNEXT'
  | 'UIDVALIDITY'
  | 'UNSEEN'
  | 'DELETED'
  | 'SIZE'
  | 'HIGHESTMODSEQ'
  | 'APPENDLIMIT'
  | 'MAILBOXID'
  | 'DELETED-STORAGE';

export type ListSelection = 'SUBSCRIBED' | 'REMOTE' | 'RECURSIVEMATCH' | 'SPECIAL-USE';
export type ListReturn = {
  readonly subscribed: boolean;
  readonly children: boolean;
  readonly specialUse: boolean;
  readonly status: readonly StatusItem[] | undefined;
  /** RFC 9590 */
  readonly metadata: readonly string[] | undefined;
};

/** RFC 7162 §3.2.5 */
export type Qresync = {
  readonly uidValidity: number;
  readonly modseq: number;
  readonly knownUids: SequenceSet | undefined;
  readonly match: { readonly numbers: SequenceSet; readonly uids: SequenceSet } | undefined;
};

/** What stands before the octets of a message in APPEND and REPLACE. */
export type MessageHead = {
  readonly flags: Flags;
  /** Milliseconds since 1970 UTC. */
  readonly date: number | undefined;
  /** Octets. */
  readonly size: number;
  /** RFC 3516: may hold NUL. */
  readonly binary: boolean;
  /** RFC 6855 §4 */
  readonly utf8: boolean;
  /** The client waits for `+`. */
  readonly synchronising: boolean;
};

/** `octets` from `origin`, the `<origin.octets>` of FETCH. */
export type OctetRange = { readonly origin: number; readonly octets: number };

export type FetchItem =
  | { readonly item: 'FLAGS' | 'UID' | 'INTERNALDATE' | 'ENVELOPE' | 'BODYSTRUCTURE' | 'BODY' }
  | { readonly item: 'RFC822.SIZE' | 'MODSEQ' | 'SAVEDATE' | 'EMAILID' | 'THREADID' }
  /** RFC 3501's names of BODY.PEEK[HEADER], BODY[TEXT] and BODY[]. */
  | { readonly item: 'RFC822' | 'RFC822.HEADER' | 'RFC822.TEXT' }
  | { readonly item: 'PREVIEW'; readonly lazy: boolean }
  | {
      readonly item: 'BODY[]';
      readonly section: Section;
      readonly partial: OctetRange | undefined;
      readonly peek: boolean;
    }
  | {
      readonly item: 'BINARY';
      readonly path: readonly number[];
      readonly partial: OctetRange | undefined;
      readonly peek: boolean;
    }
  | { readonly item: 'BINARY.SIZE'; readonly path: readonly number[] };

export type SearchKey =
  | { readonly key: 'ALL' }
  | { readonly key: 'NOT'; readonly of: SearchKey }
  | { readonly key: 'OR'; readonly left: SearchKey; readonly right: SearchKey }
  | { readonly key: 'AND'; readonly of: readonly SearchKey[] }
  /** All of the bits are set, or none where `set` is false. */
  | { readonly key: 'FLAG'; readonly bit: number; readonly set: boolean }
  | { readonly key: 'KEYWORD'; readonly keyword: string; readonly set: boolean }
  | { readonly key: 'SEQUENCE'; readonly set: MessageSet }
  | { readonly key: 'UID'; readonly set: MessageSet }
  /** \Recent (RFC 3501 §2.3.2). */
  | { readonly key: 'RECENT'; readonly set: boolean }
  /** Octets, without the number itself. */
  | { readonly key: 'LARGER' | 'SMALLER'; readonly octets: number }
  /** A day of the calendar, without time zone: midnight UTC of that day in milliseconds. */
  | { readonly key: 'BEFORE' | 'ON' | 'SINCE'; readonly day: number }
  | { readonly key: 'SENTBEFORE' | 'SENTON' | 'SENTSINCE'; readonly day: number }
  | { readonly key: 'SAVEDBEFORE' | 'SAVEDON' | 'SAVEDSINCE'; readonly day: number }
  | { readonly key: 'SAVEDATESUPPORTED' }
  /** RFC 5032 */
  | { readonly key: 'OLDER' | 'YOUNGER'; readonly seconds: number }
  | { readonly key: 'MODSEQ'; readonly modseq: number }
  | { readonly key: 'EMAILID' | 'THREADID'; readonly id: string }
  | { readonly key: 'TEXT' | 'BODY'; readonly text: string }
  /** `field` in lower case; FROM, TO, CC, BCC, SUBJECT are HEADER of these. An empty text: the field is there. */
  | { readonly key: 'HEADER'; readonly field: string; readonly text: string };

export type SearchReturn = {
  readonly min: boolean;
  readonly max: boolean;
  readonly all: boolean;
  readonly count: boolean;
  readonly save: boolean;
  readonly partial: Partial | undefined;
};

export type SortKey = {
  readonly by:
    | 'ARRIVAL'
    | 'CC'
    | 'DATE'
    | 'FROM'
    | 'SIZE'
    | 'SUBJECT'
    | 'TO'
    | 'DISPLAYFROM'
    | 'DISPLAYTO';
  readonly reverse: boolean;
};

/** RFC 5465 §5: which mailboxes. */
export type NotifyFilter =
  | { readonly kind: 'selected' | 'selected-delayed' | 'inboxes' | 'personal' | 'subscribed' }
  | { readonly kind: 'subtree' | 'mailboxes'; readonly mailboxes: readonly string[] };
export type NotifyEvent =
  | 'MessageNew'
  | 'MessageExpunge'
  | 'FlagChange'
  | 'MailboxName'
  | 'SubscriptionChange'
  | 'MailboxMetadataChange'
  | 'ServerMetadataChange';
export type NotifyGroup = {
  readonly filter: NotifyFilter;
  /** Empty: NONE. */
  readonly events: readonly NotifyEvent[];
  /** What is told of a new message in the selected mailbox. */
  readonly fetch: readonly FetchItem[];
};

export type Command =
  | { readonly verb: 'CAPABILITY' | 'NOOP' | 'LOGOUT' | 'STARTTLS' | 'IDLE' | 'CHECK' }
  | { readonly verb: 'CLOSE' | 'UNSELECT' | 'NAMESPACE' | 'UNAUTHENTICATE' }
  /** RFC 2971; null for NIL. */
  | { readonly verb: 'ID'; readonly fields: readonly (readonly [string, string | null])[] }
  | { readonly verb: 'ENABLE'; readonly capabilities: readonly string[] }
  | {
      readonly verb: 'AUTHENTICATE';
      /** Upper case. */
      readonly mechanism: string;
      readonly initialResponse: Uint8Array | undefined;
    }
  /** Undefined octets: not UTF-8, so nobody's. */
  | { readonly verb: 'LOGIN'; readonly user: Uint8Array; readonly password: Uint8Array }
  | {
      readonly verb: 'SELECT' | 'EXAMINE';
      readonly mailbox: string;
      readonly condstore: boolean;
      readonly qresync: Qresync | undefined;
    }
  /** `use`: attributes of RFC 6154 as written, `\Sent`. */
  | { readonly verb: 'CREATE'; readonly mailbox: string; readonly use: readonly string[] }
  | { readonly verb: 'DELETE' | 'SUBSCRIBE' | 'UNSUBSCRIBE'; readonly mailbox: string }
  | { readonly verb: 'RENAME'; readonly from: string; readonly to: string }
  | {
      readonly verb: 'LIST';
      readonly select: readonly ListSelection[];
      readonly reference: string;
      readonly patterns: readonly string[];
      /** Undefined: the basic form without RETURN. */
      readonly return: ListReturn | undefined;
    }
  | { readonly verb: 'LSUB'; readonly reference: string; readonly pattern: string }
  | { readonly verb: 'STATUS'; readonly mailbox: string; readonly items: readonly StatusItem[] }
  /** Comes after its messages, which the receiver tells one by one. */
  | { readonly verb: 'APPEND'; readonly mailbox: string }
  /** RFC 8508; its message came before. */
  | {
      readonly verb: 'REPLACE';
      readonly uid: boolean;
      readonly message: number;
      readonly mailbox: string;
    }
  | { readonly verb: 'EXPUNGE'; readonly set: MessageSet | undefined }
  | {
      readonly verb: 'SEARCH';
      readonly uid: boolean;
      /** Undefined: the answer is SEARCH, not ESEARCH. */
      readonly return: SearchReturn | undefined;
      readonly key: SearchKey;
    }
  | {
      readonly verb: 'SORT';
      readonly uid: boolean;
      readonly return: SearchReturn | undefined;
      readonly sort: readonly SortKey[];
      readonly key: SearchKey;
    }
  | {
      readonly verb: 'THREAD';
      readonly uid: boolean;
      readonly algorithm: 'REFERENCES' | 'ORDEREDSUBJECT';
      readonly key: SearchKey;
    }
  | {
      readonly verb: 'FETCH';
      readonly uid: boolean;
      readonly set: MessageSet;
      readonly items: readonly FetchItem[];
      readonly changedSince: number | undefined;
      readonly vanished: boolean;
      readonly partial: Partial | undefined;
    }
  | {
      readonly verb: 'STORE';
      readonly uid: boolean;
      readonly set: MessageSet;
      readonly mode: 'add' | 'remove' | 'replace';
      readonly silent: boolean;
      readonly flags: Flags;
      readonly unchangedSince: number | undefined;
    }
  | {
      readonly verb: 'COPY' | 'MOVE';
      readonly uid: boolean;
      readonly set: MessageSet;
      readonly mailbox: string;
    }
  /** RFC 5465. */
  | {
      readonly verb: 'NOTIFY';
      /** Undefined: NONE. */
      readonly groups: readonly NotifyGroup[] | undefined;
      /** SET STATUS */
      readonly status: boolean;
    }
  | {
      readonly verb: 'GETMETADATA';
      /** Empty: the server. */
      readonly mailbox: string;
      /** Lower case. */
      readonly entries: readonly string[];
      readonly maxSize: number | undefined;
      readonly depth: number;
    }
  | {
      readonly verb: 'SETMETADATA';
      readonly mailbox: string;
      readonly entries: readonly { readonly entry: string; readonly value: Uint8Array | null }[];
    }
  | { readonly verb: 'GETQUOTA'; readonly root: string }
  | { readonly verb: 'GETQUOTAROOT'; readonly mailbox: string }
  | { readonly verb: 'SETQUOTA'; readonly root: string }
  | { readonly verb: 'COMPRESS'; readonly algorithm: string }
  /** RFC 10022: numbers of batches as written, either may be the larger; the first batch holds the highest UIDs. */
  | {
      readonly verb: 'UIDBATCHES';
      readonly size: number;
      readonly range: { readonly from: number; readonly to: number } | undefined;
    };

export type Verb = Command['verb'];

/** The command with one of these verbs, also where several share a shape. */
export type CommandOf<V extends Verb> = OfVerb<Command, V>;
type OfVerb<C, V extends Verb> = C extends Command
  ? V & C['verb'] extends never
    ? never
    : C & { readonly verb: V }
  : never;
