/**
 * Looks after the alerts of a server, round by round: reads what is new in the event log, counts it for every rule, and tells what went on and off. One
 * node does it at a time. What was counted, which alerts are on, the letter about them and how far the log was read are one transaction,
 * so that whichever node goes on counts every event once and tells every change once.
 */
import type { Clock } from '#clock';
import type { Event } from '#events';
import type { Log } from '#log';
import type { OwnStatements } from '#mail/submit/own-message';
import {
  alertsThatAreOn,
  beginAlerts,
  updateAlerts,
  type AlertStanding,
  type KnownAlert,
} from '#store/alerts/history';
import { readLog, type LogPlace } from '#store/alerts/log-reader';
import {
  aloneForAlerts,
  alertProgress,
  forgetCells,
  forgetSubjects,
  keepCells,
  moveProgress,
  readCells,
  wasOvertaken,
  type AlertProgress,
  type KeptCell,
} from '#store/alerts/progress';
import { listRules } from '#store/alerts/rules';
import type { Store } from '#store/database/open';
import { writeEvents } from '#store/events/events';
import { destinationsOf, type DestinationKey } from '#store/queue/enqueue';
import type { RowsStatement } from '#store/writer/batch';
import { eventOf, historyOf, keyOf, type ToldChange } from './changes.ts';
import type { Evidence } from './evidence.ts';
import { allRules } from './in-force.ts';
import { typesOf } from './rule.ts';
import { Tally } from './tally.ts';

export interface WatchOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** The letter that tells changes, as statements; undefined where nobody is written to. */
  readonly letter: (changes: readonly ToldChange[]) => Promise<OwnStatements | undefined>;
  /** Called after the commit. */
  readonly happened: (events: readonly Event[], destinations: readonly DestinationKey[]) => void;
}

/** Events of a message are written within moments of their time; so long is waited for them. Calendar milliseconds. */
export const SETTLED_AFTER = 10_000;
/** In a backlog events may lie in the log so much later than they happened. */
export const DISORDER = 10 * 60_000;
const PAGE = 2000;
/** Rounds in which nothing counted are kept so often. */
const KEPT_EVERY = 5 * 60_000;

interface Memory {
  /** As it is in the database. */
  stored: AlertProgress;
  place: LogPlace;
  lookedTo: number;
  readonly tallies: readonly Tally[];
  readonly byType: ReadonlyMap<string, readonly Tally[]>;
  /** As they were written last, by rule and subject. */
  standings: ReadonlyMap<string, string>;
}

