/**
 * Wake-ups between processes. A notice says only that something changed, never what: whoever hears it looks in the tables. Notices of
 * one moment go out together after the commit, on one connection per process, which also listens; sessions of the same process
 * are woken in memory. A notice may be lost with a connection, so every listener also looks by itself now and then.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '#log';

/** What changed. Accounts carry their id. */
export type Topic = 'queue' | 'directory' | 'events' | 'certificates' | `account:${string}`;
export type Listener = () => void;
/** Hears of every account; undefined: of any number of accounts that cannot be named. */
export type AccountListener = (accountId: string | undefined) => void;

const CHANNEL = 'hikyaku';
/** NOTIFY takes 8,000 octets; more than this many topics at once are said as «everything». */
const MAX_TOPICS = 200;
const EVERYTHING = '*';
const ACCOUNT = 'account:';
const RECONNECT_MILLISECONDS = 1000;
/** Other processes hear of a busy account this often; each notice is a transaction of its own. */
const PAUSE_MILLISECONDS = 20;
/** A notice needs no log record on the disk: who was away when the machine stopped looks by himself. */
const OPTIONS = '-c synchronous_commit=off';

/** Planned once: under load it is said fifty times a second. */
const SAY = { name: 'say', text: 'select pg_notify($1, $2)' };

export class Notices {
  readonly #connection: pg.ClientConfig;
  readonly #log: Log;
  readonly #listeners = new Map<Topic, Set<Listener>>();
  readonly #accountListeners = new Set<AccountListener>();
  readonly #unsent = new Set<Topic>();
  #client: pg.Client | undefined;
  #sending = false;
  #closed = false;
  #reconnect: NodeJS.Timeout | undefined;

  constructor(connection: pg.ClientConfig, log: Log) {
    this.#connection = connection;
    this.#log = log;
  }

  /** Connects and listens; goes on trying by itself after a loss. Rejects only when the first attempt fails. */
  async start(): Promise<void> {
    const client = new pg.Client({
      ...this.#connection,
      options: `${this.#connection.options ?? ''} ${OPTIONS}`,
      connectionTimeoutMillis: 5000,
    });
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ payload, processId }) => {
      // what this process said it has heard in memory
      if (processId !== ownId(client)) this.#heard(payload ?? EVERYTHING);
    });
    await client.connect();
    await client.query(`listen ${CHANNEL}`);
    this.#client = client;
    // whatever was said while nobody listened
    this.#heard(EVERYTHING);
    void this.#send();
  }

  /** Whether notices of other processes come in, as far as is known. */
  get listening(): boolean {
    return this.#client !== undefined;
  }

  /** Calls back on each notice of a topic, from this process or another. Returns how to stop. */
  on(topic: Topic, listener: Listener): () => void {
    let listeners = this.#listeners.get(topic);
    if (!listeners) this.#listeners.set(topic, (listeners = new Set()));
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) {
        this.#listeners.delete(topic);
      }
    };
  }

  /** Calls back on each notice of any account. Returns how to stop. */
  onAccounts(listener: AccountListener): () => void {
    this.#accountListeners.add(listener);
    return () => this.#accountListeners.delete(listener);
  }

  /** Says that a topic changed; call after the commit. */
  say(topic: Topic): void {
    this.#wake(topic);
    this.#unsent.add(topic);
    if (!this.#sending) void this.#send();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#reconnect);
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  async #send(): Promise<void> {
    const client = this.#client;
    if (!client || this.#unsent.size === 0) return;
    this.#sending = true;
    const topics = [...this.#unsent];
    this.#unsent.clear();
    const payload = topics.length > MAX_TOPICS ? EVERYTHING : topics.join(' ');
    try {
      await client.query({ ...SAY, values: [CHANNEL, payload] });
      await delay(PAUSE_MILLISECONDS, undefined, { ref: false });
    } catch (error) {
      this.#log.warn('store.notice-lost', { error: (error as Error).message });
    } finally {
      this.#sending = false;
    }
    if (this.#unsent.size > 0) void this.#send();
  }

  #heard(payload: string): void {
    if (payload === EVERYTHING) {
      for (const topic of Array.from(this.#listeners.keys())) this.#wakeListeners(topic);
      for (const listener of Array.from(this.#accountListeners)) listener(undefined);
      return;
    }
    for (const topic of payload.split(' ')) this.#wake(topic as Topic);
  }

  #wake(topic: Topic): void {
    this.#wakeListeners(topic);
    if (!topic.startsWith(ACCOUNT)) return;
    const accountId = topic.slice(ACCOUNT.length);
    for (const listener of Array.from(this.#accountListeners)) listener(accountId);
  }

  #wakeListeners(topic: Topic): void {
    for (const listener of Array.from(this.#listeners.get(topic) ?? [])) listener();
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    if (!this.#closed) this.#again();
  }

  #again(): void {
    this.#reconnect = setTimeout(() => {
      this.start().catch(() => {
        if (!this.#closed) this.#again();
      });
    }, RECONNECT_MILLISECONDS);
    this.#reconnect.unref();
  }
}

/** By which the database names who said a notice; `pg` has it, its types do not. */
function ownId(client: pg.Client): number {
  return (client as unknown as { readonly processID: number }).processID;
}
