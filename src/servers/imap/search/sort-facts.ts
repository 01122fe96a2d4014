/** What SORT and THREAD compare, read by the hundred; messages purged meanwhile are left out. */
import type { SortFacts } from '#protocol/imap/sort';
import { isReplySubject, type ThreadFacts } from '#protocol/imap/thread';
import type { SessionState } from '#servers/imap/session-state';
import { FACTS_AT_ONCE, readFacts, type EmailFacts } from '#store/mailboxes/facts';
import type { ViewState } from '#store/mailboxes/view';

/** `number` is the place. */
export function sortFacts(
  state: SessionState,
  now: ViewState,
  places: Uint32Array,
): Promise<SortFacts[]> {
  return collect(state, now, places, (place, { receivedAt, size, summary }) => {
    const { date, baseSubject, from, to, cc } = summary!;
    return { number: place, receivedAt, size, date, baseSubject, from, to, cc };
  });
}

export function threadFacts(
  state: SessionState,
  now: ViewState,
  places: Uint32Array,
  number: (place: number) => number,
): Promise<ThreadFacts[]> {
  return collect(state, now, places, (place, { receivedAt, summary }) => {
    const { date, baseSubject, subject, messageId, references, inReplyTo } = summary!;
    return {
      number: number(place),
      date: date ?? receivedAt,
      baseSubject,
      isReply: isReplySubject(subject),
      messageId,
      references: references.length > 0 ? references : inReplyTo.slice(0, 1),
    };
  });
}

async function collect<T>(
  { services, login }: SessionState,
  now: ViewState,
  places: Uint32Array,
  make: (place: number, facts: EmailFacts) => T,
): Promise<T[]> {
  const { pool } = services.mail;
  const made: T[] = [];
  for (let at = 0; at < places.length; at += FACTS_AT_ONCE) {
    const some = places.subarray(at, at + FACTS_AT_ONCE);
    const ids = Float64Array.from(some, (place) => now.emailIds[place]!);
    const facts = await readFacts(pool, login!.accountId, ids, { summary: true });
    for (const [i, place] of some.entries())
      if (facts[i] !== undefined) made.push(make(place, facts[i]));
  }
  return made;
}
