/** The questions for the keys of a message, asked while its body still comes: each name once, all at the same time. */
import type { KeyAnswer, KeyLookup } from './report.ts';

export interface Asked {
  /** By name. Rejects where the lookup did. */
  answers(): Promise<ReadonlyMap<string, KeyAnswer>>;
}

export function askForKeys(names: Iterable<string>, lookup: KeyLookup): Asked {
  const asked = Array.from(new Set(names), async (name): Promise<[string, KeyAnswer]> => [
    name,
    await lookup(name),
  ]);
  const all = Promise.all(asked);
  // whoever never asks for the answers, since the message never ended, must not be told of a failure
  all.catch(() => undefined);
  return { answers: async () => new Map(await all) };
}
