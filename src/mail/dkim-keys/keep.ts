/**
 * Looks after the DKIM keys of all domains: begins rotations when they are due, switches when the new records have been seen for long
 * enough, revokes what retired long ago. All that it knows is in PostgreSQL, so that any node goes on where another stopped; whoever
 * claims a look makes it. The server calls it in rounds.
 */
import type { Clock } from '#clock';
import { asTyped } from '#mail/story/as-typed';
import type { Event } from '#events';
import type { Log } from '#log';
import type { Resolver } from '#protocol/dns/resolver';
import type { Notices } from '#store/database/notices';
import type { Pool } from '#store/database/open';
import { listDkimKeys, type ListedKey } from '#store/directory/dkim-keys';
import {
  addLooks,
  beginRotation,
  claimLook,
  noteSeen,
  revokeRetired,
  switchKeys,
} from '#store/directory/dkim-rotation';
import {
  isRotationDue,
  LOOK_EVERY,
  maySwitch,
  type RotationSettings,
  type Sight,
} from './decide.ts';
import { lookForKeys } from './look.ts';
import { unusedDkimKeys } from './make.ts';
import { keyLife } from './planned-key.ts';

export interface KeeperOptions {
  readonly pool: Pool;
  readonly notices: Pick<Notices, 'say'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly resolver: Resolver;
  readonly settings: RotationSettings;
  /** Told what was committed. */
  readonly happened: (events: readonly Event[]) => void;
}

/** Of the calendar: whether anything is due. Milliseconds. */
export const ROUND_EVERY = 60_000;

/** Every domain whose look is due. */
export async function lookAfterKeys(options: KeeperOptions, signal: AbortSignal): Promise<void> {
  const { pool, clock } = options;
  await addLooks(pool, clock.now());
  while (!signal.aborted) {
    const now = clock.now();
    const domain = await claimLook(pool, now, now + LOOK_EVERY);
    if (domain === undefined) return;
    await lookAfterDomain(options, domain, signal);
  }
}

async function lookAfterDomain(
  options: KeeperOptions,
  domain: string,
  signal: AbortSignal,
): Promise<void> {
  const { pool, clock, settings, log } = options;
  const keys = await listDkimKeys(pool, domain);
  const pending = keys.filter(({ state }) => state === 'pending');
  if (pending.length > 0) await lookAtPending(options, domain, pending, signal);
  const now = clock.now();
  if (isRotationDue(keys.map(keyLife), settings, now)) {
    const fresh = await unusedDkimKeys(new Set(keys.map(({ selector }) => selector)), now);
    const begun = fresh && (await beginRotation(pool, domain, fresh, 'schedule', now));
    if (begun?.kind === 'begun') {
      told(options, begun.events);
      log.warn('dkim.publish-records', { domain, see: asTyped(`hikyaku domain dns ${domain}`) });
    }
  }
  const longAgo = now - settings.keepRetired;
  // an update, even of nothing, makes every node forget what it keeps of the directory
  if (keys.some(({ retiredAt, state }) => state === 'retired' && Number(retiredAt) <= longAgo))
    told(options, (await revokeRetired(pool, domain, longAgo, now)).events);
}

async function lookAtPending(
  options: KeeperOptions,
  domain: string,
  pending: readonly ListedKey[],
  signal: AbortSignal,
): Promise<void> {
  const { pool, clock, resolver } = options;
  const sight: Sight = await lookForKeys(resolver, domain, pending, signal);
  const now = clock.now();
  const selectors = pending.map(({ selector }) => selector);
  const isNew = pending.some(({ seenAt }) => (seenAt !== null) !== (sight === 'seen'));
  // what nobody could say breaks no row of looks
  if (sight !== 'unknown' && isNew) await noteSeen(pool, domain, selectors, sight === 'seen', now);
  if (!maySwitch(pending.map(keyLife), sight, now)) return;
  told(options, (await switchKeys(pool, domain, selectors, now)).events);
}

/** Of what was committed: every process signs with other keys from now on. */
function told({ notices, log, happened }: KeeperOptions, events: readonly Event[]): void {
  if (events.length === 0) return;
  notices.say('directory');
  for (const { type, public: fields } of events) log.info(type, { ...fields });
  happened(events);
}
