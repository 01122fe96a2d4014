/** What one case is: a check, what it must find, and what is broken for it. */
import type { FindingName, CommonFinding } from '#mail/doctor/outcome';
import type { CheckId } from '#mail/doctor/texts';
import type { Listeners } from './listeners.ts';
import type { Draft } from './world.ts';

export type Break = (world: Draft, listeners: Listeners) => void | Promise<void>;

export interface Case {
  readonly id: CheckId;
  readonly finding: string;
  readonly breaks: Break;
}

/** A finding that the check does not have does not compile. */
export function caseOf<Id extends CheckId>(
  id: Id,
  finding: FindingName<Id> | CommonFinding,
  breaks: Break = () => {},
): Case {
  return { id, finding, breaks };
}
