/**
 * What the functions of this folder need of an open store, and the views of this process beside it. One per process; sessions of
 * IMAP and JMAP get it handed. A function that writes says the account's notice after its commit and brings the open views up to date.
 */
import { silentLog, type Log } from '#log';
import type { Store } from '#store/database/open';
import type { OctetPool } from '#store/query/octet-query';
import { openReadPool } from './read/read-pool.ts';
import { ViewCache } from './read/view-cache.ts';
import { MailboxViews } from './view/views.ts';

export interface MailStore
  extends Pick<Store, 'writer' | 'notices' | 'clock' | 'newId'>, AsyncDisposable {
  /** For reading mail; another than the store's. */
  readonly pool: OctetPool;
  /** For jobs of many rows: nobody who hands in one message waits behind them. */
  readonly bulkWriter: Store['writer'];
  readonly views: MailboxViews;
  readonly viewCache: ViewCache;
  /** When a session last asked for messages, monotonic: what can wait gives way to it. */
  readonly lastRead: { at: number };
  /** Told of messages that an owner copied or moved, after the commit. */
  readonly transferred: (accountId: string, transfer: Transferred) => void;
}

export interface Transferred {
  /** Mailboxes. */
  readonly from: string;
  readonly to: string;
  /** Of the new messages in `to`. */
  readonly uids: Uint32Array;
}

/** To be disposed of before the store is. */
export function mailStoreOf(
  store: Store,
  log: Log = silentLog,
  transferred: MailStore['transferred'] = () => {},
): MailStore {
  const { connection, writer, queueWriter, notices, clock, newId } = store;
  const pool = openReadPool(connection, log);
  const views = new MailboxViews({ pool, notices, clock });
  const viewCache = new ViewCache();
  return {
    pool,
    writer,
    bulkWriter: queueWriter,
    notices,
    clock,
    newId,
    views,
    viewCache,
    lastRead: { at: -Infinity },
    transferred,
    async [Symbol.asyncDispose]() {
      views.close();
      viewCache.clear();
      await pool.end();
    },
  };
}
