/**
 * Drives the mailbox contract by IMAP: each session is a connection that keeps a mailbox selected. It uses UIDPLUS,
 * MOVE, LIST-EXTENDED, SPECIAL-USE, STATUS=SIZE, CONDSTORE with QRESYNC, ESEARCH-free SEARCH, and QUOTA.
 */
import assert from 'node:assert/strict';
import type { ImapAccount } from '../imap/account.ts';
import {
  codeOf,
  dataOf,
  ImapClient,
  literal,
  pairs,
  quoted,
  sketch,
  type ImapReply,
  type Piece,
  type Untagged,
} from '../imap/client.ts';
import { nameOf, type Plain } from '../imap/data.ts';
import { decodeMailboxName, encodeMailboxName } from '../imap/mailbox-name.ts';
import { flagsFromImap, flagToImap, searchKey } from './imap-terms.ts';
import {
  Refusal,
  type AppendOptions,
  type Changes,
  type Feature,
  type FlagChange,
  type Key,
  type MailboxEntry,
  type MailboxStatus,
  type MailDriver,
  type MailSession,
  type Push,
  type Query,
  type SortBy,
  type StoredMessage,
} from './driver.ts';

const FEATURES: readonly Feature[] = ['uid', 'copy within', 'changes', 'quota', 'sort', 'thread'];
const ROLES = new Set(['archive', 'drafts', 'junk', 'sent', 'trash']);

/** @param limited of another user, who may store half a million octets */
export function imapMailDriver(account: ImapAccount, limited?: ImapAccount): MailDriver {
  const open = async (): Promise<MailSession> => ImapMailSession.open(account);
  return {
    features: new Set(FEATURES),
    open,
    async reset() {
      await using session = await ImapMailSession.open(account);
      await session.empty();
    },
    ...(limited !== undefined && { openLimited: async () => ImapMailSession.open(limited) }),
  };
}

class ImapMailSession implements MailSession {
  readonly #client: ImapClient;
  #selected: string | undefined;

  static async open(account: ImapAccount): Promise<ImapMailSession> {
    const client = await ImapClient.login(account);
    await client.ok('ENABLE QRESYNC');
    return new ImapMailSession(client);
  }

  private constructor(client: ImapClient) {
    this.#client = client;
  }

  /** Deletes all that can be deleted, subscriptions too. */
  async empty(): Promise<void> {
    const entries = await this.mailboxes();
    const gone = entries.filter(({ path, role }) => path !== 'INBOX' && role === undefined);
    for (const { path, selectable } of gone.toReversed()) if (selectable) await this.remove(path);
    for (const { path, role } of entries) {
      if (path !== 'INBOX' && role === undefined) continue;
      const keys = (await this.messages(path)).map(({ key }) => key);
      if (keys.length > 0) await this.expunge(path, keys);
    }
    await this.#unselect();
    for (const { path, subscribed } of await this.mailboxes())
      if (subscribed) await this.subscribe(path, false);
  }

