/**
 * What a server takes for the world around it, where that is not the real one: the practice Internet hands in a clock, a resolver and a
 * network of its own. The server knows no more of it than this.
 */
import type { PlaceOf } from '#clients/probe/elsewhere';
import type { Dialer } from '#clients/smtp/dial';
import type { Clock } from '#clock';
import type { Result } from '#mail/doctor/result';
import type { Resolver } from '#protocol/dns/resolver';
import type { AddedCall } from '#servers/admin/start';
import type { Sights } from '#servers/http/landing-page';
import type { ImapWitness } from '#servers/imap/witness';
import type { SessionWitness } from '#servers/smtp/settings';
import type { TlsIdentity } from '#servers/net/tls-context';
import type { Store } from '#store/database/open';
import type { Directory } from '#store/directory/directory';
import type { StartFailure } from './failure.ts';
import type { Ports } from './running.ts';

export interface Surroundings {
  /** The calendar that the server and all around it go by. */
  readonly clock: Clock;
  readonly resolver: Resolver;
  readonly dialer: Dialer;
  /** Where the dialer finds the host with this address for what comes to this port. */
  readonly placeOf: PlaceOf;
  /** Whether a domain is one of that world. */
  readonly hasDomain: (domain: string) => boolean;
  /** Whether an address is one that hosts there have, as public ones are elsewhere. */
  readonly isOutside: (address: string) => boolean;
  /** Whether an address leads to other programs of this machine, where records of that world must not lead. */
  readonly isThisMachine: (address: string) => boolean;
  /** Whom no limit and no ban holds for; elsewhere these are private addresses. */
  readonly isPrivate: (address: string) => boolean;
  /** Instead of chance, where the queue decides when to try again: from 0 to below 1. */
  readonly random?: () => number;
  /** What a person can ask and look at. */
  readonly sights: Sights;
  /** Told of every SMTP session. */
  readonly witness: SessionWitness;
  /** Told of every IMAP session. */
  readonly imapWitness?: ImapWitness | undefined;
  /** Answered by the control socket, beside what the server answers. */
  readonly calls: Readonly<Record<string, AddedCall>>;
  /** The database is there, and nothing of the server has asked anything yet. */
  open(store: Store): Promise<Opened | StartFailure>;
}

export interface Opened extends AsyncDisposable {
  readonly kind: 'open';
  /** Certificates, as PEM, that are trusted there, instead of those of the system. Always the same array. */
  readonly trustedRoots: readonly string[];
  /** Where name servers listen. */
  readonly nameServerPort: number;
  /** The server can be reached. */
  begin(server: Surrounded): Promise<void>;
}

/** What of the server its surroundings may use. */
export interface Surrounded {
  readonly ports: Ports;
  readonly directory: Directory;
  readonly tls: { readonly current: TlsIdentity };
  /** What the zone of a domain here must have, as a zone file. Undefined: there is no such domain. */
  readonly zoneOf: (domain: string) => Promise<string | undefined>;
  /** Writes the events that wait in memory. */
  readonly settle: () => Promise<void>;
  /** Whether the queue has nothing under way, and waits for the calendar. */
  readonly queueIsIdle: () => boolean;
  /** What the doctor finds now. */
  readonly examine: () => Promise<readonly Result[]>;
  /** Refuses an address from now on, until it is let in again, as an operator does. */
  readonly ban: (address: string, reason: string) => Promise<unknown>;
  /** False where it was let in. */
  readonly unban: (address: string) => Promise<boolean>;
}
