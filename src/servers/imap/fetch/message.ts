/**
 * The messages of a FETCH with what their items need, loaded some hundred at a time: facts, structures, octets. A structure that is not
 * stored yet is parsed from the octets and kept for the next one who asks.
 */
import { concat, EMPTY } from '#bytes';
import {
  formatKept,
  keptStructure,
  keptWords,
  plainWords,
  type KeptWords,
} from '#protocol/imap/kept-structure';
import { parseStructure } from '#protocol/message/body/parse-structure';
import { StructureDamaged } from '#protocol/message/body/stored-structure';
import type { EmbeddedMessage } from '#protocol/message/structure';
import type { MailStore } from '#store/mailboxes/mail-store';
import type { Turns } from '#servers/imap/shared/turns';
import { readFacts, readSavedDates, type EmailFacts } from '#store/mailboxes/read/facts';
import {
  readSmall,
  readViewRange,
  type LargeView,
  type SmallView,
} from '#store/mailboxes/read/octets';
import type { ParsedStructure } from '#store/mailboxes/read/structures';
import { readThrough } from '#store/mailboxes/read/view-cache';
import type { ViewState } from '#store/mailboxes/view/view';

/** A message on its way into a response. */
export interface FetchedMessage {
  readonly uid: number;
  /** Message number. */
  readonly sequence: number;
  /** In the state of the view. */
  readonly place: number;
  readonly emailId: number;
  readonly facts: EmailFacts | undefined;
  readonly savedAt: number | undefined;
  readonly view: SmallView | LargeView | undefined;
  readonly structure: EmbeddedMessage | undefined;
  /** Where they are stored; else the structure is there. */
  readonly words: KeptWords | undefined;
}

/** Of a message that nothing was asked of the store about. */
export const UNLOADED = {
  facts: undefined,
  savedAt: undefined,
  view: undefined,
  structure: undefined,
  words: undefined,
};

export interface Needs {
  facts: boolean;
  /** What ENVELOPE and BODYSTRUCTURE say. */
  words: boolean;
  structure: boolean;
  savedDate: boolean;
  /** Octets; and for those too large to be brought at once the structure, where ranges of them are asked for. */
  octets: boolean;
  ranges: boolean;
}

export interface Loader {
  readonly mail: MailStore;
  readonly accountId: string;
  readonly mailboxId: string;
  readonly state: ViewState;
  readonly needs: Needs;
  /** What is read is kept in memory for what the client asks next. */
  readonly keep: boolean;
  /** For messages that are read as a whole though they are large. */
  readonly turns: Turns;
  readonly damaged: (error: StructureDamaged) => void;
  /** Has structures stored that were parsed; resolves when more may be handed in. */
  readonly save: (structures: readonly ParsedStructure[]) => Promise<void>;
}

export interface Loaded {
  /** Without those that were purged meanwhile. */
  readonly messages: readonly FetchedMessage[];
  /** So many of the targets were looked at, one at least: octets of more would be too much at once. */
  readonly covered: number;
}

/** Loads messages by their places, as many of the first ones as come at once. */
export async function loadMessages(
  loader: Loader,
  targets: readonly { readonly place: number; readonly sequence: number }[],
): Promise<Loaded> {
  const { views } = await loadViews(loader, targets);
  const covered = views?.length ?? targets.length;
  const messages = await loadRest(loader, targets.slice(0, covered), views);
  return { messages, covered };
}

async function loadViews(
  { mail, accountId, state, needs, keep }: Loader,
  targets: readonly { readonly place: number }[],
): Promise<{ views: readonly (SmallView | LargeView | undefined)[] | undefined }> {
  if (!needs.octets || targets.length === 0) return { views: undefined };
  const ids = Float64Array.from(targets, ({ place }) => state.emailIds[place]!);
  const read = keep ? readThrough(mail, accountId, ids) : readSmall(mail.pool, accountId, ids);
  return { views: await read };
}

