/**
 * Asks Rspamd about messages, and teaches it, over its HTTP protocol. Whatever it or the network does ends in a value, within a bounded
 * time; a breaker keeps mail from waiting for one that is down. One for each URL: scanning and learning are two programs.
 */
import { Agent as HttpAgent, type Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Slots } from '#clients/slots';
import { readJudged, readLearned, type Judged, type Learned } from './answer.ts';
import { Breaker, type BreakerChange } from './breaker.ts';
import { envelopeHeaders, value, type ScanEnvelope } from './envelope-headers.ts';
import { exchange, type Answered, type Body } from './exchange.ts';
import { failure, isItsFault, type Failure } from './failure.ts';

export interface RspamdOptions {
  readonly url: string;
  /** '' for none. */
  readonly password: string;
  /** For one message, waiting for its turn included. Milliseconds. */
  readonly timeLimit: number;
  /** Milliseconds from a fixed point. */
  readonly monotonic: () => number;
  readonly changed: (change: RspamdChange) => void;
}

export type RspamdChange =
  /** It is not asked for a while. */
  | { readonly kind: 'lost'; readonly cause: Failure['cause']; readonly text: string }
  | Extract<BreakerChange, { kind: 'closed' }>;

export type MessageClass = 'spam' | 'ham';

/** Messages of one owner, a network of clients, never take all turns. Rspamd has about as many processes as there are cores. */
const LIMITS = { turns: 20, turnsEach: 10, waiting: 500, waitingEach: 100 };
const BREAKER = { failures: 5, firstRest: 2000, longestRest: 5 * 60_000 };
/** Less than the other end keeps a connection. Milliseconds. */
const KEEP_ALIVE = 5000;

export class Rspamd implements Disposable {
  readonly #options: RspamdOptions;
  readonly #base: URL;
  readonly #agent: Agent;
  readonly #slots = new Slots(LIMITS);
  readonly #breaker: Breaker;
  #lastFailure: Failure | undefined;

  constructor(options: RspamdOptions) {
    this.#options = options;
    this.#base = new URL(options.url.endsWith('/') ? options.url : `${options.url}/`);
    const keep = { keepAlive: true, timeout: KEEP_ALIVE, maxFreeSockets: LIMITS.turns };
    this.#agent = this.#base.protocol === 'https:' ? new HttpsAgent(keep) : new HttpAgent(keep);
    const { monotonic, changed } = options;
    this.#breaker = new Breaker({
      ...BREAKER,
      monotonic,
      changed: (change) => {
        const { cause, text } = this.#lastFailure!;
        changed(change.kind === 'opened' ? { kind: 'lost', cause, text } : change);
      },
    });
  }

  /**
   * @param owner whose message it is, for a fair share
   * @throws what reading the body throws
   */
  scan(
    envelope: ScanEnvelope,
    body: Body,
    owner: string,
    signal: AbortSignal,
  ): Promise<Judged | Failure> {
    return this.#ask('checkv2', envelopeHeaders(envelope), body, owner, signal, readJudged);
  }

  /** @throws what reading the body throws */
  learn(as: MessageClass, body: Body, signal: AbortSignal): Promise<Learned | Failure> {
    return this.#ask(`learn${as}`, {}, body, undefined, signal, readLearned);
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  async #ask<Value extends { kind: string }>(
    path: string,
    headers: Readonly<Record<string, string | readonly string[]>>,
    body: Body,
    owner: string | undefined,
    given: AbortSignal,
    read: (answered: Answered) => Value | Failure,
  ): Promise<Value | Failure> {
    const { timeLimit, password } = this.#options;
    const leave = this.#breaker.enter();
    if (leave === undefined) return failure('resting', this.#lastFailure!.text);
    const signal = AbortSignal.any([given, AbortSignal.timeout(timeLimit)]);
    try {
      const turn = await this.#slots.take(owner, signal);
      if (turn !== 'taken') return failure('busy', 'too many messages wait for it');
      const answered = await exchange({
        url: new URL(path, this.#base),
        agent: this.#agent,
        headers: { ...headers, ...(password !== '' && { Password: value(password) }) },
        body,
        signal,
      }).finally(() => this.#slots.release(owner));
      if (given.aborted && answered.kind === 'failed')
        return failure('given-up', 'nobody waits for the answer');
      const outcome = answered.kind === 'failed' ? answered : read(answered);
      if (!isFailure(outcome)) leave.succeeded();
      else if (isItsFault(outcome)) {
        this.#lastFailure = outcome;
        leave.failed();
      }
      return outcome;
    } finally {
      leave.undecided();
    }
  }
}

function isFailure(outcome: { kind: string }): outcome is Failure {
  return outcome.kind === 'failed';
}
