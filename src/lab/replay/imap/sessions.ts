/**
 * What mail programs said to the learner's server and what it answered: the newest sessions, in memory, bounded in number, in each session and in
 * all, and gone with the process. Of a long session the beginning is kept, and the newest.
 */
import type { Clock } from '#clock';
import type { ImapListener } from '#servers/imap/listener';
import type { ImapObserver, ImapWitness, WatchedSession } from '#servers/imap/witness';
import { ImapEar, type ImapEntry } from './ear.ts';

export interface ImapSession {
  readonly id: string;
  readonly listener: ImapListener;
  readonly client: string;
  /** Who was logged in last. */
  readonly account: string | undefined;
  /** Calendar milliseconds. */
  readonly beganAt: number;
  readonly endedAt: number | undefined;
  readonly entries: readonly ImapEntry[];
  /** Messages of which the server told something: `UID mailbox`, the mailbox as the client named it. */
  readonly told: ReadonlySet<string>;
}

export interface ImapSessionLimits {
  readonly sessions: number;
  /** Of all lines together. */
  readonly characters: number;
  readonly entriesEach: number;
  /** Of these, so many from the beginning. */
  readonly firstEach: number;
  /** Lines of the server between two of the client. */
  readonly linesOfAnswer: number;
  /** Messages that are remembered of each. */
  readonly toldEach: number;
}

const LIMITS: ImapSessionLimits = {
  sessions: 200,
  characters: 1_000_000,
  entriesEach: 240,
  firstEach: 60,
  linesOfAnswer: 30,
  toldEach: 100,
};
/** What an entry takes beside its line. */
const OVERHEAD = 60;

interface Kept {
  readonly watched: WatchedSession;
  readonly beganAt: number;
  account: string | undefined;
  endedAt: number | undefined;
  readonly entries: ImapEntry[];
  readonly told: Set<string>;
  /** Lines of the server since the client spoke. */
  answered: number;
  /** How many are left out there where the first end. */
  leftOut: number;
  characters: number;
}

export class ImapSessions implements ImapWitness {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #limits: ImapSessionLimits;
  /** In the order in which they began. */
  readonly #kept = new Map<string, Kept>();
  #characters = 0;

  constructor(clock: Pick<Clock, 'now'>, limits: ImapSessionLimits = LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  began(watched: WatchedSession): ImapObserver {
    const now = (): number => this.#clock.now();
    const kept: Kept = {
      watched,
      beganAt: now(),
      account: undefined,
      endedAt: undefined,
      entries: [],
      told: new Set(),
      answered: 0,
      leftOut: 0,
      characters: 0,
    };
    this.#kept.set(watched.id, kept);
    this.#trim();
    const ear = new ImapEar({
      now,
      account: watched.account,
      add: (entry) => this.#hear(kept, entry),
      told: (mailbox, uid) => {
        if (kept.told.size < this.#limits.toldEach) kept.told.add(`${uid} ${mailbox}`);
      },
    });
    return {
      heard: (bytes) => ear.heard(bytes),
      said: (bytes) => ear.said(bytes),
      secured: ({ version, cipher }) => {
        ear.secured();
        this.#hear(kept, { at: now(), kind: 'tls', line: `${version} ${cipher}` });
      },
      compressed: () => this.#hear(kept, { at: now(), kind: 'compressed', line: 'DEFLATE' }),
      ended: () => {
        kept.account = watched.account() ?? kept.account;
        kept.endedAt = now();
      },
    };
  }

  /** Oldest first. */
  list(): ImapSession[] {
    return [...this.#kept.values()].map((kept) => this.#sessionOf(kept));
  }

  find(id: string): ImapSession | undefined {
    const kept = this.#kept.get(id);
    return kept && this.#sessionOf(kept);
  }

  #sessionOf({ watched, account, leftOut, entries, ...kept }: Kept): ImapSession {
    const { id, listener, client } = watched;
    const { firstEach } = this.#limits;
    const [first, rest] = [entries.slice(0, firstEach), entries.slice(firstEach)];
    const gap: ImapEntry[] =
      leftOut === 0
        ? []
        : [{ at: rest[0]?.at ?? kept.beganAt, kind: 'left-out', line: String(leftOut) }];
    return {
      id,
      listener,
      client,
      account: watched.account() ?? account,
      beganAt: kept.beganAt,
      endedAt: kept.endedAt,
      entries: [...first, ...gap, ...rest],
      told: kept.told,
    };
  }

  #hear(kept: Kept, entry: ImapEntry): void {
    // forgotten while it went on
    if (!this.#kept.has(kept.watched.id)) return;
    kept.account = kept.watched.account() ?? kept.account;
    if (entry.kind !== 'server') kept.answered = 0;
    else if (entry.line.startsWith('*') && ++kept.answered > this.#limits.linesOfAnswer)
      return this.#leaveOut(kept, entry);
    this.#add(kept, entry);
    const { entriesEach, firstEach } = this.#limits;
    if (kept.entries.length > entriesEach) {
      const [gone] = kept.entries.splice(firstEach, 1);
      kept.leftOut += gone!.kind === 'left-out' ? Number(gone!.line) : 1;
      this.#count(kept, -sizeOf(gone!));
    }
    this.#trim();
  }

  #leaveOut(kept: Kept, { at }: ImapEntry): void {
    const last = kept.entries.at(-1);
    if (last?.kind !== 'left-out') return this.#add(kept, { at, kind: 'left-out', line: '1' });
    kept.entries[kept.entries.length - 1] = { ...last, line: String(Number(last.line) + 1) };
  }

  #add(kept: Kept, entry: ImapEntry): void {
    kept.entries.push(entry);
    this.#count(kept, sizeOf(entry));
  }

  #count(kept: Kept, characters: number): void {
    kept.characters += characters;
    this.#characters += characters;
  }

  /** Those that are over are forgotten first: a mail program may stay for days. */
  #trim(): void {
    const { sessions, characters } = this.#limits;
    while (this.#kept.size > sessions || (this.#characters > characters && this.#kept.size > 1)) {
      const all = [...this.#kept.values()];
      const { watched, characters: freed } =
        all.find(({ endedAt }) => endedAt !== undefined) ?? all[0]!;
      this.#kept.delete(watched.id);
      this.#characters -= freed;
    }
  }
}

function sizeOf({ line }: ImapEntry): number {
  return OVERHEAD + line.length;
}
