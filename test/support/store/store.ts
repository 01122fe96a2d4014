/**
 * An open store on a fresh database, with a domain, accounts and the small things that store tests need.
 * Called by the tests of store, mail and servers.
 */
import { silentLog } from '#log';
import { systemClock, type Clock } from '#clock';
import { summarize } from '#protocol/message/summary';
import { openStore, type Store } from '#store/database/open';
import { insertAccount } from '#store/directory/accounts';
import { insertDomain } from '#store/directory/domains';
import { ensureTenant } from '#store/directory/tenants';
import { storeBlob, wholeBlob, blobOrder, type NewBlob } from '#store/emails/blobs';
import { deliverEmail, viewOf } from '#store/emails/emails';
import type { Job } from '#store/writer/writer';
import { openTestDatabase, type TestDatabase } from '../database/database.ts';

export interface TestStore extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly store: Store;
}

export async function openTestStore(clock: Clock = systemClock): Promise<TestStore> {
  const database = await openTestDatabase();
  // the server of the tests may trade durability for speed
  const opened = await openStore({
    connection: database.connection,
    clock,
    log: silentLog,
    allowUnsafe: ['fsync', 'full_page_writes', 'synchronous_commit'],
  });
  if (opened.kind !== 'open') throw new Error(opened.reason);
  const { store } = opened;
  return {
    database,
    store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await database.close();
    },
  };
}

/** A domain with accounts whose passwords nobody knows; answers the account ids in order. */
export async function addTestAccounts(
  store: Store,
  domain: string,
  localParts: readonly string[],
): Promise<string[]> {
  const now = store.clock.now();
  const tenantId = await ensureTenant(store.pool, 'default', now);
  await insertDomain(store.pool, { name: domain, tenantId, keys: [], now });
  const ids: string[] = [];
  for (const localPart of localParts) {
    const added = await insertAccount(store.pool, {
      localPart,
      domain,
      scramSalt: Buffer.alloc(16, 1),
      scramIterations: 4096,
      password: { argon2: '!', scramStoredKey: Buffer.alloc(32), scramServerKey: Buffer.alloc(32) },
      quotaBytes: undefined,
      now,
    });
    if (added.kind !== 'added') throw new Error(added.kind);
    ids.push(added.accountId);
  }
  store.notices.say('directory');
  return ids;
}

/** A job that stores a message and delivers it to the inboxes of accounts. */
export function deliveryJob(
  store: Store,
  accountIds: readonly string[],
  message: Uint8Array,
  {
    forwardPath = 'someone@example.test',
    blob = wholeBlob(message),
  }: { forwardPath?: string; blob?: NewBlob } = {},
): Job & { readonly messageId: string } {
  const messageId = store.newId();
  const now = store.clock.now();
  return {
    messageId,
    accounts: accountIds,
    order: blobOrder(blob),
    bytes: message.length,
    statements: [
      storeBlob(blob, now),
      ...accountIds.map((accountId, index) =>
        deliverEmail({
          accountId,
          role: 'inbox',
          messageId,
          recipientId: index + 1,
          sessionId: undefined,
          attemptId: undefined,
          sha256: blob.sha256,
          view: viewOf(new Uint8Array(0), blob.size, []),
          reversePath: 'author@sender.test',
          forwardPath,
          summary: summarize(message),
          receivedAt: now,
        }),
      ),
    ],
  };
}
