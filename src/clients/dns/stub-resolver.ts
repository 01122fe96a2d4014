/**
 * The stub resolver: asks recursive servers and remembers what they said (RFC 1034 §5.3.1). Around one exchange
 * (`exchange.ts`) it adds what a caller should not have to think of: several servers with growing time-outs,
 * aliases, a cache, one question for identical look-ups under way, and a bound on look-ups at the same time.
 * Built by the composition root; `dispose` ends what is under way with the failure `aborted`.
 */
import type { Clock } from '#clock';
import { askServers } from './ask-servers.ts';
import { AnswerCache } from './cache.ts';
import { followAliases } from './follow-aliases.ts';
import { normaliseName } from './name.ts';
import type { Question } from './packet.ts';
import { ServerOrder } from './servers.ts';
import type { DnsServer } from './servers.ts';
import { Slots } from '#clients/slots';
import { Turn } from './turn.ts';
import type {
  DnsAnswer,
  DnsFailure,
  RecordType,
  ResolveOptions,
  Resolver,
} from '#protocol/dns/resolver';

export interface StubResolverOptions {
  /** In order of preference, at least one. */
  readonly servers: readonly DnsServer[];
  /** The calendar for TTLs, the monotonic clock for time-outs. */
  readonly clock: Clock;
  /** An unpredictable integer from 0 to 65535. */
  readonly randomId: () => number;
  /** Milliseconds that a server gets in each round over all servers. */
  readonly timeouts?: readonly number[];
  /** Milliseconds for one question in all. */
  readonly deadline?: number;
  /** Answers remembered; 0 for none. */
  readonly cacheSize?: number;
  /** Octets that remembered answers may take. */
  readonly cacheOctets?: number;
  /** Questions under way at once. */
  readonly concurrency?: number;
  /** Questions of one owner under way at once, and those of it that may wait. */
  readonly concurrencyEach?: number;
  readonly waitingEach?: number;
  /** Questions that may wait for their turn; what comes beyond fails with `overload`. */
  readonly waiting?: number;
}

const DEFAULTS = {
  timeouts: [2_000, 3_000, 5_000],
  deadline: 15_000,
  cacheSize: 20_000,
  // 300 TXT records of a stranger are 64 KB, so a number of answers alone bounds nothing.
  cacheOctets: 16 * 1024 * 1024,
  // Each has a socket: well below the usual limit of 1,024 open files.
  concurrency: 200,
  waiting: 10_000,
  // What checking one message asks for at once is below ten.
  concurrencyEach: 20,
  waitingEach: 500,
};

interface UnderWay {
  readonly answer: Promise<DnsAnswer>;
  readonly controller: AbortController;
  callers: number;
  readonly turn: Turn;
}

export class StubResolver implements Resolver, Disposable {
  readonly #options: Required<StubResolverOptions>;
  readonly #order: ServerOrder;
  readonly #cache: AnswerCache;
  readonly #slots: Slots;
  readonly #underWay = new Map<string, UnderWay>();
  #disposed = false;

  constructor(options: StubResolverOptions) {
    this.#options = { ...DEFAULTS, ...options };
    this.#order = new ServerOrder(options.servers, () => options.clock.monotonic());
    const { cacheSize, cacheOctets, concurrency, concurrencyEach, waiting, waitingEach } =
      this.#options;
    this.#cache = new AnswerCache(cacheSize, cacheOctets, () => options.clock.now());
    this.#slots = new Slots({
      turns: concurrency,
      turnsEach: concurrencyEach,
      waiting,
      waitingEach,
    });
  }

  async resolve<T extends RecordType>(
    name: string,
    type: T,
    options: ResolveOptions = {},
  ): Promise<DnsAnswer<T>> {
    const normal = normaliseName(name);
    if (normal === undefined) return BAD_NAME;
    if (this.#disposed || options.signal?.aborted) return ABORTED;
    const remembered = this.#cache.get(normal, type);
    if (remembered !== undefined) return remembered;
    const shared = this.#share({ name: normal, type }, options.owner);
    return (await this.#wait(shared, options.signal)) as DnsAnswer<T>;
  }

  /** How many questions are being asked now. */
  get underWay(): number {
    return this.#underWay.size;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const shared of this.#underWay.values()) giveUp(shared);
  }

  #share(question: Question, owner: string | undefined): UnderWay {
    const key = `${question.type} ${question.name}`;
    const existing = this.#underWay.get(key);
    const shared =
      existing === undefined || existing.controller.signal.aborted
        ? this.#begin(key, question)
        : existing;
    void shared.turn.stand(owner);
    return shared;
  }

  #begin(key: string, question: Question): UnderWay {
    const controller = new AbortController();
    const turn = new Turn(this.#slots);
    const shared: UnderWay = {
      answer: this.#lookUp(question, turn, controller.signal).finally(() => {
        if (this.#underWay.get(key) === shared) this.#underWay.delete(key);
      }),
      controller,
      turn,
      callers: 0,
    };
    this.#underWay.set(key, shared);
    return shared;
  }

  /** Waits for a shared look-up; when the last of its callers has given up, it ends. */
  async #wait(shared: UnderWay, signal: AbortSignal | undefined): Promise<DnsAnswer> {
    if (signal === undefined) {
      // This caller never gives up, so the count never comes down to nobody.
      shared.callers++;
      return shared.answer;
    }
    shared.callers++;
    const gaveUp = Promise.withResolvers<DnsAnswer>();
    const onAbort = () => {
      if (--shared.callers === 0) giveUp(shared);
      gaveUp.resolve(ABORTED);
    };
    signal.addEventListener('abort', onAbort);
    try {
      return await Promise.race([shared.answer, gaveUp.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #lookUp(question: Question, turn: Turn, signal: AbortSignal): Promise<DnsAnswer> {
    const begun = await turn.begun;
    if (begun.kind === 'full') return OVERLOAD;
    if (begun.kind === 'aborted') return ABORTED;
    try {
      const answer = await followAliases(question, this.#options.clock, (next) =>
        askServers(next, { ...this.#options, order: this.#order, signal }),
      );
      this.#cache.put(question.name, question.type, answer);
      return answer;
    } finally {
      this.#slots.release(begun.owner);
    }
  }
}

function giveUp({ controller, turn }: UnderWay): void {
  controller.abort();
  turn.leave();
}

const ABORTED: DnsFailure = {
  kind: 'failure',
  cause: 'aborted',
  text: 'The look-up was given up before it was answered.',
};

const OVERLOAD: DnsFailure = {
  kind: 'failure',
  cause: 'overload',
  text: 'Too many DNS look-ups are waiting already.',
};

const BAD_NAME: DnsFailure = {
  kind: 'failure',
  cause: 'bad-name',
  text: 'The name cannot be a domain name: a label is empty or over 63 characters, the name is over 253, or a character is not visible ASCII.',
};
