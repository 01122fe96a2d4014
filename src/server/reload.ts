/** What SIGHUP makes of settings that changed: some hold at once, the others from the next start, which is said and not forgotten. */
import type { Config } from '#config';
import { KEYS, type Key } from '#config/fields';

/** Settings that a running server takes over. Files of certificates are read again whatever changed. */
const AT_ONCE: ReadonlySet<Key> = new Set(['log_level']);

export interface Changes {
  readonly applied: readonly Key[];
  readonly atNextStart: readonly Key[];
}

export function changesBetween(running: Config, read: Config): Changes {
  const changed = KEYS.filter((key) => JSON.stringify(running[key]) !== JSON.stringify(read[key]));
  return {
    applied: changed.filter((key) => AT_ONCE.has(key)),
    atNextStart: changed.filter((key) => !AT_ONCE.has(key)),
  };
}

/** What holds once these were applied. */
export function withChanges(running: Config, read: Config, applied: readonly Key[]): Config {
  return { ...running, ...Object.fromEntries(applied.map((key) => [key, read[key]])) };
}
