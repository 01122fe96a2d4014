/** From a domain to its record (RFC 7208 §4.3 to §4.6): is it one that can have a record, which TXT record is it, can it be read. */
import { ADVICE, adviseOn } from './advice.ts';
import { checkedDomain } from './domain.ts';
import type { CheckError, Evaluation } from './evaluation.ts';
import { failed } from './match-mechanism.ts';
import { parseRecord } from './parse-record.ts';
import type { SpfRecord } from './record.ts';
import { PROBLEMS } from './rules.ts';
import { selectRecord } from './select-record.ts';
import { long, short } from './trace.ts';

export type Fetched =
  | { readonly kind: 'record'; readonly domain: string; readonly record: SpfRecord }
  | { readonly kind: 'none'; readonly reason: 'domain-unusable' | 'no-record' }
  | CheckError;

export async function fetchRecord(evaluation: Evaluation, given: string): Promise<Fetched> {
  const { trace } = evaluation;
  const checked = checkedDomain(given);
  if (checked.kind === 'unusable') {
    const { why } = checked;
    trace.add({ rfc: 'RFC 7208 §4.3', step: 'domain-unusable', domain: short(given), why });
    return { kind: 'none', reason: 'domain-unusable' };
  }
  const { name: domain } = checked;
  const answer = await evaluation.ask('RFC 7208 §4.4', domain, domain, 'TXT');
  if (answer.kind === 'failure') {
    // a name that cannot be asked for has no record
    return failed(answer.cause) ?? { kind: 'none', reason: 'domain-unusable' };
  }
  const selected = selectRecord(answer.kind === 'records' ? answer.records : []);
  if (selected.kind === 'several') {
    const { count } = selected;
    trace.add({ rfc: 'RFC 7208 §4.5', step: 'several-records', domain, count });
    return { kind: 'error', result: 'permerror', reason: 'several-records' };
  }
  if (selected.kind === 'none') {
    trace.add({ rfc: 'RFC 7208 §4.5', step: 'no-record', domain });
    const { nearMiss } = selected;
    if (nearMiss !== undefined)
      trace.add({
        rfc: ADVICE['near-miss'],
        step: 'advice',
        domain,
        advice: 'near-miss',
        term: short(nearMiss),
      });
    return { kind: 'none', reason: 'no-record' };
  }
  return readRecord(evaluation, domain, selected.text);
}

function readRecord({ trace, limits }: Evaluation, domain: string, text: string): Fetched {
  trace.add({
    rfc: 'RFC 7208 §4.5',
    step: 'record-found',
    domain,
    record: long(text),
    length: text.length,
  });
  const parsed = parseRecord(text);
  if (parsed.kind === 'malformed') {
    const { problem, position } = parsed;
    const term = short(parsed.text);
    const rfc = PROBLEMS[problem];
    trace.add({ rfc, step: 'record-malformed', domain, problem, term, position });
    return { kind: 'error', result: 'permerror', reason: 'record-malformed' };
  }
  for (const { advice, term } of adviseOn(parsed.record, limits.lookups)) {
    const at = term && { term: short(term.text), position: term.position };
    trace.add({ rfc: ADVICE[advice], step: 'advice', domain, advice, ...at });
  }
  return { kind: 'record', domain, record: parsed.record };
}
