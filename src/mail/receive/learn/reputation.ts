/**
 * What readers do with mail, counted for and against who sent it (docs/decisions/0027): moved into Junk, or out of it and not into Trash; each
 * message once for each, however many copies it has and however often it is moved. Off the path of clients, one transfer at a time, bounded:
 * what is too much is not counted.
 */
import { event, type Event } from '#events';
import type { Clock } from '#clock';
import type { Log } from '#log';
import type { SenderHistory } from '#mail/reputation/history';
import type { Transferred } from '#store/mailboxes/mail-store';
import type { Queryable } from '#store/query/queryable';
import { filedSenders, type FiledMessage } from '#store/reception/filed-senders';
import { rolesOf, type Roles } from '#store/reception/learnable';
import type { Sender } from '#store/reputation/sender-history';

export interface FilingContext {
  readonly history: Pick<SenderHistory, 'count'>;
  readonly db: Queryable;
  readonly clock: Clock;
  readonly log: Log;
  readonly note: (event: Event) => void;
}

type Filing = 'junk' | 'not-junk';

/** Transfers that wait. */
const MAX_WAITING = 500;
/** Messages of one transfer: who moves more at once tidies up. */
const MAX_MESSAGES = 100;
/** Messages whose event may not be stored yet. */
const MAX_RECENT = 1000;
/** Roles of mailboxes into which nothing is rescued. */
const THROWN_AWAY: ReadonlySet<string | null> = new Set(['junk', 'trash']);

export class FilingObserver {
  readonly #context: FilingContext;
  readonly #recent = new Set<string>();
  #waiting = 0;
  #running = Promise.resolve();

  constructor(context: FilingContext) {
    this.#context = context;
  }

  /** After messages were copied or moved. */
  transferred(accountId: string, transfer: Transferred): void {
    if (transfer.from === transfer.to || transfer.uids.length === 0) return;
    if (this.#waiting >= MAX_WAITING) return;
    this.#waiting++;
    this.#running = this.#running.then(() => this.#observe(accountId, transfer));
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    return this.#running;
  }

  async #observe(accountId: string, { from, to, uids }: Transferred): Promise<void> {
    const { db, log } = this.#context;
    try {
      const filing = filingOf(await rolesOf(db, accountId, { from, to }));
      if (filing === undefined) return;
      for (const message of await filedSenders(db, to, uids.slice(0, MAX_MESSAGES), filing))
        if (this.#isNew(`${filing} ${message.messageId}`)) this.#count(accountId, message, filing);
    } catch (error) {
      log.warn('reputation.not-learned', { error: (error as Error).message });
    } finally {
      this.#waiting--;
    }
  }

  #count(accountId: string, { messageId, senders, client }: FiledMessage, filing: Filing): void {
    const { history, note, clock } = this.#context;
    for (const text of senders) {
      const sender = readSender(text);
      if (sender)
        history.count(sender, filing === 'junk' ? { toJunk: 1 } : { fromJunk: 1 }, client);
    }
    const fields = { public: { class: filing }, personal: { senders } };
    note(event('message.filed', clock.now(), { messageId, accountId }, fields));
  }

  #isNew(key: string): boolean {
    if (this.#recent.has(key)) return false;
    if (this.#recent.size >= MAX_RECENT) this.#recent.delete(this.#recent.values().next().value!);
    this.#recent.add(key);
    return true;
  }
}

function filingOf({ from, to }: Roles): Filing | undefined {
  if (to === 'junk') return 'junk';
  return from === 'junk' && !THROWN_AWAY.has(to) ? 'not-junk' : undefined;
}

/** As `message.judged` keeps it. */
function readSender(text: string): Sender | undefined {
  const [kind, name] = text.split(' ');
  return (kind === 'network' || kind === 'domain') && name ? { kind, name } : undefined;
}
