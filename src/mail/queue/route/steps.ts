/**
 * The steps of a routing decision, in the order in which they were taken: what was asked and answered, which rule
 * was applied and where it is written. Plain JSON, kept with the event `attempt.routed`; `key` names the text in
 * the catalogue of texts. Types are aliases, since only those fit the index signature of an event's step.
 */
import type { DnsAnswer, RecordData, RecordType } from '#protocol/dns/resolver';

/** What a look-up answered, records as in a zone file, the first twenty of them. */
export type AnswerSummary = {
  readonly kind: DnsAnswer['kind'];
  readonly records?: readonly string[];
  /** Seconds. */
  readonly ttl?: number;
  readonly authenticated?: boolean;
  readonly aliases?: readonly string[];
  readonly server?: string;
  readonly cached?: boolean;
  readonly cause?: string;
  readonly text?: string;
};

/** Why a host of the MX set is not tried. */
export type SkipReason = 'no-such-host' | 'no-address' | 'unusable-address' | 'look-up-failed';

export type RouteStep =
  /** Nothing is sent without a route here (`dev`): the mail is held until one is set. */
  | { readonly key: 'route.none-configured'; readonly domain: string }
  /** An operator's route for the domain (`exact`) or for every domain (`default`) replaces the MX look-up. */
  | {
      readonly key: 'route.configured';
      readonly match: 'exact' | 'default';
      readonly host: string;
      readonly port: number;
      readonly tls: string;
    }
  /** Mail to `user@[192.0.2.1]` is not sent (see `route.ts`). */
  | { readonly key: 'route.address-literal'; readonly rfc: string; readonly literal: string }
  | {
      readonly key: 'route.asked';
      readonly rfc: string;
      readonly name: string;
      readonly type: RecordType;
      readonly answer: AnswerSummary;
    }
  /** The domain is an alias: the name it stands for is taken in its place. */
  | {
      readonly key: 'route.domain-is-alias';
      readonly rfc: string;
      readonly name: string;
      readonly target: string;
    }
  /** The domain says that it takes no mail. */
  | { readonly key: 'route.null-mx'; readonly rfc: string }
  /** A null MX beside real ones means nothing. */
  | { readonly key: 'route.null-mx-ignored'; readonly rfc: string }
  /** Without MX records the domain is its own exchange. */
  | { readonly key: 'route.implicit-mx'; readonly rfc: string; readonly name: string }
  /** The exchange is an address where a host name must stand: left out. */
  | { readonly key: 'route.mx-is-address'; readonly rfc: string; readonly exchange: string }
  /** The exchange can be no host name: left out. */
  | { readonly key: 'route.mx-is-no-host-name'; readonly rfc: string; readonly exchange: string }
  /** The exchange is an alias, which it must not be: tolerated. */
  | {
      readonly key: 'route.mx-is-alias';
      readonly rfc: string;
      readonly exchange: string;
      readonly target: string;
    }
  /** The hosts by preference, equal ones in random order; `leftOut` more were too many. */
  | {
      readonly key: 'route.order';
      readonly rfc: string;
      readonly hosts: readonly { readonly name: string; readonly preference: number }[];
      readonly leftOut: number;
    }
  /** We are in the MX set ourselves: hosts of our preference and worse would send the mail in a circle. */
  | {
      readonly key: 'route.own-host';
      readonly rfc: string;
      readonly name: string;
      readonly preference: number;
      readonly leftOut: readonly string[];
    }
  | {
      readonly key: 'route.host-skipped';
      readonly rfc: string;
      readonly name: string;
      readonly reason: SkipReason;
    }
  /** An address that no host on the Internet can have: left out. */
  | {
      readonly key: 'route.address-unusable';
      readonly rfc: string;
      readonly name: string;
      readonly address: string;
    };

/** Records shown of one answer. */
const MAX_SHOWN = 20;

/** The step of one look-up. */
export function askedStep(
  name: string,
  type: 'MX' | 'A' | 'AAAA',
  answer: DnsAnswer<'MX'> | DnsAnswer<'A'> | DnsAnswer<'AAAA'>,
): RouteStep {
  return {
    key: 'route.asked',
    rfc: type === 'MX' ? 'RFC 5321 §5.1' : 'RFC 5321 §5',
    name,
    type,
    answer: summariseAnswer(answer),
  };
}

/** What an answer says, records as in a zone file. */
export function summariseAnswer(answer: DnsAnswer): AnswerSummary {
  if (answer.kind === 'failure')
    return { kind: answer.kind, cause: answer.cause, text: answer.text };
  const { kind, ttl, authenticated, aliases, server, cached } = answer;
  const origin = { kind, ttl, authenticated, aliases, server, cached };
  if (answer.kind !== 'records') return origin;
  return { ...origin, records: answer.records.slice(0, MAX_SHOWN).map(recordText) };
}

function recordText(record: RecordData[RecordType]): string {
  if (typeof record === 'string') return record;
  return 'exchange' in record ? `${record.preference} ${record.exchange}` : JSON.stringify(record);
}
