/** How a record of the plan stands in the DNS. */
import type { PlannedRecord, PlanType } from './record.ts';

/**
 * right · missing: nothing of the kind is there · different: something else is · extra: it is there and not in the plan ·
 * not-propagated: the zone's own servers have it right, the resolver does not yet · unknown: nobody answered.
 */
export type Standing = 'right' | 'missing' | 'different' | 'extra' | 'not-propagated' | 'unknown';

export interface ComparedRecord {
  readonly standing: Standing;
  readonly name: string;
  readonly type: PlanType;
  /** What was planned; undefined for what is extra. */
  readonly planned: PlannedRecord | undefined;
  /** What is there of this kind, as a zone file writes it; why nothing is known. */
  readonly observed: readonly string[];
  /** Seconds for which the resolver may go on saying so. */
  readonly ttl: number | undefined;
}
