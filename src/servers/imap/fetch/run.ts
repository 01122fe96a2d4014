/**
 * One FETCH being answered: messages some hundred at a time; while one batch is written the next is read. A client that does not read
 * holds it up. What the view knows is said without a question to the store, and what never changes is said from memory where it was
 * said before. Called by commands/fetch.ts.
 */
import { concat, latin1 } from '#bytes';
import type { FetchItem } from '#protocol/imap/command';
import type { CommandOf } from '#servers/imap/commands';
import { BrokenResponse } from '#servers/imap/link';
import type { SelectedMailbox } from '#servers/imap/selected-mailbox';
import type { SessionState } from '#servers/imap/session-state';
import { sayKeywords } from '#servers/imap/updates';
import { saveStructures, type ParsedStructure } from '#store/mailboxes/structures';
import type { ViewState } from '#store/mailboxes/view';
import { areFlagLines, flagLines } from './flag-lines.ts';
import { addNeeds, compileItem, isConstant, isInView, noNeeds, type Item } from './items.ts';
import { loadMessages, type FetchedMessage, type Loaded, type Loader } from './message.ts';
import type { Octets } from './octets.ts';

/** A message that is asked for: its place in the view, and its number. */
export interface Target {
  readonly place: number;
  readonly sequence: number;
}

/** Messages that are asked for at once: few at first, then as many as have this many octets. */
const FIRST_BATCH = 16;
const LARGEST_BATCH = 500;
const BATCH_OCTETS = 1024 * 1024;
/** Messages whose words are made at once, some milliseconds of work, and how many times that is under way: the database reads meanwhile. */
const WORDS_BATCH = 200;
const WORDS_AHEAD = 3;
/** Messages that a client shows at once. */
const PAGE = 100;
/** Octets of structures that wait to be stored. */
const UNSAVED = 8 * 1024 * 1024;

/** What of the command matters here. */
export type Asked = Pick<CommandOf<'FETCH'>, 'items' | 'uid' | 'changedSince'>;

