/**
 * The inquiry into a message: runs the checks of `checks.ts` stage by stage while the client still talks, and has the facts when the
 * final dot comes. One of the client lasts as long as its session; one of each message goes on from it.
 *
 * Invariants: a check that asks the network does so with a signal that aborts when nobody waits any more or its time is up; what
 * fails by a bug is a fact too (`unknown`), and never the end of a session; `facts` answers in bounded time whatever checks do.
 */
import type { Log } from '#log';
import type { DnsAnswer, RecordType, Resolver } from '#protocol/dns/resolver';
import { networkGroup } from '#mail/abuse/address-groups';
import { BodyHashing } from '#mail/receive/body-hashing';
import type { Client } from '#mail/receive/envelope';
import type { BodySink } from '#mail/receive/intake';
import type { Check, MaybeLater, Means } from './check.ts';
import { CHECKS } from './checks.ts';
import type { Fact, NotAsked, Unknown } from './fact.ts';
import type { AllFacts, CheckName, Facts } from './facts.ts';
import type { Given, Stage } from './given.ts';

export interface InquiryContext extends Pick<
  Means,
  | 'hostname'
  | 'isOwnAddress'
  | 'isOfTheHouse'
  | 'now'
  | 'zones'
  | 'verifiesArc'
  | 'scanner'
  | 'greylisting'
  | 'history'
  | 'trustedAmong'
> {
  /** Undefined: no DNS is asked. */
  readonly resolver: Resolver | undefined;
  readonly log: Log;
  /** How long facts may take from the final dot on. Milliseconds. */
  readonly patience: number;
}

/** A check that still runs so long after its signal was aborted is not waited for. Milliseconds. */
const LINGER = 1000;

/** Why signals abort: one for all, since to make one, with its stack, takes longer than most checks. */
const OVER = new DOMException('nobody waits for the answer any more', 'AbortError');

const TOO_LATE: Unknown = { kind: 'unknown', why: 'time' };
const BROKEN: Unknown = { kind: 'unknown', why: 'failed' };

export class Inquiry {
  readonly #context: InquiryContext;
  readonly #ended: (() => void) | undefined;
  readonly #means: Means;
  /** A fact takes the place of its promise once it is there. */
  readonly #facts: Partial<Record<CheckName, Fact<unknown> | Promise<unknown>>> = {};
  /** Inquiries that go on from this one. */
  readonly #onward = new Set<Inquiry>();
  #abort: AbortController | undefined;

