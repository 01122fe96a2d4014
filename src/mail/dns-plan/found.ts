/** What an answer of the DNS holds, for the comparison of the plan. */
import type { DnsAnswer, RecordData, RecordType } from '#protocol/dns/resolver';
import type { PlannedRecord, PlanType } from './record.ts';
import type { ComparedRecord, Standing } from './standing.ts';

/** What one resolver said. */
export interface SetAnswers {
  readonly host: string | undefined;
  get<T extends RecordType>(name: string, type: T): DnsAnswer<T> | undefined;
}

export function standing(
  planned: PlannedRecord,
  how: Standing,
  observed: readonly string[],
  ttl?: number,
): ComparedRecord {
  const { name, type } = planned;
  return { standing: how, name, type, planned, observed, ttl };
}

/** Undefined where nothing is known. */
export function foundIn(
  answer: DnsAnswer | undefined,
): readonly RecordData[PlanType][] | undefined {
  if (answer === undefined || answer.kind === 'failure') return undefined;
  return answer.kind === 'records' ? (answer.records as readonly RecordData[PlanType][]) : [];
}

export function why(answer: DnsAnswer | undefined): readonly string[] {
  return answer?.kind === 'failure' ? [answer.text] : [];
}

export function ttlOf(answer: DnsAnswer | undefined): number | undefined {
  return answer === undefined || answer.kind === 'failure' ? undefined : answer.ttl;
}
