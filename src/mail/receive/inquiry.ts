/**
 * The inquiry into a message: runs the checks of `checks.ts` stage by stage while the client still talks, and has the facts when the
 * final dot comes. One of the client lasts as long as its session; one of each message goes on from it.
 *
 * Invariants: a check that asks the network does so with a signal that aborts when nobody waits any more or its time is up; what
 * fails by a bug is a fact too (`unknown`), and never the end of a session; `facts` answers in bounded time whatever checks do.
 */
import { addressFamily } from '#clients/dns/address';
import type { Log } from '#log';
import type { Resolver } from '#protocol/dns/resolver';
import { BodyHashing } from './body-hashing.ts';
import type { Check, Given, Means, Stage } from './check.ts';
import { CHECKS, CHECK_NAMES } from './checks.ts';
import type { Client } from './envelope.ts';
import type { BodySink } from './intake.ts';
import type { AllFacts, CheckName, Fact, Facts, NotAsked, Unknown } from './facts.ts';

export interface InquiryContext extends Pick<
  Means,
  'hostname' | 'isOwnAddress' | 'now' | 'zones' | 'verifiesArc' | 'scanner' | 'trustedAmong'
> {
  /** Undefined: no DNS is asked. */
  readonly resolver: Resolver | undefined;
  readonly log: Log;
  /** How long facts may take from the final dot on. Milliseconds. */
  readonly patience: number;
}

/** A check that still runs so long after its signal was aborted is not waited for. Milliseconds. */
const LINGER = 1000;

const TOO_LATE: Unknown = { kind: 'unknown', why: 'time' };
const BROKEN: Unknown = { kind: 'unknown', why: 'failed' };

type Begun = Map<CheckName, Fact<unknown> | Promise<Fact<unknown>>>;

export class Inquiry {
  readonly #context: InquiryContext;
  readonly #abort = new AbortController();
  readonly #means: Means;
  readonly #begun: Begun;

  /** @param of the inquiry into the client, which this one goes on from */
  private constructor(context: InquiryContext, client: Client, of?: Inquiry) {
    this.#context = context;
    this.#begun = new Map(of === undefined ? [] : of.#begun);
    const { signal } = this.#abort;
    if (of !== undefined) {
      const end = (): void => this.end();
      of.#means.signal.addEventListener('abort', end, { once: true, signal });
    }
    const { resolver, log: _log, patience: _patience, ...means } = context;
    this.#means = {
      ...means,
      resolver: resolver && onBehalfOf(client, resolver, signal),
      signal,
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
    const inquiry = new Inquiry(this.#context, given.client, this);
    inquiry.begin('mail', given);
    return inquiry;
  }

  begin<At extends Stage>(stage: At, given: Given[At]): void {
    for (const [name, check] of Object.entries(CHECKS[stage]) as [CheckName, AnyCheck<At>][])
      this.#begun.set(name, this.#gather(name, check, given));
  }

  /** The header is there. @returns who wants to see the body */
  header(given: Omit<Given['header'], 'bodyHashes'>): BodySink | undefined {
    const hashing = new BodyHashing();
    this.begin('header', { ...given, bodyHashes: (requests) => hashing.ask(requests) });
    return hashing.begin();
  }

  /** Everything that was asked; what is not there in time is unknown. */
  async facts(): Promise<AllFacts> {
    const waiting = [...this.#begun.values()].some((fact) => fact instanceof Promise);
    const entries = waiting ? await this.#settled() : [...this.#begun];
    return Object.fromEntries(entries) as AllFacts;
  }

  /** Nobody waits for an answer any more. */
  end(): void {
    this.#abort.abort();
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

  async #fact<Name extends CheckName>(name: Name): Promise<Fact<Facts[Name]>> {
    const fact = this.#begun.get(name);
    if (fact === undefined) throw new Error(`${name} has not begun`);
    return (await fact) as Fact<Facts[Name]>;
  }

  async #settled(): Promise<[CheckName, Fact<unknown>][]> {
    const timers: NodeJS.Timeout[] = [];
    const after = (ms: number) =>
      new Promise<void>((resolve) => void timers.push(setTimeout(resolve, ms)));
    const { patience } = this.#context;
    const late = after(patience).then(() => {
      this.#abort.abort();
      return after(LINGER);
    });
    try {
      return await Promise.all(
        CHECK_NAMES.map(async (name): Promise<[CheckName, Fact<unknown>]> => {
          const fact = this.#begun.get(name) ?? TOO_LATE;
          return [name, await Promise.race([fact, late.then(() => TOO_LATE)])];
        }),
      );
    } finally {
      for (const timer of timers) clearTimeout(timer);
    }
  }
}

type AnyCheck<At extends Stage> = Check<CheckName, At>;

function factOf(gathered: object): Fact<unknown> {
  return isNotAsked(gathered) ? gathered : { kind: 'known', value: gathered };
}

function isNotAsked(gathered: object): gathered is NotAsked {
  return 'kind' in gathered && gathered.kind === 'not-asked';
}

/** The same resolver, with a share of its own for the client's network, and the inquiry's end. */
function onBehalfOf(client: Client, resolver: Resolver, signal: AbortSignal): Resolver {
  const owner = networkOf(client.address);
  return {
    resolve: (name, type, options) => resolver.resolve(name, type, { owner, signal, ...options }),
  };
}

/** /24 or /64: who has one address of it mostly has the others. */
function networkOf(address: string): string {
  return addressFamily(address) === 6
    ? address.split(':').slice(0, 4).join(':')
    : address.slice(0, address.lastIndexOf('.'));
}
