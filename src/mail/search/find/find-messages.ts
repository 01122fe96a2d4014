/**
 * SEARCH (RFC 9051 §6.4.4): which messages of a mailbox fit the keys. What the view of the mailbox knows comes first, over whole
 * columns; what it leaves open is asked of the index, then of the texts that are kept of messages, and what is still open is read
 * (look-into-messages.ts): each only of the messages, and only for the keys, that can still change the result.
 * Called by servers/imap.
 */
import { askIndex } from '#mail/search/index/ask-index';
import { COLUMN_BATCH, SearchState, type SearchContext } from '#mail/search/keys/search-state';
import { conditionsOf, textQuestion, type TextQuestion } from '#mail/search/keys/text-keys';
import type { SearchKey } from '#protocol/imap/command';
import { askTexts, TEXTS_AT_ONCE } from '#store/search/texts';
import { lookInto, READ_TOGETHER } from './look-into-messages.ts';

/** For more keys than these messages are read sooner than they are asked about the texts of each. */
const TEXT_KEYS = 8;
/** Questions about texts that are under way at once. */
const TEXT_QUESTIONS = 2;
/** For fewer messages they themselves are read sooner than the index is asked. */
const WORTH_ASKING = 32;

/** Places in `numbered`, rising, of the messages that fit. Messages that left the mailbox fit nothing. */
export async function findMessages(context: SearchContext, key: SearchKey): Promise<Uint32Array> {
  const state = new SearchState(context, key);
  const open = await review(state, textNodes(state));
  if (open.length > WORTH_ASKING) {
    await askTheIndex(state);
    await askTheTexts(state);
  }
  const left = state.undecided();
  for (let at = 0; at < left.length; at += READ_TOGETHER)
    await lookInto(state, left.subarray(at, at + READ_TOGETHER));
  return state.found();
}

/** The nodes of keys that a text answers. */
function textNodes({ keys }: SearchState): number[] {
  return [...keys.header, ...keys.message].map(({ node }) => node);
}

/**
 * Draws conclusions for all messages that are left.
 * @returns those of which one of the nodes may still change the result
 */
async function review(state: SearchState, nodes: readonly number[]): Promise<Uint32Array> {
  const left = state.undecided();
  const wanting = new Uint32Array(nodes.length > 0 ? left.length : 0);
  let count = 0;
  for (let from = 0; from < left.length; from += COLUMN_BATCH) {
    const batch = state.begin(left.subarray(from, from + COLUMN_BATCH));
    state.keep(batch);
    for (const i of state.truth.wanting(nodes)) wanting[count++] = batch.messages[i]!;
    await state.pause();
  }
  return wanting.subarray(0, count);
}

async function askTheIndex(state: SearchState): Promise<void> {
  const { pool, accountId } = state.context;
  const asked = [...state.keys.header, ...state.keys.message].flatMap(({ node, key }) => {
    const conditions = conditionsOf(key);
    return conditions.length > 0 ? [{ node, conditions }] : [];
  });
  const conditions = asked.flatMap((one) => one.conditions);
  if (conditions.length === 0) return;
  const answers = await askIndex(pool, accountId, conditions, state.emailIds);
  let at = 0;
  for (const { node, conditions: own } of asked)
    state.noteIndex(node, answers.slice(at, (at += own.length)));
}

/** What is in many messages is looked for in the texts that are kept of them. */
async function askTheTexts(state: SearchState): Promise<void> {
  const questions = [...state.keys.header, ...state.keys.message].flatMap(({ node, key }) => {
    const question = textQuestion(key);
    return question ? [{ node, question }] : [];
  });
  for (const { node, question } of questions.slice(0, TEXT_KEYS)) {
    const wanting = await review(state, [node]);
    if (wanting.length > WORTH_ASKING) await askAbout(state, wanting, node, question);
  }
  await review(state, []);
}

async function askAbout(
  state: SearchState,
  messages: Uint32Array,
  node: number,
  question: TextQuestion,
): Promise<void> {
  const { pool, accountId } = state.context;
  const parts = Math.max(TEXT_QUESTIONS, Math.ceil(messages.length / TEXTS_AT_ONCE));
  const size = Math.ceil(messages.length / parts);
  const coming: { some: Uint32Array; answers: Promise<Uint8Array> }[] = [];
  const ask = (at: number): void => {
    if (at >= messages.length) return;
    const some = messages.subarray(at, at + size);
    const answers = askTexts(pool, accountId, state.emailIdsOf(some), question);
    // its failure is heard when it is awaited
    answers.catch(() => {});
    coming.push({ some, answers });
  };
  for (let i = 0; i < TEXT_QUESTIONS; i++) ask(i * size);
  for (let next = TEXT_QUESTIONS * size; ; next += size) {
    const part = coming.shift();
    if (!part) return;
    const answers = await part.answers;
    ask(next);
    state.noteTexts(node, part.some, answers);
    await state.pause();
  }
}
