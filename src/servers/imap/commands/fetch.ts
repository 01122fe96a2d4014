/**
 * FETCH (RFC 9051 §6.4.5; RFC 7162 §3.1.4 and §3.2.6; RFC 9394 §3.4): the messages of a set, some hundred at a time; while one batch is
 * written the next is read. A client that does not read holds it up.
 */
import type { FetchItem, Partial } from '#protocol/imap/command';
import { lowerBound } from '#protocol/imap/sequence-set';
import type { CommandOf } from '#servers/imap/commands';
import { addNeeds, compileItem, noNeeds, setsSeen, type Item } from '#servers/imap/fetch/items';
import { loadMessages, type FetchedMessage, type Loader } from '#servers/imap/fetch/message';
import type { Octets } from '#servers/imap/fetch/octets';
import { BrokenResponse } from '#servers/imap/link';
import { REPLIES } from '#servers/imap/replies';
import { ok, type Reply } from '#servers/imap/reply';
import type { SelectedMailbox } from '#servers/imap/selected-mailbox';
import type { SessionState } from '#servers/imap/session-state';
import { resolve } from '#servers/imap/sets';
import { sayKeywords, sayVanished } from '#servers/imap/updates';
import { FLAG } from '#store/emails';
import { setFlags } from '#store/mailboxes/flags';
import type { ViewState } from '#store/mailboxes/view';

/** Messages that are asked for at once: few at first, then as many as have this many octets. */
const FIRST_BATCH = 16;
const LARGEST_BATCH = 500;
const BATCH_OCTETS = 1024 * 1024;

interface Target {
  readonly place: number;
  readonly sequence: number;
}

export async function fetch(state: SessionState, command: CommandOf<'FETCH'>): Promise<Reply> {
  const selected = state.selected!;
  if (command.changedSince !== undefined || command.items.some(({ item }) => item === 'MODSEQ'))
    state.enabled.condstore = true;
  const found = targetsOf(state, selected, command);
  if (found.kind === 'refused') return found.reply;
  if (command.vanished) await sayVanished(state, command.changedSince!, command.set);
  const seen = await markSeen(state, selected, command.items, found.targets);
  if (seen === 'gone') return REPLIES.noSuchMailbox;
  const run = new FetchRun(state, selected, command, seen);
  await run.all(found.targets);
  if (run.unknownEncoding) return REPLIES.unknownEncoding;
  return found.gone || run.purged ? REPLIES.someExpunged : DONE;
}

const DONE = ok('Fetched');

/** What NOTIFY tells of messages that came in (RFC 5465 §5.2). */
export async function fetchArrivals(
  state: SessionState,
  items: readonly FetchItem[],
): Promise<undefined> {
  const selected = state.selected!;
  const { told, now } = selected;
  const first = lowerBound(told.uids, told.count, selected.unfetched!);
  selected.unfetched = undefined;
  const targets: Target[] = [];
  for (let i = first; i < told.count; i++) {
    const place = now.placeOf(told.uids[i]!);
    if (place >= 0) targets.push({ place, sequence: i + 1 });
  }
  const asked = { items, uid: false, changedSince: undefined };
  await new FetchRun(state, selected, asked, NONE).all(targets);
}

type Targets =
  | { readonly kind: 'targets'; readonly targets: readonly Target[]; readonly gone: boolean }
  | { readonly kind: 'refused'; readonly reply: Reply };

function targetsOf(
  { saved }: SessionState,
  { told, now }: SelectedMailbox,
  { set, uid, changedSince, partial }: CommandOf<'FETCH'>,
): Targets {
  const resolved = resolve(told, set, uid, saved);
  if (resolved.kind === 'no-such-number') return { kind: 'refused', reply: REPLIES.noSuchNumber };
  const targets: Target[] = [];
  let gone = false;
  const same = told.uids === now.uids;
  for (const toldPlace of resolved.places) {
    const place = same ? toldPlace : now.placeOf(told.uids[toldPlace]!);
    if (place < 0) gone = true;
    else if (changedSince === undefined || now.modseqAt(place) > changedSince)
      targets.push({ place, sequence: toldPlace + 1 });
  }
  return { kind: 'targets', targets: part(targets, partial), gone: gone && !uid };
}

