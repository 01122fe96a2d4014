/**
 * What the providers remember of senders: in memory, where every count is made at once and in one place, so that who comes first never
 * matters; written down behind it. A sender's days that ended are reckoned in when it is next asked for.
 */
import type { Sender } from '#lab/providers/rule';
import type { Marks } from '#lab/providers/rules/evaluate';
import type { Log } from '#log';
import type { Pool } from '#store/database/open';
import {
  forgetDays,
  forgetSenders,
  keepSenders,
  loadSenders,
  type DayRow,
  type SenderKey,
  type SenderRow,
} from '#store/lab/provider-senders';
import { NOTHING, plus, total, type Counted, type Counts } from './counts.ts';
import { afterDay, afterSilence, newcomer, type Growth, type Standing } from './growth.ts';

interface Day {
  counts: Counts;
  readonly codes: Record<string, number>;
  /** As they were on that day. */
  readonly standing: Standing;
}

interface Known {
  readonly key: SenderKey;
  /** Today, as far as this sender was asked for. */
  day: number;
  standing: Standing;
  /** By day number; the last week's and today. */
  readonly days: Map<number, Day>;
  /** Messages for which there was no room today. */
  pressed: Set<string>;
}

const MILLISECONDS = 24 * 60 * 60 * 1000;
const WEEK = 7;
/** Senders and marks in memory; more than a lesson makes. What is above is not remembered. */
const MOST_SENDERS = 5000;
const MOST_MARKS = 20_000;
const MOST_PRESSED = 10_000;

export type SenderKind = SenderKey['kind'];

export class Memory {
  readonly #pool: Pool;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #growth: ReadonlyMap<string, Growth>;
  readonly #senders = new Map<string, Known>();
  readonly #marks = new Map<string, number>();
  #dirty = new Set<Known>();
  #newMarks = new Map<string, number | undefined>();
  #writing: Promise<void> = Promise.resolve();

  /** @param growth of each provider, by its name */
  static async open(options: {
    readonly pool: Pool;
    readonly log: Log;
    readonly now: () => number;
    readonly growth: ReadonlyMap<string, Growth>;
  }): Promise<Memory> {
    const memory = new Memory(options);
    await memory.#load();
    return memory;
  }

  private constructor({ pool, log, now, growth }: Parameters<typeof Memory.open>[0]) {
    this.#pool = pool;
    this.#log = log;
    this.#now = now;
    this.#growth = growth;
  }

  sender(provider: string, kind: SenderKind, name: string): Sender {
    const known = this.#known(provider, kind, name);
    const { standing, day } = known;
    const counts = (number: number): Counts => known.days.get(number)?.counts ?? NOTHING;
    const week = Array.from({ length: WEEK }, (_, at) => counts(day - 1 - at));
    return { name, ...standing, today: counts(day), yesterday: week[0]!, week: total(week) };
  }

  /** @param code the reply, to be counted with it: `421 4.7.28` */
  count(provider: string, kind: SenderKind, name: string, counted: Counted, code?: string): void {
    const known = this.#known(provider, kind, name);
    const today = dayIn(known);
    today.counts = plus(today.counts, counted);
    if (code !== undefined) today.codes[code] = (today.codes[code] ?? 0) + 1;
    this.#changed(known);
  }

  /** A message for which there was no room: counted once in a day, however often it comes. */
  press(provider: string, kind: SenderKind, name: string, message: string): void {
    const known = this.#known(provider, kind, name);
    if (known.pressed.has(message) || known.pressed.size >= MOST_PRESSED) return;
    known.pressed.add(message);
    this.count(provider, kind, name, { pressed: 1 });
  }

