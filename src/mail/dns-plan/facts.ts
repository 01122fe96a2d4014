/** What the DNS plan of a domain is made from. Values only; gathered by read-plan.ts. */
import type { PlanZone } from './record.ts';

export interface PlanFacts {
  /** A-labels, lower case. */
  readonly domain: string;
  /** The name of this host, to which the MX points. */
  readonly host: string;
  /** Public addresses of the host; none where they are not known. */
  readonly addresses: readonly string[];
  /** Further addresses from which it sends. */
  readonly sources: readonly string[];
  readonly keys: readonly PlannedKey[];
  readonly dmarcPolicy: 'none' | 'quarantine' | 'reject';
  /** The id of the MTA-STS policy that is served; undefined where none is. */
  readonly mtaStsId: string | undefined;
  readonly services: OfferedServices;
  /** Keys of the MX listener's certificates: of each in use, and of that which follows. */
  readonly certificates: readonly PlannedCertificate[];
  /** Where certificates come by ACME. */
  readonly authority: PlannedAuthority | undefined;
}

/** What the records of one part are made from. */
export interface PartFacts extends PlanFacts {
  /** Which zone a name of the host lies in. */
  readonly hostZone: PlanZone;
}

/** Ports under which mail programs reach it from outside; undefined: not offered. */
export interface OfferedServices {
  readonly submissions: number | undefined;
  readonly submission: number | undefined;
  readonly imaps: number | undefined;
  readonly imap: number | undefined;
}

export interface PlannedKey {
  readonly selector: string;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  readonly state: 'pending' | 'active' | 'retired' | 'revoked';
  /** What `dnsRecordFor` of protocol/dkim writes. */
  readonly record: string;
}

/** A key under which the MX listener speaks TLS. */
export interface PlannedCertificate {
  /** SHA-256 of the SubjectPublicKeyInfo. */
  readonly keySha256: Uint8Array;
  /** next: of the certificate that follows, published before it is used (RFC 7671 §8.1). */
  readonly use: 'current' | 'next';
}

export interface PlannedAuthority {
  /** The name that the authority gives for CAA (`caaIdentities` of its directory, RFC 8555 §7.1.1). */
  readonly issuer: string;
  readonly accountUri: string | undefined;
  /** RFC 8657 §4: http-01, tls-alpn-01, dns-01. */
  readonly validationMethods: readonly string[];
  /** Names below which a wildcard certificate is ordered: `a.example` for `*.a.example`. */
  readonly wildcards: readonly string[];
}
