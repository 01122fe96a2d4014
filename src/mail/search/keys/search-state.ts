/**
 * What a search knows so far of the messages of a mailbox: a verdict on each, and what the index and the kept texts said to keys, in
 * columns of an octet for each message. Messages are taken some hundred or thousand at a time as a batch, of which `truth` knows.
 * Called by find-messages.ts, look-into-messages.ts.
 */
import type { SearchKey } from '#protocol/imap/command';
import type { ViewCache } from '#store/mailboxes/read/view-cache';
import { NO, UNKNOWN, YES } from '#store/search/answers';
import type { OctetPool } from '#store/query/octet-query';
import type { EmailQuestion } from './email-keys.ts';
import { keysOf, type Keys } from './keys-by-stage.ts';
import { Program, Truth } from './truth.ts';
import { presentPlaces, type Places, type ViewQuestion } from './view-keys.ts';

export interface SearchContext extends ViewQuestion, EmailQuestion {
  readonly pool: OctetPool;
  readonly viewCache: ViewCache;
  readonly accountId: string;
  readonly mailboxId: string;
  /**
   * Called again and again, at least every few milliseconds of work: lets others work when it is time to, and rejects when nobody
   * waits for the result any more.
   * @param done of `total` messages
   */
  readonly pause: (done: number, total: number) => Promise<void> | undefined;
  /** A turn for a message that is read as a whole though it is large. */
  readonly takeTurn: () => Promise<Disposable>;
}

/** Messages of a batch of which the columns are all that is read. */
export const COLUMN_BATCH = 1024;

/** Some messages, by their numbers among all that are searched. */
export interface Batch {
  readonly messages: Uint32Array;
  readonly places: Places;
  readonly emailIds: Float64Array;
}

export class SearchState {
  readonly context: SearchContext;
  readonly keys: Keys;
  readonly truth: Truth;
  /** All messages that are told and there. */
  readonly #all: Places;
  readonly #emailIds: Float64Array;
  readonly #verdicts: Uint8Array;
  /** What the index and the texts said to a key, by its node. */
  readonly #known = new Map<number, Uint8Array>();
  /** What the index said to the conditions of a key, by its node. */
  readonly #conditions = new Map<number, readonly Uint8Array[]>();
  #decided = 0;

  constructor(context: SearchContext, key: SearchKey) {
    const program = new Program(key);
    this.context = context;
    this.keys = keysOf(program, context);
    this.#all = presentPlaces(context);
    this.#emailIds = pick(context.view.emailIds, this.#all.now);
    this.#verdicts = new Uint8Array(this.count).fill(UNKNOWN);
    this.truth = new Truth(program, Math.min(COLUMN_BATCH, this.count));
  }

  /** Messages that are searched. */
  get count(): number {
    return this.#all.now.length;
  }

  /** Of all messages. */
  get emailIds(): Float64Array {
    return this.#emailIds;
  }

  /** @param messages rising */
  emailIdsOf(messages: Uint32Array): Float64Array {
    return pick(this.#emailIds, messages);
  }

  /** Places in `numbered`, rising, of the messages that fit. */
  found(): Uint32Array {
    const { told } = this.#all;
    const found = new Uint32Array(told.length);
    let count = 0;
    for (let message = 0; message < told.length; message++)
      if (this.#verdicts[message] === YES) found[count++] = told[message]!;
    return found.subarray(0, count);
  }

  /** The messages on which there is no verdict. */
  undecided(): Uint32Array {
    const left = new Uint32Array(this.count);
    let count = 0;
    for (let message = 0; message < left.length; message++)
      if (this.#verdicts[message] === UNKNOWN) left[count++] = message;
    this.#decided = left.length - count;
    return left.subarray(0, count);
  }

  /** Takes some messages as the batch, with what is known of them, and draws conclusions. */
  begin(messages: Uint32Array): Batch {
    const { told, now } = this.#all;
    const places = { told: pick(told, messages), now: pick(now, messages) };
    this.truth.begin(messages.length);
    for (const { node, fill } of this.keys.view) fill(places, this.truth.column(node));
    for (const [node, known] of this.#known) this.truth.column(node).set(pick(known, messages));
    this.conclude();
    return { messages, places, emailIds: pick(this.#emailIds, messages) };
  }

  conclude(): void {
    this.truth.conclude();
    this.truth.lookAhead();
  }

  /**
   * Keeps what the batch came to.
   * @param gone places in the batch of messages that left the store: they fit nothing
   */
  keep({ messages }: Batch, gone?: ReadonlySet<number>): void {
    const { result } = this.truth;
    for (const i of gone ?? []) result[i] = NO;
    const first = messages[0]!;
    if (isRun(messages)) this.#verdicts.set(result.subarray(0, messages.length), first);
    else for (let i = 0; i < messages.length; i++) this.#verdicts[messages[i]!] = result[i]!;
  }

  /** Notes what the index said to the conditions of a key, one of which must be true. */
  noteIndex(node: number, conditions: readonly Uint8Array[]): void {
    this.#conditions.set(node, conditions);
    const [first, ...others] = conditions;
    const known = first!.slice();
    for (const other of others)
      for (let m = 0; m < known.length; m++) if (other[m]! > known[m]!) known[m] = other[m]!;
    this.#known.set(node, known);
  }

  /** Whether one of the conditions of a key, by its number, may be true of a message. */
  mayBe(node: number, condition: number, message: number): boolean {
    return this.#conditions.get(node)?.[condition]?.[message] !== NO;
  }

  /** Notes what the kept texts of some messages said to a key. */
  noteTexts(node: number, messages: Uint32Array, answers: Uint8Array): void {
    let known = this.#known.get(node);
    if (!known) this.#known.set(node, (known = new Uint8Array(this.count).fill(UNKNOWN)));
    for (let i = 0; i < messages.length; i++)
      if (answers[i] !== UNKNOWN) known[messages[i]!] = answers[i]!;
  }

  decided(messages: number): void {
    this.#decided += messages;
  }

  pause(): Promise<void> | undefined {
    return this.context.pause(this.#decided, this.count);
  }
}

/** Whether numbers that rise follow each other. */
function isRun(numbers: Uint32Array): boolean {
  const { length } = numbers;
  if (length === 0) return false;
  const behind = numbers[0]! + length;
  return numbers[length - 1]! + 1 === behind;
}

type Column = Uint8Array | Uint32Array | Float64Array;

/** What a column has at some places, which rise; not copied where they follow each other. */
function pick<C extends Column>(column: C, places: Uint32Array): C {
  const { length } = places;
  const first = places[0] ?? 0;
  if (isRun(places)) return column.subarray(first, first + length) as C;
  const picked = column.slice(0, length) as C;
  for (let i = 0; i < length; i++) picked[i] = column[places[i]!]!;
  return picked;
}