export class AlertWatch {
  readonly #options: WatchOptions;
  #memory: Memory | undefined;
  /** When the round before began. */
  #before = Infinity;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** @returns what went on and off; undefined where another node looks after it @throws what the database throws; the next round goes on */
  async round(signal: AbortSignal): Promise<readonly ToldChange[] | undefined> {
    const { store, clock, log } = this.#options;
    const now = clock.now();
    // what a round before could not see yet is there by now, however fast the calendar runs
    const until = Math.min(now - SETTLED_AFTER, this.#before);
    this.#before = now;
    const told: ToldChange[] = [];
    try {
      const isOurs = await aloneForAlerts(store.pool, () => this.#look(until, told, signal));
      return isOurs ? told : undefined;
    } catch (error) {
      this.#memory = undefined;
      if (!wasOvertaken(error)) throw error;
      log.debug('alerts.overtaken', {});
      return told;
    }
  }

  async #look(until: number, told: ToldChange[], signal: AbortSignal): Promise<void> {
    const { pool } = this.#options.store;
    const progress = await alertProgress(pool, until);
    if (this.#memory === undefined || !isSame(this.#memory.stored, progress))
      this.#memory = await this.#load(progress);
    const memory = this.#memory;
    const types = [...memory.byType.keys()];
    for (let more = true; more && !signal.aborted;) {
      const page = await readLog(pool, memory.place, { types, limit: PAGE });
      let newest = -Infinity;
      for (const one of page.events) {
        newest = Math.max(newest, one.at);
        for (const tally of memory.byType.get(one.type) ?? []) tally.add(one);
      }
      ({ more } = page);
      memory.place = page.upTo;
      const to = more ? Math.min(until, newest - DISORDER) : until;
      memory.lookedTo = Math.max(memory.lookedTo, to);
      const changes = memory.tallies.flatMap((tally) =>
        tally.advance(memory.lookedTo).map((change) => ({ rule: tally.rule, change })),
      );
      await this.#keep(memory, changes, more);
      told.push(...changes);
    }
  }

  async #load(stored: AlertProgress): Promise<Memory> {
    const { pool } = this.#options.store;
    const cells = Map.groupBy(await readCells(pool), ({ rule }) => rule);
    const on = Map.groupBy(await alertsThatAreOn(pool), ({ rule }) => rule);
    const tallies = allRules(await listRules(pool)).flatMap(({ rule, paused, beginsAt }) => {
      if (paused) return [];
      const from = Math.max(stored.beganAt, beginsAt ?? 0);
      return [
        new Tally(rule, from, Math.max(from, stored.lookedTo), {
          cells: (cells.get(rule.name) ?? []).map(cellOf),
          standing: (on.get(rule.name) ?? []).map(standingOf),
        }),
      ];
    });
    const byType = new Map<string, Tally[]>();
    for (const tally of tallies)
      for (const type of typesOf(tally.rule))
        byType.set(type, [...(byType.get(type) ?? []), tally]);
    return {
      stored,
      place: stored.place,
      lookedTo: stored.lookedTo,
      tallies,
      byType,
      standings: new Map(standingsOf(tallies).map((one) => [keyOf(one), JSON.stringify(one)])),
    };
  }

  /** Writes what changed; nothing where nothing did. */
  async #keep(memory: Memory, changes: readonly ToldChange[], more: boolean): Promise<void> {
    const { store, log, happened } = this.#options;
    const taken = memory.tallies.map((tally) => ({ tally, ...tally.takeChanges() }));
    const cells = taken.flatMap(({ tally, cells: some }) =>
      some.map((cell) => ({ rule: tally.rule.name, ...cell })),
    );
    const letGo = taken.flatMap(({ tally, letGo: some }) =>
      some.map((subject) => ({ rule: tally.rule.name, subject })),
    );
    const standings = standingsOf(memory.tallies);
    const differing = standings.filter(
      (one) => memory.standings.get(keyOf(one)) !== JSON.stringify(one),
    );
    const isDue = memory.lookedTo - memory.stored.lookedTo >= KEPT_EVERY;
    const isEmpty = cells.length + letGo.length + changes.length + differing.length === 0;
    if (isEmpty && !isDue && !more) return;

    const events = changes.map(eventOf);
    const letter = changes.length > 0 ? await this.#options.letter(changes) : undefined;
    const { fired, ended } = historyOf(changes, standings, letter?.id);
    const rows: readonly RowsStatement[] = [
      forgetSubjects(letGo),
      keepCells(cells),
      forgetCells(
        memory.tallies.map(({ rule: { name }, keptFrom }) => ({ rule: name, step: keptFrom })),
      ),
      updateAlerts([...differing, ...ended]),
      beginAlerts(fired),
      writeEvents(events),
    ];
    const { place, lookedTo } = memory;
    const results = await store.writer.run({
      accounts: [],
      order: letter?.order ?? '',
      bytes: cells.length * 200 + events.length * 300 + (letter?.bytes ?? 0),
      statements: [
        moveProgress(memory.stored, { place, lookedTo }),
        ...rows.filter((statement) => statement.rows.length > 0),
        ...(letter?.statements ?? []),
      ],
    });
    memory.stored = { ...memory.stored, place, lookedTo };
    memory.standings = new Map(standings.map((one) => [keyOf(one), JSON.stringify(one)]));
    if (letGo.length > 0) log.warn('alerts.subjects-dropped', { count: letGo.length });
    for (const one of events) {
      const said = { ...one.public, ...one.ids, ...one.personal };
      if (one.type === 'alert.fired') log.warn('alert.fired', said);
      else log.info('alert.resolved', said);
    }
    if (events.length > 0)
      happened([...events, ...(letter?.events ?? [])], destinationsOf(results));
  }
}

function isSame(one: AlertProgress, other: AlertProgress): boolean {
  return (
    one.place.xid === other.place.xid &&
    one.place.id === other.place.id &&
    one.rules === other.rules
  );
}

function cellOf({ subject, step, counted, base, evidence }: KeptCell) {
  return { subject, step, counted, base, evidence: evidence as unknown as readonly Evidence[] };
}

function standingOf({ subject, firedAt, calmSince, worstCounted, worstBase }: KnownAlert) {
  return {
    subject,
    firedAt: firedAt.getTime(),
    calmSince: calmSince?.getTime(),
    counted: worstCounted,
    base: worstBase,
  };
}

function standingsOf(tallies: readonly Tally[]): AlertStanding[] {
  return tallies.flatMap((tally) =>
    tally.standings().map(({ subject, calmSince, counted, base }) => ({
      rule: tally.rule.name,
      subject,
      calmSince,
      counted,
      base,
      endedAt: undefined,
    })),
  );
}
