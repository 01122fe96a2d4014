/**
 * THREAD (RFC 5256): the messages that were found, put together by subject or by References.
 * Called by servers/imap.
 */
import type { SearchContext } from '#mail/search/keys/search-state';
import {
  isReplySubject,
  orderedSubjectThreads,
  referencesThreads,
  type ThreadFacts,
  type ThreadNode,
} from '#protocol/imap/thread';
import type { MessageSummary } from '#protocol/message/summary';
import { emailsOf } from './sort-messages.ts';

export type ThreadAlgorithm = 'REFERENCES' | 'ORDEREDSUBJECT';

/**
 * @param found places in `numbered`, rising
 * @param numberOf what the answer calls a place
 */
export async function threadMessages(
  context: SearchContext,
  found: Uint32Array,
  algorithm: ThreadAlgorithm,
  numberOf: (place: number) => number,
): Promise<ThreadNode[]> {
  const byReferences = algorithm === 'REFERENCES';
  const facts: ThreadFacts[] = [];
  const kept = new Map<string, string>();
  for await (const [place, email] of emailsOf(context, found, { summary: true })) {
    const summary = email.summary!;
    facts.push({
      number: numberOf(place),
      date: summary.date ?? email.receivedAt,
      baseSubject: summary.baseSubject,
      isReply: isReplySubject(summary.subject),
      messageId: byReferences ? summary.messageId && keepOnce(kept, summary.messageId) : undefined,
      references: byReferences ? referencesOf(summary).map((id) => keepOnce(kept, id)) : [],
    });
  }
  const pause = () => context.pause(found.length, found.length);
  return byReferences ? referencesThreads(facts, pause) : orderedSubjectThreads(facts, pause);
}

/** RFC 5256 §3: without References the first of In-Reply-To is the parent. */
function referencesOf({ references, inReplyTo }: MessageSummary): readonly string[] {
  return references.length > 0 ? references : inReplyTo.slice(0, 1);
}

/** An id that many messages name takes memory once. */
function keepOnce(kept: Map<string, string>, id: string): string {
  const known = kept.get(id);
  if (known !== undefined) return known;
  kept.set(id, id);
  return id;
}
