/** What checks look with: everything from outside is an argument, so that a test can show them any world. */
import type { Delegation } from '#clients/dns/delegation';
import type { Probes } from '#clients/probe/probe';
import type { Resolver } from '#protocol/dns/resolver';
import type { HostFacts } from './host-facts.ts';
import type { ServerFacts } from './server-facts.ts';

/** What the doctor is told by the settings. */
export interface DoctorSettings {
  readonly mode: 'dev' | 'serve';
  readonly hostname: string;
  /** Whether the world outside may be asked: in dev only where a resolver is named. */
  readonly outside: boolean;
  /** Of this host, `address:port`; empty: those in resolv.conf. */
  readonly resolvers: readonly string[];
  /** Their word on DNSSEC counts, wherever they are. */
  readonly resolversTrusted: boolean;
  /** Of others; empty: none is asked. */
  readonly publicResolvers: readonly string[];
  /** From which mail leaves, as far as the settings say. */
  readonly addresses: readonly string[];
  readonly timeServer: string;
  readonly mailExchanges: readonly string[];
  readonly dnsLists: readonly DoctorList[];
  /** Where IANA lists the registries' RDAP servers (RFC 9224); empty: not asked. */
  readonly rdap: string;
  /** Where the releases of Node.js are listed; empty: not asked. */
  readonly nodeReleases: string;
  /** Where our own are listed, in the same form; empty: not asked. */
  readonly releases: string;
  /** A page outside that connects to this host when it is asked; empty: none. */
  readonly probe: string;
  /** Ports of mail on which nobody but this server should answer. */
  readonly otherPorts: readonly {
    readonly name: string;
    readonly port: number;
    readonly start: 'clear' | 'implicit';
  }[];
  /** Who issues our certificates, as CAA names it. */
  readonly issuer: string;
  /** A page where readers leave lists, of nobody; empty: none is offered. */
  readonly leaving: string;
  /** Where the documentation is published; empty: in this installation. */
  readonly documentation: string;
}

export interface DoctorList {
  readonly zone: string;
  /** Whether it lists addresses or domains. */
  readonly of: 'addresses' | 'domains';
  readonly weight: 'major' | 'minor';
}

/** The three places where DNS is asked. */
export interface Places {
  /** The resolver that this host uses. */
  readonly local: Resolver;
  /** The same, its word on DNSSEC believed wherever it is: to tell why it does not count, and for nothing else. */
  readonly believed: Resolver;
  /** One that others use; undefined: none is named. */
  readonly public: Resolver | undefined;
  /** A server asked directly, by its address. */
  readonly at: (address: string) => Resolver;
  /** The name servers of a zone, as a server holds them itself or sends to them. */
  readonly delegation: (address: string, zone: string, signal: AbortSignal) => Promise<Delegation>;
}

export type Fetched = (
  | { readonly kind: 'fetched'; readonly body: string }
  | { readonly kind: 'failed'; readonly cause: string }
) & {
  /** The address that was asked, where it came that far. */
  readonly by?: string;
};

/** GET by HTTPS, the certificate verified, no redirect followed, bounded in time and octets. Anything but 200 is a failure. */
export type Fetch = (url: string, mediaType: string, signal: AbortSignal) => Promise<Fetched>;

/** Addresses that take a message and keep nothing, to see whether mail arrives. */
export interface Echo {
  /** A new one of this domain. */
  readonly open: (domain: string) => Promise<string>;
  /** Whether a message to it was stored, and why it would be junk; undefined: nothing came yet. */
  readonly look: (address: string) => Promise<{ readonly junk: readonly string[] } | undefined>;
}

/** What an authority would ask for, to see whether it would find it (RFC 8555 §8.3, RFC 8737 §3). */
export interface TrialChallenge {
  readonly type: 'http-01' | 'tls-alpn-01';
  /** For SNI; nobody's. */
  readonly name: string;
  readonly token: string;
  readonly keyAuthorization: string;
}

export interface Context {
  readonly settings: DoctorSettings;
  /** What the check is about: a domain, or the name of the host. */
  readonly domain: string;
  /** Of all domains here. */
  readonly domains: readonly string[];
  /** Undefined where no server runs. */
  readonly server: ServerFacts | undefined;
  readonly host: HostFacts;
  /** Whom nobody outside can reach; elsewhere than in the practice Internet these are private addresses. */
  readonly isPrivate: (address: string) => boolean;
  readonly dns: Places;
  readonly probes: Probes;
  readonly fetch: Fetch;
  /** Undefined where no server runs. */
  readonly echo: Echo | undefined;
  /** Has this server answer a challenge that no authority gave; undefined where none runs. */
  readonly challenge: ((type: TrialChallenge['type']) => Promise<TrialChallenge>) | undefined;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Calendar milliseconds: ages of what the server did. */
  readonly now: () => number;
  /** Real time, by which certificates and clocks are judged. */
  readonly realNow: () => number;
  readonly monotonic: () => number;
  /** What the check of this subject came to before, and since when. */
  readonly before: (check: string, domain: string) => Before | undefined;
  /** Once for all checks of a run. */
  readonly share: <Value>(name: string, make: () => Promise<Value>) => Promise<Value>;
  /** Ends when the check has taken too long. */
  readonly signal: AbortSignal;
}

export interface Before {
  readonly status: string;
  readonly finding: string;
  /** Calendar milliseconds. */
  readonly since: number;
}
