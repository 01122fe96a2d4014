/** What the queue decides on TLS with: policies of other domains, kept fresh, and the counts for reports. */
import { isPublicAddress } from '#clients/https/public-address';
import { tcpDialer, type Dialer } from '#clients/smtp/dial';
import type { Clock } from '#clock';
import type { Log } from '#log';
import type { DaneStanding } from '#mail/tls-policy/dane-standing';
import { TlsLedger } from '#mail/tls-policy/ledger';
import { REFRESH_EVERY, refreshPolicies } from '#mail/tls-policy/refresh-policies';
import type { TlsPolicyParts } from '#mail/tls-policy/secure-hosts';
import { StsPolicies } from '#mail/tls-policy/sts-policies';
import type { Resolver } from '#protocol/dns/resolver';
import { keepRounds } from '#server/rounds';
import type { Pool } from '#store/database/open';
import { policyStoreOf } from '#store/tls-policy/policies';

export interface TlsPolicySettings {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly resolver: Resolver;
  readonly dane: DaneStanding['kind'];
  /** A network of its own: there every address may be reached. */
  readonly dialer?: Dialer | undefined;
  /** PEM, instead of the system's roots. */
  readonly trustedRoots?: readonly string[] | undefined;
}

export function startTlsPolicy(
  { pool, clock, log, resolver, dane, dialer, trustedRoots }: TlsPolicySettings,
  parts: AsyncDisposableStack,
): TlsPolicyParts {
  const ledger = parts.use(new TlsLedger({ pool, clock, log }));
  const sts = new StsPolicies({
    store: policyStoreOf(pool),
    clock,
    log,
    resolver,
    dialer: dialer ?? tcpDialer,
    mayReach: dialer === undefined ? isPublicAddress : () => true,
    ...(trustedRoots && { ca: trustedRoots }),
  });
  keepRounds(
    {
      clock,
      every: REFRESH_EVERY,
      round: async () => void (await refreshPolicies({ pool, clock, sts })),
      failed: ({ message }) => log.warn('tls-policy.not-refreshed', { error: message }),
    },
    parts,
  );
  // disposed of first, so that no fetch is waited for
  parts.use(sts);
  return { sts, ledger, dane: dane === 'on' };
}
