/**
 * Looks at a server from outside, as a stranger would: its greeting, a few commands and their replies, its TLS. Nothing is delivered and
 * every wait is bounded. An interface, so that the doctor can be shown any world; `tcpProbes` looks at the real one.
 */

export interface ProbeTarget {
  readonly address: string;
  readonly port: number;
  /** `implicit`: TLS from the first octet; `clear`: none, unless a dialogue asks for it. */
  readonly start: 'clear' | 'implicit';
}

/** Why there is nothing to tell. */
export interface ProbeFailure {
  readonly kind: 'failed';
  /** `refused`, `timed out`, or what the system says. */
  readonly cause: string;
}

export interface Greeting {
  readonly kind: 'greeting';
  /** Its first line, cut. */
  readonly line: string;
  /** Our side of the connection. */
  readonly localAddress: string;
}

export interface Dialogue {
  readonly kind: 'dialogue';
  /** What came after the greeting, reply by reply: one for each line that was sent. */
  readonly replies: readonly (readonly string[])[];
}

/** How TLS begins. */
export type TlsStart = 'implicit' | 'smtp' | 'imap';

export interface TlsQuestion {
  readonly address: string;
  readonly port: number;
  readonly start: TlsStart;
  /** For SNI. */
  readonly serverName: string;
  /** Protocols to offer (RFC 7301). */
  readonly alpn?: readonly string[];
  /** The only version to speak; what both sides like best without it. */
  readonly version?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL's names. */
  readonly ciphers?: string;
}

export type TlsAnswer =
  | {
      readonly kind: 'secured';
      readonly version: string;
      readonly cipher: string;
      /** DER; the server's own first. */
      readonly chain: readonly Uint8Array[];
      /** Why the chain leads to no root that is trusted here; undefined where it does. The name is not judged. */
      readonly untrusted: string | undefined;
    }
  | { readonly kind: 'no-starttls' }
  | { readonly kind: 'no-handshake'; readonly cause: string }
  | ProbeFailure;

export interface HttpQuestion {
  readonly address: string;
  readonly port: number;
  readonly host: string;
  readonly path: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** Its beginning, one character per octet. */
  readonly body: string;
}

export interface Probes {
  greeting(target: ProbeTarget, signal: AbortSignal): Promise<Greeting | ProbeFailure>;
  /** Sends each line once the reply to the one before is there. SMTP replies, or lines of IMAP up to the tagged one. */
  dialogue(
    target: ProbeTarget,
    protocol: 'smtp' | 'imap',
    lines: readonly string[],
    signal: AbortSignal,
  ): Promise<Dialogue | ProbeFailure>;
  tls(question: TlsQuestion, signal: AbortSignal): Promise<TlsAnswer>;
  /** What a plain HTTP server answers; redirects are not followed. */
  http(question: HttpQuestion, signal: AbortSignal): Promise<HttpAnswer | ProbeFailure>;
  /** Milliseconds that the clock of a time server is ahead of ours (RFC 4330). */
  time(address: string, signal: AbortSignal): Promise<number | ProbeFailure>;
}
