/**
 * One mail transaction on an open connection: MAIL, RCPT, content, and an outcome for every recipient.
 *
 * Where the peer pipelines (RFC 2920) the commands leave together and their replies are then read in order, so that
 * whatever mix comes, each reply meets its command. Where it takes BDAT as well and the content is small, that leaves
 * with them: one write, one round trip. Otherwise one command at a time, and none after a refusal.
 *
 * 421 at any point ends the connection and defers whoever is undecided. From the moment the end of the content may
 * have left until its reply, a lost connection leaves open whether the peer has the mail: `deferred` in stage
 * `end-of-data`, so a duplicate rather than a loss (RFC 1047).
 */
import { concat, utf8 } from '#bytes';
import { isPositive, replyText, type Reply } from '#protocol/smtp/reply';
import type { ReadResult, SmtpConnection } from './connection.ts';
import type { SmtpClientLimits } from './limits.ts';
import type { Mail } from './mail.ts';
import type { Extensions } from '#protocol/smtp/ehlo';
import type { Deferred, Failed, RecipientOutcome, Stage } from './outcome.ts';
import { mayFinish, sendByBdat, sendByData, type SendResult } from './send-content.ts';
import {
  deferred,
  failed,
  isTooManyRecipients,
  networkFailure,
  notSmtp,
  refusal,
  statusOf,
} from './status.ts';

export interface TransactionPlan {
  readonly mail: Mail;
  /** MAIL, without CRLF. */
  readonly mailLine: string;
  /** RCPT for each recipient of this transaction. */
  readonly rcptLines: readonly string[];
  readonly offer: Extensions;
  /** What came before may have left a transaction open: begin with RSET. */
  readonly reset: boolean;
}

export interface TransactionEnd {
  /** One for each of `rcptLines`. */
  readonly outcomes: readonly RecipientOutcome[];
  /** Recipients, by index, that were refused only because the transaction was full. */
  readonly surplus: readonly number[];
  /** The peer has forgotten the transaction: MAIL may follow without RSET. */
  readonly clean: boolean;
  /** A reply came at all. */
  readonly heard: boolean;
}

export async function runTransaction(
  connection: SmtpConnection,
  plan: TransactionPlan,
  limits: SmtpClientLimits,
): Promise<TransactionEnd> {
  const transaction = new Transaction(connection, plan, limits);
  await transaction.run();
  return transaction.end();
}

/** A lone dot: an empty message for nobody (RFC 2920 §3.1). */
const LONE_DOT = '.';

class Transaction {
  readonly #connection: SmtpConnection;
  readonly #plan: TransactionPlan;
  readonly #limits: SmtpClientLimits;
  readonly #outcomes: (RecipientOutcome | undefined)[];
  readonly #surplus: number[] = [];
  /** MAIL, RCPT and what follows leave at once. */
  readonly #together: boolean;
  /** The content leaves with them. */
  readonly #eager: readonly Uint8Array[] | undefined;
  #accepted = 0;
  #mailRefused = false;
  #clean = false;
  #heard = false;

  constructor(connection: SmtpConnection, plan: TransactionPlan, limits: SmtpClientLimits) {
    this.#connection = connection;
    this.#plan = plan;
    this.#limits = limits;
    this.#outcomes = plan.rcptLines.map(() => undefined);
    this.#together = plan.offer.pipelining === true;
    const { chunks, size } = plan.mail.content;
    const eager = this.#together && plan.offer.chunking === true && size <= limits.eagerOctets;
    this.#eager = eager && typeof chunks !== 'function' ? chunks : undefined;
  }

