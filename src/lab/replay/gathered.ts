/** What is kept of the way of a message, from which its steps are told. */
import type { AskedQuestion } from '#lab/dns/questions';
import type { ToldEntry } from '#lab/providers/rules/tell-trace';
import type { Dialogue } from '#store/events/dialogues';
import type { StoredEvent } from '#store/events/events';
import type { OutgoingKind } from '#store/lab/provider-outbox';
import type { HostSession } from './host-sessions.ts';
import type { KeptExchange } from './http/exchanges.ts';

export interface JourneyMessage {
  readonly id: string;
  /** In the order they happened. */
  readonly events: readonly StoredEvent[];
  readonly dialogues: readonly Dialogue[];
}

/** What happened at a provider. */
export interface Visit {
  /** The provider's id of the message. */
  readonly traceId: string;
  readonly host: string;
  /** Calendar milliseconds. */
  readonly at: number;
  /** `250 inbox`, `550 5.7.26 bigmail.unauthenticated` */
  readonly outcome: string;
  /** Undefined in an exam. */
  readonly told: readonly ToldEntry[] | undefined;
  /** Who came with it, and what the domains are that it names. */
  readonly client: string;
  readonly senders: readonly string[];
  /** What was said at its host, where that is remembered. */
  readonly session: HostSession | undefined;
  readonly copies: readonly Copy[];
}

export interface Copy {
  readonly person: string;
  readonly folder: 'inbox' | 'spam';
  readonly at: number;
  /** What the person did with it, in order. */
  readonly acts: readonly string[];
}

/** What a provider sent because of the message. */
export interface Letter {
  readonly host: string;
  readonly kind: OutgoingKind;
  readonly to: string;
  readonly state: 'waiting' | 'sent' | 'failed';
  /** What was replied last. */
  readonly said: string;
  readonly madeAt: number;
  readonly nextAt: number;
}

export interface Journey {
  /** That which was asked for, and those that it caused or that came back. */
  readonly messages: readonly JourneyMessage[];
  readonly visits: readonly Visit[];
  readonly letters: readonly Letter[];
  /** By HTTP, because of them. */
  readonly exchanges: readonly KeptExchange[];
  readonly questions: readonly AskedQuestion[];
}
