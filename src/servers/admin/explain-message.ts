/** How a message was judged when it came in, whether it was taken or refused. */
import { explainVerdict, type Explanation } from '#mail/story/explain-verdict';
import type { Language } from '#protocol/dsn/language';
import type { Store } from '#store/database/open';
import { eventsOfMessage } from '#store/events/events';
import { refuse, type Refusal } from './call.ts';

/** Undefined where nothing is known of the message. */
export async function explainMessage(
  { pool }: Store,
  messageId: string,
  language: Language,
): Promise<Explanation | Refusal | undefined> {
  const events = await eventsOfMessage(pool, messageId);
  if (events.length === 0) return undefined;
  return (
    explainVerdict(messageId, events, language) ??
    refuse(
      'not-judged',
      `message ${messageId} was not judged`,
      'Only mail from other servers is. hikyaku message trace tells what happened to it.',
    )
  );
}