  async run(): Promise<void> {
    if (this.#eager !== undefined && !(await mayFinish(this.#plan.mail))) {
      this.#clean = !this.#plan.reset;
      this.#heard = true;
      this.#settleRest({ kind: 'abandoned' });
      return;
    }
    if (this.#together) this.#sendTogether();
    if (this.#plan.reset && !(await this.#reset())) return;
    if (!(await this.#mail())) return;
    if (!(await this.#recipients())) return;
    await this.#content();
  }

  end(): TransactionEnd {
    return {
      outcomes: this.#outcomes.map((outcome) => outcome!),
      surplus: this.#surplus,
      clean: this.#clean,
      heard: this.#heard,
    };
  }

  #sendTogether(): void {
    const { mailLine, rcptLines, reset, offer, mail } = this.#plan;
    const lines = [...(reset ? ['RSET'] : []), mailLine, ...rcptLines];
    if (this.#eager !== undefined) lines.push(`BDAT ${mail.content.size} LAST`);
    else if (!offer.chunking) lines.push('DATA');
    for (const line of lines) this.#connection.recordLine(line);
    const commands = `${lines.join('\r\n')}\r\n`;
    if (this.#eager === undefined) {
      this.#connection.write(commands);
      return;
    }
    this.#connection.recordContent(mail.content.size);
    this.#connection.write(concat([utf8(commands), ...this.#eager]));
  }

  async #reset(): Promise<boolean> {
    const result = await this.#ask('RSET', this.#limits.helloMs);
    if (result.kind === 'reply' && isPositive(result.reply)) return true;
    this.#hangUp(result, 'mail');
    return false;
  }

  /** False: nothing can follow. */
  async #mail(): Promise<boolean> {
    const result = await this.#ask(this.#plan.mailLine, this.#limits.mailMs);
    if (result.kind !== 'reply' || endsDialogue(result.reply)) return this.#hangUp(result, 'mail');
    if (isPositive(result.reply)) return true;
    this.#mailRefused = true;
    this.#settleRest(refusal(result.reply, 'mail'));
    return this.#together;
  }

  async #recipients(): Promise<boolean> {
    for (const [index, line] of this.#plan.rcptLines.entries()) {
      const result = await this.#ask(line, this.#limits.rcptMs);
      if (result.kind !== 'reply' || endsDialogue(result.reply))
        return this.#hangUp(result, 'rcpt');
      if (isPositive(result.reply)) this.#accepted += 1;
      else this.#outcomes[index] ??= this.#rcptRefusal(index, result.reply);
    }
    return this.#together || this.#accepted > 0;
  }

  #rcptRefusal(index: number, reply: Reply): Deferred | Failed {
    if (!isTooManyRecipients(reply) || this.#accepted === 0) return refusal(reply, 'rcpt');
    this.#surplus.push(index);
    // RFC 5321 §4.5.3.1.10: temporary, even where the code is 552.
    return deferred('rcpt', '4.5.3', { kind: 'reply', reply });
  }

  async #content(): Promise<void> {
    if (this.#eager !== undefined) {
      this.#conclude(await this.#connection.read(this.#limits.endOfDataMs), 'end-of-data');
    } else if (this.#plan.offer.chunking) {
      if (this.#wanted) {
        const { mail } = this.#plan;
        this.#concludeSent(await sendByBdat(this.#connection, mail, this.#together, this.#limits));
      }
    } else {
      await this.#data();
    }
  }

  /** Somebody is there to receive content. */
  get #wanted(): boolean {
    return this.#accepted > 0 && !this.#mailRefused;
  }

  async #data(): Promise<void> {
    const result = await this.#ask('DATA', this.#limits.dataMs);
    if (result.kind !== 'reply' || result.reply.code !== 354) {
      this.#conclude(result, 'data');
      // RFC 5321 §3.3: only a positive reply after the content ends a transaction.
      this.#clean = false;
    } else if (this.#wanted) {
      this.#concludeSent(await sendByData(this.#connection, this.#plan.mail, this.#limits));
    } else if (this.#accepted === 0) {
      await this.#loneDot();
    } else {
      // MAIL refused, RCPT and DATA accepted: a lone dot would send an empty message, so hang up instead.
      this.#connection.hangUp();
    }
  }

