/** SEARCH (RFC 9051 §6.4.4, RFC 3501 §6.4.4) and SORT (RFC 5256, RFC 5267), whose answer may be saved as `$` (RFC 5182). */
import type { SearchReturn } from '#protocol/imap/command';
import { sorted } from '#protocol/imap/sort';
import type { CommandOf } from '#servers/imap/commands';
import { ok, type Reply } from '#servers/imap/reply';
import { esearchLine, partOf, searchLine, type Answer } from '#servers/imap/search/esearch';
import { highestModseq, namesModseq, numberer, runSearch } from '#servers/imap/search/run';
import { sortFacts } from '#servers/imap/search/sort-facts';
import type { SessionState } from '#servers/imap/session-state';

const ALL: SearchReturn = {
  min: false,
  max: false,
  all: true,
  count: false,
  save: false,
  partial: undefined,
};

export async function search(
  state: SessionState,
  command: CommandOf<'SEARCH'>,
  tag: string,
): Promise<Reply> {
  const saves = command.return?.save === true;
  // RFC 5182 §2.1: a search that fails leaves nothing saved
  if (saves) state.saved = undefined;
  const uids = await answer(state, command, tag);
  if (saves) state.saved = toSave(uids, command.return!);
  return DONE;
}

export async function sort(
  state: SessionState,
  command: CommandOf<'SORT'>,
  tag: string,
): Promise<Reply> {
  await answer(state, command, tag);
  return DONE;
}

const DONE = ok('Found');

async function answer(
  state: SessionState,
  command: CommandOf<'SEARCH' | 'SORT'>,
  tag: string,
): Promise<Uint32Array> {
  const { enabled, out } = state;
  const modseq = namesModseq(command.key);
  if (modseq) enabled.condstore = true;
  const { now, places } = await runSearch(state, tag, command.key);
  const number = numberer(state, now, command.uid);
  const ordered =
    command.verb === 'SORT' ? sorted(await sortFacts(state, now, places), command.sort) : places;
  const said: Answer = {
    tag,
    uid: command.uid,
    numbers: Array.from(ordered, number),
    modseqOf: modseq
      ? (indices) =>
          highestModseq(
            now,
            Array.from(indices, (index) => ordered[index]!),
          )
      : undefined,
  };
  const asked = command.return ?? (enabled.rev2 && command.verb === 'SEARCH' ? ALL : undefined);
  if (asked === undefined) out.text(searchLine(command.verb, said));
  else if (says(asked)) out.text(esearchLine(said, asked, command.verb === 'SEARCH'));
  return Uint32Array.from(ordered, (place) => now.uids[place]!);
}

/** RFC 5182 §2.1: who only saves is told nothing. */
function says({ min, max, all, count, partial }: SearchReturn): boolean {
  return min || max || all || count || partial !== undefined;
}

/** RFC 5182 §2.1, RFC 9394 §3.3: all that was found, or what MIN, MAX or PARTIAL named where nothing else was asked for. */
function toSave(uids: Uint32Array, { min, max, all, count, partial }: SearchReturn): Uint32Array {
  if (all || count || uids.length === 0) return uids;
  if (partial !== undefined)
    return Uint32Array.from(partOf(uids.length, partial), (index) => uids[index]!);
  if (!min && !max) return uids;
  const ends = [...(min ? [uids[0]!] : []), ...(max ? [uids.at(-1)!] : [])];
  return Uint32Array.from(new Set(ends));
}