/** RFC 9394 §3.1: from one place to another, counted from the end where negative. */
function part(targets: Target[], partial: Partial | undefined): Target[] {
  if (partial === undefined) return targets;
  const { from, to } = partial;
  if (from > 0) return targets.slice(Math.min(from, to) - 1, Math.max(from, to));
  const end = targets.length + Math.max(from, to) + 1;
  return targets.slice(Math.max(0, targets.length + Math.min(from, to)), Math.max(0, end));
}

/** Sets \Seen where the items say so; the places of the messages that had it not, or that the mailbox is gone. */
async function markSeen(
  { services, login }: SessionState,
  selected: SelectedMailbox,
  items: readonly FetchItem[],
  targets: readonly Target[],
): Promise<ReadonlySet<number> | 'gone'> {
  if (selected.readOnly || !items.some((item) => setsSeen(item))) return NONE;
  const { now } = selected;
  const unseen = targets.filter(({ place }) => (now.flags[place]! & FLAG.seen) === 0);
  if (unseen.length === 0) return NONE;
  const uids = Uint32Array.from(unseen, ({ place }) => now.uids[place]!);
  const { mailboxId } = selected.view;
  const stored = await setFlags(services.mail, login!.accountId, mailboxId, {
    uids,
    op: 'add',
    flags: FLAG.seen,
    keywords: [],
  });
  if (stored.kind !== 'stored') return 'gone';
  // the responses tell it
  for (const modseq of stored.modseqs) selected.noteOwn(modseq);
  return new Set(unseen.map(({ sequence }) => sequence));
}

const NONE: ReadonlySet<number> = new Set();

type Asked = Pick<CommandOf<'FETCH'>, 'items' | 'uid' | 'changedSince'>;

/** Carries out one FETCH. */
class FetchRun {
  unknownEncoding = false;
  /** A message left the store while it was being fetched. */
  purged = false;
  readonly #state: SessionState;
  readonly #view: ViewState;
  readonly #loader: Loader;
  readonly #items: readonly Item[];
  readonly #seenItems: readonly Item[];
  readonly #seen: ReadonlySet<number>;
  readonly #verb: string;

