/**
 * A provider is data: its hosts, its people, and its rules in a table, in the order in which they are asked. The first rule of a stage
 * that matches decides. A condition is pure; what it saw is kept with the trace, so that a reader learns why it matched or did not.
 */
import type { LabHost } from '#lab/addresses';
import type { Charset, Crowd, Person } from '#lab/people/person';
import type { ClientFacts, Identity, MessageFacts } from './facts.ts';
import type { ConditionKey } from './rules/texts.ts';
import type { Counts } from './senders/counts.ts';
import type { Growth, Standing } from './senders/growth.ts';

/**
 * When a rule is asked. connect, tls: at MAIL · rcpt: at each RCPT · data: when the message is there · rate: after that, so that what is
 * refused anyway takes nothing of a quota, and who is first does not matter · after: of what is taken, for its folder.
 */
export const STAGES = ['connect', 'tls', 'rcpt', 'data', 'rate', 'after'] as const;
export type Stage = (typeof STAGES)[number];

/** A sender, by address or by domain, as the provider remembers it. */
export interface Sender extends Standing {
  readonly name: string;
  readonly today: Counts;
  readonly yesterday: Counts;
  /** The seven days before today. */
  readonly week: Counts;
}

export interface ClientCase {
  readonly client: ClientFacts;
  /** The address. */
  readonly address: Sender;
}

export interface RecipientCase extends ClientCase {
  /** As written in RCPT. */
  readonly to: string;
  readonly person: Person | undefined;
  /** What this person got today. */
  readonly got: number;
  /** Recipients of this transaction that were taken before. */
  readonly taken: number;
}

/** The addresses around one: a /24, of IPv6 a /48. */
export interface Netblock {
  readonly name: string;
  /** Copies that were taken from all of them today. */
  readonly accepted: number;
}

export interface MessageCase extends ClientCase {
  readonly netblock: Netblock;
  readonly message: MessageFacts;
  /** Undefined: nobody answers for it. */
  readonly identity: Identity | undefined;
  /** The domain of the identity; without one, of the author. */
  readonly domain: Sender;
}

export interface Cases {
  connect: ClientCase;
  tls: ClientCase;
  rcpt: RecipientCase;
  data: MessageCase;
  rate: MessageCase;
  after: MessageCase;
}

/** What was looked at, for the text of the condition. */
export type Seen = Readonly<Record<string, string | number | boolean | null>>;

export interface Tested {
  readonly matched: boolean;
  readonly seen: Seen;
}

export interface Condition<Case> {
  readonly key: ConditionKey;
  readonly test: (given: Case) => Tested;
}

export interface Reply {
  readonly code: number;
  readonly enhanced: string;
  /** With %ip, %netblock, %name, %ehlo, %spf, %dkim, %from and %to. */
  readonly lines: readonly string[];
}

/** Whose document, or whose report, a reply is from. */
export interface Source {
  readonly of: string;
  /** The code, the words, or both are the practice Internet's own choice. */
  readonly ours?: 'words' | 'code' | 'all';
}

interface AnyRule<At extends Stage> {
  /** Within its provider. */
  readonly id: string;
  readonly stage: At;
  readonly when: Condition<Cases[At]>;
  readonly source: Source;
}

export interface RefusingRule<
  At extends Exclude<Stage, 'after'> = Exclude<Stage, 'after'>,
> extends AnyRule<At> {
  readonly reply: Reply;
  /** From this long after the first match on, for the same subject: another reply, or none. A pass ends it where `untilPassed`. */
  readonly later?: {
    /** Calendar milliseconds. */
    readonly after: number;
    readonly becomes: Reply | 'passes';
    readonly subject: (given: Cases[At]) => string;
  };
}

/** Mail that it matches is taken, and lies in the spam folder. */
export interface FolderRule extends AnyRule<'after'> {
  readonly folder: 'spam';
}

/** Each stage with its own case. */
export type Rule =
  | RefusingRule<'connect'>
  | RefusingRule<'tls'>
  | RefusingRule<'rcpt'>
  | RefusingRule<'data'>
  | RefusingRule<'rate'>
  | FolderRule;

export interface Provider {
  readonly name: string;
  readonly domain: string;
  /** As it calls itself in its replies. */
  readonly shown: string;
  readonly mx: LabHost;
  readonly out: LabHost;
  readonly people: readonly Person[];
  readonly crowds: readonly Crowd[];
  readonly rules: readonly Rule[];
  readonly growth: Growth;
  /** The DNS list that it asks. */
  readonly dnsList: string | undefined;
  readonly reports: {
    readonly dmarc: boolean;
    readonly tls: boolean;
    /** Complaints are told to `fbl@` of the domain that signed. */
    readonly complaints: boolean;
  };
  /** Publishes a policy of MTA-STS, and keeps those of others when it sends. */
  readonly mtaSts: boolean;
  readonly language: 'en' | 'ja';
  /** In which its people write. */
  readonly charset: Charset;
  /** How its replies end. */
  readonly signature: string;
}
