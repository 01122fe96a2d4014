/** What providers found out about mail and did with it, since a lesson began: their stored traces with the facts in their types. */
import type { LessonWorld } from '#lab/lessons/world';
import type { ClientFacts, MessageFacts } from '#lab/providers/facts';
import type { LessonRun } from '#store/lab/lesson-runs';
import { tracesSince, type TraceRow } from '#store/lab/provider-mail';

export interface JudgedMail extends Pick<TraceRow, 'id' | 'at' | 'code' | 'enhanced' | 'verdict'> {
  readonly client: ClientFacts;
  /** Undefined: it was refused before it was there. */
  readonly message: MessageFacts | undefined;
}

/** Oldest first. */
export async function judgedSince(
  world: Pick<LessonWorld, 'store'>,
  run: Pick<LessonRun, 'startedAt'>,
  provider: string,
): Promise<JudgedMail[]> {
  const traces = await tracesSince(world.store.pool, { provider, since: run.startedAt });
  return traces.map(({ id, at, code, enhanced, verdict, facts }) => {
    // written by the provider's reception in this form
    const { client, message } = facts as unknown as Pick<JudgedMail, 'client' | 'message'>;
    return { id, at, code, enhanced, verdict, client, message };
  });
}

export function isTaken({ code }: Pick<JudgedMail, 'code'>): boolean {
  return code === 250;
}

/** Sent by the learner's own server in the name of the domain, and read to its end. */
export function isOwn(
  world: Pick<LessonWorld, 'network'>,
  domain: string,
): (mail: JudgedMail) => mail is JudgedMail & { readonly message: MessageFacts } {
  const own = world.network.addressOf('mail.example.test');
  return (mail): mail is JudgedMail & { readonly message: MessageFacts } =>
    mail.client.ip === own && mail.message?.authorDomain === domain;
}
