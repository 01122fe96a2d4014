/** `zone=major`, `domain:zone=minor`: a DNS list that the doctor looks for itself on. */
import { toAscii } from '#protocol/address/domain';

export interface DoctorList {
  readonly zone: string;
  /** What it lists. */
  readonly of: 'addresses' | 'domains';
  readonly weight: 'major' | 'minor';
}

/** Undefined where the text is anything else. */
export function readDoctorList(text: string): DoctorList | undefined {
  const match = /^(domain:)?([^=:]+)=(major|minor)$/.exec(text);
  const zone = match && toAscii(match[2]!);
  if (!zone) return undefined;
  return {
    zone,
    of: match[1] === undefined ? 'addresses' : 'domains',
    weight: match[3] as DoctorList['weight'],
  };
}
