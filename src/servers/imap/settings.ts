/**
 * What IMAP sessions are given: the settings of their listener, and the parts of the server that they call. Built once
 * by `startImap`; sessions share it.
 */
import type { Clock } from '#clock';
import type { Event } from '#events';
import type { Log } from '#log';
import type { Conduct } from '#mail/abuse/conduct';
import type { LoginGate } from '#mail/abuse/login-gate';
import type { Authenticator } from '#mail/accounts/authenticate';
import type { TlsIdentity } from '#servers/net/tls-context';
import type { ZoneOffset } from '#protocol/imap/time-zone';
import type { MailStore } from '#store/mailboxes/mail-store';
import type { ImapLimits } from './limits.ts';
import type { ImapListener } from './listener.ts';
import type { Looks } from './notify/looks.ts';
import type { Turns } from './shared/turns.ts';
import type { WordCache } from './shared/word-cache.ts';
import type { ImapWitness } from './witness.ts';

/** Parts of the server, from the composition root. */
export interface GivenServices {
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly random: (octets: number) => Uint8Array;
  readonly authenticator: Pick<Authenticator, 'checkPassword' | 'findScram' | 'noteScram'>;
  /** Who may come in. */
  readonly conduct: Pick<Conduct, 'connected'>;
  /** Asked before a password is checked. */
  readonly logins: LoginGate;
  readonly mail: MailStore;
  /** Keeps an event that belongs to no message; may be dropped when there are too many. */
  readonly note: (event: Event) => void;
  readonly witness?: ImapWitness | undefined;
}

/** With what the sessions of a process share. */
export interface ImapServices extends GivenServices {
  /** Of the zone in which INTERNALDATE and SAVEDATE are told, and whose days SEARCH means. */
  readonly offsetAt: ZoneOffset;
  /** For messages that are read as a whole though they are large. */
  readonly largeMessages: Turns;
  /** What FETCH said of messages and will always say. */
  readonly words: WordCache;
  /** Sessions whose octets are deflated, all together. */
  readonly compressed: { now: number };
  /** What NOTIFY compares. */
  readonly looks: Looks;
}

export interface SessionSettings {
  readonly listener: ImapListener;
  /** Undefined: no TLS here, and so no login. */
  readonly tls: { readonly current: TlsIdentity } | undefined;
  /** A-labels; in the greeting. */
  readonly hostname: string;
  readonly limits: ImapLimits;
}
