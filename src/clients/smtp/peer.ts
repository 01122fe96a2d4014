/** Whom to connect to and on what terms, and what the client is made of. Built by the queue's routing. */
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import type { ClientCredentials } from '#protocol/sasl/client-step';
import type { DaneExpectation } from './dane.ts';
import type { Dialer } from './dial.ts';
import type { SmtpClientLimits } from './limits.ts';

/**
 * - `none`: in clear
 * - `opportunistic`: STARTTLS where offered, the certificate unverified; in clear where that fails (RFC 7435)
 * - `required`: STARTTLS or nothing, the certificate unverified
 * - `verified`: STARTTLS with a certificate for `serverName`, or nothing
 * - `implicit`: TLS from the first octet (RFC 8314 §3.3), the certificate verified
 * - `implicit-unverified`: the same, whatever the certificate
 */
export type TlsPolicy =
  | 'none'
  | 'opportunistic'
  | 'required'
  | 'verified'
  | 'implicit'
  | 'implicit-unverified';

export interface SmtpPeer {
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  /** The source address, of the same family; the system chooses where there is none. */
  readonly localAddress?: string;
  /** The name of the host, in A-labels without a final dot: for SNI, and what a certificate must be for. */
  readonly serverName: string;
  /** How we call ourselves in EHLO: a host name, or an address literal. */
  readonly heloName: string;
  readonly tls: TlsPolicy;
  /** What the certificate must match instead of the roots (RFC 7672); `tls` is `required` then. */
  readonly dane?: DaneExpectation;
  /** The peer must offer REQUIRETLS under TLS (RFC 8689 §4.2.1). */
  readonly requireTls?: true;
  /** Roots to trust instead of the system's, PEM. Keep the same array for the same roots. */
  readonly ca?: readonly string[];
  readonly credentials?: ClientCredentials;
  /** AUTH in clear, for a smarthost on this machine only. */
  readonly allowClearAuth?: boolean;
}

export interface SmtpClientParts {
  readonly dialer: Dialer;
  /** Monotonic milliseconds, for the record and for how long content may take. */
  readonly monotonic: () => number;
  readonly randomBytes: (octets: number) => Uint8Array;
  readonly limits: SmtpClientLimits;
  /** Shown every entry of every dialogue when it happens, those beyond the kept ones too. */
  readonly observe?: (entry: DialogueEntry) => void;
}
