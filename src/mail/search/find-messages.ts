/**
 * Finds the messages of a mailbox that a search asks for, exactly, at the least cost: what the view knows decides first, then the index
 * of texts (ask-index.ts), then facts by the hundred, and only messages that are still open are read.
 * Called by servers/imap for SEARCH, SORT and THREAD; by JMAP later.
 */
import { fieldText } from '#protocol/message/field-text';
import { splitHeader, type Header } from '#protocol/message/fields';
import { containsFolded, foldText } from '#protocol/message/fold';
import { parseDay } from '#protocol/message/date';
import { parseStructure } from '#protocol/message/parse-structure';
import { bodyText, headerText, type TextBudget } from '#protocol/message/part-text';
import type { Part } from '#protocol/message/structure';
import { FACTS_AT_ONCE, readFacts, readSavedDates, type EmailFacts } from '#store/mailboxes/facts';
import type { ViewState } from '#store/mailboxes/view';
import type { Pool } from '#store/open';
import { askIndex, type IndexAnswer, type TextCondition } from './ask-index.ts';
import { decide, leavesOf, type Condition, type Leaf } from './condition.ts';
import { readMessages } from './read-messages.ts';

export interface Search {
  readonly pool: Pool;
  readonly accountId: string;
  readonly mailboxId: string;
  readonly state: ViewState;
  /** Places in the state, rising: the messages that are looked at. */
  readonly places: Uint32Array;
  readonly condition: Condition;
  /** Told now and then how many of the messages to look at are done; what it throws ends the search. */
  readonly progress?: (done: number, total: number) => void;
}

/** The places of those that are found, rising. */
export async function findMessages(search: Search): Promise<Uint32Array> {
  const { state, condition } = search;
  const found: number[] = [];
  let open: number[] = [];
  for (const place of search.places) {
    const value = decide(condition, (leaf) =>
      leaf.kind === 'entry' ? leaf.test(state, place) : undefined,
    );
    if (value === true) found.push(place);
    else if (value === undefined) open.push(place);
  }
  if (open.length > 0) {
    const stages = new Stages(search, await indexAnswers(search));
    open = stages.byIndex(open, found);
    for (let at = 0; at < open.length; at += FACTS_AT_ONCE) {
      search.progress?.(at, open.length);
      await stages.byMessages(open.slice(at, at + FACTS_AT_ONCE), found);
    }
  }
  return Uint32Array.from(found).sort();
}

/** What the index says to each leaf that asks for text. */
async function indexAnswers({
  pool,
  accountId,
  condition,
}: Search): Promise<ReadonlyMap<Leaf, IndexAnswer>> {
  const leaves = leavesOf(condition).filter(({ kind }) => kind === 'text' || kind === 'field');
  if (leaves.length === 0) return new Map();
  const answers = await askIndex(pool, accountId, leaves.map(textCondition));
  return new Map(leaves.map((leaf, i) => [leaf, answers[i]!]));
}

function textCondition(leaf: Leaf): TextCondition {
  if (leaf.kind === 'text') return { where: leaf.where, needle: leaf.needle };
  if (leaf.kind !== 'field') return { where: 'header', needle: '' };
  // the text of a header has the names of its fields in it
  return { where: 'header', needle: leaf.needle === '' ? `${leaf.field}:` : leaf.needle };
}

class Stages {
  readonly #search: Search;
  readonly #index: ReadonlyMap<Leaf, IndexAnswer>;
  readonly #leaves: ReadonlySet<Leaf['kind']>;
  readonly #needles: ReadonlyMap<Leaf, string>;

