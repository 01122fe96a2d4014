/** SEARCH keys (RFC 9051 §6.4.4; RFC 5032, RFC 7162, RFC 8474, RFC 8514) as conditions that the domain decides. */
import type { Condition, Leaf } from '#mail/search/condition';
import type { MessageSet, SearchKey } from '#protocol/imap/command';
import { findNumbers, findUids } from '#protocol/imap/sequence-set';
import { objectNumber } from '#servers/imap/object-id';
import type { Messages } from '#servers/imap/selected';
import { savedSet } from '#servers/imap/sets';
import type { EmailFacts } from '#store/mailboxes/facts';
import type { ViewState } from '#store/mailboxes/view';

export interface KeyContext {
  /** What message numbers mean. */
  readonly told: Messages;
  readonly now: ViewState;
  /** What `$` stands for. */
  readonly saved: Uint32Array | undefined;
  /** Calendar milliseconds. */
  readonly time: number;
  /** Keywords as the mailbox writes them. */
  readonly spellings: (keywords: readonly string[]) => string[];
}

const DAY = 86_400_000;
const ALL: Condition = { kind: 'all' };
const NONE: Condition = { kind: 'or', of: [] };

export function conditionOf(key: SearchKey, context: KeyContext): Condition {
  switch (key.key) {
    case 'ALL':
      return ALL;
    case 'NOT':
      return { kind: 'not', of: conditionOf(key.of, context) };
    case 'AND':
      return { kind: 'and', of: key.of.map((one) => conditionOf(one, context)) };
    case 'OR':
      return {
        kind: 'or',
        of: [conditionOf(key.left, context), conditionOf(key.right, context)],
      };
    case 'FLAG':
      return flag(key.bit, key.set);
    case 'KEYWORD':
      return keyword(context.spellings([key.keyword])[0]!, key.set);
    case 'RECENT':
      return key.set ? NONE : ALL;
    case 'SEQUENCE':
      return members(key.set, false, context);
    case 'UID':
      return members(key.set, true, context);
    case 'MODSEQ':
      return entry((state, place) => state.modseqs[place]! >= key.modseq);
    case 'EMAILID': {
      const id = objectNumber('email', key.id);
      return entry((state, place) => state.emailIds[place] === id);
    }
    case 'THREADID': {
      const id = objectNumber('thread', key.id);
      return facts(({ threadId }) => threadId === id);
    }
    case 'LARGER':
      return facts(({ size }) => size > key.octets);
    case 'SMALLER':
      return facts(({ size }) => size < key.octets);
    case 'OLDER':
      return facts(({ receivedAt }) => receivedAt <= context.time - key.seconds * 1000);
    case 'YOUNGER':
      return facts(({ receivedAt }) => receivedAt >= context.time - key.seconds * 1000);
    case 'BEFORE':
    case 'ON':
    case 'SINCE': {
      const test = dayTest(key.key, key.day);
      return facts(({ receivedAt }) => test(receivedAt));
    }
    case 'SAVEDBEFORE':
    case 'SAVEDON':
    case 'SAVEDSINCE':
      return { kind: 'saved', test: dayTest(key.key.slice('SAVED'.length), key.day) };
    case 'SAVEDATESUPPORTED':
      return ALL;
    case 'SENTBEFORE':
    case 'SENTON':
    case 'SENTSINCE':
      return { kind: 'sent', test: dayTest(key.key.slice('SENT'.length), key.day) };
    case 'TEXT':
    case 'BODY':
      if (key.text === '') return ALL;
      return { kind: 'text', where: key.key === 'TEXT' ? 'text' : 'body', needle: key.text };
    case 'HEADER':
      return { kind: 'field', field: key.field, needle: key.text };
    default:
      return key satisfies never;
  }
}

function entry(test: (state: ViewState, place: number) => boolean): Leaf {
  return { kind: 'entry', test };
}

function facts(test: (facts: EmailFacts) => boolean): Leaf {
  return { kind: 'facts', test };
}

function flag(bit: number, set: boolean): Leaf {
  return entry((state, place) => ((state.flags[place]! & bit) !== 0) === set);
}

function keyword(name: string, set: boolean): Leaf {
  return entry((state, place) => state.keywordsAt(place).includes(name) === set);
}

/** Of an instant in UTC, as INTERNALDATE tells it. */
function dayTest(which: string, day: number): (at: number) => boolean {
  if (which === 'BEFORE') return (at) => at < day;
  if (which === 'SINCE') return (at) => at >= day;
  return (at) => at >= day && at < day + DAY;
}

/** Numbers that no message has find nothing. */
function members(set: MessageSet, uid: boolean, { told, now, saved }: KeyContext): Condition {
  const asked = set.kind === 'saved' ? savedSet(saved) : set;
  const ranges =
    uid || set.kind === 'saved'
      ? findUids(asked, told.uids, told.count)
      : findNumbers(asked, told.count).ranges;
  const isMember = new Uint8Array(now.count);
  const same = told.uids === now.uids;
  for (const { start, end } of ranges)
    for (let place = start; place < end; place++) {
      const here = same ? place : now.placeOf(told.uids[place]!);
      if (here >= 0) isMember[here] = 1;
    }
  return entry((_, place) => isMember[place] === 1);
}
