/** DKIM (RFC 6376): every signature of the message. Keys are asked for when the header is there; the body is hashed as it comes. */
import type { KeyAnswer, KeyLookup } from '#protocol/dkim/report';
import { verifyMessage } from '#protocol/dkim/verify';
import { txtText, type Resolver } from '#protocol/dns/resolver';
import type { Check } from '#mail/receive/check';
import { NO_DNS } from '#mail/receive/facts';

export const dkim: Check<'dkim', 'header'> = {
  gather({ head, body }, { resolver, now }) {
    if (resolver === undefined) return NO_DNS;
    const lookup = keyLookup(resolver);
    return verifyMessage({ header: head, body: body(), lookup, now: Math.floor(now() / 1000) });
  },

  outline: ({ signatures, ignored }) => ({
    result: signatures.find(({ result }) => result === 'pass')
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

function keyLookup(resolver: Resolver): KeyLookup {
  return async (name): Promise<KeyAnswer> => {
    const answer = await resolver.resolve(name, 'TXT');
    if (answer.kind === 'records') return { kind: 'records', records: answer.records.map(txtText) };
    if (answer.kind !== 'failure' || answer.cause === 'bad-name') return { kind: 'none' };
    return { kind: 'temporary', detail: answer.text };
  };
}
