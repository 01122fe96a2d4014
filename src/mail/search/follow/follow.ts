/**
 * Keeps the search index of every account up to its mail: woken by the notices of accounts, in turns of one batch, so that no account
 * waits for another's thousands; at the pace that the rest of the process leaves (`pace.ts`). Any number of processes do it side by
 * side: an account is taken by one at a time.
 * Started and stopped by server.ts.
 */
import type { Log } from '#log';
import { INDEX_VERSION } from '#mail/search/index/grams';
import { readMessages } from '#mail/search/read-messages';
import type { Store } from '#store/database/open';
import type { MailStore } from '#store/mailboxes/mail-store';
import { saveStructures } from '#store/mailboxes/read/structures';
import { accountsBehind } from '#store/search/behind';
import { saveTexts } from '#store/search/texts';
import { IndexConnection } from '#store/search/connection';
import { indexAccount, type IndexContext } from './index-account.ts';
import { Pace } from './pace.ts';

export interface SearchFollower {
  /** Resolves when the work in hand is put down; what was not stored is done again by the next one. */
  stop(): Promise<void>;
}

export interface SearchFollowerOptions {
  readonly store: Pick<Store, 'connection' | 'pool' | 'notices' | 'clock'>;
  readonly mail: MailStore;
  readonly log: Log;
}

/** Who hears no notice, and whom another process left behind, is found by looking. Milliseconds. */
const LOOK_EVERY = 10 * 60 * 1000;
/** A moment's mail is taken in together. Milliseconds. */
const GATHER = 1000;
const AFTER_FAILURE = 10_000;

export function startSearchFollower({ store, mail, log }: SearchFollowerOptions): SearchFollower {
  return new Follower(store, log, {
    readMessages: (accountId, emailIds, wait) => readMessages(mail.pool, accountId, emailIds, wait),
    saveStructures: (accountId, structures) => saveStructures(mail, accountId, structures),
    saveTexts: (accountId, emails) => saveTexts(mail, accountId, emails),
    lastRead: () => mail.lastRead.at,
  });
}

interface FollowerParts extends Pick<
  IndexContext,
  'readMessages' | 'saveStructures' | 'saveTexts'
> {
  readonly lastRead?: () => number;
}

export class Follower implements SearchFollower {
  readonly #store: SearchFollowerOptions['store'];
  readonly #log: Log;
  readonly #context: IndexContext;
  readonly #stop = new AbortController();
  /** Of which a notice was heard. */
  readonly #heard = new Set<string>();
  /** To be indexed, in turns. */
  readonly #behind = new Set<string>();
  readonly #unlisten: () => void;
  readonly #running: Promise<void>;
  #wake: (() => void) | undefined;
  /** When to look at all accounts. */
  #lookAt = -Infinity;

  constructor(
    store: SearchFollowerOptions['store'],
    log: Log,
    { readMessages, saveStructures, saveTexts, lastRead }: FollowerParts,
  ) {
    this.#store = store;
    this.#log = log;
    const pace = new Pace(() => store.clock.monotonic(), lastRead);
    this.#context = {
      db: new IndexConnection(store.connection, (answer) => pace.wait(answer)),
      pace,
      signal: this.#stop.signal,
      log,
      readMessages,
      saveStructures,
      saveTexts,
      tidied: new Set(),
      othersWait: () => this.#behind.size > 0 || this.#heard.size > 1,
    };
    this.#unlisten = store.notices.onAccounts((accountId) => this.#hear(accountId));
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#unlisten();
    this.#stop.abort();
    this.#wake?.();
    await this.#running;
  }

  #hear(accountId: string | undefined): void {
    if (accountId === undefined) this.#lookAt = -Infinity;
    else this.#heard.add(accountId);
    this.#context.pace.arrived();
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#look();
        await this.#takeTurns();
        if (this.#behind.size > 0) continue;
      } catch (error) {
        if (signal.aborted) break;
        this.#log.warn('search.not-followed', { error: (error as Error).message });
        this.#lookAt = -Infinity;
        await this.#sleep(AFTER_FAILURE);
      }
      await this.#quiet();
      await this.#sleep(GATHER);
    }
    await this.#context.db.close();
  }

  /** Finds out which accounts have mail to be indexed. */
  async #look(): Promise<void> {
    const { db } = this.#context;
    const now = this.#store.clock.monotonic();
    const all = now >= this.#lookAt;
    const heard = [...this.#heard];
    if (!all && heard.length === 0) return;
    this.#heard.clear();
    if (all) {
      this.#lookAt = now + LOOK_EVERY;
      this.#context.tidied.clear();
    }
    for (const id of await accountsBehind(db, INDEX_VERSION, all ? undefined : heard))
      this.#behind.add(id);
  }

  /** One turn for each account that is behind. */
  async #takeTurns(): Promise<void> {
    for (const accountId of Array.from(this.#behind)) {
      this.#behind.delete(accountId);
      const turn = await indexAccount(this.#context, accountId).catch((error: Error) =>
        this.#failed(accountId, error),
      );
      if (this.#stop.signal.aborted) return;
      if (turn === 'more') this.#behind.add(accountId);
    }
  }

  /** The other accounts go on, unless it is the database that failed. */
  async #failed(accountId: string, error: Error): Promise<void> {
    if (this.#stop.signal.aborted) return;
    await this.#context.db.query({ text: 'select' });
    this.#log.warn('search.account-not-indexed', { accountId, error: error.message });
    this.#lookAt = Math.min(this.#lookAt, this.#store.clock.monotonic() + AFTER_FAILURE);
  }

  /** Until a notice is heard or it is time to look at all. */
  async #quiet(): Promise<void> {
    const left = this.#lookAt - this.#store.clock.monotonic();
    if (this.#heard.size > 0 || left <= 0 || this.#stop.signal.aborted) return;
    const waiting = new AbortController();
    this.#wake = () => waiting.abort();
    await this.#store.clock.sleep(left, waiting.signal);
    this.#wake = undefined;
  }

  #sleep(milliseconds: number): Promise<void> {
    return this.#store.clock.sleep(milliseconds, this.#stop.signal);
  }
}
