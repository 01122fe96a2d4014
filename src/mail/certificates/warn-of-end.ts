/** Says that a certificate comes to its end without a new one: in the log and as an event, once a day for all nodes. */
import type { Clock } from '#clock';
import { asTyped } from '#mail/story/as-typed';
import { event, type Event } from '#events';
import type { Log } from '#log';
import { markWarned, type StoredCertificate } from '#store/certificates/certificates';
import type { Pool } from '#store/database/open';
import { daysLeft, standingOf } from './renewal-time.ts';

export interface WarnContext {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly note: (event: Event) => void;
}

const DAY = 24 * 60 * 60 * 1000;

export async function warnOfEnd(
  { pool, clock, log, note }: WarnContext,
  certificate: StoredCertificate,
): Promise<void> {
  const now = clock.now();
  const standing = standingOf(certificate, now);
  if (standing === 'good') return;
  if (!(await markWarned(pool, certificate.id, now, now - DAY))) return;
  const { names } = certificate;
  const until = new Date(certificate.notAfter).toISOString();
  const days = daysLeft(certificate, now);
  const said = { names, until, days, remedy: asTyped('hikyaku certificate show says why.') };
  if (standing === 'soon') log.warn('certificate.expiring', said);
  else log.error('certificate.expiring', said);
  note(event('certificate.expiring', now, {}, { public: { names, until, days }, personal: {} }));
}
