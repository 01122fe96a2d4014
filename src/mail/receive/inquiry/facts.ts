/**
 * What reception finds out about a message: for each check its facts, with the steps that led to them. Facts are
 * gathered by `inquiry.ts` as soon as what they depend on is known; findings are made of all of them together. A report of `protocol` is
 * a fact as it is; the others stand here, below the checks that give them, since checks read each other's.
 */
import type { ArcReport } from '#protocol/arc/report';
import type { DkimReport } from '#protocol/dkim/report';
import type { DmarcReport } from '#protocol/dmarc/report';
import type { IprevReport } from '#protocol/iprev/check';
import type { SpfReport } from '#protocol/spf/report';
import type { Author } from '#protocol/dmarc/author';
import type { Header } from '#protocol/message/header/fields';
import type { Known } from '#mail/reputation/known';
import type { Standing } from '#mail/reputation/score';
import type { GreylistKey } from '#store/reception/greylist';
import type { CheckStep } from './check-step.ts';
import type { Fact } from './fact.ts';
import type { ScanReport } from './scanner.ts';

export interface Facts {
  readonly iprev: IprevReport;
  readonly lists: ListsFacts;
  readonly ehlo: EhloFacts;
  readonly sender: SenderFacts;
  readonly spf: SpfReport;
  readonly form: FormFacts;
  readonly author: AuthorFacts;
  readonly dkim: DkimReport;
  readonly arc: ArcReport;
  readonly dmarc: DmarcReport;
  readonly standIn: StandInFacts;
  readonly reputation: ReputationFacts;
  readonly trust: TrustFacts;
  readonly loop: LoopFacts;
  readonly greylist: GreylistFacts;
  readonly content: ScanReport;
}

export type CheckName = keyof Facts;

/** Once everything was asked. */
export type AllFacts = { readonly [Name in CheckName]: Fact<Facts[Name]> };

export interface ListsFacts {
  readonly zones: readonly ZoneFacts[];
}

export interface ZoneFacts extends ListZone {
  readonly result: 'listed' | 'not-listed' | 'could-not-ask';
  readonly steps: readonly CheckStep[];
}

/** A DNS list of addresses (RFC 5782), and what being listed there means here. */
export interface ListZone {
  readonly zone: string;
  readonly wish: 'note' | 'junk' | 'reject';
}

export interface EhloFacts {
  readonly name: string;
  readonly extended: boolean;
  readonly result: 'qualified' | 'literal' | 'wrong-address' | 'not-qualified' | 'own-name';
}

export interface SenderFacts {
  readonly domain: string;
  readonly result: 'reachable' | 'unknown' | 'no-mail' | 'unresolved';
  readonly steps: readonly CheckStep[];
}

export interface FormFacts {
  readonly defect: Header['defects'][number] | undefined;
  /** It goes on after what is looked at: programs that look further may find another author there. */
  readonly tooLong: boolean;
  readonly dates: number;
}

export type AuthorFacts = { readonly author: Author };

export interface StandInFacts {
  /** `unclear`: a field that a program may well show cannot be read, or there are more names than are looked up. */
  readonly result: 'pass' | 'forged' | 'unclear';
  readonly named: readonly StandIn[];
}

export interface StandIn {
  readonly field: string;
  /** In A-labels. */
  readonly domain: string;
  readonly dmarc: DmarcReport['result'];
  readonly policy: DmarcReport['policy'];
}

export interface ReputationFacts {
  /** The worst that holds against the message, else the best that speaks for it. */
  readonly result: Standing;
  /** The network first, where it stands for somebody. */
  readonly known: readonly Known[];
  /** A good domain whose SPF record names the network answers for it: what others sent from there is not held against it. */
  readonly excusedBy: string | undefined;
}

export interface TrustFacts {
  /** What vouches for the message, none of it for its author. */
  readonly forwarders: readonly Forwarder[];
  /** The one that a rescue from Junk speaks for: it is the list that the message says it came by. */
  readonly list: string | undefined;
  /** The trusted domain for each recipient that has one. */
  readonly trusted: ReadonlyMap<number, string>;
}

export interface Forwarder {
  readonly domain: string;
  readonly by: 'spf' | 'dkim' | 'arc';
}

export interface LoopFacts {
  readonly hops: number;
  /** Ids of the recipients whose address it was delivered to before. */
  readonly deliveredBefore: readonly number[];
}

export interface GreylistFacts {
  readonly result: 'spared' | 'known' | 'passed' | 'waiting';
  readonly steps: readonly CheckStep[];
  /** Ids of the recipients that have to wait, and how long the longest of them. */
  readonly waiting: readonly number[];
  readonly seconds: number;
  /** What is known from now on if the message is taken; empty where that is remembered already. */
  readonly known: readonly GreylistKey[];
}
