/**
 * Why a chain did not pass: each reason with the section that holds the rule. The texts for people are written elsewhere from these
 * keys. What a signature of the chain does not fulfil as a DKIM signature would, is told by the reasons of DKIM (`dkim/rules.ts`).
 */
import {
  RULES as DKIM_RULES,
  type Reason as DkimReason,
  type RfcSection,
} from '#protocol/dkim/rules';

type Rule = { readonly rfc: RfcSection };

export const RULES = {
  'too-many-sets': { rfc: 'RFC 8617 §5.2' },
  'too-large': { rfc: 'RFC 8617 §9.1' },
  'failed-before': { rfc: 'RFC 8617 §5.2' },
  'bad-instance': { rfc: 'RFC 8617 §4.2.1' },
  'field-missing': { rfc: 'RFC 8617 §5.2' },
  'field-repeated': { rfc: 'RFC 8617 §5.2' },
  'instance-missing': { rfc: 'RFC 8617 §5.2' },
  'wrong-chain-status': { rfc: 'RFC 8617 §5.2' },
  'seal-names-fields': { rfc: 'RFC 8617 §4.1.3' },
  'arc-field-signed': { rfc: 'RFC 8617 §4.1.2' },
} as const satisfies Record<string, Rule>;

export type ArcReason = keyof typeof RULES | DkimReason;

/** The section that holds the rule. */
export function ruleOf(reason: ArcReason): RfcSection {
  return reason in RULES
    ? RULES[reason as keyof typeof RULES].rfc
    : DKIM_RULES[reason as DkimReason].rfc;
}
