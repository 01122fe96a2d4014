/** DKIM (RFC 6376): every signature of the message. Keys are asked for when the header is there; the body is hashed as it comes. */
import { keyLookup } from '#protocol/dkim/key-lookup';
import { beginVerification } from '#protocol/dkim/verify';
import type { Check } from '#mail/receive/check';
import { NO_DNS } from '#mail/receive/facts';

export const dkim: Check<'dkim', 'header'> = {
  gather({ head, fields: header, bodyHashes }, { resolver, now }) {
    if (resolver === undefined) return NO_DNS;
    const lookup = keyLookup(resolver);
    const verification = beginVerification({ head, header, lookup, now: now() / 1000 });
    return bodyHashes(verification.bodyHashes).then((hashes) => verification.finish(hashes));
  },

  outline: ({ signatures, ignored }) => ({
    result: signatures.some(({ result }) => result === 'pass')
      ? 'pass'
      : (signatures[0]?.result ?? 'none'),
    steps: [
      ...(signatures.length === 0 ? [{ step: 'no-signature', rfc: 'RFC 6376 §6.1' }] : []),
      ...signatures.flatMap(({ steps }) => steps),
      ...(ignored > 0
        ? [{ step: 'signatures-left-out', rfc: 'RFC 6376 §6.1', count: ignored }]
        : []),
    ],
  }),

  // a signature that does not verify is as none (§6.3)
  find: ({ signatures }) =>
    signatures.flatMap(({ result, domain, uncoveredOctets = 0 }) =>
      result === 'pass' && uncoveredOctets > 0
        ? [{ check: 'dkim', reason: 'dkim-body-not-covered', ...(domain && { subject: domain }) }]
        : [],
    ),
};
