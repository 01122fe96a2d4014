/**
 * SEARCH (RFC 9051 §6.4.4): which messages of a mailbox fit the keys. What the view of the mailbox knows comes first, over whole
 * columns; what it leaves open is asked of the index, then of the texts that are kept of messages, of the rows of the emails, of headers,
 * and at last of whole messages: each only of the messages, and only for the keys, that can still change the result. Messages are taken some hundred at a time.
 * Called by servers/imap.
 */
import { LF } from '#bytes';
import type { SearchKey } from '#protocol/imap/command';
import { splitHeader } from '#protocol/message/fields';
import { readFacts, readSavedDates } from '#store/mailboxes/facts';
import { readSmall } from '#store/mailboxes/octets';
import { readThrough, type ViewCache } from '#store/mailboxes/view-cache';
import type { OctetPool } from '#store/octet-query';
import { askTexts, TEXTS_AT_ONCE } from '#store/search/texts';
import { HEADS_AT_ONCE, readHeads, type MessageHead } from '#store/search/heads';
import { askIndex, type IndexAnswer, type TextCondition } from './ask-index.ts';
import type { EmailQuestion, RowNeeds } from './email-keys.ts';
import { keysOf, type Keys } from './keys-by-stage.ts';
import { readAhead } from './read-ahead.ts';
import { readLarge } from './read-messages.ts';
import {
  conditionsOf,
  headerAnswers,
  messageAnswers,
  textQuestion,
  type MessageKey,
  type MessageQuestion,
  type TextQuestion,
} from './text-keys.ts';
import { NO, Program, Truth, UNKNOWN, YES } from './truth.ts';
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

/** Places in `numbered`, rising, of the messages that fit. Messages that left the mailbox fit nothing. */
export function findMessages(context: SearchContext, key: SearchKey): Promise<Uint32Array> {
  return new Search(context, key).run();
}

/** Messages whose columns are in memory at once. */
const VIEW_BATCH = 1024;
/** Messages that are asked about at once. */
const BATCH = 500;
/** For more keys than these messages are read sooner than they are asked about the texts of each. */
const TEXT_KEYS = 8;
/** Whole messages that are read at once. */
const READ_BATCH = 128;
/** For fewer the messages themselves are read sooner than the index is asked. */
const WORTH_ASKING = 32;

class Search {
  readonly #context: SearchContext;
  readonly #truth: Truth;
  readonly #keys: Keys;
  /** All messages that are told and there. */
  readonly #all: Places;
  readonly #verdicts: Uint8Array;
  /** What the index said to the conditions of keys, by their nodes. */
  readonly #index = new Map<number, readonly IndexAnswer[]>();
  /** What the kept texts said to keys, by their nodes: of each message. */
  readonly #texts = new Map<number, Uint8Array>();
  #decided = 0;

  constructor(context: SearchContext, key: SearchKey) {
    const program = new Program(key);
    this.#context = context;
    this.#keys = keysOf(program, context);
    this.#all = presentPlaces(context);
    const { length } = this.#all.now;
    this.#verdicts = new Uint8Array(length);
    this.#truth = new Truth(program, Math.min(VIEW_BATCH, length));
  }

  async run(): Promise<Uint32Array> {
    const texts = await this.#askView();
    if (texts > WORTH_ASKING) {
      await this.#askIndex();
      await this.#askTexts();
    }
    const left = this.#undecided();
    for (let at = 0; at < left.length; at += BATCH)
      await this.#askAbout(left.subarray(at, at + BATCH));
    const { told } = this.#all;
    return told.filter((_, message) => this.#verdicts[message] === YES);
  }

  /** Answers of how many messages the text may matter. */
  async #askView(): Promise<number> {
    const { length } = this.#all.now;
    let texts = 0;
    for (let at = 0; at < length; at += VIEW_BATCH) {
      const end = Math.min(at + VIEW_BATCH, length);
      this.#fillView(this.#placesOf(at, end));
      this.#truth.conclude();
      this.#verdicts.set(this.#truth.result.subarray(0, end - at), at);
      texts += this.#countTexts();
      await this.#context.pause(0, length);
    }
    return texts;
  }

  #countTexts(): number {
    const nodes = [...this.#keys.header, ...this.#keys.message].map(({ node }) => node);
    if (nodes.length === 0) return 0;
    this.#truth.lookAhead();
    let count = 0;
    for (let i = 0; i < this.#truth.count; i++)
      if (nodes.some((node) => this.#truth.wants(node, i))) count++;
    return count;
  }

  #fillView(places: Places): void {
    this.#truth.begin(places.now.length);
    for (const { node, fill } of this.#keys.view) fill(places, this.#truth.column(node));
  }

  #placesOf(start: number, end: number): Places {
    const { told, now } = this.#all;
    return { told: told.subarray(start, end), now: now.subarray(start, end) };
  }

  #undecided(): Uint32Array {
    let count = 0;
    for (const verdict of this.#verdicts) if (verdict === UNKNOWN) count++;
    const left = new Uint32Array(count);
    this.#decided = this.#verdicts.length - count;
    for (let message = 0, at = 0; at < count; message++)
      if (this.#verdicts[message] === UNKNOWN) left[at++] = message;
    return left;
  }

  async #askIndex(): Promise<void> {
    const { pool, accountId } = this.#context;
    const asked = [...this.#keys.header, ...this.#keys.message].map(({ node, key }) => ({
      node,
      conditions: conditionsOf(key),
    }));
    const answers = await askIndex(
      pool,
      accountId,
      asked.flatMap(({ conditions }) => conditions),
    );
    let at = 0;
    for (const { node, conditions } of asked)
      if (conditions.length > 0)
        this.#index.set(node, answers.slice(at, (at += conditions.length)));
  }

