/**
 * What only a running server and its database know, as one JSON value: it comes through the control socket to the command line, and straight to
 * the daily round in the server. No private key, no password, no content of a message is in it.
 */
import type { DnsPlan } from '#mail/dns-plan/record';
import type { Lint } from './lint-message.ts';
import type { WarmUpFacts } from './warm-up-facts.ts';

export interface ServerFacts {
  readonly mode: 'dev' | 'serve';
  readonly listeners: readonly ListenerFacts[];
  /** Where health and metrics can be reached. */
  readonly http: { readonly address: string; readonly port: number };
  /** The listeners for everybody, where they are on. */
  readonly web: readonly WebFacts[];
  readonly load: LoadFacts;
  readonly database: DatabaseFacts;
  readonly backups: BackupFacts;
  /** Files and folders that only their owner may read, and secrets that stand in the environment of the server. */
  readonly secretPaths: readonly string[];
  readonly secretsInEnvironment: readonly string[];
  /** Accounts of the domain of development that are open. */
  readonly developmentAccounts: readonly string[];
  readonly domains: readonly DomainFacts[];
  readonly traffic: TrafficFacts;
  readonly queue: QueueFacts;
  readonly certificates: readonly CertificateFacts[];
  /** Who is asked for them; undefined: nobody. */
  readonly authority: AuthorityFacts | undefined;
  readonly warmUps: readonly WarmUpFacts[];
}

export type ListenerName = 'smtp' | 'submission' | 'submissions' | 'imap' | 'imaps';

export interface ListenerFacts {
  readonly name: ListenerName;
  /** To connect to: of a listener on all addresses, the loopback. */
  readonly address: string;
  readonly port: number;
  /** Connections begin with a PROXY header: only its proxies can be greeted there. */
  readonly proxied: boolean;
}

export interface WebFacts {
  readonly name: 'http' | 'https';
  /** To connect to. */
  readonly address: string;
  readonly port: number;
}

export interface LoadFacts {
  /** Milliseconds: 99 of 100 turns of the event loop were less late. */
  readonly lag: number;
  /** Octets: what is left for the server, and of how much. */
  readonly free: number;
  readonly total: number;
}

export type DatabaseFacts =
  | {
      readonly kind: 'up';
      readonly version: string;
      readonly schema: number;
      readonly newest: number;
      readonly busy: number;
      readonly most: number;
      /** Connections of this server itself: in use, and how many it may have. */
      readonly pool: { readonly busy: number; readonly most: number };
      /** Milliseconds that its clock is ahead of ours; undefined where it is on this machine. */
      readonly ahead: number | undefined;
    }
  | { readonly kind: 'down'; readonly cause: string };

/** Calendar milliseconds; undefined: none is recorded. */
export interface BackupFacts {
  readonly backup: number | undefined;
  /** Where the last one lay. */
  readonly folder: string | undefined;
  readonly restoreTest: number | undefined;
}

export interface DomainFacts {
  readonly name: string;
  readonly keys: readonly KeyFacts[];
  /** What belongs into the DNS, the octets of TLSA records in Base64; undefined where it could not be planned. */
  readonly plan: DnsPlan | undefined;
  /** A message signed a moment ago as mail of the domain is, in Base64. */
  readonly sample: string | undefined;
  /** Of the last hundred messages in its name. */
  readonly sent: { readonly count: number; readonly aligned: number };
  /** What others report of it: the last month of DMARC, and the last report on TLS. */
  readonly reports: {
    readonly dmarc: DmarcReportFacts | undefined;
    readonly tls: ReportFacts | undefined;
  };
}

export interface ReportFacts {
  /** Calendar milliseconds: the end of what it tells of. */
  readonly at: number;
  readonly from: string;
}

export interface DmarcReportFacts extends ReportFacts {
  /** Messages from this server that others tell of, and how many of them passed. */
  readonly own: { readonly count: number; readonly aligned: number };
}

export interface KeyFacts {
  readonly selector: string;
  readonly state: 'pending' | 'active' | 'retired' | 'revoked';
  readonly algorithm: string;
  /** Calendar milliseconds. */
  readonly createdAt: number;
  /** Since when it does not sign any more. */
  readonly retiredAt: number | undefined;
  /** The record that belongs into the DNS. */
  readonly record: string;
}

export interface TrafficFacts {
  /** Of the last hundred messages that came in by MX. */
  readonly clients: readonly string[];
  /** Of recipients elsewhere in 24 hours. */
  readonly outcomes: { readonly delivered: number; readonly failed: number };
  readonly deferrals: {
    readonly attempts: number;
    readonly reasons: readonly DeferralFacts[];
  };
  readonly logins: LoginFacts;
  /** Of other hosts, in the last seven days. */
  readonly complaints: readonly ComplaintFacts[];
  /** Messages of the last seven days: all, those with one-click, those whose way out is not signed. */
  readonly bulk: {
    readonly messages: number;
    readonly oneClick: number;
    readonly unsigned: number;
    /** Of the day that had the most. */
    readonly mostADay: number;
  };
  /** The newest ten that accounts handed in and of which a copy is here. */
  readonly lastSent: readonly { readonly id: string; readonly lint: Lint }[];
}

export interface ComplaintFacts {
  readonly site: string;
  readonly delivered: number;
  readonly complaints: number;
}

/** Attempts put off at this stage with this enhanced status code. */
export interface DeferralFacts {
  readonly stage: string;
  readonly status: string;
  readonly count: number;
}

export interface LoginFacts {
  /** Failures of the last hour, and how many an hour of the day before had. */
  readonly failures: number;
  readonly usual: number;
  /** Names that failed in the last hour. */
  readonly names: number;
  /** Accounts that reached their limit of a day in the last 24 hours. */
  readonly beyond: readonly string[];
}

export interface QueueFacts {
  /** Recipients that wait and are not held. */
  readonly waiting: number;
  /** Calendar milliseconds: when the oldest of them arrived. */
  readonly oldestAt: number | undefined;
  /** Recipients that came and that were concluded, in each of the last three hours. */
  readonly hours: readonly { readonly came: number; readonly left: number }[];
}

export interface AuthorityFacts {
  /** URL of its directory (RFC 8555 §7.1.1). */
  readonly directory: string;
  /** Undefined until there is one. */
  readonly accountUri: string | undefined;
  readonly challenge: 'http-01' | 'tls-alpn-01' | 'dns-01';
}

export interface CertificateFacts {
  readonly names: readonly string[];
  readonly failure: string | undefined;
  /** The authority limits us. */
  readonly limited: boolean;
  /** Certificates for exactly these names in seven days, of which authorities issue few. */
  readonly issued: number;
  /** Calendar milliseconds. */
  readonly renewAt: number | undefined;
}
