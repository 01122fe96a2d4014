/**
 * The settings of one of several processes: what holds for a process is its part, so that together they keep to what was set. What nodes
 * count together (`abuse.…_a_minute`: mail/abuse/counters.ts exchanges levels) holds for all of them as it stands, and is not here.
 */
import type { Config } from '#config';

const DIVIDED = [
  'limits.connections',
  'limits.connections_per_address',
  'limits.imap_connections',
  'limits.imap_connections_per_address',
  'queue.attempts',
] as const;

/** Connections are dealt out in turn, so that those of one client come to all alike. */
export function divideLimits(config: Config, workers: number): Config {
  const parts = DIVIDED.map((key) => [key, Math.ceil(config[key] / workers)] as const);
  return { ...config, ...Object.fromEntries(parts) };
}
