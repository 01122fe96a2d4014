/** Carries out SEARCH and SORT: runs the search, saves its result where that was asked for (RFC 5182), says it. */
import type { SearchContext } from '#mail/search/keys/search-state';
import type { CommandOf, SearchReturn } from '#protocol/imap/command';
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';
import { esearchLine, savedUids, searchLine, type Answer } from './esearch.ts';
import { hasKey } from './has-key.ts';
import { runSearch } from './run.ts';

/**
 * @param asked undefined: the answer has the name of the command
 * @param order of the places that were found
 */
export async function answerSearch(
  state: SessionState,
  tag: string,
  command: CommandOf<'SEARCH' | 'SORT'>,
  asked: SearchReturn | undefined,
  order: (context: SearchContext, found: Uint32Array) => Promise<Uint32Array> | Uint32Array,
): Promise<Reply> {
  const before = state.saved;
  // RFC 5182 §2.1: a search that ends with NO leaves nothing saved
  if (asked?.save) state.saved = undefined;
  const ran = await runSearch(state, tag, command.key, before);
  if (ran.kind === 'refused') {
    state.saved = before;
    return ran.reply;
  }
  const { context } = ran;
  const places = await order(context, ran.places);
  if (asked?.save) {
    const { uids } = context.numbered;
    state.saved = savedUids(
      places.map((place) => uids[place]!),
      asked,
    );
  }
  const answer = answerOf(context, places, tag, command);
  const line = asked === undefined ? searchLine(command.verb, answer) : esearchLine(answer, asked);
  if (line !== undefined) state.out.text(line);
  return FOUND;
}

const FOUND = ok('Found');

function answerOf(
  context: SearchContext,
  places: Uint32Array,
  tag: string,
  { uid, key }: CommandOf<'SEARCH' | 'SORT'>,
): Answer {
  const { numbered, view } = context;
  const numbers = new Uint32Array(places.length);
  for (let i = 0; i < numbers.length; i++)
    numbers[i] = uid ? numbered.uids[places[i]!]! : places[i]! + 1;
  return {
    tag,
    uid,
    numbers,
    modseqAt: hasKey(key, (one) => one.key === 'MODSEQ')
      ? (index) => view.modseqs[view.placeOf(numbered.uids[places[index]!]!)]!
      : undefined,
  };
}
