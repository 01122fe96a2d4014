/**
 * What a chaos run proves, from its records alone: every acknowledged message reached each recipient or its author
 * was told, once, and nothing came that was not sent. Pure. Called when everything has drained.
 */
import type { ClientLine, Taken, Tried } from './ledger.ts';
import { FORWARD, isLocal, REFUSED } from './letter.ts';

export interface MailboxCopy {
  readonly address: string;
  readonly sha256: string;
}

/** A failure notice in the author's mailbox. */
export interface Notice {
  /** Of the message it is about. */
  readonly id: string;
  readonly recipients: readonly string[];
}

/** Milliseconds since 1970: from before a fault until the server was whole again. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

export interface Facts {
  readonly client: readonly ClientLine[];
  readonly mailboxes: readonly MailboxCopy[];
  readonly notices: readonly Notice[];
  readonly taken: readonly Taken[];
  readonly faults: readonly Span[];
}

export type WrongKind =
  /** Acknowledged, and neither delivered nor bounced. */
  | 'lost'
  /** In some of the mailboxes of one transaction, not in all. */
  | 'half-stored'
  /** A second copy that no fault explains. */
  | 'duplicate'
  /** Delivered, and never sent, or not to that recipient, or with another body. */
  | 'stranger'
  /** A good message was answered 5yz: its client gives it up. */
  | 'refused'
  /** The author was told of a failure that was none. */
  | 'needless-notice';

export interface Wrong {
  readonly kind: WrongKind;
  readonly what: string;
}

export interface Verdict {
  readonly tried: number;
  readonly acknowledged: number;
  /** Answered 4yz: the client keeps its message. */
  readonly deferred: number;
  /** The connection was lost before the reply. */
  readonly unanswered: number;
  /** Copies, by where they are. */
  readonly stored: number;
  readonly relayed: number;
  readonly bounced: number;
  /** Deliveries of messages whose client got no 250: allowed by RFC 1047. */
  readonly unacknowledged: number;
  /** Second copies since the sink hung up before its reply (RFC 1047). */
  readonly unheard: number;
  /** Second copies since a fault came between the reply of the sink and our record of it (RFC 1047). */
  readonly unrecorded: number;
  readonly wrongs: readonly Wrong[];
}

interface Places {
  readonly mailboxes: Map<string, number>;
  readonly taken: Map<string, Taken[]>;
  readonly notices: Map<string, number>;
}

/** So long after a reply of the sink the server has surely recorded it. Milliseconds. */
const RECORDED_WITHIN = 5000;

export function judge(facts: Facts): Verdict {
  const tried = new Map<string, Tried>();
  const codes = new Map<string, number>();
  for (const line of facts.client) {
    if (line.kind === 'tried') tried.set(line.id, line);
    else codes.set(line.id, line.code);
  }
  const wrongs: Wrong[] = [...strangers(facts, tried)];
  const places = placesOf(facts);
  const count = { acknowledged: 0, deferred: 0, unanswered: 0, bounced: 0 };
  const copies = { unacknowledged: 0, unheard: 0, unrecorded: 0 };
  for (const message of tried.values()) {
    const code = codes.get(message.id) ?? 0;
    if (code === 250) count.acknowledged++;
    else if (code === 0) count.unanswered++;
    else if (code < 500) count.deferred++;
    else wrongs.push({ kind: 'refused', what: `${message.id}: ${code}` });
    const found = message.to.map((address) => {
      const fate = fateOf(message, address, places, facts.faults, wrongs);
      copies.unheard += fate.unheard;
      copies.unrecorded += fate.unrecorded;
      if (fate.notices > 0) count.bounced++;
      return fate.copies > 0 || fate.notices > 0;
    });
    const there = found.filter(Boolean).length;
    if (code !== 250) {
      copies.unacknowledged += there;
      if (there > 0 && there < found.length) {
        wrongs.push({ kind: 'half-stored', what: `${message.id} to ${message.to.join(' ')}` });
      }
    }
    for (const [i, address] of message.to.entries()) {
      if (code === 250 && !found[i]) {
        wrongs.push({ kind: 'lost', what: `${message.id} to ${address} by ${message.via}` });
      }
    }
  }
  return {
    tried: tried.size,
    ...count,
    ...copies,
    stored: facts.mailboxes.length,
    relayed: facts.taken.reduce((sum, { to }) => sum + to.length, 0),
    wrongs,
  };
}