async function loadRest(
  loader: Loader,
  targets: readonly { readonly place: number; readonly sequence: number }[],
  views: readonly (SmallView | LargeView | undefined)[] | undefined,
): Promise<FetchedMessage[]> {
  const { mail, accountId, mailboxId, state, needs } = loader;
  const uids = Uint32Array.from(targets, ({ place }) => state.uids[place]!);
  const ids = Float64Array.from(targets, ({ place }) => state.emailIds[place]!);
  const [facts, saved] = await Promise.all([
    needs.facts || needs.structure || needs.words
      ? readFacts(mail.pool, accountId, ids, { structure: needs.structure || needs.words })
      : undefined,
    needs.savedDate ? readSavedDates(mail.pool, mailboxId, uids) : undefined,
  ]);
  const words = needs.words ? facts!.map((row) => wordsOf(row?.structure)) : [];
  const structures: Structures = new Map();
  const unparsed = new Set<number>();
  for (const [i, id] of ids.entries()) {
    const wanted =
      needs.structure ||
      (needs.words && words[i] === undefined) ||
      (needs.ranges && views?.[i]?.kind === 'large');
    if (!wanted || structures.has(id)) continue;
    const stored = readStored(facts?.[i]?.structure, loader);
    if (stored) structures.set(id, { structure: stored, words: undefined });
    else unparsed.add(id);
  }
  if (unparsed.size > 0) await parseMissing(loader, unparsed, ids, views, structures);
  return targets.flatMap((target, i) => {
    const emailId = ids[i]!;
    const message: FetchedMessage = {
      ...target,
      uid: uids[i]!,
      emailId,
      facts: facts?.[i],
      savedAt: saved?.[i],
      view: views?.[i],
      structure: structures.get(emailId)?.structure,
      words: words[i] ?? structures.get(emailId)?.words,
    };
    return isWhole(message, needs) ? [message] : [];
  });
}

/** By email id: what was read or parsed. */
type Structures = Map<number, Pick<FetchedMessage, 'structure' | 'words'>>;

function isWhole({ facts, view, structure, words }: FetchedMessage, needs: Needs): boolean {
  return (
    (!needs.words || words !== undefined || structure !== undefined) &&
    (!needs.facts || facts !== undefined) &&
    (!needs.octets || view !== undefined) &&
    (!needs.structure || structure !== undefined)
  );
}

function wordsOf(text: Uint8Array | undefined): KeptWords | undefined {
  return text === undefined ? undefined : keptWords(text);
}

function readStored(
  text: Uint8Array | undefined,
  { damaged }: Loader,
): EmbeddedMessage | undefined {
  if (text === undefined) return undefined;
  try {
    return keptStructure(text);
  } catch (error) {
    if (!(error instanceof StructureDamaged)) throw error;
    damaged(error);
    return undefined;
  }
}

/** Parses what is not stored, puts it into `structures`, and has it stored. */
async function parseMissing(
  loader: Loader,
  unparsed: ReadonlySet<number>,
  ids: Float64Array,
  views: readonly (SmallView | LargeView | undefined)[] | undefined,
  structures: Structures,
): Promise<void> {
  const { structure: structureToo, ranges } = loader.needs;
  const missing = [...unparsed];
  const known = new Map(views?.map((view, i) => [ids[i]!, view]));
  const found = views ? missing.map((id) => known.get(id)) : await readAll(loader, missing);
  const parsed: ParsedStructure[] = [];
  for (const [i, emailId] of missing.entries()) {
    const view = found[i];
    if (view === undefined) continue;
    const structure =
      view.kind === 'whole'
        ? parseStructure(view.bytes)
        : await parseLarge(loader, emailId, view.size);
    const words = plainWords(structure);
    // objects that live on for no use cost the collector of garbage as much as the parsing
    const isWanted = structureToo || ranges || words === undefined;
    structures.set(emailId, { structure: isWanted ? structure : undefined, words });
    parsed.push({ emailId, structure: formatKept(structure, words) });
  }
  await loader.save(parsed);
}

/** Views of all ids, in as many questions as it takes: structures that are not stored yet are few. */
async function readAll(
  { mail, accountId }: Loader,
  ids: readonly number[],
): Promise<(SmallView | LargeView | undefined)[]> {
  const views: (SmallView | LargeView | undefined)[] = [];
  while (views.length < ids.length)
    views.push(...(await readSmall(mail.pool, accountId, ids.slice(views.length))));
  return views;
}

async function parseLarge(
  { mail, accountId, turns }: Loader,
  emailId: number,
  size: number,
): Promise<EmbeddedMessage> {
  using _turn = await turns.take();
  return parseStructure(await readRange(mail, accountId, emailId, 0, size));
}

/** A range of a large message in one piece. */
export async function readRange(
  { pool }: MailStore,
  accountId: string,
  emailId: number,
  start: number,
  end: number,
): Promise<Uint8Array> {
  if (start >= end) return EMPTY;
  const pieces: Uint8Array[] = [];
  for await (const piece of readViewRange(pool, accountId, emailId, start, end)) pieces.push(piece);
  return concat(pieces);
}
