/**
 * What a check returns: which of its findings, the values that its text names, and the evidence. Its status follows from the catalogue, so
 * that a check cannot be milder than the rule. A finding or a value that the catalogue does not have does not compile.
 */
import type { Placeholders } from '#mail/story/phrase';
import type { CheckId, TEXTS } from './texts.ts';
import type { COMMON, CommonFinding } from './texts/any-check.ts';
import type { FindingText, Known } from './texts/entry.ts';

/** Something that was looked at, for who wants to look again. */
export interface Evidence {
  /** `MX example.org`, `192.0.2.25:25 EHLO`, `statfs /var/lib/hikyaku`. */
  readonly asked: string;
  /** Who answered; empty where nobody was asked. */
  readonly by: string;
  readonly answer: string;
  /** Seconds; of the DNS. */
  readonly ttl?: number;
  /** Milliseconds until the answer was there. */
  readonly took?: number;
}

interface Told {
  readonly evidence?: readonly Evidence[];
  /** What of the values makes a difference from yesterday, rounded; without it only the finding does. */
  readonly about?: string;
}

type Named<Text extends FindingText> =
  | Placeholders<Text['en']>
  | (Text extends { readonly remedy: { readonly en: infer Remedy extends string } }
      ? Placeholders<Remedy>
      : never);

type Values<Text extends FindingText> = Readonly<Record<Exclude<Named<Text>, Known>, string>>;

type OneOf<Findings extends Readonly<Record<string, FindingText>>> = {
  [Name in keyof Findings & string]: {
    readonly finding: Name;
    readonly values: Values<Findings[Name]>;
  } & Told;
}[keyof Findings & string];

export type FindingName<Id extends CheckId> = keyof (typeof TEXTS)[Id]['findings'] & string;

export type CommonOutcome = OneOf<typeof COMMON>;
export type Outcome<Id extends CheckId> = OneOf<(typeof TEXTS)[Id]['findings']> | CommonOutcome;

/** Any outcome, once it is known which check it is of. */
export interface AnyOutcome extends Told {
  readonly finding: string;
  readonly values: Readonly<Record<string, string>>;
}

export type { CommonFinding };
