/** SPF (RFC 7208): may this client send for the domain of the reverse-path, or where that is null for the name in EHLO (§2.4). */
import { checkHost } from '#protocol/spf/check-host';
import type { Check } from '#mail/receive/inquiry/check';
import { knownOf, NO_DNS, NOTHING_TO_ASK } from '#mail/receive/inquiry/fact';

export const spf: Check<'spf', 'mail'> = {
  gather({ client: { address, ehlo }, envelope: { reversePath } }, means) {
    const { resolver, isOwnAddress, isOfTheHouse, hostname } = means;
    if (resolver === undefined) return NO_DNS;
    // this host itself, by way of its loopback, which is in no record
    const isItself = isOwnAddress(address) && ehlo.toLowerCase() === hostname;
    if (isItself || isOfTheHouse?.(address) === true) return NOTHING_TO_ASK;
    const now = Math.floor(means.now() / 1000);
    const asking = { resolver, signal: means.signal, receiver: means.hostname, now };
    return checkHost({ ip: address, helo: ehlo, mailFrom: reversePath, ...asking });
  },

  outline: ({ result, steps }) => ({ result, steps }),

  /** RFC 7208 §8.4: a signature that passes DMARC speaks for the author where a forwarder broke SPF. */
  find({ result, domain }, { dmarc }) {
    if (knownOf(dmarc)?.result === 'pass') return [];
    if (result === 'fail') return [{ check: 'spf', reason: 'spf-fail', subject: domain }];
    if (result === 'softfail') return [{ check: 'spf', reason: 'spf-softfail', subject: domain }];
    return [];
  },
};
