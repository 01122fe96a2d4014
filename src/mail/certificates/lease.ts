/** The lease under which one node orders for all, as its holder sees it: renewed while it works; lost, the work is broken off. */
import {
  CERTIFICATE_LEASE_SECONDS,
  endCertificateLease,
  renewCertificateLease,
  takeCertificateLease,
} from '#store/certificates/lease';
import type { Pool } from '#store/database/open';

const RENEW_EVERY = (CERTIFICATE_LEASE_SECONDS / 4) * 1000;

export type UnderLease<T> =
  | { readonly kind: 'done'; readonly result: T }
  | { readonly kind: 'busy'; readonly node: string };

/**
 * Does something that only one node may do at a time.
 * @param token unique for each call
 * @param stop ends the work too
 * @param work hands in a signal that aborts once the lease is not ours any more
 */
export async function underLease<T>(
  pool: Pool,
  token: string,
  node: string,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<UnderLease<T>> {
  const taken = await takeCertificateLease(pool, token, node);
  if (taken.kind === 'held') return { kind: 'busy', node: taken.node };
  const lost = new AbortController();
  let missed = 0;
  const timer = setInterval(() => {
    void renewCertificateLease(pool, token).then(
      (ours) => {
        missed = 0;
        if (!ours) lost.abort('another node took over');
      },
      () => {
        // the database is out of reach: after three times the lease may be another's
        if (++missed === 3) lost.abort('the database is out of reach');
      },
    );
  }, RENEW_EVERY).unref();
  try {
    return { kind: 'done', result: await work(AbortSignal.any([stop, lost.signal])) };
  } finally {
    clearInterval(timer);
    // one that cannot be given back ends by itself
    await endCertificateLease(pool, token).catch(() => {});
  }
}
