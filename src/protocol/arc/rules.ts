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
  'fields-too-large': { rfc: 'RFC 8617 §9.1' },
  'malformed-instance': { rfc: 'RFC 8617 §4.2.1' },
  'failed-before': { rfc: 'RFC 8617 §5.2' },
  'field-missing': { rfc: 'RFC 8617 §5.2' },
  'field-repeated': { rfc: 'RFC 8617 §5.2' },
  'wrong-chain-status': { rfc: 'RFC 8617 §5.2' },
  'seal-names-fields': { rfc: 'RFC 8617 §4.1.3' },
  'seal-signed': { rfc: 'RFC 8617 §4.1.2' },
} as const satisfies Record<string, Rule>;

export type ArcOwnReason = keyof typeof RULES;
export type ArcReason = ArcOwnReason | DkimReason;

/** The section that holds the rule. */
export function ruleOf(reason: ArcReason): RfcSection {
  return isOwn(reason) ? RULES[reason].rfc : DKIM_RULES[reason].rfc;
}

function isOwn(reason: ArcReason): reason is ArcOwnReason {
  return reason in RULES;
}
