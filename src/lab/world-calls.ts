/** What other processes of the learner have to know of the practice Internet to find their way in it. */
import { z } from 'zod';
import type { LabCall } from './ground.ts';

export interface WorldView {
  readonly prefix: string;
  /** Of the learner's server: the port of the protocol, and where it listens. */
  readonly ownPorts: readonly (readonly [number, number])[];
  /** PEM. */
  readonly trustedRoots: readonly string[];
  readonly seed: number;
}

export function worldCalls(view: WorldView): Record<string, LabCall> {
  return { world: { input: z.unknown(), run: () => view } };
}