  /** @param seen message numbers whose \Seen is told with them */
  constructor(
    state: SessionState,
    selected: SelectedMailbox,
    command: Asked,
    seen: ReadonlySet<number>,
  ) {
    const { enabled, services, login } = state;
    this.#state = state;
    this.#view = selected.now;
    this.#seen = seen;
    const needs = noNeeds();
    for (const item of command.items) addNeeds(needs, item);
    this.#loader = {
      mail: services.mail,
      accountId: login!.accountId,
      mailboxId: selected.view.mailboxId,
      state: this.#view,
      needs,
      turns: services.largeMessages,
      damaged: (error) =>
        services.log.warn('imap.structure-damaged', { session: state.id, error: error.message }),
    };
    const context = {
      loader: this.#loader,
      state: this.#view,
      utf8: enabled.utf8 || enabled.rev2,
      unknownEncoding: () => (this.unknownEncoding = true),
    };
    const compile = (items: readonly FetchItem[]): Item[] =>
      items.map((item) => compileItem(item, context));
    const items = withImplied(command, enabled.uidOnly);
    this.#items = compile(items);
    this.#seenItems = compile(withFlags(items, enabled.condstore));
    this.#verb = enabled.uidOnly ? 'UIDFETCH' : 'FETCH';
  }

  async all(targets: readonly Target[]): Promise<void> {
    sayKeywords(this.#state);
    const { needs } = this.#loader;
    if (!needs.facts && !needs.structure && !needs.savedDate && !needs.octets)
      return this.#sayKnown(targets);
    let at = 0;
    let batch = needs.octets ? FIRST_BATCH : LARGEST_BATCH;
    const next = (): Promise<FetchedMessage[]> => {
      const asked = targets.slice(at, at + batch);
      at += batch;
      const loading = loadMessages(this.#loader, asked);
      // its failure is heard when it is awaited
      loading.catch(() => {});
      return loading;
    };
    let coming = next();
    for (let asked = Math.min(at, targets.length); asked > 0;) {
      const messages = await coming;
      if (messages.length < asked) this.purged = true;
      batch = needs.octets ? batchFor(messages, batch) : LARGEST_BATCH;
      asked = Math.min(batch, Math.max(0, targets.length - at));
      if (asked > 0) coming = next();
      for (const message of messages) await this.#say(message);
      await this.#state.link.room();
    }
  }

  /** What the view knows needs no question to the store. */
  async #sayKnown(targets: readonly Target[]): Promise<void> {
    const { uids, emailIds } = this.#view;
    for (const [i, target] of targets.entries()) {
      this.#sayNow({
        ...target,
        uid: uids[target.place]!,
        emailId: emailIds[target.place]!,
        facts: undefined,
        savedAt: undefined,
        view: undefined,
        structure: undefined,
      });
      if (i % LARGEST_BATCH === 0) await this.#state.link.room();
    }
  }

  async #say(message: FetchedMessage): Promise<void> {
    const { out } = this.#state;
    out.text(this.#head(message));
    let between = '';
    for (const item of this.#itemsOf(message)) {
      const asked = item(message);
      const said = asked instanceof Promise ? await asked : asked;
      out.text(between);
      between = ' ';
      if (typeof said === 'string') out.text(said);
      else if (said.source instanceof Uint8Array) this.#sayOctets(said, said.source);
      else await this.#stream(said, said.source);
    }
    out.text(')\r\n');
  }

  /** All items are words that are at hand. */
  #sayNow(message: FetchedMessage): void {
    const words = this.#itemsOf(message).map((item) => item(message));
    this.#state.out.text(`${this.#head(message)}${words.join(' ')})\r\n`);
  }

  #head({ uid, sequence }: FetchedMessage): string {
    const number = this.#verb === 'UIDFETCH' ? uid : sequence;
    return `* ${number} ${this.#verb} (`;
  }

  #itemsOf({ sequence }: FetchedMessage): readonly Item[] {
    return this.#seen.has(sequence) ? this.#seenItems : this.#items;
  }

  #sayOctets({ head, binary, size }: Octets, source: Uint8Array): void {
    this.#state.out.text(`${head}${binary ? '~' : ''}{${size}}\r\n`);
    this.#state.out.octets(source);
  }

  async #stream({ head, binary, size }: Octets, source: AsyncIterable<Uint8Array>): Promise<void> {
    const { out, link } = this.#state;
    out.text(`${head}${binary ? '~' : ''}{${size}}\r\n`);
    let left = size;
    for await (const piece of source) {
      left -= piece.length;
      if (left < 0) break;
      out.octets(piece);
      out.flush();
      await link.room();
    }
    if (left !== 0) throw new BrokenResponse(`a message of another size than its ${size} octets`);
  }
}

function batchFor(messages: readonly FetchedMessage[], before: number): number {
  let octets = 0;
  for (const { view } of messages) if (view?.kind === 'whole') octets += view.bytes.length;
  const fitting = Math.floor((before * BATCH_OCTETS) / Math.max(1, octets));
  return Math.min(LARGEST_BATCH, Math.max(1, fitting));
}

/** RFC 9051 §6.4.9: the answer to UID FETCH has the UID; RFC 7162 §3.1.4.1: with CHANGEDSINCE it has the modseq. */
function withImplied({ items, uid, changedSince }: Asked, uidOnly: boolean): readonly FetchItem[] {
  const has = (name: FetchItem['item']): boolean => items.some(({ item }) => item === name);
  return [
    ...(uid && !uidOnly && !has('UID') ? [{ item: 'UID' } as const] : []),
    ...items.filter(({ item }) => !(uidOnly && item === 'UID')),
    ...(changedSince !== undefined && !has('MODSEQ') ? [{ item: 'MODSEQ' } as const] : []),
  ];
}

/** Of a message that was marked as read by this command. */
function withFlags(items: readonly FetchItem[], condstore: boolean): readonly FetchItem[] {
  const has = (name: FetchItem['item']): boolean => items.some(({ item }) => item === name);
  return [
    ...items,
    ...(has('FLAGS') ? [] : [{ item: 'FLAGS' } as const]),
    ...(condstore && !has('MODSEQ') ? [{ item: 'MODSEQ' } as const] : []),
  ];
}
