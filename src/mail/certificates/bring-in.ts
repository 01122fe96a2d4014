/** A certificate that somebody got elsewhere: stored beside the ordered ones, served by its names, and renewed by ACME when its time comes. */
import { event } from '#events';
import { addCertificate } from '#store/certificates/certificates';
import type { RenewContext } from './renew-line.ts';
import { renewalTime } from './renewal-time.ts';
import { readPair, type CertificateFacts } from './x509.ts';

export type BroughtIn =
  | { readonly kind: 'added'; readonly facts: CertificateFacts }
  | { readonly kind: 'exists' }
  | { readonly kind: 'unusable'; readonly reason: string };

/** @param chain PEM, the certificate itself first @param key PEM */
export async function bringIn(
  {
    pool,
    notices,
    clock,
    log,
    note,
  }: Pick<RenewContext, 'pool' | 'notices' | 'clock' | 'log' | 'note'>,
  chain: string,
  key: string,
): Promise<BroughtIn> {
  const pair = readPair(chain, key);
  if (pair.kind === 'unusable') return pair;
  const { facts, privateKey } = pair;
  const { names, issuer, fingerprint, notBefore, notAfter } = facts;
  const now = clock.now();
  if (notAfter <= now) return { kind: 'unusable', reason: 'the certificate has expired' };
  const added = await addCertificate(
    pool,
    {
      names,
      origin: 'imported',
      directory: undefined,
      chain,
      privateKey,
      nextKey: undefined,
      fingerprint,
      issuer,
      notBefore,
      notAfter,
      renewAt: renewalTime(facts, 0),
      askRenewalAt: undefined,
    },
    undefined,
    now,
  );
  if (added.kind === 'exists') return added;
  notices.say('certificates');
  const until = new Date(notAfter).toISOString();
  log.info('certificate.imported', { names, issuer, until });
  note(event('certificate.imported', now, {}, { public: { names, issuer, until }, personal: {} }));
  return { kind: 'added', facts };
}
