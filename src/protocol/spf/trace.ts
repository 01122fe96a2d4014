/** The steps of one check, in order. A zone cannot make them many or long: what is beyond the bound is counted. */
import type { DnsAnswer, RecordData, RecordType } from '#protocol/dns/resolver';
import type { SpfAnswer, SpfStep } from './report.ts';
import type { RfcSection } from './rules.ts';

/** A check within the limits has about fifty steps; records with hundreds of networks have as many more. */
const MAX_STEPS = 300;
const MAX_RECORDS = 20;
/** Characters of one text in a step. */
const MAX_TEXT = 1000;
const MAX_SHORT = 300;

export class Trace {
  readonly #steps: SpfStep[] = [];
  #leftOut = 0;

  add(step: SpfStep): void {
    if (this.#steps.length < MAX_STEPS) this.#steps.push(step);
    else this.#leftOut++;
  }

  asked(rfc: RfcSection, domain: string, name: string, type: RecordType, answer: DnsAnswer): void {
    this.add({ rfc, step: 'asked', domain, name: short(name), type, answer: summary(answer) });
  }

  /** All steps, the last one among them. */
  conclude(step: SpfStep): readonly SpfStep[] {
    const leftOut: readonly SpfStep[] =
      this.#leftOut === 0
        ? []
        : [{ rfc: 'RFC 7208 §4.6.4', step: 'steps-left-out', count: this.#leftOut }];
    return [...this.#steps, ...leftOut, step];
  }
}

/** The beginning of a text, for a step. */
export function long(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

export function short(text: string): string {
  return text.length > MAX_SHORT ? `${text.slice(0, MAX_SHORT)}…` : text;
}

function summary(answer: DnsAnswer): SpfAnswer {
  if (answer.kind === 'failure')
    return { kind: answer.kind, cause: answer.cause, text: short(answer.text) };
  const { kind, server, cached } = answer;
  if (kind !== 'records') return { kind, server, cached };
  const { records, ttl } = answer;
  const shown = records.slice(0, MAX_RECORDS).map((record) => short(recordText(record)));
  return { kind, records: shown, count: records.length, ttl, server, cached };
}

function recordText(record: RecordData[RecordType]): string {
  if (typeof record === 'string') return record;
  if ('exchange' in record) return `${record.preference} ${record.exchange}`;
  return Array.isArray(record) ? record.join('') : '';
}
