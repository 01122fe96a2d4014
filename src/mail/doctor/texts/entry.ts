/**
 * What stands in the catalogue of the doctor: for each check what it is about, why that matters, what is right and how to mend it, and for each
 * thing it can find how grave that is and what is said. Severity is a rule, written here, and never a mood of code.
 */
import type { Phrase } from '#mail/story/phrase';
import type { Status } from '#mail/doctor/status';

export type FindingText = Phrase & {
  readonly status: Status;
  /** Instead of that of the check. */
  readonly remedy?: Phrase;
};

export interface CheckTexts {
  readonly title: Phrase;
  readonly why: Phrase;
  readonly expected: Phrase;
  readonly remedy: Phrase;
  readonly findings: Readonly<Record<string, FindingText>>;
}

/** What remedies may name without being told: the host, the domain of the check, its zone file's name. */
export type Known = 'domain' | 'hostname';
