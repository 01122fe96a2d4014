/** Asks certificate authorities when they would have certificates renewed (RFC 9773), and moves the time of renewal there. */
import { AcmeError } from '#clients/acme/failure';
import {
  claimRenewalQuestion,
  setRenewal,
  type StoredCertificate,
} from '#store/certificates/certificates';
import { anyClient } from './open-account.ts';
import type { RenewContext } from './renew-line.ts';
import { askRenewalAgain, suggestedTime } from './renewal-time.ts';
import { renewalIdentifier } from './x509.ts';

/** Should the node die in the middle, another asks after this. Milliseconds. */
const IF_NOT_ANSWERED = 5 * 60 * 1000;

/** For one certificate of the authority that the settings name, if it is time to ask: by one node for all. */
export async function askRenewalInformation(
  context: RenewContext,
  certificate: StoredCertificate,
): Promise<void> {
  const { pool, clock, log, random, settings, signal } = context;
  const { id, askRenewalAt, directory, renewAt, explanation } = certificate;
  const now = clock.now();
  if (askRenewalAt === undefined || askRenewalAt > now || directory !== settings.directory) return;
  if (!(await claimRenewalQuestion(pool, id, now, now + IF_NOT_ANSWERED))) return;
  const identifier = await renewalIdentifier(certificate.chain);
  const client = await anyClient({ ...context, tell: () => {} });
  if (identifier === undefined || client === undefined) {
    await setRenewal(pool, id, { renewAt, askRenewalAt: undefined, explanation });
    return;
  }
  try {
    const window = await client.renewalInfo(identifier);
    if (window === undefined) {
      await setRenewal(pool, id, { renewAt, askRenewalAt: undefined, explanation });
      return;
    }
    // a time that was chosen in this window stands: chosen anew each time, it would creep forward
    const stands = renewAt >= window.start && renewAt <= window.end;
    await setRenewal(pool, id, {
      renewAt: stands ? renewAt : suggestedTime(window, random()),
      askRenewalAt: askRenewalAgain(window.retryAfter, now),
      explanation: window.explanation,
    });
  } catch (error) {
    if (!(error instanceof AcmeError)) throw error;
    // nothing was answered, and whoever goes on asks
    if (signal.aborted) return;
    log.info('certificate.no-renewal-information', {
      names: certificate.names,
      error: error.message,
    });
    const retryAfter = error.failure.kind === 'problem' ? error.failure.retryAfter : undefined;
    const askAgain = askRenewalAgain(retryAfter, now);
    await setRenewal(pool, id, { renewAt, askRenewalAt: askAgain, explanation });
  }
}
