/**
 * An open session: delivers mails one after another, each in as many transactions as the peer's limits ask for.
 * States: ready → (in a transaction) → ready … → ended. `reusable` says whether another mail may be handed in; RSET is
 * sent before it where something may have been left open, and as a probe after a pause, so that content is never
 * trusted to a connection that the peer has already closed. Never two deliveries at once.
 */
import type { DialogueEntry, DialogueRecorder, TlsFacts } from '#protocol/smtp/dialogue';
import { isPositive, type Reply } from '#protocol/smtp/reply';
import { mailCommand, rcptCommand } from './commands.ts';
import type { SmtpConnection } from './connection.ts';
import { ABORTED } from './dial.ts';
import type { SmtpClientLimits } from './limits.ts';
import type { Mail } from './mail.ts';
import type { Extensions } from '#protocol/smtp/ehlo';
import type { Deferred, RecipientOutcome } from './outcome.ts';
import { asksSmtputf8, refuseUntried } from './prepare.ts';
import { nextGroup } from './recipient-groups.ts';
import { deferred, networkFailure, notSmtp, statusOf } from './status.ts';
import { runTransaction, type TransactionEnd } from './transaction.ts';

export interface Delivery {
  /** One for each recipient of the mail, in its order. */
  readonly outcomes: readonly RecipientOutcome[];
  /** What was said for this mail; times count from the opening of the connection. */
  readonly dialogue: readonly DialogueEntry[];
  /** The peer offers DSN, so NOTIFY and its kin went along and notices are the peer's matter (RFC 3461 §5.2.1). */
  readonly dsnPassedOn: boolean;
  /**
   * A connection that had served before was dead or full: nothing is known against the peer, so whoever is deferred
   * may be tried at once on a new one.
   */
  readonly retryAtOnce: boolean;
}

interface SessionParts {
  readonly connection: SmtpConnection;
  readonly limits: SmtpClientLimits;
  readonly newRecorder: () => DialogueRecorder;
  readonly dialogue: readonly DialogueEntry[];
  readonly greeting: Reply;
  readonly offer: Extensions;
  readonly tls: TlsFacts | undefined;
}

