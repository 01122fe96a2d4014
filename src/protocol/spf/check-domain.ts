/**
 * Evaluating the record of one domain (RFC 7208 §4.6): its mechanisms from left to right, the records that it includes and the one that
 * it redirects to. Recursion is bounded by the limit of look-ups, which every include and redirect takes one of.
 */
import { ADVICE } from './advice.ts';
import type { CheckError, Evaluation } from './evaluation.ts';
import { fetchRecord } from './fetch-record.ts';
import { matchDirective, type MatchOutcome } from './match-mechanism.ts';
import type { Directive, DomainModifier, Qualifier, SpfRecord } from './record.ts';
import type { SpfResult } from './report.ts';
import type { Reason, RfcSection } from './rules.ts';
import { short } from './trace.ts';

export type DomainVerdict =
  | {
      readonly kind: 'verdict';
      readonly result: Exclude<SpfResult, 'none' | 'temperror' | 'permerror'>;
      /** Whose record decided: after a redirect another one than was asked about. */
      readonly domain: string;
      readonly record: SpfRecord;
      /** Undefined where none matched. */
      readonly directive: Directive | undefined;
    }
  | { readonly kind: 'none'; readonly reason: Reason }
  | CheckError;

/** RFC 7208 §4.6.2. */
const RESULTS = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const satisfies {
  [Q in Qualifier]: SpfResult;
};

/** @param within the domains whose records led here, the nearest last */
export async function checkDomain(
  evaluation: Evaluation,
  given: string,
  within: readonly string[],
): Promise<DomainVerdict> {
  const fetched = await fetchRecord(evaluation, given);
  if (fetched.kind !== 'record') return fetched;
  const { domain, record } = fetched;
  const path = [...within, domain];
  for (const directive of record.directives) {
    const outcome = await match(evaluation, path, directive);
    if (outcome.kind === 'error') return outcome;
    if (outcome.kind === 'match') {
      const result = RESULTS[directive.qualifier];
      return { kind: 'verdict', result, domain, record, directive };
    }
  }
  if (record.redirect !== undefined) return redirect(evaluation, path, record.redirect);
  evaluation.trace.add({ rfc: 'RFC 7208 §4.7', step: 'no-mechanism-matched', domain });
  return { kind: 'verdict', result: 'neutral', domain, record, directive: undefined };
}

async function match(
  evaluation: Evaluation,
  path: readonly string[],
  directive: Directive,
): Promise<MatchOutcome> {
  const domain = path.at(-1)!;
  const outcome =
    directive.name === 'include'
      ? await include(evaluation, path, directive)
      : await matchDirective(evaluation, domain, directive);
  if (outcome.kind === 'error') return outcome;
  evaluation.trace.add({
    rfc: SECTIONS[directive.name],
    step: 'mechanism',
    domain,
    term: short(directive.text),
    position: directive.position,
    ...(outcome.target === undefined ? {} : { target: outcome.target }),
    matches: outcome.kind === 'match',
    reason: outcome.reason,
    ...evaluation.left,
  });
  return outcome;
}

const SECTIONS: Readonly<Record<Directive['name'], RfcSection>> = {
  all: 'RFC 7208 §5.1',
  include: 'RFC 7208 §5.2',
  a: 'RFC 7208 §5.3',
  mx: 'RFC 7208 §5.4',
  ptr: 'RFC 7208 §5.5',
  ip4: 'RFC 7208 §5.6',
  ip6: 'RFC 7208 §5.6',
  exists: 'RFC 7208 §5.7',
};

/** RFC 7208 §5.2: matches where the included check passes; one without a result is an error of the record that includes. */
async function include(
  evaluation: Evaluation,
  path: readonly string[],
  directive: Extract<Directive, { readonly name: 'include' }>,
): Promise<MatchOutcome> {
  const domain = path.at(-1)!;
  const target = await evaluation.target(domain, directive.domain);
  if (target.kind === 'unusable' && target.reason === 'local-part-not-ascii')
    return { kind: 'no-match', reason: target.reason, target: target.name };
  const tooMany = evaluation.countLookup(domain, directive);
  if (tooMany !== undefined) return tooMany;
  const rfc = 'RFC 7208 §5.2';
  enter(evaluation, path, directive, target.name, 'include-entered', rfc);
  const inner = await checkDomain(evaluation, target.name, path);
  const result = inner.kind === 'none' ? 'none' : inner.result;
  evaluation.trace.add({ rfc, step: 'include-left', domain, target: target.name, result });
  if (inner.kind === 'error') return inner;
  if (inner.kind === 'none')
    return { kind: 'error', result: 'permerror', reason: 'included-without-record' };
  return inner.result === 'pass'
    ? { kind: 'match', reason: 'included-pass', target: target.name }
    : { kind: 'no-match', reason: 'included-other', target: target.name };
}

/** RFC 7208 §6.1: the other record is evaluated in place of this one, its explanation included. */
async function redirect(
  evaluation: Evaluation,
  path: readonly string[],
  modifier: DomainModifier,
): Promise<DomainVerdict> {
  const domain = path.at(-1)!;
  const tooMany = evaluation.countLookup(domain, modifier);
  if (tooMany !== undefined) return tooMany;
  const target = await evaluation.target(domain, modifier.domain);
  enter(evaluation, path, modifier, target.name, 'redirected', 'RFC 7208 §6.1');
  const inner = await checkDomain(evaluation, target.name, path);
  return inner.kind === 'none'
    ? { kind: 'error', result: 'permerror', reason: 'redirected-without-record' }
    : inner;
}

function enter(
  evaluation: Evaluation,
  path: readonly string[],
  { text, position }: Directive | DomainModifier,
  target: string,
  step: 'include-entered' | 'redirected',
  rfc: RfcSection,
): void {
  const domain = path.at(-1)!;
  const term = short(text);
  evaluation.trace.add({ rfc, step, domain, term, target, ...evaluation.left });
  if (path.includes(target)) {
    const advice = 'circle';
    evaluation.trace.add({ rfc: ADVICE[advice], step: 'advice', domain, advice, term, position });
  }
}
