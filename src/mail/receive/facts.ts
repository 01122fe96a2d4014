/**
 * What reception finds out about a message: for each check its facts, with the steps that led to them, or why there are none. Facts are
 * gathered by `inquiry.ts` as soon as what they depend on is known; findings are made of all of them together.
 */
import type { ArcReport } from '#protocol/arc/report';
import type { DkimReport } from '#protocol/dkim/report';
import type { DmarcReport } from '#protocol/dmarc/report';
import type { IprevReport } from '#protocol/iprev/check';
import type { SpfReport } from '#protocol/spf/report';
import type { AuthorFacts } from './checks/author.ts';
import type { EhloFacts } from './checks/ehlo.ts';
import type { FormFacts } from './checks/form.ts';
import type { GreylistFacts } from './checks/greylist.ts';
import type { ListsFacts } from './checks/lists.ts';
import type { LoopFacts } from './checks/loop.ts';
import type { ReputationFacts } from './checks/reputation.ts';
import type { SenderFacts } from './checks/sender.ts';
import type { StandInFacts } from './checks/stand-in.ts';
import type { TrustFacts } from './checks/trust.ts';
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

/**
 * `no-dns`: this server asks no outside DNS · `off`: by the settings · `nothing`: there is nothing to ask, as with a null
 * reverse-path.
 */
export interface NotAsked {
  readonly kind: 'not-asked';
  readonly why: 'no-dns' | 'off' | 'nothing';
}

/** `time`: it took too long · `failed`: by a bug, which is in the log. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly why: 'time' | 'failed';
}

export type Fact<Value> = { readonly kind: 'known'; readonly value: Value } | NotAsked | Unknown;

/** Once everything was asked. */
export type AllFacts = { readonly [Name in CheckName]: Fact<Facts[Name]> };

export const NO_DNS: NotAsked = { kind: 'not-asked', why: 'no-dns' };
export const OFF: NotAsked = { kind: 'not-asked', why: 'off' };
export const NOTHING_TO_ASK: NotAsked = { kind: 'not-asked', why: 'nothing' };

/** The value where it is known. */
export function knownOf<Value>(fact: Fact<Value>): Value | undefined {
  return fact.kind === 'known' ? fact.value : undefined;
}