  async mailboxes(): Promise<readonly MailboxEntry[]> {
    const asked = 'LIST (SUBSCRIBED) "" "*" RETURN (SPECIAL-USE SUBSCRIBED)';
    const all = await this.#ok('LIST "" "*" RETURN (SPECIAL-USE SUBSCRIBED)');
    const entries = new Map<string, MailboxEntry>();
    for (const [, flags, , name] of [
      ...dataOf(all.untagged, 'LIST'),
      ...dataOf((await this.#ok(asked)).untagged, 'LIST'),
    ]) {
      const marks = (flags as string[]).map((flag) => flag.slice(1).toLowerCase());
      const path = decodeMailboxName(String(name));
      entries.set(path, {
        path,
        role: marks.find((mark) => ROLES.has(mark)),
        subscribed: marks.includes('subscribed'),
        selectable: !marks.includes('noselect') && !marks.includes('nonexistent'),
      });
    }
    return [...entries.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  async status(path: string): Promise<MailboxStatus> {
    const items = '(MESSAGES UNSEEN SIZE UIDVALIDITY UIDNEXT)';
    const { untagged } = await this.#ok(`STATUS ${mailbox(path)} ${items}`);
    const said = pairs(dataOf(untagged, 'STATUS').at(-1)![2] as Plain[]);
    const number = (name: string): number => Number(said.get(name));
    return {
      total: number('MESSAGES'),
      unseen: number('UNSEEN'),
      size: number('SIZE'),
      uidValidity: number('UIDVALIDITY'),
      uidNext: number('UIDNEXT'),
    };
  }

  async create(path: string): Promise<void> {
    await this.#ok(`CREATE ${mailbox(path)}`);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#ok(`RENAME ${mailbox(from)} ${mailbox(to)}`);
  }

  async remove(path: string): Promise<void> {
    if (this.#selected === path) await this.#unselect();
    await this.#ok(`DELETE ${mailbox(path)}`);
  }

  async subscribe(path: string, subscribed: boolean): Promise<void> {
    await this.#ok(`${subscribed ? 'SUBSCRIBE' : 'UNSUBSCRIBE'} ${mailbox(path)}`);
  }

  async append(path: string, message: Uint8Array, options: AppendOptions = {}): Promise<Key> {
    const flags = (options.flags ?? []).map(flagToImap).join(' ');
    const date = options.receivedAt === undefined ? '' : ` "${dateTime(options.receivedAt)}"`;
    const command = `APPEND ${mailbox(path)} (${flags})${date} `;
    const reply = await this.#ok(command, literal(message));
    const [, uid] = codeOf([reply], 'APPENDUID') ?? [];
    assert.ok(typeof uid === 'string', `APPENDUID of ${reply.text}`);
    return uid;
  }

  async messages(path: string): Promise<readonly StoredMessage[]> {
    await this.#select(path);
    const { untagged } = await this.#ok('UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE)');
    return stored(untagged);
  }

  async read(path: string, key: Key): Promise<Uint8Array> {
    await this.#select(path);
    const { untagged } = await this.#ok(`UID FETCH ${key} BODY.PEEK[]`);
    for (const response of untagged) {
      if (response.kind !== 'data' || nameOf(response) !== 'FETCH') continue;
      const list = response.values[2];
      const items = list?.kind === 'list' ? list.items : [];
      const body = items[items.findIndex((i) => i.kind === 'atom' && i.text === 'BODY[]') + 1];
      if (body?.kind === 'string') return body.bytes;
    }
    throw new Refusal('missing', `no message ${key} in ${path}`);
  }

  async setFlags(path: string, keys: readonly Key[], change: FlagChange): Promise<void> {
    await this.#select(path);
    await this.#ok(`UID STORE ${keys.join(',')} ${storeItem(change)}`);
  }

  copy(from: string, keys: readonly Key[], to: string): Promise<readonly Key[]> {
    return this.#transfer('COPY', from, keys, to);
  }

  move(from: string, keys: readonly Key[], to: string): Promise<readonly Key[]> {
    return this.#transfer('MOVE', from, keys, to);
  }

  async expunge(path: string, keys: readonly Key[]): Promise<void> {
    await this.setFlags(path, keys, { add: ['\\Deleted'] });
    await this.#ok(`UID EXPUNGE ${keys.join(',')}`);
  }

  async search(path: string, query: Query): Promise<readonly Key[]> {
    await this.#select(path);
    const { untagged } = await this.#ok('UID SEARCH CHARSET UTF-8 ', ...searchKey(query));
    return dataOf(untagged, 'SEARCH').flatMap((values) => values.slice(1).map(String));
  }

  async sort(path: string, by: readonly SortBy[]): Promise<readonly Key[]> {
    await this.#select(path);
    const keys = by.map((key) => `${key.descending === true ? 'REVERSE ' : ''}${key.by}`);
    const { untagged } = await this.#ok(`UID SORT (${keys.join(' ').toUpperCase()}) UTF-8 ALL`);
    return dataOf(untagged, 'SORT').flatMap((values) => values.slice(1).map(String));
  }

  async threads(path: string): Promise<readonly (readonly Key[])[]> {
    await this.#select(path);
    const { untagged } = await this.#ok('UID THREAD REFERENCES UTF-8 ALL');
    const flat = (value: Plain): string[] =>
      typeof value === 'string' ? [value] : (value ?? []).flatMap(flat);
    return dataOf(untagged, 'THREAD').flatMap((values) => values.slice(1).map(flat));
  }

  async state(path: string): Promise<string> {
    const { untagged } = await this.#ok(`STATUS ${mailbox(path)} (UIDVALIDITY HIGHESTMODSEQ)`);
    const said = pairs(dataOf(untagged, 'STATUS').at(-1)![2] as Plain[]);
    return `${String(said.get('UIDVALIDITY'))}:${String(said.get('HIGHESTMODSEQ'))}`;
  }

  async changesSince(path: string, state: string): Promise<Changes> {
    await this.#unselect();
    const [validity, modseq] = state.split(':');
    const { untagged } = await this.#ok(
      `SELECT ${mailbox(path)} (QRESYNC (${validity} ${modseq}))`,
    );
    this.#selected = path;
    const uids = dataOf(untagged, 'FETCH').map((values) => pairs(values[2] as Plain[]).get('UID'));
    const changed =
      uids.length === 0
        ? []
        : await this.#ok(`UID FETCH ${uids.join(',')} (UID FLAGS INTERNALDATE RFC822.SIZE)`);
    return {
      state: `${validity}:${String(codeOf(untagged, 'HIGHESTMODSEQ')![0])}`,
      changed: 'untagged' in changed ? stored(changed.untagged) : [],
      removed: dataOf(untagged, 'VANISHED').flatMap((values) => numbers(String(values.at(-1)))),
    };
  }

  async setFlagsUnlessChanged(
    path: string,
    state: string,
    keys: readonly Key[],
    change: FlagChange,
  ): Promise<readonly Key[]> {
    await this.#select(path);
    const unchanged = `(UNCHANGEDSINCE ${state.split(':')[1]})`;
    const reply = await this.#ok(`UID STORE ${keys.join(',')} ${unchanged} ${storeItem(change)}`);
    const [modified] = codeOf([reply], 'MODIFIED') ?? [];
    return typeof modified === 'string' ? numbers(modified) : [];
  }

  async quota(): Promise<{ used: number; limit: number }> {
    const { untagged } = await this.#ok('GETQUOTAROOT INBOX');
    const [, , resources] = dataOf(untagged, 'QUOTA')[0]!;
    const at = (resources as string[]).findIndex((name) => name.toUpperCase() === 'STORAGE');
    const [used, limit] = (resources as string[]).slice(at + 1).map((kilo) => Number(kilo) * 1024);
    return { used: used!, limit: limit! };
  }

  async watch(path: string, push: Push, work: () => Promise<unknown>): Promise<void> {
    await this.#select(path);
    const from = this.#client.untagged.length;
    const names = { arrival: ['EXISTS'], flags: ['FETCH'], removal: ['EXPUNGE', 'VANISHED'] }[push];
    await this.#client.idle(async () => {
      await work();
      await this.#client.next(
        push,
        (response) => response.kind === 'data' && names.includes(nameOf(response)),
        from,
      );
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }

  /** Selects a mailbox, or learns what is new in it where it is selected. */
  async #select(path: string): Promise<void> {
    if (this.#selected === path) {
      await this.#ok('NOOP');
      return;
    }
    this.#selected = undefined;
    await this.#ok(`SELECT ${mailbox(path)}`);
    this.#selected = path;
  }

  async #unselect(): Promise<void> {
    if (this.#selected !== undefined) await this.#ok('UNSELECT');
    this.#selected = undefined;
  }

  async #transfer(
    verb: 'COPY' | 'MOVE',
    from: string,
    keys: readonly Key[],
    to: string,
  ): Promise<readonly Key[]> {
    await this.#select(from);
    const reply = await this.#ok(`UID ${verb} ${keys.join(',')} ${mailbox(to)}`);
    const [, old, made] = codeOf([reply, ...statuses(reply.untagged)], 'COPYUID') ?? [];
    if (old === undefined) return [];
    const olds = numbers(String(old));
    const news = numbers(String(made));
    const byOld = new Map(olds.map((key, index) => [key, news[index]!]));
    return keys.flatMap((key) => byOld.get(key) ?? []);
  }

  async #ok(...pieces: readonly Piece[]): Promise<ImapReply> {
    const reply = await this.#client.run(...pieces);
    if (reply.status === 'OK') return reply;
    const kind = REFUSALS.find(([code]) => codeOf([reply], code) !== undefined)?.[1] ?? 'other';
    throw new Refusal(kind, `${sketch(pieces)}: ${reply.status} ${reply.text}`);
  }
}

