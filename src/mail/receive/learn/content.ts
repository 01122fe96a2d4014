/**
 * Teaches the content scanner what owners do with mail: what they put into Junk is spam, what they take out of it (not into Trash) is ham; each message
 * once for each class. Off the path of clients, one message at a time; bounded, and what is too much or cannot be taught now is lost, with a
 * count, since the next messages teach as well.
 */
import type { Failure } from '#clients/rspamd/failure';
import type { MessageClass, Rspamd } from '#clients/rspamd/rspamd';
import type { Clock } from '#clock';
import { event, type Event } from '#events';
import type { Log } from '#log';
import { readBlob } from '#store/emails/blobs';
import type { Transferred } from '#store/mailboxes/mail-store';
import type { Queryable } from '#store/query/queryable';
import {
  learnableMessages,
  rolesOf,
  type LearnableMessage,
  type Roles,
} from '#store/reception/learnable';

export interface LearningContext {
  readonly rspamd: Pick<Rspamd, 'learn'>;
  readonly db: Queryable;
  readonly clock: Clock;
  readonly log: Log;
  readonly note: (event: Event) => void;
  /** Octets: from what is larger nothing is learned. */
  readonly largest: number;
}

/** Transfers that wait. */
const MAX_WAITING = 500;
/** Messages of one transfer: who moves more at once tidies up. */
const MAX_MESSAGES = 100;
/** Messages whose event may not be stored yet. */
const MAX_RECENT = 1000;
/** Roles of mailboxes into which nothing is rescued. */
const THROWN_AWAY: ReadonlySet<string | null> = new Set(['junk', 'trash']);

interface Work extends Transferred {
  readonly accountId: string;
}

export class ContentLearning implements AsyncDisposable {
  readonly #context: LearningContext;
  readonly #waiting: Work[] = [];
  readonly #recent = new Set<string>();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  /** Messages since the last line of the log about that. */
  #lost = 0;

  constructor(context: LearningContext) {
    this.#context = context;
  }

  /** After messages were copied or moved. */
  transferred(accountId: string, { from, to, uids }: Transferred): void {
    if (from === to || uids.length === 0 || this.#stop.signal.aborted) return;
    if (this.#waiting.length >= MAX_WAITING) {
      this.#lost += uids.length;
      return;
    }
    this.#waiting.push({ accountId, from, to, uids: uids.slice(0, MAX_MESSAGES) });
    this.#running ??= this.#run();
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Ends what is under way; what waits is lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    for (const { uids } of this.#waiting.splice(0)) this.#lost += uids.length;
    await this.#running;
    this.#tellLost();
  }

  async #run(): Promise<void> {
    try {
      for (let work = this.#waiting.shift(); work; work = this.#waiting.shift())
        await this.#learn(work);
    } finally {
      this.#running = undefined;
      this.#tellLost();
    }
  }

  async #learn({ accountId, from, to, uids }: Work): Promise<void> {
    const { db, log } = this.#context;
    try {
      const as = classOf(await rolesOf(db, accountId, { from, to }));
      if (as === undefined) return;
      for (const message of await learnableMessages(db, to, uids, as)) {
        if (this.#stop.signal.aborted) this.#lost++;
        else if (this.#isNew(`${as} ${message.messageId}`))
          await this.#teach(accountId, message, as);
      }
    } catch (error) {
      log.warn('scanner.not-taught', { error: (error as Error).message });
    }
  }

  async #teach(
    accountId: string,
    { messageId, blobId, size }: LearnableMessage,
    as: MessageClass,
  ): Promise<void> {
    const { rspamd, db, clock, note, largest } = this.#context;
    if (size > largest) return;
    const body = { size, read: () => readBlob(db, blobId) };
    const outcome = await rspamd.learn(as, body, this.#stop.signal);
    const result = outcome.kind === 'failed' ? resultOf(outcome) : outcome.kind;
    if (result === 'lost') {
      this.#lost++;
      this.#recent.delete(`${as} ${messageId}`);
    }
    const why = outcome.kind === 'failed' ? { text: outcome.text } : {};
    const fields = { public: { class: as, result }, personal: why };
    note(event('message.learned', clock.now(), { messageId, accountId }, fields));
  }

  #isNew(key: string): boolean {
    if (this.#recent.has(key)) return false;
    if (this.#recent.size >= MAX_RECENT) this.#recent.delete(this.#recent.values().next().value!);
    this.#recent.add(key);
    return true;
  }

  #tellLost(): void {
    if (this.#lost > 0) this.#context.log.warn('scanner.lessons-lost', { messages: this.#lost });
    this.#lost = 0;
  }
}

function classOf({ from, to }: Roles): MessageClass | undefined {
  if (to === 'junk') return 'spam';
  return from === 'junk' && !THROWN_AWAY.has(to) ? 'ham' : undefined;
}

/** What it says of the message itself, it would say again. */
function resultOf({ cause }: Failure): 'refused' | 'lost' {
  return cause === 'message' ? 'refused' : 'lost';
}
