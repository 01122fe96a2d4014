/**
 * CAA beside what a resolver answered, as an authority reads it (RFC 8659): the records of the nearest name that has any count, and what
 * matters is whether they let ours issue. Pure; called by judge-set.ts.
 */
import { readIssueValue } from '#protocol/caa/issue-value';
import { caaNames, issueValues, strangeTag } from '#protocol/caa/record-set';
import type { CaaData } from '#protocol/dns/resolver';
import { standing, ttlOf, type SetAnswers } from './found.ts';
import type { PlannedOf } from './record.ts';
import type { ComparedRecord, Standing } from './standing.ts';
import { recordText } from './zone-line.ts';

type Planned = PlannedOf<'CAA'>;

/** @param planned not empty, of one name */
export function judgeCaa(
  planned: readonly Planned[],
  answers: SetAnswers,
): readonly ComparedRecord[] {
  const { name } = planned[0]!;
  for (const at of caaNames(name)) {
    const answer = answers.get(at, 'CAA');
    if (answer === undefined || answer.kind === 'failure')
      return planned.map((one) => standing(one, 'unknown', answer ? [answer.text] : []));
    if (answer.kind !== 'records') continue;
    const { records } = answer;
    const ttl = ttlOf(answer);
    const text = (record: CaaData): string =>
      `${at === name ? '' : `${at}. `}${recordText('CAA', record)}`;
    const judged = planned.map((one) => standing(one, judge(one, records), records.map(text), ttl));
    // what stands above is not this name's, and what forbids is told already
    if (at !== name || judged.some((one) => one.standing === 'different')) return judged;
    const extra = records
      .filter((record) => letsOthers(record, planned))
      .map((record): ComparedRecord => ({
        standing: 'extra',
        name,
        type: 'CAA',
        planned: undefined,
        observed: [text(record)],
        ttl,
      }));
    return [...judged, ...extra];
  }
  return planned.map((one) => standing(one, 'missing', []));
}

function judge({ data }: Planned, records: readonly CaaData[]): Standing {
  if (strangeTag(records) !== undefined) return 'different';
  const values = issueValues(records, data.tag === 'issuewild');
  // records that restrict something else let everybody issue
  if (values.length === 0) return 'missing';
  return values.some((value) => allows(value, data.value)) ? 'right' : 'different';
}

/** Whether who orders as planned gets it; what is bound to no account or method lets ours too. */
function allows(value: string, wanted: string): boolean {
  const there = readIssueValue(value);
  const ours = readIssueValue(wanted)!;
  return (
    there?.issuer === ours.issuer &&
    (there.accountUri === undefined || there.accountUri === ours.accountUri) &&
    (there.validationMethods === undefined ||
      ours.validationMethods?.some((one) => there.validationMethods!.includes(one)) === true)
  );
}

function letsOthers({ tag, value }: CaaData, planned: readonly Planned[]): boolean {
  if (!['issue', 'issuewild'].includes(tag.toLowerCase())) return false;
  const issuer = readIssueValue(value)?.issuer ?? '';
  return (
    issuer !== '' && !planned.some(({ data }) => readIssueValue(data.value)!.issuer === issuer)
  );
}
