/** The policy of a domain from its policy host (RFC 8461 §3.3), with the word that TLS reports have for each failure (RFC 8460 §4.3.2.2). */
import type { ExchangeFailure } from '#clients/https/exchange';
import { httpsGet, type GetOptions } from '#clients/https/get';
import { MAX_POLICY_OCTETS, parseStsPolicy, type StsPolicy } from '#protocol/mta-sts/policy-file';
import type { PolicyFault } from './host-policy.ts';

export type FetchedPolicy =
  | { readonly kind: 'policy'; readonly policy: StsPolicy }
  | ({ readonly kind: 'failed'; readonly detail: string } & PolicyFault);

export type FetchParts = Pick<GetOptions, 'resolver' | 'dialer' | 'mayReach' | 'ca'>;

/** RFC 8461 §3.3 suggests a minute; mail waits for it, once for each new policy. Milliseconds. */
const TIMEOUT = 30_000;
const PATH = '/.well-known/mta-sts.txt';

/** @param domain in A-labels */
export async function fetchStsPolicy(
  domain: string,
  parts: FetchParts,
  signal: AbortSignal,
): Promise<FetchedPolicy> {
  const fetched = await httpsGet(`mta-sts.${domain}`, PATH, {
    ...parts,
    mediaType: 'text/plain',
    maxOctets: MAX_POLICY_OCTETS,
    timeoutMs: TIMEOUT,
    signal,
  });
  if (fetched.kind === 'failed') {
    const { reason, detail } = fetched;
    return { kind: 'failed', result: RESULT[reason] ?? 'sts-policy-fetch-error', reason, detail };
  }
  const parsed = parseStsPolicy(fetched.bytes);
  return parsed.kind === 'policy'
    ? parsed
    : { kind: 'failed', result: 'sts-policy-invalid', reason: parsed.fault, detail: parsed.fault };
}

const RESULT: Partial<Record<ExchangeFailure, PolicyFault['result']>> = {
  certificate: 'sts-webpki-invalid',
  'too-large': 'sts-policy-invalid',
};
