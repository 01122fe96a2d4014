/**
 * Whether the domain of the reverse-path can be answered (RFC 5321 §5.1): it has an MX that is not null, or an address. Who cannot be
 * told of a failure has no honest reason to be a sender; what cannot be looked up now is asked again later.
 */
import { summariseAnswer } from '#mail/queue/route/steps';
import type { DnsAnswer } from '#protocol/dns/resolver';
import type { Check, Means } from '#mail/receive/inquiry/check';
import type { CheckStep } from '#mail/receive/inquiry/check-step';
import { NO_DNS, NOTHING_TO_ASK } from '#mail/receive/inquiry/fact';
import type { SenderFacts } from '#mail/receive/inquiry/facts';

export const sender: Check<'sender', 'mail'> = {
  gather({ client: { address }, envelope: { reversePath } }, { resolver, isOfTheHouse }) {
    // an address literal names a host, not a domain
    if (reversePath === null || reversePath.domain.startsWith('[')) return NOTHING_TO_ASK;
    if (isOfTheHouse?.(address) === true) return NOTHING_TO_ASK;
    return resolver === undefined ? NO_DNS : lookUp(reversePath.domain, resolver);
  },

  outline: ({ result, steps }) => ({ result, steps }),

  find({ domain, result }) {
    const reason = REASONS[result];
    return reason === undefined ? [] : [{ check: 'sender', reason, subject: domain }];
  },
};

const REASONS = {
  reachable: undefined,
  unknown: 'sender-domain-unknown',
  'no-mail': 'sender-domain-no-mail',
  unresolved: 'sender-domain-unresolved',
} as const satisfies Record<SenderFacts['result'], string | undefined>;

async function lookUp(
  domain: string,
  resolver: NonNullable<Means['resolver']>,
): Promise<SenderFacts> {
  const steps: CheckStep[] = [];
  const ask = async <T extends 'MX' | 'A' | 'AAAA'>(type: T): Promise<DnsAnswer<T>> => {
    const answer = await resolver.resolve(domain, type);
    const answered = summariseAnswer(answer);
    steps.push({ step: 'asked', rfc: 'RFC 5321 §5.1', name: domain, type, answer: answered });
    return answer;
  };
  const conclude = (result: SenderFacts['result'], rfc: string): SenderFacts => ({
    domain,
    result,
    steps: [...steps, { step: `sender-${result}`, rfc, domain }],
  });

  const mx = await ask('MX');
  if (mx.kind === 'records') {
    const isNull = mx.records.every(({ exchange }) => exchange === '.');
    return isNull ? conclude('no-mail', 'RFC 7505 §4.2') : conclude('reachable', 'RFC 5321 §5.1');
  }
  if (mx.kind === 'no-data') {
    // RFC 5321 §5.1: without an MX the domain is its own exchange
    const [ipv4, ipv6] = await Promise.all([ask('A'), ask('AAAA')]);
    if (ipv4.kind === 'records' || ipv6.kind === 'records')
      return conclude('reachable', 'RFC 5321 §5.1');
    const failed = [ipv4, ipv6].some(({ kind }) => kind === 'failure');
    return conclude(failed ? 'unresolved' : 'unknown', 'RFC 5321 §5.1');
  }
  const isUnknown = mx.kind === 'nxdomain' || mx.cause === 'bad-name';
  return conclude(isUnknown ? 'unknown' : 'unresolved', 'RFC 5321 §5.1');
}
