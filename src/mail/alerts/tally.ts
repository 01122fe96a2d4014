/**
 * What a rule has counted, subject by subject, and whether its alert is on. Pure: events and times in, changes out. It is looked at at the end of
 * each step of its window (`window.ts`), from the counts alone, so that the order in which events came does not matter; only one that
 * comes after its step was looked at is told of later than it might have been.
 *
 * An alert that is on goes off when its condition has not held, with a margin, for a quarter of the window: it does not flutter.
 */
import { byTime, compare, evidenceOf, withEvidence, type Evidence } from './evidence.ts';
import { holds, isCalm, worse } from './limit.ts';
import { matcherOf, type AlertEvent, type Matcher } from './match.ts';
import type { AlertRule } from './rule.ts';
import { windowOf } from './window.ts';

export interface Cell {
  readonly counted: number;
  readonly base: number;
  /** The first few that counted. */
  readonly evidence: readonly Evidence[];
}

/** An alert that is on. */
export interface Standing {
  readonly firedAt: number;
  /** From when on its condition has not held; undefined: it holds. */
  readonly calmSince: number | undefined;
  readonly counted: number;
  readonly base: number;
}

export interface Fired {
  readonly kind: 'fired';
  readonly subject: string;
  readonly at: number;
  /** Of the first event that counted; of silence the begin of the window. */
  readonly since: number;
  readonly counted: number;
  readonly base: number;
  readonly evidence: readonly Evidence[];
}

export interface Resolved {
  readonly kind: 'resolved';
  readonly subject: string;
  readonly at: number;
  readonly firedAt: number;
  /** When the condition held for the last time, and by how much it did at its worst. */
  readonly counted: number;
  readonly base: number;
}

export type Change = Fired | Resolved;

/** What is kept of a tally between two processes. */
export interface KeptTally {
  readonly cells: readonly (Cell & { readonly subject: string; readonly step: number })[];
  readonly standing: readonly (Standing & { readonly subject: string })[];
}

const MOST_SUBJECTS = 1000;
/** Of them go when there is no room, those that counted least. */
const SUBJECTS_LET_GO = 250;
const EVIDENCE_OF_ALERT = 10;
/** Of the window. */
const CALM = 0.25;

interface Series {
  readonly cells: Map<number, Cell>;
  /** Sums of the steps of the window that was looked at last. */
  counted: number;
  base: number;
  standing: Standing | undefined;
}

export class Tally {
  readonly rule: AlertRule;
  /** Milliseconds. */
  readonly step: number;
  readonly #steps: number;
  readonly #calm: number;
  readonly #match: Matcher;
  readonly #series = new Map<string, Series>();
  /** Steps below it are not counted: the rule was not there. */
  readonly #first: number;
  /** Steps below it were looked at. */
  #done: number;
  #changed = new Map<string, Set<number>>();
  #letGo: string[] = [];

