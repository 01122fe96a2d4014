/**
 * The views of a process, one for each mailbox that is open. They follow the account's changes: by the notices of the store, by
 * `refresh` before a session is told, and at once from our own writes. Unused ones are kept for a short time: a client that closes
 * a mailbox often opens it again. A notice may be lost, so all that are open are looked at now and then.
 */
import type { Store } from '#store/database/open';
import type { OctetPool } from '#store/query/octet-query';
import { SharedView, type OwnChange } from './shared-view.ts';
import type { MailboxView } from './view.ts';

/** A session's hold on a view. */
export interface OpenView extends Disposable {
  readonly view: MailboxView;
  /** Brings `view.state` up to what is committed now; concurrent calls share a question. */
  refresh(): Promise<void>;
  /** The same, or undefined where nothing says that there is more and the state is young enough (`TRUSTED` in shared-view.ts). */
  freshen(): Promise<void> | undefined;
  /** Calls back after each new state, and when the mailbox is removed. Returns how to stop. */
  onChange(listener: () => void): () => void;
  close(): void;
}

/** Milliseconds. */
const LOOK_EVERY = 30_000;
const IDLE_TIME = 60_000;
/** Entries of all unused views together: some 25 octets each. */
const IDLE_ENTRIES = 1_000_000;
/** Mailboxes that one question looks at. */
const LOOK_AT_ONCE = 1000;

export interface ViewsOptions extends Pick<Store, 'notices' | 'clock'> {
  readonly pool: OctetPool;
}

interface Followed {
  readonly views: Set<SharedView>;
  readonly stop: () => void;
}

export class MailboxViews {
  readonly #store: ViewsOptions;
  /** By account and mailbox. */
  readonly #views = new Map<string, SharedView>();
  /** Those that nobody has open, in the order in which they were let go, with what they count for. */
  readonly #idle = new Map<SharedView, number>();
  #idleEntries = 0;
  readonly #followed = new Map<string, Followed>();
  readonly #unseen = new Set<SharedView>();
  #looking: Promise<void> | undefined;
  #known = false;
  readonly #timer: NodeJS.Timeout;

  constructor(store: ViewsOptions) {
    this.#store = store;
    this.#timer = setInterval(() => this.#tick(), LOOK_EVERY);
    this.#timer.unref();
  }

  /** Up to date at its return; undefined where the account has no such mailbox. */
  async open(accountId: string, mailboxId: string): Promise<OpenView | undefined> {
    const view = this.#take(accountId, mailboxId);
    try {
      await view.refresh();
    } catch (error) {
      this.#letGo(view);
      throw error;
    }
    if (!view.removed) return this.#handle(view);
    this.#letGo(view);
    return undefined;
  }

  /** Puts a change of our own into the view of its mailbox, where one is open. */
  async apply(accountId: string, mailboxId: string, change: OwnChange): Promise<void> {
    const view = this.#views.get(keyOf(accountId, mailboxId));
    if (!view || view.holders === 0) return;
    try {
      await view.apply(change);
    } catch {
      view.doubt();
      // it is committed whether the view could be brought up to date or not: the next refresh does it
    }
  }

  /** The view of a mailbox where there is one already, as far as it is known. */
  known(accountId: string, mailboxId: string): MailboxView | undefined {
    return this.#views.get(keyOf(accountId, mailboxId));
  }

  /** Notices that `say` says are of changes that the views have. */
  knowing(say: () => void): void {
    this.#known = true;
    try {
      say();
    } finally {
      this.#known = false;
    }
  }

