/**
 * Takes a certificate back (RFC 8555 §7.6): it is not served any more, the authority tells everybody who asks, and the keeper orders
 * another one, with another key, if the names are still wanted. What somebody brought in is only taken away.
 */
import { AcmeError } from '#clients/acme/failure';
import { event } from '#events';
import {
  markRevoked,
  removeCertificate,
  type StoredCertificate,
} from '#store/certificates/certificates';
import type { AcmeSettings } from './acme-settings.ts';
import type { RenewContext } from './renew-line.ts';
import { openAccount } from './open-account.ts';
import { failureOf } from './order-failure.ts';
import type { OrderFailure } from './order-steps.ts';
import { readChain } from './x509.ts';

/** RFC 5280 §5.3.1: those that a subscriber may give (RFC 8555 §7.6). */
export const REVOCATION_CODES = {
  unspecified: 0,
  keyCompromise: 1,
  superseded: 4,
  cessationOfOperation: 5,
} as const;
export type RevocationReason = keyof typeof REVOCATION_CODES;

export type Revoked =
  | { readonly kind: 'revoked' | 'removed' }
  /** It is served on: nothing was changed. */
  | { readonly kind: 'failed'; readonly failure: OrderFailure };

/** An imported one needs no authority. */
export type RevokeContext = Omit<RenewContext, 'settings'> & {
  readonly settings: AcmeSettings | undefined;
};

export async function revokeCertificate(
  context: RevokeContext,
  certificate: StoredCertificate,
  reason: RevocationReason,
): Promise<Revoked> {
  const { pool, clock, log, notices, note, settings } = context;
  const { id, names, origin } = certificate;
  if (origin === 'imported' || settings === undefined) {
    await removeCertificate(pool, id);
    notices.say('certificates');
    return { kind: 'removed' };
  }
  try {
    const client = await openAccount({ ...context, settings, tell: () => {} });
    await client.revoke(readChain(certificate.chain).raw, REVOCATION_CODES[reason]);
  } catch (error) {
    if (!(error instanceof AcmeError)) throw error;
    if (!isRevokedAlready(error)) return { kind: 'failed', failure: failureOf(error.failure) };
  }
  const now = clock.now();
  await markRevoked(pool, id, now);
  notices.say('certificates');
  log.warn('certificate.revoked', { names, reason });
  note(event('certificate.revoked', now, {}, { public: { names, reason }, personal: {} }));
  return { kind: 'revoked' };
}

function isRevokedAlready({ failure }: AcmeError): boolean {
  return failure.kind === 'problem' && failure.problem.type.endsWith(':alreadyRevoked');
}
