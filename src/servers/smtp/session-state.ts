/**
 * What an SMTP session knows, for its commands to read and change: who is there, the phase, the transaction, the AUTH
 * exchange, the counts. The loop that reads and answers is session.ts. The fields `phase`, `service`, `tls` and
 * `authenticated` are what protocol/smtp/order.ts asks for.
 */
import type { Client, Login } from '#mail/receive/envelope';
import type { Inquiry } from '#mail/receive/inquiry/inquiry';
import { NO_CHANNEL_BINDINGS, type ChannelBindings } from '#protocol/sasl/channel-binding';
import type { TlsFacts } from '#protocol/smtp/dialogue';
import type { OrderState, Phase } from '#protocol/smtp/order';
import type { OfferedParameters } from '#protocol/smtp/parameters';
import { Receiver } from '#protocol/smtp/receiver';
import type { SaslExchange } from '#servers/net/sasl-exchange';
import { SessionDialogue } from './session-dialogue.ts';
import type { SessionObserver, SessionSettings, SmtpServices } from './settings.ts';
import type { Transaction } from './transaction.ts';
import type { WireReply } from './wire-reply.ts';

const OFFERED = {
  mx: {
    inClear: { auth: false, futureRelease: false, requireTls: false },
    underTls: { auth: false, futureRelease: false, requireTls: true },
  },
  submission: {
    inClear: { auth: true, futureRelease: true, requireTls: false },
    underTls: { auth: true, futureRelease: true, requireTls: true },
  },
} as const satisfies Record<'mx' | 'submission', Record<'inClear' | 'underTls', OfferedParameters>>;

export class SessionState implements OrderState {
  readonly id: string;
  readonly settings: SessionSettings;
  readonly services: SmtpServices;
  /** Of the client, without brackets. */
  readonly address: string;
  readonly dialogue: SessionDialogue;
  readonly #observer: SessionObserver | undefined;
  /** Monotonic milliseconds: when the session began, and of the octets being read. */
  readonly start: number;
  now: number;

  phase: Phase = 'greeted';
  tls: OrderState['tls'];
  authenticated = false;
  receiver: Receiver;
  tlsFacts: TlsFacts | undefined;
  bindings: ChannelBindings = NO_CHANNEL_BINDINGS;
  /** From EHLO or HELO on. */
  client: Client | undefined;
  login: Login | undefined;
  /** Into the client, on the MX listener from its first MAIL on. */
  inquiry: Inquiry | undefined;
  transaction: Transaction | undefined;
  /** While AUTH goes on. */
  exchange: SaslExchange | undefined;
  /** The reply to a refused BDAT, held until its octets are gone. */
  discarding: WireReply | undefined;
  /** What follows the reply to the command being carried out. */
  after: 'nothing' | 'close' | 'tls' = 'nothing';

  transactions = 0;
  errors = 0;
  refusedRecipients = 0;
  idleCommands = 0;
  /** MAIL came too often, and was told. */
  wasPutOff = false;
  authFailures = 0;

  constructor(settings: SessionSettings, services: SmtpServices, address: string) {
    this.id = services.newId();
    this.settings = settings;
    this.services = services;
    this.address = address;
    this.start = this.now = services.clock.monotonic();
    const { listener } = settings;
    this.#observer = services.witness?.began({ id: this.id, listener, client: address });
    this.dialogue = new SessionDialogue(this.start, this.#observer?.said);
    this.receiver = new Receiver(settings.limits.receiver);
    this.tls = settings.tls === undefined ? 'unavailable' : 'offered';
  }

  get service(): 'mx' | 'submission' {
    return this.settings.submission ? 'submission' : 'mx';
  }

  /** The parameters of MAIL that are taken now. */
  get offered(): OfferedParameters {
    return OFFERED[this.service][this.tls === 'active' ? 'underTls' : 'inClear'];
  }

  /** Ends the transaction, however it went; only between commands, or at the end of content. */
  endTransaction(): void {
    this.#forgetTransaction();
    this.receiver.dropContent();
    if (this.phase !== 'greeted') this.phase = 'hello';
  }

  /** RFC 3207 §4.2: after the handshake nothing of before counts. */
  beginTls(): void {
    this.#forgetTransaction();
    this.client = undefined;
    this.phase = 'greeted';
    this.tls = 'active';
    this.receiver = new Receiver(this.settings.limits.receiver);
  }

  /** The connection is gone. */
  endSession(): void {
    this.#forgetTransaction();
    this.inquiry?.end();
    this.#observer?.ended();
  }

  #forgetTransaction(): void {
    this.transaction?.inquiry?.end();
    this.transaction = undefined;
  }
}
