/** The learner's server, as mallory knows it. */
import type { LessonWorld } from '#lab/lessons/world';
import type { Victim } from '#lab/mallory/victim';

export function victimOf({ server, network, clock, random }: LessonWorld): Victim {
  const { domain, hostname, address, ports } = server;
  return {
    domain,
    hostname,
    address,
    ports,
    dialer: network.dialer,
    monotonic: () => clock.monotonic(),
    random,
  };
}
