/**
 * What the client called itself. RFC 5321 §4.1.4 forbids refusing mail because of it, and a name proves nothing: but no honest
 * host has ours, and few of those that send by themselves have none.
 */
import { parseAddressLiteral } from '#protocol/address/address-literal';
import { parseClientName } from '#protocol/smtp/client-name';
import { addressLiteral } from '#mail/deliver/trace-fields';
import type { Check } from '#mail/receive/inquiry/check';
import type { EhloFacts } from '#mail/receive/inquiry/facts';

export const ehlo: Check<'ehlo', 'mail'> = {
  gather({ client: { ehlo: name, extended, address } }, { hostname, isOwnAddress }) {
    const { form } = parseClientName(name) ?? { form: 'other' };
    const result = ((): EhloFacts['result'] => {
      // programs of this machine may well call it by its name
      if (name.toLowerCase() === hostname) return isOwnAddress(address) ? 'qualified' : 'own-name';
      if (form === 'domain') return name.includes('.') ? 'qualified' : 'not-qualified';
      if (form === 'other') return 'not-qualified';
      return literalOf(name) === literalOf(addressLiteral(address)) ? 'literal' : 'wrong-address';
    })();
    return { name, extended, result };
  },

  outline: ({ name, extended, result }) => ({
    result,
    steps: [
      {
        step: `ehlo-${result}`,
        rfc: 'RFC 5321 §4.1.4',
        verb: extended ? 'EHLO' : 'HELO',
        name,
      },
    ],
  }),

  find({ name, result }) {
    const reason = REASONS[result];
    return reason === undefined ? [] : [{ check: 'ehlo', reason, subject: name }];
  },
};

const REASONS = {
  qualified: undefined,
  literal: undefined,
  'own-name': 'ehlo-own-name',
  'wrong-address': 'ehlo-wrong-address',
  'not-qualified': 'ehlo-not-qualified',
} as const satisfies Record<EhloFacts['result'], string | undefined>;

/** In its one spelling. */
function literalOf(text: string): string | undefined {
  const read = parseAddressLiteral(text);
  return read.kind === 'literal' ? read.domain : undefined;
}
