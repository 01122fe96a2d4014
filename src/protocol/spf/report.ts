/**
 * What a check of SPF tells (RFC 7208 §2.6, RFC 8601 §2.7.2), with the steps that led to it as data: what was asked and answered,
 * which term was looked at and whether it matched, what is left of the limits. Texts for people are written elsewhere from these
 * (`mail/story/texts/spf-texts.ts`). Everything is plain JSON, and bounded whatever a zone holds.
 */
import type { FailureCause, RecordType } from '#protocol/dns/resolver';
import type { Advice } from './advice.ts';
import type { Problem, Reason, RfcSection } from './rules.ts';

/** RFC 7208 §2.6. */
export type SpfResult =
  | 'none'
  | 'neutral'
  | 'pass'
  | 'fail'
  | 'softfail'
  | 'temperror'
  | 'permerror';

/** RFC 7208 §2.3, §2.4. */
export type SpfIdentity = 'helo' | 'mailfrom';

/** What a question brought, the first records of it in their text form. */
export type SpfAnswer =
  | {
      readonly kind: 'records';
      readonly records: readonly string[];
      /** Of all records. */
      readonly count: number;
      readonly ttl: number;
      readonly server: string;
      readonly cached: boolean;
    }
  | { readonly kind: 'no-data' | 'nxdomain'; readonly server: string; readonly cached: boolean }
  | { readonly kind: 'failure'; readonly cause: FailureCause; readonly text: string };

/** Why the domain of an identity, an include or a redirect cannot have a record. */
export type UnusableDomain = 'address-literal' | 'one-label' | 'malformed';

/** Why a mechanism matched, or did not. */
export type MatchReason =
  | 'always'
  | 'in-network'
  | 'outside-network'
  | 'other-family'
  | 'address-found'
  | 'address-not-found'
  | 'nothing-found'
  | 'name-found'
  | 'validated-name'
  | 'no-validated-name'
  | 'client-has-no-name'
  | 'included-pass'
  | 'included-other'
  | 'unusable-name'
  | 'local-part-not-ascii';

export type LimitName = 'lookups' | 'void-lookups' | 'mx-names';

/** What became of `exp=`. */
export type ExplanationOutcome =
  | 'used'
  | 'cut'
  | 'unusable-name'
  | 'not-answered'
  | 'no-record'
  | 'several-records'
  | 'not-ascii'
  | 'malformed'
  | 'empty';

/** What is left after a step. */
type Left = { readonly lookupsLeft: number; readonly voidsLeft: number };

export type SpfStep = { readonly rfc: RfcSection } & (
  | {
      readonly step: 'identity';
      readonly identity: SpfIdentity;
      readonly domain: string;
      /** `<sender>` of §4.1: with the local part `postmaster` where there is none. */
      readonly sender: string;
      readonly helo: string;
      readonly ip: string;
      /** The client came as an IPv4-mapped IPv6 address and counts as the IPv4 address. */
      readonly mapped: boolean;
    }
  | { readonly step: 'domain-unusable'; readonly domain: string; readonly why: UnusableDomain }
  | {
      readonly step: 'asked';
      /** Whose record made us ask. */
      readonly domain: string;
      readonly name: string;
      readonly type: RecordType;
      readonly answer: SpfAnswer;
    }
  | {
      readonly step: 'record-found';
      readonly domain: string;
      /** The first thousand characters. */
      readonly record: string;
      /** Of the whole record. */
      readonly length: number;
    }
  | { readonly step: 'no-record'; readonly domain: string }
  | { readonly step: 'several-records'; readonly domain: string; readonly count: number }
  | {
      readonly step: 'record-malformed';
      readonly domain: string;
      readonly problem: Problem;
      readonly term: string;
      /** Characters before the term. */
      readonly position: number;
    }
  | ({
      readonly step: 'mechanism';
      readonly domain: string;
      /** As written. */
      readonly term: string;
      readonly position: number;
      /** The name that a domain-spec came to. */
      readonly target?: string;
      readonly matches: boolean;
      readonly reason: MatchReason;
    } & Left)
  | {
      readonly step: 'names-validated';
      readonly ip: string;
      readonly names: readonly string[];
      readonly validated: readonly string[];
      /** Beyond the limit, not looked at. */
      readonly ignored: number;
    }
  | ({
      readonly step: 'include-entered' | 'redirected';
      readonly domain: string;
      readonly term: string;
      readonly target: string;
    } & Left)
  | {
      readonly step: 'include-left';
      readonly domain: string;
      readonly target: string;
      readonly result: SpfResult;
    }
  | {
      readonly step: 'limit-reached';
      readonly domain: string;
      readonly term: string;
      readonly limit: LimitName;
      readonly most: number;
    }
  | { readonly step: 'no-mechanism-matched'; readonly domain: string }
  | {
      readonly step: 'explanation';
      readonly domain: string;
      readonly term: string;
      readonly outcome: ExplanationOutcome;
    }
  /** Nothing that decides: what the owner of the record may want to mend. */
  | {
      readonly step: 'advice';
      readonly domain: string;
      readonly advice: Advice;
      readonly term?: string;
      readonly position?: number;
    }
  | { readonly step: 'steps-left-out'; readonly count: number }
  | {
      readonly step: 'concluded';
      readonly result: SpfResult;
      readonly domain: string;
      readonly ip: string;
      readonly reason?: Reason;
      readonly mechanism?: string;
      readonly lookups: number;
      readonly voidLookups: number;
    }
);

export interface SpfReport {
  readonly result: SpfResult;
  readonly identity: SpfIdentity;
  /** smtp.mailfrom or smtp.helo (RFC 8601 §2.7.2): the domain that was checked, as A-labels where it could be. */
  readonly domain: string;
  /** The client; an IPv4-mapped IPv6 address as the IPv4 address that it is. */
  readonly ip: string;
  /** Why there is no better result: with none, temperror and permerror. */
  readonly reason?: Reason;
  /** The directive that matched, as written. */
  readonly mechanism?: string;
  /** Text of a stranger for the author of the mail: printable US-ASCII, 500 characters at most. Only with `fail`. */
  readonly explanation?: string;
  /** Terms that asked the DNS (§4.6.4). */
  readonly lookups: number;
  readonly voidLookups: number;
  readonly steps: readonly SpfStep[];
}