  /** How many mailboxes are in memory, and their entries; for figures. */
  get size(): { readonly views: number; readonly entries: number } {
    let entries = 0;
    for (const view of this.#views.values()) entries += view.state.count;
    return { views: this.#views.size, entries };
  }

  /** Forgets unused views for which the time has come. Called by itself. */
  forgetIdle(): void {
    const now = this.#store.clock.monotonic();
    for (const view of this.#idle.keys()) {
      if (this.#idleEntries <= IDLE_ENTRIES && now - view.idleSince < IDLE_TIME) return;
      this.#unidle(view);
      this.#views.delete(keyOf(view.accountId, view.mailboxId));
    }
  }

  /** Looks at all open views; resolves when those that changed are up to date. Called by itself. */
  look(): Promise<void> {
    for (const view of this.#views.values()) if (view.holders > 0) this.#unseen.add(view);
    return this.#lookSoon();
  }

  close(): void {
    clearInterval(this.#timer);
    for (const { stop } of this.#followed.values()) stop();
    this.#followed.clear();
    this.#views.clear();
    this.#idle.clear();
    this.#unseen.clear();
  }

  #take(accountId: string, mailboxId: string): SharedView {
    const key = keyOf(accountId, mailboxId);
    let view = this.#views.get(key);
    if (!view) {
      const { pool, clock } = this.#store;
      view = new SharedView({ pool, monotonic: () => clock.monotonic() }, accountId, mailboxId);
      this.#views.set(key, view);
    }
    this.#unidle(view);
    if (view.holders++ === 0) this.#follow(view);
    return view;
  }

  #handle(view: SharedView): OpenView {
    const listeners = new Set<() => void>();
    let open = true;
    const close = () => {
      if (!open) return;
      open = false;
      for (const listener of listeners) view.listeners.delete(listener);
      this.#letGo(view);
    };
    return {
      view,
      refresh: () => view.refresh(),
      freshen: () => (this.#store.notices.listening ? view.freshen() : view.refresh()),
      onChange(listener) {
        // of its own, so that two sessions may hand in the same function
        const own = () => listener();
        if (open) {
          listeners.add(own);
          view.listeners.add(own);
        }
        return () => {
          listeners.delete(own);
          view.listeners.delete(own);
        };
      },
      close,
      [Symbol.dispose]: close,
    };
  }

  #letGo(view: SharedView): void {
    if (--view.holders > 0) return;
    this.#unfollow(view);
    const key = keyOf(view.accountId, view.mailboxId);
    if (this.#views.get(key) !== view) return;
    if (view.removed) {
      this.#views.delete(key);
      return;
    }
    view.idleSince = this.#store.clock.monotonic();
    this.#idle.set(view, view.state.count);
    this.#idleEntries += view.state.count;
    this.forgetIdle();
  }

  #unidle(view: SharedView): void {
    this.#idleEntries -= this.#idle.get(view) ?? 0;
    this.#idle.delete(view);
  }

  #follow(view: SharedView): void {
    const { accountId } = view;
    let followed = this.#followed.get(accountId);
    if (!followed) {
      const views = new Set<SharedView>();
      const stop = this.#store.notices.on(`account:${accountId}`, () => {
        if (this.#known) return;
        for (const each of views) {
          each.doubt();
          this.#unseen.add(each);
        }
        void this.#lookSoon();
      });
      this.#followed.set(accountId, (followed = { views, stop }));
    }
    followed.views.add(view);
  }

  #unfollow(view: SharedView): void {
    this.#unseen.delete(view);
    const followed = this.#followed.get(view.accountId);
    followed?.views.delete(view);
    if (followed?.views.size === 0) {
      followed.stop();
      this.#followed.delete(view.accountId);
    }
  }

  #tick(): void {
    this.forgetIdle();
    void this.look();
  }

  /** What is noticed while one look is under way waits for the next: a busy account is looked at once at a time. */
  #lookSoon(): Promise<void> {
    this.#looking ??= this.#lookAtUnseen();
    return this.#looking;
  }

  async #lookAtUnseen(): Promise<void> {
    // notices of one moment come together
    await Promise.resolve();
    try {
      while (this.#unseen.size > 0) {
        const views = Array.from(this.#unseen).slice(0, LOOK_AT_ONCE);
        for (const view of views) this.#unseen.delete(view);
        await this.#refreshChanged(views);
      }
    } catch {
      // the database is away: sessions hear of it by their own questions, and the next look comes
      this.#unseen.clear();
    } finally {
      this.#looking = undefined;
    }
  }

  async #refreshChanged(views: readonly SharedView[]): Promise<void> {
    const looks = views.map((view) => view.beginLook());
    const { rows } = await this.#store.pool.query<{ id: string; modseq: string }>({
      name: 'look_at_mailboxes',
      text: 'select id, modseq from mailboxes where id = any($1::bigint[])',
      values: [views.map(({ mailboxId }) => mailboxId)],
    });
    const modseqs = new Map(rows.map(({ id, modseq }) => [id, Number(modseq)]));
    await Promise.all(views.map((view, i) => view.endLook(looks[i]!, modseqs.get(view.mailboxId))));
  }
}

function keyOf(accountId: string, mailboxId: string): string {
  return `${accountId} ${mailboxId}`;
}
