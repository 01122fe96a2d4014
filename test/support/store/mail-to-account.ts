/** Delivers a message to the INBOX of an account as mail that came in, with its envelope. */
import { summarize } from '#protocol/message/summary';
import type { Store } from '#store/database/open';
import { storeBlob, wholeBlob } from '#store/emails/blobs';
import { deliverEmail, viewOf } from '#store/emails/emails';

export async function mailToAccount(
  store: Store,
  account: string,
  forwardPath: string,
  content: Uint8Array,
  /** What a server puts above it. */
  prefix: Uint8Array = new Uint8Array(),
): Promise<void> {
  const { rows } = await store.pool.query<{ id: string }>(
    'select id from accounts where name = $1',
    [account],
  );
  const accountId = rows[0]!.id;
  const now = store.clock.now();
  const blob = wholeBlob(content);
  await store.writer.run({
    accounts: [accountId],
    order: '',
    bytes: content.length,
    statements: [
      storeBlob(blob, now),
      deliverEmail({
        accountId,
        role: 'inbox',
        messageId: store.newId(),
        recipientId: 1,
        sessionId: undefined,
        attemptId: undefined,
        sha256: blob.sha256,
        view: viewOf(prefix, blob.size, []),
        reversePath: 'x@big.test',
        forwardPath,
        receivedAt: now,
        summary: summarize(content),
      }),
    ],
  });
}