  /** How a sender stands from now on, a newcomer unless told; what was counted of it is forgotten. Lessons begin from a known state by it. */
  async place(
    provider: string,
    kind: SenderKind,
    name: string,
    standing: Partial<Standing> = {},
  ): Promise<void> {
    const key = { provider, kind, name };
    const placed = { ...newcomer(this.#growth.get(provider)!), ...standing };
    const fresh = {
      key,
      day: this.#today(),
      standing: placed,
      days: new Map(),
      pressed: new Set<string>(),
    };
    this.#dirty.delete(this.#known(provider, kind, name));
    this.#senders.set(nameOf(key), fresh);
    this.#dirty.add(fresh);
    this.#writing = this.#writing.then(() => forgetDays(this.#pool, key));
    await this.save();
  }

  marksOf(provider: string): Marks {
    return (mark) => this.#marks.get(`${provider}\n${mark}`);
  }

  /** Sets those that are not set, and takes away others. */
  mark(provider: string, marked: readonly string[], cleared: readonly string[]): void {
    for (const mark of marked) {
      const key = `${provider}\n${mark}`;
      if (this.#marks.has(key) || this.#marks.size >= MOST_MARKS) continue;
      this.#marks.set(key, this.#now());
      this.#newMarks.set(key, this.#now());
    }
    for (const mark of cleared) {
      const key = `${provider}\n${mark}`;
      if (this.#marks.delete(key)) this.#newMarks.set(key, undefined);
    }
  }

  /** Writes down what changed; what fails is tried again with the next. */
  save(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const dirty = this.#dirty;
    const marks = this.#newMarks;
    if (dirty.size === 0 && marks.size === 0) return;
    this.#dirty = new Set();
    this.#newMarks = new Map();
    const named = [...marks].map(([key, at]) => ({
      provider: key.slice(0, key.indexOf('\n')),
      mark: key.slice(key.indexOf('\n') + 1),
      at,
    }));
    try {
      await keepSenders(this.#pool, {
        senders: [...dirty].map(senderRow),
        days: [...dirty].flatMap(dayRows),
        marks: named.filter((mark) => mark.at !== undefined) as {
          provider: string;
          mark: string;
          at: number;
        }[],
        cleared: named.filter(({ at }) => at === undefined),
      });
    } catch (error) {
      this.#log.warn('lab.providers-not-saved', { error: (error as Error).message });
      for (const known of dirty) this.#dirty.add(known);
      for (const [key, at] of marks) if (!this.#newMarks.has(key)) this.#newMarks.set(key, at);
    }
  }

  /** Days that nobody asks for any more. */
  async forget(): Promise<void> {
    const longest = Math.max(...[...this.#growth.values()].map(({ forgets }) => forgets));
    await forgetSenders(this.#pool, dateOf(this.#today() - longest - WEEK));
  }

  async #load(): Promise<void> {
    const since = dateOf(this.#today() - WEEK - 1);
    const { senders, days, marks } = await loadSenders<Counts>(this.#pool, since);
    for (const row of senders)
      if (this.#growth.has(row.provider)) this.#senders.set(nameOf(row), knownOf(row));
    for (const row of days)
      this.#senders.get(nameOf(row))?.days.set(dayNumber(row.day), dayOf(row));
    for (const { provider, mark, at } of marks) this.#marks.set(`${provider}\n${mark}`, at);
  }

  #known(provider: string, kind: SenderKind, name: string): Known {
    const key = { provider, kind, name };
    let known = this.#senders.get(nameOf(key));
    if (known === undefined) {
      const standing = newcomer(this.#growth.get(provider)!);
      known = { key, day: this.#today(), standing, days: new Map(), pressed: new Set() };
      if (this.#senders.size < MOST_SENDERS) this.#senders.set(nameOf(key), known);
    }
    if (known.day < this.#today()) this.#turn(known);
    return known;
  }

  /** Reckons in the days that ended. */
  #turn(known: Known): void {
    const growth = this.#growth.get(known.key.provider)!;
    const today = this.#today();
    if (today - known.day > growth.forgets) {
      known.standing = { ...newcomer(growth), bulk: known.standing.bulk };
    } else {
      const ended = known.days.get(known.day)?.counts ?? NOTHING;
      const next = afterDay(growth, known.standing, ended);
      known.standing = afterSilence(next, today - known.day - 1);
    }
    known.day = today;
    known.pressed = new Set();
    for (const number of known.days.keys()) if (number < today - WEEK) known.days.delete(number);
    this.#changed(known);
  }

  /** Whom there was no room for is not written down either. */
  #changed(known: Known): void {
    if (this.#senders.get(nameOf(known.key)) === known) this.#dirty.add(known);
  }

  #today(): number {
    return Math.floor(this.#now() / MILLISECONDS);
  }
}

function dayIn(known: Known): Day {
  let day = known.days.get(known.day);
  if (day === undefined) {
    day = { counts: NOTHING, codes: {}, standing: known.standing };
    known.days.set(known.day, day);
  }
  return day;
}

function nameOf({ provider, kind, name }: SenderKey): string {
  return `${provider} ${kind} ${name}`;
}

function knownOf(row: SenderRow): Known {
  const { provider, kind, name, day, quota, score, bulk } = row;
  return {
    key: { provider, kind, name },
    day: dayNumber(day),
    standing: { quota, score, bulk },
    days: new Map(),
    pressed: new Set(),
  };
}

function dayOf({ counts, codes, quota, score }: DayRow<Counts>): Day {
  return {
    counts: plus(NOTHING, counts),
    codes: { ...codes },
    standing: { quota, score, bulk: false },
  };
}

function senderRow({ key, day, standing }: Known): SenderRow {
  return { ...key, day: dateOf(day), ...standing };
}

/** Today, and the day before, which a late count may have touched. */
function dayRows({ key, day, days }: Known): DayRow[] {
  return [day - 1, day].flatMap((number) => {
    const found = days.get(number);
    if (found === undefined) return [];
    const { counts, codes, standing } = found;
    return [
      { ...key, day: dateOf(number), counts, codes, quota: standing.quota, score: standing.score },
    ];
  });
}

/** Days since 1970. */
function dayNumber(date: string): number {
  return Date.parse(date) / MILLISECONDS;
}

export function dateOf(day: number): string {
  return new Date(day * MILLISECONDS).toISOString().slice(0, 10);
}
