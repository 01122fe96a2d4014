/** What a rule of an alert is: data, as it is stored and shown. */

/** How a public field of an event must be. A value may end with `*`: everything that begins so. */
export interface FieldTest {
  /** `status`, or `results.spf` where a field has words by name. */
  readonly field: string;
  readonly is: 'equal' | 'unequal' | 'at-least' | 'at-most';
  /** One of them; of at-least and at-most there is one. */
  readonly values: readonly string[];
}

/** Which events count: those of a type whose fields pass every test. */
export interface Selector {
  readonly event: string;
  readonly where: readonly FieldTest[];
}

export type Condition =
  | { readonly kind: 'count'; readonly of: readonly Selector[]; readonly least: number }
  | {
      readonly kind: 'share';
      readonly of: readonly Selector[];
      readonly among: readonly Selector[];
      /** A part of one. */
      readonly least: number;
      /** With fewer among them nothing is said. */
      readonly fewest: number;
    }
  /** Nothing of the sort happened in the window. */
  | { readonly kind: 'silence'; readonly of: readonly Selector[] };

export const PER = ['all', 'domain', 'site', 'account', 'network'] as const;
/** What is counted apart. */
export type Per = (typeof PER)[number];

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface AlertRule {
  readonly name: string;
  readonly when: Condition;
  /** The window, milliseconds of the calendar; {@link windowOf} says which there are. */
  readonly over: number;
  readonly per: Per;
  readonly severity: Severity;
  /** A path or URL of a page that says what to do; '' where there is none. */
  readonly runbook: string;
  /** What it means, for who reads the alert. */
  readonly text: string;
}

/** Types of events that a rule has to see. */
export function typesOf({ when }: Pick<AlertRule, 'when'>): readonly string[] {
  const selectors = when.kind === 'share' ? [...when.of, ...when.among] : when.of;
  return [...new Set(selectors.map(({ event }) => event))].toSorted();
}
