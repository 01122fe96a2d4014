/** DKIM (RFC 6376): every signature of the message. Keys are asked for when the header is there; the body is hashed as it comes. */
import { keyLookup } from '#protocol/dkim/key-lookup';
import { allSteps } from '#protocol/dkim/report';
import { beginVerification } from '#protocol/dkim/verify';
import type { Check } from '#mail/receive/inquiry/check';
import { NO_DNS } from '#mail/receive/inquiry/fact';

export const dkim: Check<'dkim', 'header'> = {
  gather({ head, fields: header, bodyHashes }, { resolver, now }) {
    if (resolver === undefined) return NO_DNS;
    const lookup = keyLookup(resolver);
    const verification = beginVerification({ head, header, lookup, now: now() / 1000 });
    return bodyHashes(verification.bodyHashes).then((hashes) => verification.finish(hashes));
  },

  outline: (report) => ({
    result: report.signatures.some(({ result }) => result === 'pass')
      ? 'pass'
      : (report.signatures[0]?.result ?? 'none'),
    steps: allSteps(report),
  }),

  // a signature that does not verify is as none (§6.3)
  find: ({ signatures }) =>
    signatures.flatMap(({ result, domain, uncoveredOctets = 0 }) =>
      result === 'pass' && uncoveredOctets > 0
        ? [{ check: 'dkim', reason: 'dkim-body-not-covered', ...(domain && { subject: domain }) }]
        : [],
    ),
};
