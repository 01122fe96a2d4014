/**
 * The end of a search: what view, index and kept texts left open is asked of the rows of emails, of headers, and at last of whole
 * messages, some hundred messages at a time.
 * Called by find-messages.ts.
 */
import { LF } from '#bytes';
import type { TextCondition } from '#mail/search/index/ask-index';
import type { RowNeeds } from '#mail/search/keys/email-keys';
import type { Batch, SearchState } from '#mail/search/keys/search-state';
import {
  conditionsOf,
  headerAnswers,
  messageAnswers,
  type MessageKey,
  type MessageQuestion,
} from '#mail/search/keys/text-keys';
import { readAhead } from '#mail/search/read-ahead';
import { readLarge } from '#mail/search/read-messages';
import { splitHeader } from '#protocol/message/header/fields';
import { readFacts, readSavedDates } from '#store/mailboxes/read/facts';
import { readSmall } from '#store/mailboxes/read/octets';
import { readThrough } from '#store/mailboxes/read/view-cache';
import { NO, YES } from '#store/search/answers';
import { HEADS_AT_ONCE, readHeads, type MessageHead } from '#store/search/heads';

/** Messages that are asked about at once. */
export const READ_TOGETHER = 500;
/** Whole messages that are read at once. */
const READ_BATCH = 128;

/** Decides on some messages. */
export async function lookInto(state: SearchState, messages: Uint32Array): Promise<void> {
  const look: Look = { state, batch: state.begin(messages), gone: new Set() };
  await askRows(look);
  await readHeaders(look);
  await readMessages(look);
  state.keep(look.batch, look.gone);
  state.decided(messages.length);
  await state.pause();
}

interface Look {
  readonly state: SearchState;
  readonly batch: Batch;
  /** Places in the batch of messages that left the store. */
  readonly gone: Set<number>;
}

/** The places in the batch of messages that one of the keys still matters to. */
function wanting({ state, gone }: Look, keys: readonly { readonly node: number }[]): Uint32Array {
  return state.truth.wanting(keys.map(({ node }) => node)).filter((i) => !gone.has(i));
}

function idsOf({ batch }: Look, places: Uint32Array): Float64Array {
  return Float64Array.from(places, (i) => batch.emailIds[i]!);
}

async function askRows(look: Look): Promise<void> {
  const { state, batch, gone } = look;
  const { truth, context } = state;
  const keys = state.keys.email;
  const asked = wanting(look, keys);
  if (asked.length === 0) return;
  const needs: RowNeeds = { facts: true, summary: false, savedAt: false };
  for (const { node, key } of keys) needs[key.needs] ||= asked.some((i) => truth.wants(node, i));
  const uids = asked.map((i) => context.view.uids[batch.places.now[i]!]!);
  const [facts, saved] = await Promise.all([
    readFacts(context.pool, context.accountId, idsOf(look, asked), { summary: needs.summary }),
    needs.savedAt ? readSavedDates(context.pool, context.mailboxId, uids) : undefined,
  ]);
  for (const [k, i] of asked.entries()) {
    const row = facts[k];
    if (row === undefined) gone.add(i);
    else
      for (const { node, key } of keys)
        if (truth.wants(node, i))
          truth.column(node)[i] = key.answer({ facts: row, savedAt: saved?.[k] });
  }
  state.conclude();
}

async function readHeaders(look: Look): Promise<void> {
  const { state, gone } = look;
  const { pool, accountId } = state.context;
  const read = wanting(look, state.keys.header);
  const ask = (some: readonly number[]) => readHeads(pool, accountId, some);
  for await (const { at, answers } of readAhead(idsOf(look, read), HEADS_AT_ONCE, ask))
    for (const [k, head] of answers.entries()) {
      const i = read[at + k]!;
      if (head === undefined) gone.add(i);
      else if (hasHeader(head)) lookIntoHeader(state, head.bytes, i);
      await state.pause();
    }
  if (read.length > 0) state.conclude();
}

function lookIntoHeader(
  { keys: { header }, truth }: SearchState,
  bytes: Uint8Array,
  i: number,
): void {
  const keys = header.filter(({ node }) => truth.wants(node, i));
  const answers = headerAnswers(
    bytes,
    keys.map(({ key }) => key),
  );
  for (const [k, { node }] of keys.entries()) truth.column(node)[i] = answers[k] ? YES : NO;
}

async function readMessages(look: Look): Promise<void> {
  const { state, gone, batch } = look;
  const { context } = state;
  const { pool, accountId, takeTurn } = context;
  const read = wanting(look, [...state.keys.header, ...state.keys.message]);
  // who types a text searches again for a longer one; a search that reads much would push out what others read
  const ask = (some: readonly number[]) =>
    read.length <= READ_BATCH
      ? readThrough(context, accountId, some)
      : readSmall(pool, accountId, some);
  for await (const { at, answers } of readAhead(idsOf(look, read), READ_BATCH, ask))
    for (const [k, view] of answers.entries()) {
      const i = read[at + k]!;
      if (view === undefined) gone.add(i);
      else if (view.kind === 'whole') lookIntoMessage(look, view.bytes, i);
      else {
        using _turn = await takeTurn();
        const bytes = await readLarge(pool, accountId, batch.emailIds[i]!, view.size);
        lookIntoMessage(look, bytes, i);
      }
      await state.pause();
    }
  if (read.length > 0) state.truth.conclude();
}

function lookIntoMessage({ state, batch }: Look, bytes: Uint8Array, i: number): void {
  lookIntoHeader(state, bytes, i);
  const { truth } = state;
  const keys = state.keys.message.filter(({ node }) => truth.wants(node, i));
  if (keys.length === 0) return;
  const message = batch.messages[i]!;
  const answers = messageAnswers(
    bytes,
    keys.map(({ node, key }) => questionOf(state, node, key, message)),
  );
  for (const [k, { node }] of keys.entries()) truth.column(node)[i] = answers[k] ? YES : NO;
}

function questionOf(
  state: SearchState,
  node: number,
  key: MessageKey,
  message: number,
): MessageQuestion {
  const conditions = conditionsOf(key);
  const may = (where: TextCondition['where']): boolean =>
    conditions.some((condition, c) => condition.where === where && state.mayBe(node, c, message));
  return { key, inHeader: may('header'), inBody: may('body') };
}

/** Whether it reaches to the end of the header. */
function hasHeader({ bytes, whole }: MessageHead): boolean {
  return whole || bytes.includes(LF, splitHeader(bytes).bodyStart);
}