  /** Draws conclusions for all messages that are left. */
  async #review(visit?: (messages: Uint32Array) => void): Promise<void> {
    const left = this.#undecided();
    for (let from = 0; from < left.length; from += VIEW_BATCH) {
      const messages = left.subarray(from, from + VIEW_BATCH);
      this.#begin(messages);
      this.#keepVerdicts(messages);
      visit?.(messages);
      await this.#context.pause(0, this.#verdicts.length);
    }
  }

  /** What is in many messages is looked for in the texts that are kept of them. */
  async #askTexts(): Promise<void> {
    const questions = [...this.#keys.header, ...this.#keys.message].flatMap(({ node, key }) => {
      const question = textQuestion(key);
      return question ? [{ node, question }] : [];
    });
    for (const { node, question } of questions.slice(0, TEXT_KEYS)) {
      const wanting: number[] = [];
      await this.#review((messages) => {
        for (let i = 0; i < messages.length; i++)
          if (this.#truth.wants(node, i)) wanting.push(messages[i]!);
      });
      if (wanting.length > WORTH_ASKING) await this.#askTextsOf(wanting, node, question);
    }
    await this.#review();
  }

  async #askTextsOf(
    messages: readonly number[],
    node: number,
    question: TextQuestion,
  ): Promise<void> {
    const { pool, accountId, view } = this.#context;
    const said = new Uint8Array(this.#verdicts.length).fill(UNKNOWN);
    this.#texts.set(node, said);
    const ids = messages.map((message) => view.emailIds[this.#all.now[message]!]!);
    const ask = (some: readonly number[]) => askTexts(pool, accountId, some, question);
    for await (const { at, answers } of readAhead(ids, TEXTS_AT_ONCE, ask)) {
      for (const [i, answer] of answers.entries())
        if (answer !== 'unknown') said[messages[at + i]!] = answer === 'yes' ? YES : NO;
      await this.#context.pause(0, this.#verdicts.length);
    }
  }

  /** Decides on some messages that the view and the index left open. */
  async #askAbout(messages: Uint32Array): Promise<void> {
    const gone = new Set<number>();
    const { places, ids } = this.#begin(messages);
    await this.#askRows(places, ids, gone);
    await this.#readHeaders(ids, gone);
    await this.#readMessages(ids, gone);
    this.#keepVerdicts(messages, gone);
    this.#decided += messages.length;
    await this.#pause();
  }

  /** Takes some messages as the batch, with what the view and the index know of them. */
  #begin(messages: Uint32Array): { places: Places; ids: Float64Array } {
    const { told, now } = this.#all;
    const { emailIds } = this.#context.view;
    const places = { told: messages.map((m) => told[m]!), now: messages.map((m) => now[m]!) };
    const ids = new Float64Array(messages.length);
    for (let i = 0; i < ids.length; i++) ids[i] = emailIds[places.now[i]!]!;
    this.#fillView(places);
    this.#fillIndex(ids);
    this.#fillTexts(messages);
    this.#conclude();
    return { places, ids };
  }

  #keepVerdicts(messages: Uint32Array, gone?: ReadonlySet<number>): void {
    const { result } = this.#truth;
    for (let i = 0; i < messages.length; i++)
      this.#verdicts[messages[i]!] = gone?.has(i) === true ? NO : result[i]!;
  }

  #conclude(): void {
    this.#truth.conclude();
    this.#truth.lookAhead();
  }

  #pause(): Promise<void> | undefined {
    return this.#context.pause(this.#decided, this.#verdicts.length);
  }

  #fillIndex(ids: Float64Array): void {
    for (const [node, answers] of this.#index) {
      const column = this.#truth.column(node);
      for (let i = 0; i < ids.length; i++) {
        const said = either(answers, ids[i]!);
        if (said !== UNKNOWN) column[i] = said;
      }
    }
  }

  #fillTexts(messages: Uint32Array): void {
    for (const [node, said] of this.#texts) {
      const column = this.#truth.column(node);
      for (let i = 0; i < messages.length; i++) {
        const known = said[messages[i]!]!;
        if (known !== UNKNOWN) column[i] = known;
      }
    }
  }

  /** The messages that one of the keys still matters to. */
  #wanting(keys: readonly { readonly node: number }[], gone: ReadonlySet<number>): number[] {
    const wanting: number[] = [];
    if (keys.length === 0) return wanting;
    for (let i = 0; i < this.#truth.count; i++)
      if (!gone.has(i) && keys.some(({ node }) => this.#truth.wants(node, i))) wanting.push(i);
    return wanting;
  }

  async #askRows(places: Places, ids: Float64Array, gone: Set<number>): Promise<void> {
    const { pool, accountId, mailboxId, view } = this.#context;
    const keys = this.#keys.email;
    const wanting = this.#wanting(keys, gone);
    if (wanting.length === 0) return;
    const needs: RowNeeds = { facts: true, summary: false, savedAt: false };
    for (const { node, key } of keys)
      needs[key.needs] ||= wanting.some((i) => this.#truth.wants(node, i));
    const uids = Uint32Array.from(wanting, (i) => view.uids[places.now[i]!]!);
    const [facts, saved] = await Promise.all([
      readFacts(
        pool,
        accountId,
        wanting.map((i) => ids[i]!),
        { summary: needs.summary },
      ),
      needs.savedAt ? readSavedDates(pool, mailboxId, uids) : undefined,
    ]);
    for (const [k, i] of wanting.entries()) {
      const row = facts[k];
      if (row === undefined) gone.add(i);
      else
        for (const { node, key } of keys)
          if (this.#truth.wants(node, i))
            this.#truth.column(node)[i] = key.answer({ facts: row, savedAt: saved?.[k] });
    }
    this.#conclude();
  }

  async #readHeaders(ids: Float64Array, gone: Set<number>): Promise<void> {
    const { pool, accountId } = this.#context;
    const wanting = this.#wanting(this.#keys.header, gone);
    const wantedIds = wanting.map((i) => ids[i]!);
    const ask = (some: readonly number[]) => readHeads(pool, accountId, some);
    for await (const { at, answers } of readAhead(wantedIds, HEADS_AT_ONCE, ask))
      for (const [k, head] of answers.entries()) {
        const i = wanting[at + k]!;
        if (head === undefined) gone.add(i);
        else if (hasHeader(head)) this.#lookIntoHeader(head.bytes, i);
        await this.#pause();
      }
    if (wanting.length > 0) this.#conclude();
  }

  #lookIntoHeader(bytes: Uint8Array, i: number): void {
    const keys = this.#keys.header.filter(({ node }) => this.#truth.wants(node, i));
    const answers = headerAnswers(
      bytes,
      keys.map(({ key }) => key),
    );
    for (const [k, { node }] of keys.entries()) this.#truth.column(node)[i] = answers[k] ? YES : NO;
  }

  async #readMessages(ids: Float64Array, gone: Set<number>): Promise<void> {
    const { pool, accountId } = this.#context;
    const wanting = this.#wanting([...this.#keys.header, ...this.#keys.message], gone);
    const wantedIds = wanting.map((i) => ids[i]!);
    // who types a text searches again for a longer one; a search that reads much would push out what others read
    const ask = (some: readonly number[]) =>
      wanting.length <= READ_BATCH
        ? readThrough(this.#context, accountId, some)
        : readSmall(pool, accountId, some);
    for await (const { at, answers } of readAhead(wantedIds, READ_BATCH, ask))
      for (const [k, view] of answers.entries()) {
        const i = wanting[at + k]!;
        if (view === undefined) gone.add(i);
        else if (view.kind === 'whole') this.#lookIntoMessage(view.bytes, ids[i]!, i);
        else await this.#lookIntoLarge(view.size, ids[i]!, i);
        await this.#pause();
      }
    if (wanting.length > 0) this.#truth.conclude();
  }

  async #lookIntoLarge(size: number, id: number, i: number): Promise<void> {
    const { pool, accountId, takeTurn } = this.#context;
    using _turn = await takeTurn();
    this.#lookIntoMessage(await readLarge(pool, accountId, id, size), id, i);
  }

  #lookIntoMessage(bytes: Uint8Array, id: number, i: number): void {
    this.#lookIntoHeader(bytes, i);
    const keys = this.#keys.message.filter(({ node }) => this.#truth.wants(node, i));
    if (keys.length === 0) return;
    const answers = messageAnswers(
      bytes,
      keys.map(({ node, key }) => this.#questionOf(node, key, id)),
    );
    for (const [k, { node }] of keys.entries()) this.#truth.column(node)[i] = answers[k] ? YES : NO;
  }

  #questionOf(node: number, key: MessageKey, id: number): MessageQuestion {
    const answers = this.#index.get(node);
    const may = (where: TextCondition['where']): boolean =>
      conditionsOf(key).some(
        (condition, c) => condition.where === where && answers?.[c]?.(id) !== 'no',
      );
    return { key, inHeader: may('header'), inBody: may('body') };
  }
}

/** Whether one of the conditions is true of an email. */
function either(answers: readonly IndexAnswer[], emailId: number): number {
  let known = NO;
  for (const answer of answers) {
    const said = answer(emailId);
    if (said === 'yes') return YES;
    if (said === 'maybe') known = UNKNOWN;
  }
  return known;
}

/** Whether it reaches to the end of the header. */
function hasHeader({ bytes, whole }: MessageHead): boolean {
  return whole || bytes.includes(LF, splitHeader(bytes).bodyStart);
}