export class SmtpSession implements AsyncDisposable {
  readonly #parts: SessionParts;
  readonly #connection: SmtpConnection;
  /** Recipient domains named so far, kept only where the peer limits them. */
  readonly #domains = new Set<string>();
  #transactions = 0;
  #clean = true;
  #busy = false;
  #lastUsed: number;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#connection = parts.connection;
    this.#lastUsed = parts.connection.now();
  }

  /** What was said until the session was open. */
  get dialogue(): readonly DialogueEntry[] {
    return this.#parts.dialogue;
  }

  get greeting(): Reply {
    return this.#parts.greeting;
  }

  get offer(): Extensions {
    return this.#parts.offer;
  }

  /** Undefined: in clear. */
  get tls(): TlsFacts | undefined {
    return this.#parts.tls;
  }

  /** Transactions so far. */
  get transactions(): number {
    return this.#transactions;
  }

  /** Whether another mail may be handed in. */
  get reusable(): boolean {
    return this.#connection.end === undefined && !this.#connection.unread && !this.#full;
  }

  /** RFC 9422 §4.1: the peer takes no more transactions in this session. */
  get #full(): boolean {
    const most = this.#parts.offer.limits?.mailMax;
    return most !== undefined && this.#transactions >= most;
  }

  /** Tries to deliver. Never rejects for what a peer does; on an ended session everyone is deferred. */
  async deliver(mail: Mail): Promise<Delivery> {
    if (this.#busy) throw new Error('a delivery is under way on this session');
    this.#busy = true;
    const { offer, newRecorder } = this.#parts;
    const recorder = newRecorder();
    this.#connection.recorder = recorder;
    this.#connection.renewAllowance();
    try {
      const outcomes: (RecipientOutcome | undefined)[] = [...refuseUntried(mail, offer)];
      const retryAtOnce = await this.#rounds(mail, outcomes);
      return {
        outcomes: outcomes.map((outcome) => outcome!),
        dialogue: recorder.entries(),
        dsnPassedOn: offer.dsn === true,
        retryAtOnce,
      };
    } finally {
      this.#lastUsed = this.#connection.now();
      this.#busy = false;
    }
  }

  /** Says QUIT, waits a moment for the answer, and closes (RFC 5321 §4.1.1.10). */
  async quit(): Promise<void> {
    if (this.#connection.end === undefined) {
      this.#connection.command('QUIT');
      await this.#connection.read(this.#parts.limits.quitMs);
    }
    this.#connection.finish();
  }

  /** Ends the session at once; a delivery under way is deferred. */
  abort(): void {
    this.#connection.close(ABORTED);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.quit();
  }

  /** Transactions until everyone has an outcome. Returns whether a new connection should be tried at once. */
  async #rounds(mail: Mail, outcomes: (RecipientOutcome | undefined)[]): Promise<boolean> {
    for (;;) {
      const waiting = [...outcomes.keys()].filter((index) => outcomes[index] === undefined);
      if (waiting.length === 0) return false;
      const group = this.#nextGroup(mail, waiting);
      const reused = this.#transactions > 0;
      const obstacle = await this.#obstacle(group);
      if (obstacle !== undefined) {
        for (const index of waiting) outcomes[index] = obstacle;
        return reused;
      }
      const end = await this.#transact(mail, group);
      const progress = end.outcomes.some((outcome) => outcome.kind === 'delivered');
      for (const [i, index] of group.entries()) {
        // Room will be in the next transaction, as long as there is progress.
        if (!progress || !end.surplus.includes(i)) outcomes[index] = end.outcomes[i]!;
      }
      if (reused && !end.heard) {
        for (const index of waiting) outcomes[index] ??= end.outcomes[0]!;
        return true;
      }
    }
  }

  /** Why no transaction can begin: the connection has ended, or is found dead by a probe after a pause. */
  async #obstacle(group: readonly number[]): Promise<Deferred | undefined> {
    const connection = this.#connection;
    const { limits } = this.#parts;
    if (connection.end === undefined && (this.#full || group.length === 0)) {
      const detail = this.#full ? 'MAILMAX is reached' : 'RCPTDOMAINMAX is reached';
      return deferred('mail', '4.5.3', { kind: 'session-full', detail });
    }
    const paused = connection.now() - this.#lastUsed > limits.idleProbeMs;
    const probe = paused && this.#transactions > 0;
    if (connection.end === undefined && !connection.unread && !probe) return undefined;
    const result = await connection.ask('RSET', limits.helloMs);
    if (result.kind === 'network') return networkFailure('mail', result);
    if (result.kind === 'not-smtp') return notSmtp('mail', result.reason, result.line);
    if (isPositive(result.reply)) {
      this.#clean = true;
      return undefined;
    }
    // In practice 421, for having been idle too long (RFC 5321 §4.5.3.2.7).
    connection.hangUp();
    return deferred('mail', statusWhenClosed(result.reply), { kind: 'reply', reply: result.reply });
  }

  #nextGroup(mail: Mail, waiting: readonly number[]): readonly number[] {
    const { offer, limits } = this.#parts;
    const announced = offer.limits ?? {};
    const group = nextGroup(mail.recipients, waiting, announced, limits.recipients, this.#domains);
    if (announced.rcptDomainMax !== undefined) {
      for (const index of group) this.#domains.add(mail.recipients[index]!.mailbox.domain);
    }
    return group;
  }

  async #transact(mail: Mail, group: readonly number[]): Promise<TransactionEnd> {
    const { offer, limits } = this.#parts;
    this.#transactions += 1;
    const plan = {
      mail,
      mailLine: mailCommand(mail, asksSmtputf8(mail, group), offer),
      rcptLines: group.map((index) => rcptCommand(mail.recipients[index]!, offer)),
      offer,
      reset: !this.#clean,
    };
    const end = await runTransaction(this.#connection, plan, limits);
    this.#clean = end.clean;
    return end;
  }
}

function statusWhenClosed(reply: Reply): string {
  const status = statusOf(reply, 'mail');
  return status.startsWith('4') ? status : '4.4.2';
}