  /** @param ended called at the end, once or more */
  private constructor(context: InquiryContext, client: Client, ended?: () => void) {
    this.#context = context;
    this.#ended = ended;
    const signal = (): AbortSignal => this.#signal();
    const { resolver, log: _log, patience: _patience, ...means } = context;
    this.#means = {
      ...means,
      resolver: resolver && onBehalfOf(client, resolver, signal),
      get signal() {
        return signal();
      },
    };
  }

  /** Into a client. */
  static of(context: InquiryContext, client: Client): Inquiry {
    const inquiry = new Inquiry(context, client);
    inquiry.begin('client', { client });
    return inquiry;
  }

  /** Into a message of this client. */
  into(given: Given['mail']): Inquiry {
    const inquiry = new Inquiry(this.#context, given.client, () => this.#onward.delete(inquiry));
    this.#onward.add(inquiry);
    for (const name of CLIENT_CHECKS) inquiry.#keep(name, this.#facts[name]!);
    inquiry.begin('mail', given);
    return inquiry;
  }

  begin<At extends Stage>(stage: At, given: Given[At]): void {
    for (const [name, check] of STAGES[stage] as readonly [CheckName, AnyCheck<At>][])
      this.#keep(name, this.#gather(name, check, given));
  }

  /** The header is there. @returns who wants to see the body */
  header(given: Omit<Given['header'], 'bodyHashes'>): BodySink | undefined {
    const hashing = new BodyHashing();
    this.begin('header', { ...given, bodyHashes: (requests) => hashing.ask(requests) });
    return hashing.begin();
  }

  /** Everything that was asked; what is not there in time is unknown. */
  async facts(): Promise<AllFacts> {
    const facts = this.#facts;
    const waiting = Object.values(facts).filter((fact) => fact instanceof Promise);
    if (waiting.length === 0) return facts as AllFacts;
    await this.#patiently(Promise.all(waiting));
    return Object.fromEntries(
      Object.entries(facts).map(([name, fact]) => [
        name,
        fact instanceof Promise ? TOO_LATE : fact,
      ]),
    ) as AllFacts;
  }

  /** Nobody waits for an answer any more. */
  end(): void {
    this.#ended?.();
    for (const inquiry of this.#onward) inquiry.end();
    this.#abort?.abort(OVER);
  }

  /** Made when it is asked for: most messages of a server that asks no DNS need none. */
  #signal(): AbortSignal {
    this.#abort ??= new AbortController();
    return this.#abort.signal;
  }

  #keep(name: CheckName, fact: Fact<unknown> | Promise<unknown>): void {
    this.#facts[name] = fact;
    if (fact instanceof Promise)
      void fact.then((known) => (this.#facts[name] = known as Fact<unknown>));
  }

  #gather<At extends Stage>(
    name: CheckName,
    check: AnyCheck<At>,
    given: Given[At],
  ): Fact<unknown> | Promise<Fact<unknown>> {
    const broken = (error: unknown): Unknown => {
      const { message, stack } = error as Error;
      this.#context.log.error('receive.check-failed', { check: name, error: message, stack });
      return BROKEN;
    };
    try {
      const gathered = check.gather(given, this.#means, (other) => this.#fact(other));
      return gathered instanceof Promise ? gathered.then(factOf, broken) : factOf(gathered);
    } catch (error) {
      return broken(error);
    }
  }

  #fact<Name extends CheckName>(name: Name): MaybeLater<Fact<Facts[Name]>> {
    const fact = this.#facts[name];
    if (fact === undefined) throw new Error(`${name} has not begun`);
    return fact as MaybeLater<Fact<Facts[Name]>>;
  }

  /** Waits for the answers, and when that takes too long for them to be given up. */
  async #patiently(answers: Promise<unknown>): Promise<void> {
    const { patience } = this.#context;
    const giveUp = setTimeout(() => this.end(), patience);
    let stop: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (stop = setTimeout(resolve, patience + LINGER)));
    try {
      await Promise.race([answers, late]);
    } finally {
      clearTimeout(giveUp);
      clearTimeout(stop);
    }
  }
}

const STAGES = Object.fromEntries(
  Object.entries(CHECKS).map(([stage, checks]) => [stage, Object.entries(checks)]),
) as unknown as Record<Stage, readonly [CheckName, unknown][]>;

const CLIENT_CHECKS = Object.keys(CHECKS.client) as readonly CheckName[];

type AnyCheck<At extends Stage> = Check<CheckName, At>;

function factOf(gathered: object): Fact<unknown> {
  return isNotAsked(gathered) ? gathered : { kind: 'known', value: gathered };
}

function isNotAsked(gathered: object): gathered is NotAsked {
  return 'kind' in gathered && gathered.kind === 'not-asked';
}

/**
 * The same resolver, with a share of its own for the client's network, and the inquiry's end. What two checks ask is asked once, so
 * that they never judge by two answers; checks bound how much they ask.
 */
function onBehalfOf(client: Client, resolver: Resolver, signal: () => AbortSignal): Resolver {
  const owner = networkGroup(client.address);
  const asked = new Map<string, Promise<DnsAnswer>>();
  return {
    resolve<T extends RecordType>(name: string, type: T): Promise<DnsAnswer<T>> {
      const question = `${type} ${name.toLowerCase()}`;
      const known = asked.get(question) as Promise<DnsAnswer<T>> | undefined;
      if (known !== undefined) return known;
      const answer = resolver.resolve(name, type, { owner, signal: signal() });
      asked.set(question, answer);
      return answer;
    },
  };
}
