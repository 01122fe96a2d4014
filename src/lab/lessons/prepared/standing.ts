/** How providers think of the learner's server, by address and by domain: lessons set it when they begin, and put it back. */
import type { Json } from '#events';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';
import type { Sender } from '#lab/providers/rule';
import type { Standing } from '#lab/providers/senders/growth';

const KINDS = ['ip', 'domain'] as const;
type Kind = (typeof KINDS)[number];

export function learnerAt(world: LessonWorld, provider: string): Readonly<Record<Kind, Sender>> {
  const { memory } = aroundOf(world).providers;
  const [ip, domain] = KINDS.map((kind) => memory.sender(provider, kind, nameOf(world, kind)));
  return { ip: ip!, domain: domain! };
}

/** From here on the learner is a newcomer there, but for what is given. @returns how it was, for {@link putBack} */
export async function placeLearner(
  world: LessonWorld,
  provider: string,
  standing: Partial<Readonly<Record<Kind, Partial<Standing>>>> = {},
): Promise<Json> {
  const former = learnerAt(world, provider);
  const { memory } = aroundOf(world).providers;
  for (const kind of KINDS)
    await memory.place(provider, kind, nameOf(world, kind), standing[kind] ?? {});
  return { ip: shown(former.ip), domain: shown(former.domain) };
}

/** @param former what {@link placeLearner} answered */
export async function putBack(
  world: LessonWorld,
  provider: string,
  former: Json | undefined,
): Promise<void> {
  if (former === undefined) return;
  // written by placeLearner
  await placeLearner(world, provider, former as unknown as Record<Kind, Standing>);
}

function shown({ quota, score, bulk }: Standing): { quota: number; score: number; bulk: boolean } {
  return { quota, score, bulk };
}

function nameOf({ network, server }: LessonWorld, kind: Kind): string {
  return kind === 'ip' ? network.addressOf('mail.example.test') : server.domain;
}
