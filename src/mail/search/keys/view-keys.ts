/**
 * The search keys that the view of a mailbox answers by itself: flags, keywords, numbers, UIDs, modseqs, ids (RFC 9051 §6.4.4,
 * RFC 7162 §3.1.5, RFC 8474 §5.3, RFC 5182). Each becomes one loop over columns.
 * Called by keys-by-stage.ts, search-state.ts.
 */
import type { MessageSet } from '#protocol/imap/command';
import { findNumbers, findUids, lowerBound, type IndexRange } from '#protocol/imap/sequence-set';
import { rangesOf } from '#store/mailboxes/entries/uid-ranges';
import type { ViewState } from '#store/mailboxes/view/view';
import { NO, YES } from '#store/search/answers';
import type { Leaf } from './truth.ts';

/** What message numbers mean to who searches: places in `uids`, which rise up to `count`. */
export interface Numbered {
  readonly uids: Uint32Array;
  readonly count: number;
}

export interface ViewQuestion {
  readonly numbered: Numbered;
  readonly view: ViewState;
  /** What `$` stands for: UIDs, rising. */
  readonly saved: Uint32Array;
  /** RFC 3501 §2.3.2; where this is missing nothing is. */
  readonly isRecent?: (uid: number) => boolean;
  /** The number in an EMAILID; undefined for one that no message has. */
  readonly emailNumber: (id: string) => number | undefined;
}

/** Messages by where they stand, rising. */
export interface Places {
  /** In `numbered`. */
  readonly told: Uint32Array;
  /** In the view. */
  readonly now: Uint32Array;
}

/** Writes YES or NO for each of the places. */
export type ViewKey = (places: Places, out: Uint8Array) => void;

/** Undefined where the view does not know the answer. */
export function viewKey(leaf: Leaf, question: ViewQuestion): ViewKey | undefined {
  const { view } = question;
  switch (leaf.key) {
    case 'ALL':
    case 'SAVEDATESUPPORTED':
      return always(true);
    case 'RECENT':
      return recentKey(question, leaf.set);
    case 'TEXT':
    case 'BODY':
      return leaf.text === '' ? always(true) : undefined;
    case 'FLAG':
      return flagKey(view.flags, leaf.bit, leaf.set ? leaf.bit : 0);
    case 'KEYWORD':
      return keywordKey(view, leaf.keyword.toLowerCase(), leaf.set);
    case 'MODSEQ':
      return modseqKey(view.modseqs, leaf.modseq);
    case 'SEQUENCE':
      return rangesKey(rangesOfSet(leaf.set, question, false));
    case 'UID':
      return rangesKey(rangesOfSet(leaf.set, question, true));
    case 'EMAILID':
      return emailKey(view.emailIds, question.emailNumber(leaf.id));
    case 'HEADER':
    case 'LARGER':
    case 'SMALLER':
    case 'BEFORE':
    case 'ON':
    case 'SINCE':
    case 'SENTBEFORE':
    case 'SENTON':
    case 'SENTSINCE':
    case 'SAVEDBEFORE':
    case 'SAVEDON':
    case 'SAVEDSINCE':
    case 'OLDER':
    case 'YOUNGER':
    case 'THREADID':
      return undefined;
    default:
      return leaf satisfies never;
  }
}

function always(answer: boolean): ViewKey {
  return ({ now }, out) => {
    out.fill(answer ? YES : NO, 0, now.length);
  };
}

function recentKey({ view, isRecent }: ViewQuestion, set: boolean): ViewKey {
  if (isRecent === undefined) return always(!set);
  return ({ now }, out) => {
    for (let i = 0; i < now.length; i++) out[i] = isRecent(view.uids[now[i]!]!) === set ? YES : NO;
  };
}

function flagKey(flags: Uint8Array, mask: number, wanted: number): ViewKey {
  return ({ now }, out) => {
    for (let i = 0; i < now.length; i++) out[i] = (flags[now[i]!]! & mask) === wanted ? YES : NO;
  };
}

/** RFC 9051 §2.3.2: keywords are one whatever their case. */
function keywordKey(view: ViewState, keyword: string, set: boolean): ViewKey {
  const bySet = new Map<number, number>();
  const answerAt = (place: number): number => {
    const has = view.keywordsAt(place).some((one) => one.toLowerCase() === keyword);
    return has === set ? YES : NO;
  };
  return ({ now }, out) => {
    for (let i = 0; i < now.length; i++) {
      const place = now[i]!;
      const number = view.keywords[place]!;
      let answer = bySet.get(number);
      if (answer === undefined) bySet.set(number, (answer = answerAt(place)));
      out[i] = answer;
    }
  };
}

function modseqKey(modseqs: Float64Array, least: number): ViewKey {
  return ({ now }, out) => {
    for (let i = 0; i < now.length; i++) out[i] = modseqs[now[i]!]! >= least ? YES : NO;
  };
}

function emailKey(emailIds: Float64Array, id: number | undefined): ViewKey {
  if (id === undefined) return always(false);
  return ({ now }, out) => {
    for (let i = 0; i < now.length; i++) out[i] = emailIds[now[i]!] === id ? YES : NO;
  };
}

/** Numbers that no message has find nothing, as UIDs do: a search asks, it does not act. */
function rangesOfSet(
  set: MessageSet,
  { numbered: { uids, count }, saved }: ViewQuestion,
  uid: boolean,
): IndexRange[] {
  if (set.kind === 'saved')
    return findUids({ kind: 'ranges', ranges: rangesOf(saved) }, uids, count);
  return uid ? findUids(set, uids, count) : findNumbers(set, count).ranges;
}

function rangesKey(ranges: readonly IndexRange[]): ViewKey {
  const ends = Uint32Array.from(ranges, ({ end }) => end);
  return ({ told }, out) => {
    if (told.length === 0) return;
    let at = lowerBound(ends, ends.length, told[0]! + 1);
    for (let i = 0; i < told.length; i++) {
      const place = told[i]!;
      while (at < ends.length && ends[at]! <= place) at++;
      out[i] = at < ends.length && ranges[at]!.start <= place ? YES : NO;
    }
  };
}

/** Places in the view of messages that were found, by their places in `numbered`: the view is the one that was searched. */
export function placesNow({ numbered, view }: ViewQuestion, told: Uint32Array): Uint32Array {
  if (numbered.uids === view.uids) return told;
  return told.map((place) => view.placeOf(numbered.uids[place]!));
}

/** The messages that who searches knows of and that are still there. */
export function presentPlaces({ numbered, view }: ViewQuestion): Places {
  if (numbered.uids === view.uids) {
    const all = new Uint32Array(Math.min(numbered.count, view.count));
    for (let i = 0; i < all.length; i++) all[i] = i;
    return { told: all, now: all };
  }
  const told: number[] = [];
  const now: number[] = [];
  for (let place = 0; place < numbered.count; place++) {
    const at = view.placeOf(numbered.uids[place]!);
    if (at < 0) continue;
    told.push(place);
    now.push(at);
  }
  return { told: Uint32Array.from(told), now: Uint32Array.from(now) };
}