  async #loneDot(): Promise<void> {
    const result = await this.#connection.ask(LONE_DOT, this.#limits.endOfDataMs);
    if (result.kind !== 'reply' || endsDialogue(result.reply)) this.#hangUp(result, 'end-of-data');
  }

  #concludeSent(sent: SendResult): void {
    switch (sent.kind) {
      case 'sent':
        return this.#conclude(sent.result, 'end-of-data');
      case 'interrupted':
        return this.#concludeInterrupted(sent.result);
      case 'abandoned':
        return this.#settleRest({ kind: 'abandoned' });
      case 'fault':
        return this.#settleRest(contentOutcome(sent.fault, sent.detail));
    }
  }

  /** A refusal before the end of the content; an acceptance before it is none. */
  #concludeInterrupted(result: ReadResult): void {
    const byBdat = this.#plan.offer.chunking;
    if (result.kind !== 'reply') this.#hangUp(result, 'data');
    else if (isPositive(result.reply)) this.#hangUp(unexpected(result.reply), 'data');
    else if (byBdat && !endsDialogue(result.reply)) this.#settleRest(refusal(result.reply, 'data'));
    else {
      // In the midst of DATA there is no way back to commands but a new connection.
      this.#settleRest(refusal(result.reply, 'data'));
      this.#connection.hangUp();
    }
  }

  /** The reply that decides for all who were accepted. */
  #conclude(result: ReadResult, stage: Stage): void {
    if (result.kind !== 'reply' || endsDialogue(result.reply)) {
      this.#hangUp(result, stage);
      return;
    }
    const { reply } = result;
    if (isPositive(reply) && this.#connection.outOfStep) {
      // A reply too many: this one may belong to an earlier command. Rather a duplicate than a loss.
      this.#hangUp(unexpected(reply), stage);
    } else if (isPositive(reply) && stage === 'end-of-data') {
      this.#clean = true;
      this.#settleRest({ kind: 'delivered', status: statusOf(reply, stage), reply });
    } else if (isPositive(reply)) {
      this.#hangUp(unexpected(reply), stage);
    } else {
      this.#settleRest(refusal(reply, stage));
    }
  }

  #settleRest(outcome: RecipientOutcome): void {
    for (const index of this.#outcomes.keys()) this.#outcomes[index] ??= outcome;
  }

  /** Ends the connection; whoever is undecided is deferred. Returns false, for `return this.#hangUp(…)`. */
  #hangUp(result: ReadResult, stage: Stage): false {
    if (result.kind === 'reply') {
      this.#settleRest(refusal(result.reply, stage));
      this.#connection.hangUp();
    } else if (result.kind === 'network') {
      this.#settleRest(networkFailure(this.#eager === undefined ? stage : 'end-of-data', result));
    } else {
      this.#settleRest(
        notSmtp(this.#eager === undefined ? stage : 'end-of-data', result.reason, result.line),
      );
      this.#connection.close(result);
    }
    return false;
  }

  /** The reply to a command, which has left already where they leave together. */
  async #ask(line: string, timeoutMs: number): Promise<ReadResult> {
    const result = this.#together
      ? await this.#connection.read(timeoutMs)
      : await this.#connection.ask(line, timeoutMs);
    this.#heard ||= result.kind === 'reply';
    return result;
  }
}

/** 421: the peer is about to close (RFC 5321 §3.8). 3yz where none is due: out of step. */
function endsDialogue(reply: Reply): boolean {
  return reply.code === 421 || (reply.code >= 300 && reply.code < 400);
}

function unexpected(reply: Reply): ReadResult {
  return { kind: 'not-smtp', reason: 'unexpected-reply', line: replyText(reply) };
}

function contentOutcome(
  fault: Extract<SendResult, { kind: 'fault' }>['fault'],
  detail: string,
): Deferred | Failed {
  const cause = { kind: 'content', reason: fault, detail } as const;
  // What the store could not hand over today it may tomorrow; what is malformed stays so.
  return fault === 'unreadable' ? deferred('data', '4.3.0', cause) : failed('data', '5.6.0', cause);
}