function placesOf({ mailboxes, taken, notices }: Facts): Places {
  const places: Places = { mailboxes: new Map(), taken: new Map(), notices: new Map() };
  for (const { address, sha256 } of mailboxes) add(places.mailboxes, `${sha256} ${address}`);
  for (const { id, recipients } of notices) {
    for (const address of recipients) add(places.notices, `${id} ${address}`);
  }
  for (const one of taken) {
    for (const address of one.to) {
      const key = `${one.sha256} ${address}`;
      const before = places.taken.get(key);
      if (before) before.push(one);
      else places.taken.set(key, [one]);
    }
  }
  return places;
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

interface Fate {
  readonly copies: number;
  readonly notices: number;
  readonly unheard: number;
  readonly unrecorded: number;
}

/** What became of one recipient of a message. */
function fateOf(
  { id, sha256 }: Tried,
  address: string,
  places: Places,
  faults: readonly Span[],
  wrongs: Wrong[],
): Fate {
  const notices = places.notices.get(`${id} ${address}`) ?? 0;
  if (notices > 0 && !address.startsWith(REFUSED)) {
    wrongs.push({ kind: 'needless-notice', what: `${id} to ${address}` });
  }
  if (notices > 1)
    wrongs.push({ kind: 'duplicate', what: `${notices} notices on ${id} ${address}` });
  if (isLocal(address)) {
    // a mailbox and the queue are one database: no fault explains a second copy
    const copies = places.mailboxes.get(`${sha256} ${address}`) ?? 0;
    if (copies > 1) wrongs.push({ kind: 'duplicate', what: `${copies} of ${id} in ${address}` });
    return { copies, notices, unheard: 0, unrecorded: 0 };
  }
  const taken = places.taken.get(`${sha256} ${targetOf(address)}`) ?? [];
  const second = Math.max(0, taken.length - 1);
  const hungUp = taken.filter(({ replied }) => !replied).length;
  const fell = taken.filter(({ at, replied }) => replied && fellTo(at, faults)).length;
  if (second > hungUp + fell) {
    wrongs.push({ kind: 'duplicate', what: `${taken.length} of ${id} to ${address} at the sink` });
  }
  const unheard = Math.min(second, hungUp);
  return { copies: taken.length, notices, unheard, unrecorded: Math.min(second - unheard, fell) };
}

function fellTo(at: number, faults: readonly Span[]): boolean {
  return faults.some(({ from, until }) => at + RECORDED_WITHIN >= from && at <= until);
}

function targetOf(address: string): string {
  return address === FORWARD.alias ? FORWARD.target : address;
}

/** Bodies that nobody sent, or that came to somebody else. */
function* strangers(facts: Facts, tried: ReadonlyMap<string, Tried>): Generator<Wrong> {
  const meant = new Map<string, ReadonlySet<string>>();
  for (const { sha256, to } of tried.values()) meant.set(sha256, new Set(to.map(targetOf)));
  for (const { address, sha256 } of facts.mailboxes) {
    if (!meant.get(sha256)?.has(address)) {
      yield { kind: 'stranger', what: `body ${sha256} in the mailbox of ${address}` };
    }
  }
  for (const { to, sha256 } of facts.taken) {
    for (const address of to) {
      if (!meant.get(sha256)?.has(address)) {
        yield { kind: 'stranger', what: `body ${sha256} at the sink for ${address}` };
      }
    }
  }
  for (const { id } of facts.notices) {
    if (!tried.has(id)) yield { kind: 'stranger', what: `a notice on ${id}` };
  }
}
