/** What the owner of a domain should mend in a record, beside what judging tells already. Pure; for `dmarc check`. */
import type { RfcSection } from '#protocol/dkim/rules';
import { policiesOf } from './policy.ts';
import type { DmarcRecord, Policy, RecordRemark, RemarkKind } from './record.ts';
import type { DmarcReport } from './report.ts';

/**
 * no-record: there is none that applies · policy-none: nothing is asked for · no-reports: nobody is told of forgeries · test-mode · weaker-sp, weaker-np: subdomains are protected
 * less than the domain · psd-ruf: a registry that asks for single messages of its registrants · the rest: remarks on the record.
 */
export type AdviceKind =
  | 'no-record'
  | 'policy-none'
  | 'no-reports'
  | 'test-mode'
  | 'weaker-sp'
  | 'weaker-np'
  | 'psd-ruf'
  | RemarkKind;

export interface Advice {
  readonly step: 'advice';
  readonly rfc: RfcSection;
  readonly advice: AdviceKind;
  /** Of remarks: the tag and its value as they stand in the record. Of no-record: the domain. */
  readonly tag?: string;
  readonly value?: string;
}

const SECTIONS = {
  'no-record': 'RFC 9989 §5.1',
  'policy-none': 'RFC 9989 §3.2.12',
  'no-reports': 'RFC 9989 §4.7',
  'test-mode': 'RFC 9989 §4.7',
  'weaker-sp': 'RFC 9989 §3.2.9',
  'weaker-np': 'RFC 9989 §3.2.9',
  'psd-ruf': 'RFC 9989 §10.2',
  'bad-value': 'RFC 9989 §4.8',
  repeated: 'RFC 6376 §3.2',
  'bad-uri': 'RFC 9989 §4.8',
  size: 'RFC 9989 §4.8',
  'too-many-uris': 'RFC 9989 §4.6',
  removed: 'RFC 9989 §9.3',
  unknown: 'RFC 9989 §4.7',
  'no-tag': 'RFC 9989 §4.8',
  'upper-case': 'RFC 6376 §3.2',
  'fo-without-ruf': 'RFC 9989 §4.7',
} as const satisfies Record<AdviceKind, RfcSection>;

export function adviseOn({
  domain,
  result,
  record,
}: Pick<DmarcReport, 'domain' | 'result' | 'record'>): readonly Advice[] {
  if (record) return adviseOnRecord(record);
  return result === 'none' ? [{ ...ofKind('no-record'), value: domain }] : [];
}

function adviseOnRecord(record: DmarcRecord): readonly Advice[] {
  const { policies } = policiesOf(record);
  const found: AdviceKind[] = [];
  if (policies) {
    const { p, sp = p, np = sp } = policies;
    if (p === 'none' && sp === 'none' && np === 'none') found.push('policy-none');
    if (isWeaker(sp, p)) found.push('weaker-sp');
    if (isWeaker(np, sp)) found.push('weaker-np');
  }
  if (record.t === 'y') found.push('test-mode');
  if (record.rua.length === 0) found.push('no-reports');
  if (record.psd === 'y' && record.ruf.length > 0) found.push('psd-ruf');
  return [...found.map((advice) => ofKind(advice)), ...record.remarks.map(ofRemark)];
}

function isWeaker(policy: Policy, than: Policy): boolean {
  const order: readonly Policy[] = ['none', 'quarantine', 'reject'];
  return order.indexOf(policy) < order.indexOf(than);
}

function ofKind(advice: AdviceKind): Advice {
  return { step: 'advice', rfc: SECTIONS[advice], advice };
}

function ofRemark({ kind, tag, value }: RecordRemark): Advice {
  return { ...ofKind(kind), tag, value };
}
