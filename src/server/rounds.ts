/** Work that comes again after a time of the calendar until the server stops. A round that fails is the next one's to do. */
import type { Clock } from '#clock';

export interface Rounds {
  readonly clock: Pick<Clock, 'sleep'>;
  /** Milliseconds between the end of one and the begin of the next. */
  readonly every: number;
  /** Milliseconds before the first; at once unless told. */
  readonly first?: number;
  readonly round: (signal: AbortSignal) => Promise<void>;
  /** @param stopping what the stop broke off may fail */
  readonly failed: (error: Error, stopping: boolean) => void;
}

/** The stop waits for the round under way, which hears of it by its signal. */
export function keepRounds(
  { clock, every, first = 0, round, failed }: Rounds,
  parts: AsyncDisposableStack,
): void {
  const stop = new AbortController();
  const { signal } = stop;
  const rounds = (async () => {
    if (first > 0) await clock.sleep(first, signal);
    while (!signal.aborted) {
      try {
        await round(signal);
      } catch (error) {
        failed(error as Error, signal.aborted);
      }
      await clock.sleep(every, signal);
    }
  })();
  parts.defer(async () => {
    stop.abort();
    await rounds;
  });
}
