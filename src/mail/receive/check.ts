/**
 * What a check is: it gathers facts, which takes time and may ask the network, and finds things in them, which is pure. It says with
 * which stage of the dialogue it can begin, so that most answers are there before the final dot.
 */
import type { BodyHashes, BodyHashRequest } from '#protocol/dkim/body-hash';
import type { Resolver } from '#protocol/dns/resolver';
import type { SenderHistory } from '#mail/reputation/history';
import type { Trust } from '#store/reception/trusted-forwarders';
import type { Header } from '#protocol/message/fields';
import type { Client, Envelope } from './envelope.ts';
import type { AllFacts, CheckName, Fact, Facts, NotAsked } from './facts.ts';
import type { Finding } from './findings.ts';
import type { Greylisting } from './greylisting.ts';
import type { Content } from './intake.ts';
import type { LocalRecipient } from './recipient.ts';
import type { Scanner } from './scanner.ts';

/** What is known at each stage. */
export interface Given {
  /** Once for a session, at its first MAIL: who never gets there costs nothing. */
  readonly client: { readonly client: Client };
  readonly mail: Given['client'] & { readonly envelope: Envelope };
  /** The header is there, the body still comes. */
  readonly header: Given['mail'] & {
    readonly head: Uint8Array;
    readonly fields: Header;
    /** Asks for hashes of the body, which are there at its end; to be called at once. Who does not ask costs nothing. */
    readonly bodyHashes: (requests: readonly BodyHashRequest[]) => Promise<BodyHashes>;
  };
  readonly end: Given['mail'] & {
    readonly content: Content;
    readonly recipients: readonly LocalRecipient[];
  };
}

export type Stage = keyof Given;

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

/** A DNS list of addresses (RFC 5782), and what being listed there means here. */
export interface ListZone {
  readonly zone: string;
  readonly wish: 'note' | 'junk' | 'reject';
}

/** A step of a check, as reports of `protocol` have them too: `step` names its text. Plain JSON. */
export type CheckStep = Named | (Named & { readonly [field: string]: unknown });

interface Named {
  readonly step: string;
  readonly rfc?: string;
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
