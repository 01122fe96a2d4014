/** The settings of one of several processes: what holds for a process is its part, so that together they keep to what was set. */
import type { Config } from '#config';

const DIVIDED = [
  'limits.connections',
  'limits.connections_per_address',
  'limits.imap_connections',
  'limits.imap_connections_per_address',
  'queue.attempts',
  'abuse.connections_a_minute',
  'abuse.messages_a_minute',
  'abuse.recipients_a_minute',
] as const;

/** Connections are dealt out in turn, so that those of one client come to all alike. 0, where it means no limit, stays. */
export function divideLimits(config: Config, workers: number): Config {
  const parts = DIVIDED.map((key) => [key, Math.ceil(config[key] / workers)] as const);
  return { ...config, ...Object.fromEntries(parts) };
}
