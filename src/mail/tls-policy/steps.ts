/**
 * The steps of the decision on TLS with the hosts of a domain, told after those of its route and kept with them in `attempt.routed`. Plain
 * JSON; `key` names the text in the catalogue (`mail/story/texts/tls-texts.ts`).
 */
import type { AnswerSummary } from '#mail/queue/route/steps';
import type { StsMode } from '#protocol/mta-sts/policy-file';

/**
 * Why TLSA records do not count for a host.
 * - `resolver`: the resolver is not trusted to say what DNSSEC validated
 * - `insecure`: MX set or addresses are not signed
 * - `none`: signed, and there is no record
 * - `insecure-records`: the records themselves are not signed
 */
export type NoDane = 'resolver' | 'insecure' | 'none' | 'insecure-records';

export type TlsStep =
  /** An operator's route says what TLS must be: policies of the domain are not looked for. */
  | { readonly key: 'tls.configured'; readonly domain: string }
  | {
      readonly key: 'tls.no-dane';
      readonly rfc: string;
      readonly hosts: readonly string[];
      readonly why: NoDane;
    }
  | {
      readonly key: 'tls.dane';
      readonly rfc: string;
      readonly host: string;
      readonly name: string;
      readonly records: readonly string[];
    }
  /** Records, none of which SMTP can use: TLS, whoever the peer is. */
  | {
      readonly key: 'tls.dane-unusable';
      readonly rfc: string;
      readonly host: string;
      readonly name: string;
      readonly records: readonly string[];
    }
  /** The host is left out: what cannot be looked up may be what an attacker holds back. */
  | {
      readonly key: 'tls.dane-failed';
      readonly rfc: string;
      readonly host: string;
      readonly name: string;
      readonly answer: AnswerSummary;
    }
  | { readonly key: 'tls.sts-none'; readonly rfc: string; readonly domain: string }
  | {
      readonly key: 'tls.sts-record-unread';
      readonly rfc: string;
      readonly domain: string;
      readonly answer: AnswerSummary;
    }
  | {
      readonly key: 'tls.sts-record-invalid';
      readonly rfc: string;
      readonly domain: string;
      readonly fault: string;
    }
  | {
      readonly key: 'tls.sts-fetch-failed';
      readonly rfc: string;
      readonly domain: string;
      readonly reason: string;
      readonly detail: string;
    }
  /** A policy holds: fetched now, or before. */
  | {
      readonly key: 'tls.sts-policy';
      readonly rfc: string;
      readonly domain: string;
      readonly id: string;
      readonly mode: StsMode;
      readonly mx: readonly string[];
      readonly from: 'fetched' | 'cache';
      /** ISO 8601. */
      readonly until: string;
    }
  /** There is none now, and without one kept nothing is asked. */
  | { readonly key: 'tls.sts-without'; readonly rfc: string; readonly domain: string }
  | {
      readonly key: 'tls.sts-host-refused' | 'tls.sts-host-unnamed';
      readonly rfc: string;
      readonly domain: string;
      readonly host: string;
    }
  /** What the hosts are held to in the end, one step for each kind. */
  | {
      readonly key:
        | 'tls.held-to-dane'
        | 'tls.held-to-tls'
        | 'tls.held-to-sts'
        | 'tls.watched-by-sts'
        | 'tls.opportunistic';
      readonly rfc: string;
      readonly hosts: readonly string[];
    }
  /** The author's wish for this message. */
  | {
      readonly key:
        | 'tls.author-requires'
        | 'tls.author-waives'
        | 'tls.author-requires-notice'
        | 'tls.no-host-fit';
      readonly rfc: string;
    };
