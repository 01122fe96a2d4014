/** Whether a record in the DNS does what a planned one would. */
import { hex } from '#bytes';
import { formatIp, parseIp } from '#protocol/address/ip-address';
import type { RecordData } from '#protocol/dns/resolver';
import type { PlannedRecord, PlanType } from './record.ts';

/** @param there of the same type */
export function isSameData(planned: PlannedRecord, there: RecordData[PlanType]): boolean {
  switch (planned.type) {
    case 'A':
    case 'AAAA':
      return isSameAddress(planned.data, there as string);
    case 'CNAME':
    case 'PTR':
      return planned.data === there;
    case 'MX':
      // who has one host may number it as he likes
      return planned.data.exchange === (there as RecordData['MX']).exchange;
    case 'SRV': {
      const { port, target } = there as RecordData['SRV'];
      return planned.data.target === target && (target === '.' || planned.data.port === port);
    }
    case 'TLSA':
      return tlsaText(planned.data) === tlsaText(there as RecordData['TLSA']);
    case 'CAA': {
      const { tag, value } = there as RecordData['CAA'];
      return (
        tag.toLowerCase() === planned.data.tag && issueOf(value) === issueOf(planned.data.value)
      );
    }
    case 'TXT':
      return planned.data.join('') === (there as RecordData['TXT']).join('');
  }
}

export function isSameAddress(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => parseIp(text));
  return first !== undefined && second !== undefined && formatIp(first) === formatIp(second);
}

function tlsaText({ usage, selector, matchingType, certificate }: RecordData['TLSA']): string {
  return `${usage} ${selector} ${matchingType} ${hex(certificate)}`;
}

/** The issuer, and its parameters in any order (RFC 8659 §4.2). */
function issueOf(value: string): string {
  const [issuer = '', ...parameters] = value.split(';').map((part) => part.trim());
  return [issuer.toLowerCase(), ...parameters.filter((part) => part !== '').sort()].join(';');
}
