/**
 * What the mailbox contract needs of a protocol: a mail account as a person sees it, in no protocol's terms. IMAP
 * drives it by `imap-driver.ts`. Flags and keywords have the names of JMAP ($seen, $flagged), paths of
 * mailboxes are joined by `/`, and a message in a mailbox is named by an opaque key.
 */

/** What not every protocol has; a behaviour that needs one is not asked of a driver without it. */
export type Feature =
  /** Keys are numbers that grow, under a validity that changes when they lose their meaning. */
  | 'uid'
  /** A message may lie in a mailbox twice. */
  | 'copy within'
  /** Changes since a state, and changes on condition. */
  | 'changes'
  | 'quota'
  | 'sort'
  | 'thread';

export interface MailDriver {
  readonly features: ReadonlySet<Feature>;
  /** Takes the account back to what a new one is: nothing in it but the mailboxes that every account has. */
  reset(): Promise<void>;
  /** Another session of the one account. */
  open(): Promise<MailSession>;
  /** A session of another account, which may store half a million octets; absent where the server has no quota. */
  openLimited?(): Promise<MailSession>;
}

export type Key = string;

export interface MailboxEntry {
  readonly path: string;
  /** `drafts`, `sent`, `junk`, `trash`, `archive`. */
  readonly role: string | undefined;
  readonly subscribed: boolean;
  /** False for a name that is only there because others lie below it. */
  readonly selectable: boolean;
}

export interface MailboxStatus {
  readonly total: number;
  readonly unseen: number;
  readonly size: number;
  /** With the feature `uid`. */
  readonly uidValidity: number;
  readonly uidNext: number;
}

export interface StoredMessage {
  readonly key: Key;
  /** Lower case, sorted, without `\Recent`. */
  readonly flags: readonly string[];
  /** Milliseconds. */
  readonly receivedAt: number;
  readonly size: number;
}

export interface AppendOptions {
  readonly flags?: readonly string[];
  readonly receivedAt?: Date;
}

export type FlagChange =
  | { readonly add: readonly string[] }
  | { readonly remove: readonly string[] }
  | { readonly set: readonly string[] };

export type Query =
  | { readonly flag: string }
  | { readonly from: string }
  | { readonly to: string }
  | { readonly subject: string }
  | { readonly body: string }
  /** In any header field or the body. */
  | { readonly text: string }
  /** A field with its value, or any value where that is empty. */
  | { readonly header: readonly [name: string, value: string] }
  /** Received on this day or later; only the date counts, in UTC. */
  | { readonly since: Date }
  | { readonly before: Date }
  /** The same of the Date field. */
  | { readonly sentSince: Date }
  | { readonly sentBefore: Date }
  | { readonly larger: number }
  | { readonly smaller: number }
  | { readonly and: readonly Query[] }
  | { readonly or: readonly [Query, Query] }
  | { readonly not: Query };

export type SortKey = 'arrival' | 'date' | 'from' | 'size' | 'subject' | 'to';

export interface SortBy {
  readonly by: SortKey;
  readonly descending?: boolean;
}

export interface Changes {
  readonly state: string;
  /** Messages that came or changed, in order. */
  readonly changed: readonly StoredMessage[];
  readonly removed: readonly Key[];
}

/** What another session did, as it is told to one that waits. */
export type Push = 'arrival' | 'flags' | 'removal';

/** Thrown where the server refuses; `kind` where it says why. */
export class Refusal extends Error {
  readonly kind: 'missing' | 'exists' | 'over quota' | 'other';

  constructor(kind: Refusal['kind'], text: string) {
    super(text);
    this.kind = kind;
  }
}

export interface MailSession extends AsyncDisposable {
  mailboxes(): Promise<readonly MailboxEntry[]>;
  status(path: string): Promise<MailboxStatus>;
  create(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  subscribe(path: string, subscribed: boolean): Promise<void>;

  append(path: string, message: Uint8Array, options?: AppendOptions): Promise<Key>;
  /** All of a mailbox in order of arrival, up to date. */
  messages(path: string): Promise<readonly StoredMessage[]>;
  read(path: string, key: Key): Promise<Uint8Array>;
  setFlags(path: string, keys: readonly Key[], change: FlagChange): Promise<void>;
  /** The new keys, in the order of the old. */
  copy(from: string, keys: readonly Key[], to: string): Promise<readonly Key[]>;
  move(from: string, keys: readonly Key[], to: string): Promise<readonly Key[]>;
  /** Removes messages for good. */
  expunge(path: string, keys: readonly Key[]): Promise<void>;

  search(path: string, query: Query): Promise<readonly Key[]>;
  sort(path: string, by: readonly SortBy[]): Promise<readonly Key[]>;
  /** Conversations by References, each as the keys in it in order. */
  threads(path: string): Promise<readonly (readonly Key[])[]>;

  state(path: string): Promise<string>;
  changesSince(path: string, state: string): Promise<Changes>;
  /** Changes flags of messages that did not change since the state; answers the keys of those that had. */
  setFlagsUnlessChanged(
    path: string,
    state: string,
    keys: readonly Key[],
    change: FlagChange,
  ): Promise<readonly Key[]>;

  /** Octets stored, and how many may be. */
  quota(): Promise<{ readonly used: number; readonly limit: number }>;
  /** Waits with a mailbox open while `work` runs, until it was told of this. */
  watch(path: string, push: Push, work: () => Promise<unknown>): Promise<void>;
}
