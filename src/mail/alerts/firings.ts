/** A rule over a given list of events, in memory: when its alert would have gone on, and off again. For tests of rules and for lessons. */
import type { Evidence } from './evidence.ts';
import type { AlertEvent } from './match.ts';
import type { AlertRule } from './rule.ts';
import { Tally, type Change } from './tally.ts';

export interface Firing {
  /** '' where everything is counted together. */
  readonly subject: string;
  /** Calendar milliseconds, as all times here. */
  readonly firedAt: number;
  /** Undefined: it was on at the end. */
  readonly resolvedAt: number | undefined;
  readonly since: number;
  /** When it went on. */
  readonly counted: number;
  readonly base: number;
  readonly evidence: readonly Evidence[];
}

export interface ReplayTime {
  /** When the rule is taken to begin; the first event unless told. */
  readonly from?: number;
  /** Until when it is looked at; long enough for the last event to be forgotten unless told. */
  readonly until?: number;
}

/** In the order in which they went on. */
export function firings(
  rule: AlertRule,
  events: readonly AlertEvent[],
  { from, until }: ReplayTime = {},
): Firing[] {
  const sorted = events.toSorted((one, other) => one.at - other.at);
  const first = from ?? sorted[0]?.at;
  if (first === undefined) return [];
  const replay = new Replay(rule, first);
  for (const event of sorted) {
    replay.advance(event.at);
    replay.add(event);
  }
  return replay.end(until ?? (sorted.at(-1)?.at ?? first) + 2 * rule.over);
}

/** The same, event by event, for logs that do not fit into memory. */
export class Replay {
  readonly #tally: Tally;
  readonly #firings: Firing[] = [];

  constructor(rule: AlertRule, from: number) {
    this.#tally = new Tally(rule, from);
  }

  /** In any order within what was not advanced past. */
  add(event: AlertEvent): void {
    this.#tally.add(event);
  }

  advance(to: number): void {
    this.#note(this.#tally.advance(to));
    this.#tally.takeChanges();
  }

  /** @returns all that were on */
  end(until: number): Firing[] {
    this.advance(until);
    return this.#firings;
  }

  #note(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === 'fired') {
        const { subject, at, since, counted, base, evidence } = change;
        this.#firings.push({
          subject,
          firedAt: at,
          resolvedAt: undefined,
          since,
          counted,
          base,
          evidence,
        });
        continue;
      }
      const index = this.#firings.findLastIndex(
        ({ subject, resolvedAt }) => subject === change.subject && resolvedAt === undefined,
      );
      this.#firings[index] = { ...this.#firings[index]!, resolvedAt: change.at };
    }
  }
}
