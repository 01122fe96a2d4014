/**
 * What SMTP sessions are given: the settings of their listener, and the parts of the server that they call. Built once
 * by `startSmtp`; sessions share it.
 */
import type { Clock } from '#clock';
import type { Event } from '#events';
import type { Log } from '#log';
import type { Conduct } from '#mail/abuse/conduct';
import type { LoginGate } from '#mail/abuse/login-gate';
import type { Authenticator } from '#mail/accounts/authenticate';
import type { Accepted } from '#mail/receive/accept';
import type { Arrival } from '#mail/receive/arrival/arrival';
import type { Client, Envelope, Listener } from '#mail/receive/envelope';
import type { Inquiry } from '#mail/receive/inquiry/inquiry';
import type { Bouncing, RecipientOutcome } from '#mail/receive/recipient';
import type { Submission, Submitted } from '#mail/submit/submission';
import type { Mailbox } from '#protocol/address/mailbox';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import type { TlsIdentity } from '#servers/net/tls-context';
import type { SendAs } from '#store/directory/directory';
import type { Writer } from '#store/writer/writer';
import type { SmtpLimits } from './limits.ts';

/** A refusal in the house's own words: receivers that are not this server, in the practice Internet, have their own. */
export interface Told {
  readonly kind: 'told';
  readonly code: number;
  readonly enhanced: string;
  readonly lines: readonly string[];
  /** For the event log. */
  readonly reason: string;
}

export interface SmtpServices {
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly random: (octets: number) => Uint8Array;
  /** Takes the content of messages. */
  readonly writer: Writer;
  /** Whether a mailbox takes mail; `size` is what MAIL announced, 0 if nothing; `bouncing` undefined: of a submission. */
  readonly judgeRecipient: (
    mailbox: Mailbox,
    size: number,
    bouncing: Bouncing | undefined,
    envelope: Envelope,
  ) => RecipientOutcome | Told | Promise<RecipientOutcome | Told>;
  /** What a principal may write as. */
  readonly sendAs: (principalId: string) => SendAs | Promise<SendAs>;
  /** On the MX listener: what the house has to say to MAIL before anything else is judged. Undefined: nothing. */
  readonly admit?: (
    client: Client,
    envelope: Envelope,
    inquiry: Inquiry,
  ) => Told | undefined | Promise<Told | undefined>;
  /** How clients behave: asked before mail is taken, told of what no honest one does often. */
  readonly conduct: Conduct;
  /** Whether a client is spared the silence before the greeting (`limits.greetingDelay`). */
  readonly isKnown: (address: string) => boolean | Promise<boolean>;
  /** Asked before a password is checked. */
  readonly logins: LoginGate;
  readonly authenticator: Pick<Authenticator, 'checkPassword' | 'findScram' | 'noteScram'>;
  /** On the MX listener: begins to find out about a client, from its first MAIL on. */
  readonly inquire: (client: Client) => Inquiry;
  /** What is sent on to other hosts is sealed, which needs the hash of its body. */
  readonly sealsForwards: boolean;
  /** The end of a message on the MX listener. */
  readonly accept: (arrival: Arrival) => Promise<Accepted | Told>;
  /** The end of a message on a submission listener. */
  readonly submit: (submission: Submission) => Promise<Submitted>;
  /** Keeps an event that belongs to no message; may be dropped when there are too many. */
  readonly note: (event: Event) => void;
  readonly witness?: SessionWitness | undefined;
}

/** Who watches sessions from beside: the practice Internet keeps what was said, whether a message came of it or not. */
export interface SessionWitness {
  /** A session began; undefined: nobody watches this one. */
  readonly began: (session: {
    readonly id: string;
    readonly listener: Listener;
    readonly client: string;
  }) => SessionObserver | undefined;
}

export interface SessionObserver {
  /** Shown every entry when it happens, secrets removed. */
  readonly said: (entry: DialogueEntry) => void;
  /** The connection is gone. */
  readonly ended: () => void;
}

export interface SessionSettings {
  readonly listener: Listener;
  /** Both submission listeners: AUTH, and mail to anywhere. */
  readonly submission: boolean;
  /** Undefined: no TLS here. */
  readonly tls: { readonly current: TlsIdentity } | undefined;
  /** A-labels; in the greeting and the answer to EHLO. */
  readonly hostname: string;
  readonly limits: SmtpLimits;
}
