/** Whether the address of the client has a name that leads back to it (iprev, RFC 8601 §3): mail servers do, most infected machines do not. */
import { addressFamily } from '#clients/dns/address';
import { checkIprev } from '#protocol/iprev/check';
import type { Check } from '#mail/receive/inquiry/check';
import { NO_DNS, NOTHING_TO_ASK } from '#mail/receive/inquiry/fact';

export const iprev: Check<'iprev', 'client'> = {
  gather({ client: { address } }, means) {
    const { resolver, isOwnAddress } = means;
    if (resolver === undefined) return NO_DNS;
    if (addressFamily(address) === undefined || isOwnAddress(address)) return NOTHING_TO_ASK;
    return checkIprev({ ip: address, resolver, signal: means.signal });
  },

  outline: ({ result, steps }) => ({ result, steps }),

  // a name server that does not answer is no sign of anything
  find: ({ result, ip }) =>
    result === 'fail' || result === 'permerror'
      ? [{ check: 'iprev', reason: 'no-reverse-name', subject: ip }]
      : [],
};
