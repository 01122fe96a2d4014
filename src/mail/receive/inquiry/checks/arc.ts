/**
 * ARC (RFC 8617): what the servers that the message came past said of it, if the chain of their seals is whole. Nobody is believed for sealing:
 * a seal speaks only for forwarders that are trusted (`trust.ts`).
 */
import { beginChainVerification } from '#protocol/arc/verify-chain';
import { keyLookup } from '#protocol/dkim/key-lookup';
import type { Check } from '#mail/receive/inquiry/check';
import { NO_DNS, OFF } from '#mail/receive/inquiry/fact';

export const arc: Check<'arc', 'header'> = {
  gather({ head, fields: header, bodyHashes }, { resolver, now, verifiesArc }) {
    if (!verifiesArc) return OFF;
    if (resolver === undefined) return NO_DNS;
    const lookup = keyLookup(resolver);
    const verification = beginChainVerification({ head, header, lookup, now: now() / 1000 });
    return bodyHashes(verification.bodyHashes).then((hashes) => verification.finish(hashes));
  },

  outline: ({ cv, steps }) => ({ result: cv, steps }),

  find: () => [],
};
