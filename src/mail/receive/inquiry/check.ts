/**
 * What a check is: it gathers facts, which takes time and may ask the network, and finds things in them, which is pure. It says with
 * which stage of the dialogue it can begin, so that most answers are there before the final dot.
 */
import type { Resolver } from '#protocol/dns/resolver';
import type { SenderHistory } from '#mail/reputation/history';
import type { Trust } from '#store/reception/trusted-forwarders';
import type { CheckStep } from './check-step.ts';
import type { Fact, NotAsked } from './fact.ts';
import type { AllFacts, CheckName, Facts, ListZone } from './facts.ts';
import type { Finding } from './findings.ts';
import type { Given, Stage } from './given.ts';
import type { Greylisting } from './greylisting.ts';
import type { Scanner } from './scanner.ts';

/** What checks ask with. */
export interface Means {
  /** On behalf of this client, and only as long as somebody waits for the answer. Undefined: no DNS is asked. */
  readonly resolver: Resolver | undefined;
  /** Aborts when the session is gone, the transaction is over, or the time is up. Made when it is first read. */
  readonly signal: AbortSignal;
  /** Our own, in A-labels. */
  readonly hostname: string;
  readonly isOwnAddress: (address: string) => boolean;
  /** Of whom neither SPF nor the sender's domain is asked: in the practice Internet the learner, who types mail by hand. Undefined: nobody. */
  readonly isOfTheHouse?: ((address: string) => boolean) | undefined;
  /** Calendar milliseconds. */
  readonly now: () => number;
  readonly zones: readonly ListZone[];
  readonly verifiesArc: boolean;
  /** Undefined: there is none. */
  readonly scanner: Scanner | undefined;
  /** Undefined: it is off. */
  readonly greylisting: Greylisting | undefined;
  /** Of senders. Undefined: none is kept. */
  readonly history: Pick<SenderHistory, 'networkOf' | 'of'> | undefined;
  /** Which of the domains are trusted to pass on mail, by these accounts or by all. */
  readonly trustedAmong: (
    accountIds: readonly string[],
    domains: readonly string[],
  ) => Promise<readonly Trust[]>;
}

/** What a check found out, in short: a word, and the steps that led to it. */
export interface Outline {
  readonly result: string;
  readonly steps: readonly CheckStep[];
}

export interface Check<Name extends CheckName, At extends Stage> {
  /** Facts of an earlier stage, or of a check above it in the list, are asked for by `fact`. */
  readonly gather: (
    given: Given[At],
    means: Means,
    fact: <Other extends CheckName>(name: Other) => MaybeLater<Fact<Facts[Other]>>,
  ) => Gathered<Facts[Name]>;
  readonly outline: (value: Facts[Name]) => Outline;
  readonly find: (value: Facts[Name], all: AllFacts) => readonly Finding[];
  /** What is found where it should have been known and is not: whoever makes a check fail must not get by it. */
  readonly findUnknown?: () => readonly Finding[];
}

/** Without a promise where nothing has to be waited for: most mail of a development server. */
export type MaybeLater<Value> = Value | Promise<Value>;
export type Gathered<Value> = MaybeLater<Value | NotAsked>;