const REFUSALS = [
  ['TRYCREATE', 'missing'],
  ['NONEXISTENT', 'missing'],
  ['ALREADYEXISTS', 'exists'],
  ['OVERQUOTA', 'over quota'],
] as const;

function statuses(untagged: readonly Untagged[]): Untagged[] {
  return untagged.filter(({ kind }) => kind === 'status');
}

function mailbox(path: string): string {
  return quoted(encodeMailboxName(path));
}

function storeItem(change: FlagChange): string {
  const list = (flags: readonly string[]): string => `(${flags.map(flagToImap).join(' ')})`;
  if ('add' in change) return `+FLAGS ${list(change.add)}`;
  return 'remove' in change ? `-FLAGS ${list(change.remove)}` : `FLAGS ${list(change.set)}`;
}

function stored(untagged: readonly Untagged[]): StoredMessage[] {
  const whole = dataOf(untagged, 'FETCH')
    .map((values) => pairs(values[2] as Plain[]))
    .filter((items) => items.has('RFC822.SIZE'));
  return whole.map((items) => ({
    key: String(items.get('UID')),
    flags: flagsFromImap(items.get('FLAGS') as string[]),
    receivedAt: Date.parse(String(items.get('INTERNALDATE')).replace(/^ /, '')),
    size: Number(items.get('RFC822.SIZE')),
  }));
}

/** The numbers of a set, one by one. */
function numbers(set: string): string[] {
  return set.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split(':').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
  });
}

function dateTime(date: Date): string {
  const [, day, month, year, time] = /, (\d\d) (\w+) (\d+) (\S+)/.exec(date.toUTCString())!;
  return `${day}-${month}-${year} ${time} +0000`;
}