  constructor(search: Search, index: ReadonlyMap<Leaf, IndexAnswer>) {
    this.#search = search;
    this.#index = index;
    const leaves = leavesOf(search.condition);
    this.#leaves = new Set(leaves.map(({ kind }) => kind));
    this.#needles = new Map(
      leaves.flatMap((leaf) => ('needle' in leaf ? [[leaf, foldText(leaf.needle)]] : [])),
    );
  }

  /** @returns those that are still open */
  byIndex(open: number[], found: number[]): number[] {
    if (this.#index.size === 0) return open;
    return open.filter((place) => this.#settle(place, found, (leaf) => this.#indexed(leaf, place)));
  }

  /** Some hundred: with their facts, and where these do not tell, with their octets. */
  async byMessages(places: readonly number[], found: number[]): Promise<void> {
    const { pool, accountId, mailboxId, state } = this.#search;
    const ids = places.map((place) => state.emailIds[place]!);
    const wanted = { summary: this.#leaves.has('sent') };
    const uids = Uint32Array.from(places, (place) => state.uids[place]!);
    const [facts, saved] = await Promise.all([
      readFacts(pool, accountId, ids, wanted),
      this.#leaves.has('saved') ? readSavedDates(pool, mailboxId, uids) : undefined,
    ]);
    const known = new Map(
      places.map((place, i) => [place, { facts: facts[i], saved: saved?.[i] }]),
    );
    const open = places.filter((place) =>
      this.#settle(place, found, (leaf) => this.#byFacts(leaf, place, known.get(place)!)),
    );
    const unread = open.flatMap((place) => {
      const size = known.get(place)!.facts?.size;
      return size === undefined ? [] : [{ emailId: state.emailIds[place]!, size, place }];
    });
    let at = 0;
    for await (const { bytes } of readMessages(pool, accountId, unread)) {
      const { place } = unread[at++]!;
      // purged meanwhile: nothing can be found in it
      if (bytes === undefined) continue;
      const message = new ReadText(bytes);
      this.#settle(
        place,
        found,
        (leaf) =>
          this.#byFacts(leaf, place, known.get(place)!) ??
          message.has(leaf, this.#needles.get(leaf)),
      );
    }
  }

  /** Decides with what is known; whether it stays open. */
  #settle(place: number, found: number[], ask: (leaf: Leaf) => boolean | undefined): boolean {
    const { state, condition } = this.#search;
    const value = decide(condition, (leaf) =>
      leaf.kind === 'entry' ? leaf.test(state, place) : ask(leaf),
    );
    if (value === true) found.push(place);
    return value === undefined;
  }

  #indexed(leaf: Leaf, place: number): boolean | undefined {
    const answer = this.#index.get(leaf)?.(this.#search.state.emailIds[place]!);
    if (answer === 'no') return false;
    // a header that has the text may have it in another field
    return answer === 'yes' && leaf.kind === 'text' ? true : undefined;
  }

  #byFacts(
    leaf: Leaf,
    place: number,
    { facts, saved }: { facts: EmailFacts | undefined; saved: number | undefined },
  ): boolean | undefined {
    switch (leaf.kind) {
      case 'facts':
        return facts !== undefined && leaf.test(facts);
      case 'saved':
        return saved !== undefined && leaf.test(saved);
      case 'sent':
        return sentByInstant(leaf.test, facts?.summary?.date);
      default:
        return this.#indexed(leaf, place);
    }
  }
}

const DAY = 86_400_000;

/** The day where it was written is that of the instant or a neighbour of it: often all three answer alike. */
function sentByInstant(
  test: (day: number) => boolean,
  instant: number | undefined,
): boolean | undefined {
  if (instant === undefined) return false;
  const day = Math.floor(instant / DAY) * DAY;
  const here = test(day);
  return test(day - DAY) === here && test(day + DAY) === here ? here : undefined;
}

/** A message that was read, taken apart as far as it is asked. */
class ReadText {
  readonly #bytes: Uint8Array;
  #header: Header | undefined;
  #root: Part | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** @param needle folded; of leaves that ask for text */
  has(leaf: Leaf, needle = ''): boolean {
    switch (leaf.kind) {
      case 'text':
        return (
          (leaf.where === 'text' && this.#within(headerText, needle)) ||
          this.#within(bodyText, needle)
        );
      case 'field':
        return this.#fields(leaf.field).some(
          (text) => needle === '' || containsFolded(text, needle),
        );
      case 'sent': {
        const [date] = this.#fields('date');
        const day = date === undefined ? undefined : parseDay(date);
        return day !== undefined && leaf.test(day);
      }
      default:
        return false;
    }
  }

  #within(texts: typeof bodyText, needle: string): boolean {
    this.#root ??= parseStructure(this.#bytes).part;
    const budget: TextBudget = { left: Number.MAX_SAFE_INTEGER / 64, cut: false };
    for (const text of texts(this.#bytes, this.#root, budget))
      if (containsFolded(text, needle)) return true;
    return false;
  }

  *#texts(name: string): Generator<string> {
    this.#header ??= splitHeader(this.#bytes);
    for (const field of this.#header.fields)
      if (field.name.length === name.length && field.name.toLowerCase() === name)
        yield fieldText(this.#bytes, field);
  }

  #fields(name: string): string[] {
    return [...this.#texts(name)];
  }
}
