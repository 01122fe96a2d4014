/** Alerts on the event log: one node of a server looks after them, and writes to whom the settings name. */
import type { Clock } from '#clock';
import type { Config } from '#config';
import type { Event } from '#events';
import type { Log } from '#log';
import { alertLetter } from '#mail/alerts/send';
import { AlertWatch } from '#mail/alerts/watch';
import { forgetAlerts } from '#store/alerts/history';
import type { Directory } from '#store/directory/directory';
import type { DestinationKey } from '#store/queue/enqueue';
import { keepRounds } from '#server/rounds';
import type { Store } from '#store/database/open';

export interface AlertParts {
  readonly config: Config;
  readonly store: Store;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly log: Log;
  /** Called after the commit. */
  readonly queued: (destinations: readonly DestinationKey[], events: readonly Event[]) => void;
}

/** Calendar milliseconds. */
const EVERY = 15_000;
/** A calendar that runs fast asks the database no more often than this; milliseconds of real time. */
const LEAST_BETWEEN = 1000;
const FORGET_EVERY = 6 * 60 * 60 * 1000;

export function startAlerts(
  { config, store, directory, clock, log, queued }: AlertParts,
  stack: AsyncDisposableStack,
): void {
  const letter = {
    store,
    directory,
    clock,
    hostname: config.hostname,
    language: config.lang,
    to: config['alerts.to'],
    queueLifetime: config['queue.lifetime'],
  };
  const watch = new AlertWatch({
    store,
    clock,
    log,
    letter: (changes) =>
      config['alerts.mail'] ? alertLetter(letter, changes) : Promise.resolve(undefined),
    happened: (events, destinations) => queued(destinations, events),
  });
  const failed = ({ message }: Error, stopping: boolean): void => {
    if (!stopping) log.warn('alerts.failed', { error: message });
  };
  let lookedAt = -Infinity;
  let forgotAt = -Infinity;
  const round = async (signal: AbortSignal): Promise<void> => {
    if (clock.monotonic() - lookedAt < LEAST_BETWEEN) return;
    lookedAt = clock.monotonic();
    await watch.round(signal);
    const now = clock.now();
    if (now - forgotAt < FORGET_EVERY) return;
    forgotAt = now;
    await forgetAlerts(store.pool, now - config['retention.events']);
  };
  keepRounds({ clock, every: EVERY, round, failed }, stack);
}
