/**
 * FETCH of what never changes: ENVELOPE, BODYSTRUCTURE, header fields and their kin. What was said before is said from memory, and only
 * the rest is asked of the store, some hundred messages at a time, a few times over while the first of them are worked on.
 * Called by run.ts.
 */
import { concat, latin1 } from '#bytes';
import type { SessionState } from '#servers/imap/session-state';
import { loadMessages, UNLOADED, type FetchedMessage, type Loader } from './message.ts';
import type { Item } from './octets.ts';
import { headOf, type Constant, type FetchPlan, type Target } from './plan.ts';

/** Messages whose words are made at once, some milliseconds of work, and how many times that is under way: the database reads meanwhile. */
const WORDS_BATCH = 200;
const WORDS_AHEAD = 3;
/** Messages that a client shows at once. */
const PAGE = 100;

const NOTHING_SAID: ReadonlyMap<number, string> = new Map();

/** @returns whether a message was gone from the store */
export async function sayConstant(
  state: SessionState,
  fullLoader: Loader,
  plan: FetchPlan,
  constant: Constant,
  targets: readonly Target[],
): Promise<boolean> {
  const { out, link } = state;
  const cache = state.services.words;
  const words = cache.of(constant.name);
  const { emailIds, uids } = fullLoader.state;
  // who lists a page looks into some of it next; who lists a mailbox does not read it all
  const loader = { ...fullLoader, keep: targets.length <= PAGE };
  const load = async (from: number): Promise<ReadonlyMap<number, string>> => {
    const unknown = targets
      .slice(from, from + WORDS_BATCH)
      .filter(({ place }) => !words.has(emailIds[place]!));
    return unknown.length === 0 ? NOTHING_SAID : wordsOf(loader, unknown, constant);
  };
  const coming: Promise<ReadonlyMap<number, string>>[] = [];
  let purged = false;
  for (let from = 0, next = 0; from < targets.length; from += WORDS_BATCH) {
    for (; next < targets.length && coming.length < WORDS_AHEAD; next += WORDS_BATCH) {
      const loading = load(next);
      // its failure is heard when it is awaited
      loading.catch(() => {});
      coming.push(loading);
    }
    const loaded = await coming.shift()!;
    for (const { place, sequence } of targets.slice(from, from + WORDS_BATCH)) {
      const emailId = emailIds[place]!;
      const text = words.get(emailId) ?? loaded.get(emailId);
      if (text === undefined) purged = true;
      else {
        const message = { ...UNLOADED, place, sequence, uid: uids[place]!, emailId };
        out.text(`${headOf(plan, message)}${inView(constant.inView, message)}${text})\r\n`);
      }
    }
    for (const [emailId, text] of loaded) cache.keep(constant.name, emailId, text);
    await link.room();
  }
  return purged;
}

/** What the view knows is said at once. */
function inView(items: readonly Item[], message: FetchedMessage): string {
  let words = '';
  for (const item of items) words += `${item(message) as string} `;
  return words;
}

async function wordsOf(
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
      for (const item of items) said.push(await asWords(item(message)));
      words.set(message.emailId, said.join(' '));
    }
    at += covered;
  }
  return words;
}

async function asWords(asked: ReturnType<Item>): Promise<string> {
  const said = await asked;
  if (typeof said === 'string') return said;
  const pieces: Uint8Array[] = [];
  if (said.source instanceof Uint8Array) pieces.push(said.source);
  else for await (const piece of said.source) pieces.push(piece);
  return `${said.head}{${said.size}}\r\n${latin1(concat(pieces))}`;
}
