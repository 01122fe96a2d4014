/** Probes in a network whose hosts listen elsewhere than on the ports of their protocols. */
import type { Probes } from './probe.ts';

export interface Place {
  readonly address: string;
  readonly port: number;
}

/** Where the host with this address listens for what comes to this port. */
export type PlaceOf = (address: string, port: number) => Place;

/** The same probes, each led to where its target listens. */
export function probesElsewhere(probes: Probes, placeOf: PlaceOf): Probes {
  const at = <Target extends Place>(target: Target): Target => ({
    ...target,
    ...placeOf(target.address, target.port),
  });
  return {
    ...probes,
    greeting: (target, signal) => probes.greeting(at(target), signal),
    dialogue: (target, ...rest) => probes.dialogue(at(target), ...rest),
    http: (question, signal) => probes.http(at(question), signal),
    tls: (question, signal) => probes.tls(at(question), signal),
  };
}