/** Carries out one FETCH. */
export class FetchRun {
  unknownEncoding = false;
  /** A message left the store while it was being fetched. */
  purged = false;
  readonly #state: SessionState;
  readonly #view: ViewState;
  readonly #loader: Loader;
  readonly #items: readonly Item[];
  readonly #seenItems: readonly Item[];
  readonly #seen: ReadonlySet<number>;
  readonly #verb: 'FETCH' | 'UIDFETCH';
  /** Only flags are asked for, with the UID or without. */
  readonly flagsAlone: boolean;
  readonly #constant: Constant | undefined;
  /** Octets of structures that are being stored. */
  #unsaved = 0;

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
      keep: true,
      turns: services.largeMessages,
      damaged: (error) =>
        services.log.warn('imap.structure-damaged', { session: state.id, error: error.message }),
      save: (structures) => this.#save(structures),
    };
    const context = {
      loader: this.#loader,
      state: this.#view,
      utf8: enabled.utf8 || enabled.rev2,
      unknownEncoding: () => (this.unknownEncoding = true),
      recent: state.selected!.recent,
      offsetAt: services.offsetAt,
    };
    const compile = (items: readonly FetchItem[]): Item[] =>
      items.map((item) => compileItem(item, context));
    const items = withImplied(command, enabled.uidOnly);
    this.#items = compile(items);
    this.#seenItems = compile(withFlags(items, enabled.condstore));
    this.#verb = enabled.uidOnly ? 'UIDFETCH' : 'FETCH';
    this.flagsAlone = areFlagLines(items);
    const constant = items.filter((item) => isConstant(item));
    const inView = items.filter((item) => isInView(item));
    if (constant.length > 0 && constant.length + inView.length === items.length) {
      this.#constant = {
        name: `${String(context.utf8)} ${JSON.stringify(constant)}`,
        items: compile(constant),
        inView: compile(inView),
      };
    }
  }

  async all(targets: readonly Target[]): Promise<void> {
    sayKeywords(this.#state);
    const { needs } = this.#loader;
    if (this.flagsAlone) {
      const places = Uint32Array.from(targets, ({ place }) => place);
      return this.#sayFlags(places, (i) => targets[i]!.sequence);
    }
    if (!Object.values(needs).includes(true)) return this.#sayKnown(targets);
    if (this.#constant) return this.#sayConstant(targets, this.#constant);
    if (needs.octets && targets.length === 1) {
      const { mail, accountId } = this.#loader;
      await this.#state.selected!.ahead.asked(mail, accountId, this.#view, targets[0]!.place);
    }
    let at = 0;
    let batch = needs.octets ? FIRST_BATCH : LARGEST_BATCH;
    const next = (): Promise<Loaded> => {
      const loading = loadMessages(this.#loader, targets.slice(at, at + batch));
      // its failure is heard when it is awaited
      loading.catch(() => {});
      return loading;
    };
    let coming = next();
    while (at < targets.length) {
      const { messages, covered } = await coming;
      if (messages.length < covered) this.purged = true;
      at += covered;
      batch = needs.octets ? batchFor(messages, covered) : LARGEST_BATCH;
      if (at < targets.length) coming = next();
      for (const message of messages) await this.#say(message);
      await this.#state.link.room();
    }
  }

  /** Nobody waits until they are stored, unless there are too many: without them the next FETCH parses again. */
  async #save(structures: readonly ParsedStructure[]): Promise<void> {
    const { services, id, login } = this.#state;
    const octets = structures.reduce((sum, { structure }) => sum + structure.length, 0);
    this.#unsaved += octets;
    const saving = saveStructures(services.mail, login!.accountId, structures)
      .catch((error: Error) =>
        services.log.warn('imap.structures-not-stored', { session: id, error: error.message }),
      )
      .finally(() => (this.#unsaved -= octets));
    if (this.#unsaved > UNSAVED) await saving;
  }

  /** The flags of messages that stand where the client was told. */
  allFlags(places: Uint32Array): Promise<void> {
    sayKeywords(this.#state);
    return this.#sayFlags(places, (i) => places[i]! + 1);
  }

  async #sayFlags(places: Uint32Array, sequenceAt: (i: number) => number): Promise<void> {
    const { out, link } = this.#state;
    const { recent } = this.#state.selected!;
    const { uids } = this.#view;
    const withUid = this.#items.length > 1;
    const numbers = new Uint32Array(places.length);
    for (let i = 0; i < places.length; i++)
      numbers[i] = this.#verb === 'FETCH' ? sequenceAt(i) : uids[places[i]!]!;
    for (const lines of flagLines(this.#view, { places, numbers }, this.#verb, withUid, recent)) {
      out.text(lines);
      await link.room();
    }
  }

  /** What the view knows needs no question to the store. */
  async #sayKnown(targets: readonly Target[]): Promise<void> {
    const { uids, emailIds } = this.#view;
    const { out, link } = this.#state;
    const items = this.#items;
    // one for all: an object for each costs more than what is said of it
    const message = { ...UNLOADED, place: 0, sequence: 0, uid: 0, emailId: 0 };
    for (let i = 0; i < targets.length; i++) {
      const { place, sequence } = targets[i]!;
      message.place = place;
      message.sequence = sequence;
      message.uid = uids[place]!;
      message.emailId = emailIds[place]!;
      let words = this.#head(message) + (items[0]!(message) as string);
      for (let k = 1; k < items.length; k++) words += ` ${items[k]!(message) as string}`;
      out.text(`${words})\r\n`);
      if (i % LARGEST_BATCH === 0) await link.room();
    }
  }

  /** Only what was never said before is asked of the store. */
  async #sayConstant(targets: readonly Target[], constant: Constant): Promise<void> {
    const cache = this.#state.services.words;
    const words = cache.of(constant.name);
    const { emailIds } = this.#view;
    // who lists a page looks into some of it next; who lists a mailbox does not read it all
    const loader = { ...this.#loader, keep: targets.length <= PAGE };
    const load = async (from: number): Promise<ReadonlyMap<number, string>> => {
      const unknown = targets
        .slice(from, from + WORDS_BATCH)
        .filter(({ place }) => !words.has(emailIds[place]!));
      return unknown.length === 0 ? NOTHING_SAID : this.#wordsOf(loader, unknown, constant);
    };
    const coming: Promise<ReadonlyMap<number, string>>[] = [];
    for (let from = 0, next = 0; from < targets.length; from += WORDS_BATCH) {
      for (; next < targets.length && coming.length < WORDS_AHEAD; next += WORDS_BATCH) {
        const loading = load(next);
        // its failure is heard when it is awaited
        loading.catch(() => {});
        coming.push(loading);
      }
      const loaded = await coming.shift()!;
      for (const target of targets.slice(from, from + WORDS_BATCH)) {
        const emailId = emailIds[target.place]!;
        const text = words.get(emailId) ?? loaded.get(emailId);
        if (text === undefined) this.purged = true;
        else this.#sayWords(this.#known(target), constant.inView, text);
      }
      for (const [emailId, text] of loaded) cache.keep(constant.name, emailId, text);
      await this.#state.link.room();
    }
  }

  async #wordsOf(
    loader: Loader,
    targets: readonly Target[],
    { items }: Constant,
  ): Promise<Map<number, string>> {
    const words = new Map<number, string>();
    // a header is short, but the messages it is taken from are not: as many as come at once
    for (let at = 0; at < targets.length;) {
      const { messages, covered } = await loadMessages(loader, targets.slice(at));
      for (const message of messages) {
        const said: string[] = [];
        for (const item of items) said.push(await wordsOf(item(message)));
        words.set(message.emailId, said.join(' '));
      }
      at += covered;
    }
    return words;
  }

  #known({ place, sequence }: Target): FetchedMessage {
    const { uids, emailIds } = this.#view;
    return { ...UNLOADED, place, sequence, uid: uids[place]!, emailId: emailIds[place]! };
  }

  #sayWords(message: FetchedMessage, items: readonly Item[], text: string): void {
    let words = this.#head(message);
    // what the view knows is said at once
    for (const item of items) words += `${item(message) as string} `;
    this.#state.out.text(`${words}${text})\r\n`);
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

/** Items that always say the same of a message, beside those that the view answers. */
interface Constant {
  /** Of all of them together. */
  readonly name: string;
  readonly items: readonly Item[];
  readonly inView: readonly Item[];
}

/** Of a message that nothing was asked of the store about. */
const UNLOADED = {
  facts: undefined,
  savedAt: undefined,
  view: undefined,
  structure: undefined,
  words: undefined,
};

const NOTHING_SAID: ReadonlyMap<number, string> = new Map();

async function wordsOf(asked: ReturnType<Item>): Promise<string> {
  const said = await asked;
  if (typeof said === 'string') return said;
  const pieces: Uint8Array[] = [];
  if (said.source instanceof Uint8Array) pieces.push(said.source);
  else for await (const piece of said.source) pieces.push(piece);
  return `${said.head}{${said.size}}\r\n${latin1(concat(pieces))}`;
}

function batchFor(messages: readonly FetchedMessage[], before: number): number {
  let octets = 0;
  for (const { view } of messages) if (view?.kind === 'whole') octets += view.bytes.length;
  const fitting = Math.floor((before * BATCH_OCTETS) / Math.max(1, octets));
  return Math.min(LARGEST_BATCH, Math.max(1, fitting));
}

/**
 * RFC 9051 §6.4.9: the answer to UID FETCH has the UID; RFC 7162 §3.1.4.1: with CHANGEDSINCE it has the modseq. RFC 9586 §3.3: UIDFETCH has
 * the UID as its number, but an answer without any item would break the grammar.
 */
function withImplied({ items, uid, changedSince }: Asked, uidOnly: boolean): readonly FetchItem[] {
  const has = (name: FetchItem['item']): boolean => items.some(({ item }) => item === name);
  const asked = uidOnly ? items.filter(({ item }) => item !== 'UID') : items;
  const modseq = changedSince !== undefined && !has('MODSEQ') ? [{ item: 'MODSEQ' } as const] : [];
  const withUid = uidOnly ? asked.length + modseq.length === 0 : uid && !has('UID');
  return [...(withUid ? [{ item: 'UID' } as const] : []), ...asked, ...modseq];
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
