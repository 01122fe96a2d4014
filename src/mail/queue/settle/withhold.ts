/**
 * Bulk mail is not sent to whom it is suppressed for (docs/decisions/0035): asked for what was claimed, at the last moment, since mail may wait for
 * days while a reader leaves. Who is suppressed is concluded without an attempt. Called by `attempt.ts` and `local.ts`.
 */
import { Contents } from '#mail/queue/claim/content';
import type { AttemptContext } from '#mail/queue/context';
import type { Claim, ClaimedMessage } from '#store/queue/claim';
import type { Stream } from '#store/queue/enqueue';
import { ALL_BULK, findSuppressed, type Suppressed } from '#store/suppression';
import { ownResult, type Result } from './result.ts';
import { settle, type SettleContext } from './settle.ts';

const BULK: Stream = 'bulk';

/** @returns what is left to be tried */
export async function withholdSuppressed(
  { options, recorder, fresh }: Pick<AttemptContext, 'options' | 'recorder' | 'fresh'>,
  { token, site, stream }: Pick<Claim, 'token' | 'site' | 'stream'>,
  messages: readonly ClaimedMessage[],
): Promise<readonly ClaimedMessage[]> {
  if (stream !== BULK) return messages;
  const found = await suppressedOf(options, messages);
  const contents = new Contents(options.store.pool, messages, fresh);
  const context: SettleContext = { options, recorder, contents, token, site, stream };
  const left: ClaimedMessage[] = [];
  const settling: Promise<unknown>[] = [];
  for (const message of messages) {
    const suppressed = found.get(listOf(message));
    const results = message.recipients.flatMap((recipient): Result[] => {
      const why = suppressed?.get(recipient.forwardPath);
      return why === undefined ? [] : [withheld(recipient, why)];
    });
    if (results.length > 0) {
      const attemptId = options.store.newId();
      const nothing = { routed: [], tls: [], dialogue: undefined };
      settling.push(settle(context, { message, attemptId, results, ...nothing }));
    }
    const done = new Set(results.map(({ recipient }) => recipient.recipientId));
    const recipients = message.recipients.filter(({ recipientId }) => !done.has(recipientId));
    if (recipients.length > 0) left.push({ ...message, recipients });
  }
  await Promise.all(settling);
  return left;
}

function withheld(recipient: Result['recipient'], suppressed: Suppressed): Result {
  const text = `Not sent: the address is suppressed (${suppressed.reason})`;
  // RFC 3463 §3.8: delivery not authorized
  return { ...ownResult(recipient, 'failed', 'suppression', '5.7.1', text), suppressed };
}

/** By list: the messages of a claim are often of one. */
async function suppressedOf(
  { store }: AttemptContext['options'],
  messages: readonly ClaimedMessage[],
): Promise<Map<string, ReadonlyMap<string, Suppressed>>> {
  const found = new Map<string, ReadonlyMap<string, Suppressed>>();
  const at = store.clock.now();
  for (const [key, ofList] of Map.groupBy(messages, listOf)) {
    const { tenantId, listId } = ofList[0]!;
    const addresses = ofList.flatMap(({ recipients }) =>
      recipients.map(({ forwardPath }) => forwardPath),
    );
    const question = { tenantId, stream: listId ?? ALL_BULK, at };
    found.set(key, await findSuppressed(store.pool, question, addresses));
  }
  return found;
}

function listOf({ tenantId, listId }: ClaimedMessage): string {
  return `${tenantId} ${listId ?? ''}`;
}