  /**
   * @param from when the rule began to be looked after
   * @param doneTo up to which time it was looked at
   */
  constructor(rule: AlertRule, from: number, doneTo: number = from, kept?: KeptTally) {
    const window = windowOf(rule.over);
    if (window === undefined) throw new Error(`no window of ${rule.over} ms`);
    this.rule = rule;
    this.step = window.step;
    this.#steps = window.steps;
    this.#calm = Math.max(1, Math.ceil(window.steps * CALM));
    this.#match = matcherOf(rule);
    this.#first = Math.floor(from / window.step);
    this.#done = Math.max(this.#first, Math.floor(doneTo / window.step));
    // silence is noticed where nothing ever was
    if (rule.when.kind === 'silence' && rule.per === 'all') this.#seriesOf('');
    for (const { subject, step, ...cell } of kept?.cells ?? []) {
      if (step < this.keptFrom) continue;
      const series = this.#seriesOf(subject);
      series.cells.set(step, cell);
      if (step < this.#done) addTo(series, cell);
    }
    for (const { subject, ...standing } of kept?.standing ?? [])
      this.#seriesOf(subject).standing = standing;
  }

  get subjects(): number {
    return this.#series.size;
  }

  /** Counts an event. @returns whether it counted for the rule */
  add(event: AlertEvent): boolean {
    const match = this.#match(event);
    if (match === undefined) return false;
    const step = Math.floor(event.at / this.step);
    // no window to come has it in it
    if (step < this.#first || step <= this.#done - this.#steps) return false;
    const { subject, counts, isBase } = match;
    const series = this.#series.get(subject) ?? this.#begin(subject);
    if (series === undefined) return false;
    const more = { counted: Number(counts), base: Number(isBase) };
    const cell = series.cells.get(step) ?? EMPTY;
    series.cells.set(step, {
      counted: cell.counted + more.counted,
      base: cell.base + more.base,
      evidence: counts ? withEvidence(cell.evidence, evidenceOf(event)) : cell.evidence,
    });
    if (step < this.#done) addTo(series, more);
    const steps = this.#changed.get(subject);
    if (steps) steps.add(step);
    else this.#changed.set(subject, new Set([step]));
    return true;
  }

  /** Looks at every step that has ended by then. */
  advance(to: number): Change[] {
    const changes: Change[] = [];
    const end = Math.floor(to / this.step);
    while (this.#done < end) {
      if (this.#isIdle()) this.#done = end;
      else changes.push(...this.#look());
    }
    return changes;
  }

  /** What changed since it was asked last: cells to keep, subjects that were let go. */
  takeChanges(): { readonly cells: KeptTally['cells']; readonly letGo: readonly string[] } {
    const cells: (Cell & { subject: string; step: number })[] = [];
    for (const [subject, steps] of this.#changed) {
      for (const step of steps) {
        const cell = this.#series.get(subject)?.cells.get(step);
        if (cell) cells.push({ subject, step, ...cell });
      }
    }
    const letGo = this.#letGo;
    this.#changed = new Map();
    this.#letGo = [];
    return { cells, letGo };
  }

  /** Cells of steps below it are in no window any more. */
  get keptFrom(): number {
    return this.#done - this.#steps;
  }

  standings(): KeptTally['standing'] {
    return [...this.#series].flatMap(([subject, { standing }]) =>
      standing ? [{ subject, ...standing }] : [],
    );
  }

  /** Nothing changes as time goes on. */
  #isIdle(): boolean {
    const isSilence = this.rule.when.kind === 'silence';
    for (const { cells, standing } of this.#series.values())
      if (cells.size > 0 || (standing !== undefined) !== isSilence) return false;
    return true;
  }

  /** At the window that ends with the next step. */
  #look(): Change[] {
    const closing = this.#done;
    this.#done++;
    const leaving = closing - this.#steps;
    const changes: Change[] = [];
    for (const [subject, series] of this.#series) {
      const came = series.cells.get(closing);
      if (came) addTo(series, came);
      const left = series.cells.get(leaving);
      if (left) {
        series.counted -= left.counted;
        series.base -= left.base;
        series.cells.delete(leaving);
      }
      const change = this.#judge(subject, series);
      if (change) changes.push(change);
      if (this.#isForgotten(subject, series)) this.#series.delete(subject);
    }
    return changes.sort((one, other) => compare(one.subject, other.subject));
  }

  #judge(subject: string, series: Series): Change | undefined {
    const { when, over } = this.rule;
    const { counted, base, standing } = series;
    const at = this.#done * this.step;
    if (standing === undefined) {
      if (!holds(when, counted, base)) return undefined;
      // before the rule was there nobody looked
      if (when.kind === 'silence' && this.#done - this.#first < this.#steps) return undefined;
      series.standing = { firedAt: at, calmSince: undefined, counted, base };
      const evidence = this.#evidence(series);
      const since = when.kind === 'silence' ? at - over : (this.#firstOf(series)?.at ?? at);
      return { kind: 'fired', subject, at, since, counted, base, evidence };
    }
    if (!isCalm(when, counted, base)) {
      const isWorse = worse(when, { counted, base }, standing);
      const worst = isWorse ? { counted, base } : standing;
      series.standing = {
        firedAt: standing.firedAt,
        calmSince: undefined,
        counted: worst.counted,
        base: worst.base,
      };
      return undefined;
    }
    const calmSince = standing.calmSince ?? at;
    if (at - calmSince < this.#calm * this.step) {
      series.standing = { ...standing, calmSince };
      return undefined;
    }
    series.standing = undefined;
    const { firedAt } = standing;
    return {
      kind: 'resolved',
      subject,
      at,
      firedAt,
      counted: standing.counted,
      base: standing.base,
    };
  }

  #isForgotten(subject: string, { cells, standing }: Series): boolean {
    if (cells.size > 0 || standing !== undefined) return false;
    return !(this.rule.when.kind === 'silence' && subject === '');
  }

  #firstOf({ cells }: Series): Evidence | undefined {
    let first: Evidence | undefined;
    for (const { evidence } of this.#closed(cells))
      for (const one of evidence) if (first === undefined || byTime(one, first) < 0) first = one;
    return first;
  }

  /** The newest, in their order. */
  #evidence({ cells }: Series): readonly Evidence[] {
    return this.#closed(cells)
      .flatMap(({ evidence }) => evidence)
      .sort(byTime)
      .slice(-EVIDENCE_OF_ALERT);
  }

  /** Those of the window. */
  #closed(cells: ReadonlyMap<number, Cell>): Cell[] {
    return [...cells].flatMap(([step, cell]) => (step < this.#done ? [cell] : []));
  }

  /** Undefined: there is no room, since the alert is on for all others. */
  #begin(subject: string): Series | undefined {
    if (this.#series.size >= MOST_SUBJECTS) this.#makeRoom();
    return this.#series.size < MOST_SUBJECTS ? this.#seriesOf(subject) : undefined;
  }

  #makeRoom(): void {
    const idle = [...this.#series].flatMap(([subject, { cells, standing }]) => {
      if (standing !== undefined) return [];
      let sum = 0;
      for (const { counted, base } of cells.values()) sum += counted + base;
      return [{ subject, sum }];
    });
    idle.sort((a, b) => a.sum - b.sum || compare(a.subject, b.subject));
    for (const { subject } of idle.slice(0, SUBJECTS_LET_GO)) {
      this.#series.delete(subject);
      this.#changed.delete(subject);
      this.#letGo.push(subject);
    }
  }

  #seriesOf(subject: string): Series {
    const known = this.#series.get(subject);
    if (known) return known;
    const series: Series = { cells: new Map(), counted: 0, base: 0, standing: undefined };
    this.#series.set(subject, series);
    return series;
  }
}

const EMPTY: Cell = { counted: 0, base: 0, evidence: [] };

function addTo(series: Series, { counted, base }: Pick<Cell, 'counted' | 'base'>): void {
  series.counted += counted;
  series.base += base;
}
