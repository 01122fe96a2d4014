/**
 * One SMTP session: octets in, replies out, one event of the receiver after the other. Commands that came together are
 * answered together, in one write; while one of them waits for the store, nothing behind it is looked at, and past
 * `readAhead` octets nothing more is read. The listener makes it and tells it when to go.
 *
 * Invariants: each complete command gets one reply, in order; an error that nobody foresaw becomes 451 and the session
 * goes on; after a reply that closes, nothing is carried out.
 */
import { parseCommand, type CommandError } from '#protocol/smtp/command';
import { legal } from '#protocol/smtp/order';
import type { ReceiverEvent } from '#protocol/smtp/receiver';
import type { Connection, ConnectionHandler } from '#servers/net/connection';
import { startTls, type Secured } from '#servers/net/start-tls';
import { noteAbandoned, takeAuthLine } from './auth-exchange.ts';
import { carryOut, type Handled } from './commands.ts';
import { discardChunk } from './commands/bdat.ts';
import { endChunk, endContent, failureReply, takeContent } from './content.ts';
import {
  argumentErrorReply,
  commandErrorReply,
  isArgumentError,
  legalityReply,
} from './command-replies.ts';
import { lineTooLong, REPLIES } from './replies.ts';
import { noteSessionRefused } from './refusal-events.ts';
import { SessionState } from './session-state.ts';
import type { SessionSettings, SmtpServices } from './settings.ts';
import { wireReply, type WireReply } from './wire-reply.ts';

/** Replies of this many characters are written before more commands are looked at. */
const FLUSH = 16_384;

/** Commands that bring no message nearer, when they come again and again. */
const IDLE_VERBS: ReadonlySet<string> = new Set([
  'NOOP',
  'RSET',
  'VRFY',
  'EXPN',
  'HELP',
  'EHLO',
  'HELO',
]);

export class Session implements ConnectionHandler {
  readonly #connection: Connection;
  readonly #state: SessionState;
  readonly #ended: () => void;
  #out = '';
  /** A command waits for something. */
  #busy = false;
  #paused = false;
  #greeted = false;
  #clientEnded = false;
  #stopping = false;
  #over = false;
  #verb = '';

  /** @param ended called once, when the connection is gone */
  constructor(
    connection: Connection,
    settings: SessionSettings,
    services: SmtpServices,
    ended: () => void,
  ) {
    this.#connection = connection;
    this.#state = new SessionState(settings, services, connection.client.address);
    this.#ended = ended;
  }

  /**
   * Begins: a handshake where TLS comes first, then the greeting.
   * @param early octets came before the greeting could
   */
  start(early: boolean): void {
    const { settings } = this.#state;
    this.#connection.attach(this, settings.limits.idleTime);
    if (settings.listener === 'submissions') return this.#startTls();
    if (settings.listener !== 'mx') return this.#greet();
    if (early) return this.#refuseEarly();
    if (settings.limits.greetingDelay === 0) return this.#greet();
    void this.#greetLater(settings.limits.greetingDelay);
  }

  /** Junk programs that speak first have to give themselves away, those who are known have not. */
  async #greetLater(delay: number): Promise<void> {
    const late = setTimeout(() => this.#greet(), delay).unref();
    const { services, address } = this.#state;
    if (!(await services.isKnown(address))) return;
    clearTimeout(late);
    if (!this.#greeted) this.#greet();
  }

  /** The server is stopping: goes at once, or after the message under way. */
  stop(): void {
    this.#stopping = true;
    if (!this.#busy && this.#state.transaction?.intake === undefined)
      this.#leave(REPLIES.shuttingDown);
  }

  /** The server cannot wait any longer. */
  cut(): void {
    this.#connection.destroy();
  }

  received(bytes: Uint8Array): void {
    const state = this.#state;
    state.now = state.services.clock.monotonic();
    if (state.now - state.start > state.settings.limits.longestSession)
      return this.#leave(REPLIES.sessionTooLong);
    if (!this.#greeted && state.tls !== 'active') return this.#refuseEarly();
    state.receiver.push(bytes);
    if (!this.#busy) this.#run();
    else if (state.receiver.pending > state.settings.limits.readAhead) this.#pause();
  }

  ended(): void {
    this.#clientEnded = true;
    if (!this.#busy) this.#run();
  }

  drained(): void {
    if (!this.#busy) this.#run();
  }

  idle(): void {
    if (this.#busy) return;
    if (this.#connection.congested) this.#connection.destroy();
    else this.#leave(REPLIES.idle);
  }

  closed(): void {
    this.#over = true;
    this.#state.endSession();
    noteAbandoned(this.#state);
    this.#ended();
  }

  #greet(): void {
    if (this.#over) return;
    this.#greeted = true;
    const reply = wireReply(220, undefined, `${this.#state.settings.hostname} ESMTP Hikyaku`);
    this.#say(reply);
    this.#flush();
  }

  #refuseEarly(): void {
    const { services, settings, address } = this.#state;
    noteSessionRefused(services, settings.listener, address, 'early-talker');
    services.conduct.noteMisconduct(address, 'early-talker');
    this.#leave(REPLIES.earlyTalker);
  }

  #run(): void {
    const { receiver } = this.#state;
    while (!this.#over && !this.#connection.congested) {
      if (this.#stopping && this.#state.transaction?.intake === undefined)
        return this.#leave(REPLIES.shuttingDown);
      const event = receiver.next();
      if (event === undefined) {
        this.#flush();
        if (this.#clientEnded) return this.#hangUp();
        return this.#unpause();
      }
      const handled = this.#take(event);
      if (handled instanceof Promise) {
        this.#flush();
        return this.#await(handled);
      }
      if (handled !== undefined && !this.#answer(handled)) return;
      if (this.#out.length > FLUSH) this.#flush();
    }
    this.#flush();
    this.#pause();
  }

  #await(handled: Promise<WireReply | undefined>): void {
    this.#busy = true;
    handled.then(
      (reply) => this.#goOn(reply),
      (error: unknown) => this.#goOn(failureReply(this.#state, error)),
    );
  }

  #goOn(reply: WireReply | undefined): void {
    this.#busy = false;
    if (this.#over) return;
    this.#state.now = this.#state.services.clock.monotonic();
    if (reply !== undefined && !this.#answer(reply)) return;
    this.#run();
  }

  #take(event: ReceiverEvent): Handled | Promise<undefined> {
    try {
      return this.#handle(event);
    } catch (error) {
      return failureReply(this.#state, error);
    }
  }

  #handle(event: ReceiverEvent): Handled | Promise<undefined> {
    const state = this.#state;
    switch (event.kind) {
      case 'line':
        return this.#command(event.line);
      case 'content':
        return takeContent(state, event.bytes);
      case 'content-end':
        return endContent(state, event.facts, event.defect);
      case 'chunk-end':
        return endChunk(state, event.size);
      case 'discarded': {
        const reply = state.discarding;
        state.discarding = undefined;
        return reply;
      }
      case 'auth-line':
        state.dialogue.secret(state.now);
        return takeAuthLine(state, event.line);
      case 'line-too-long':
        this.#verb = '';
        if (state.exchange === undefined) return lineTooLong(event.limit);
        noteAbandoned(state);
        return REPLIES.authLineTooLong;
      case 'bare-lf':
        return this.#closing(REPLIES.bareLf);
      case 'tls-handshake':
        return this.#closing(REPLIES.tlsWithoutStartTls);
      case 'runaway':
        return this.#closing(REPLIES.runaway);
      default:
        return event satisfies never;
    }
  }

  #command(line: Uint8Array): Handled {
    const state = this.#state;
    const { limits } = state.settings;
    const parsed = parseCommand(line, this.#state.offered);
    const command = parsed.kind === 'command' ? parsed.command : undefined;
    if (command?.verb === 'MAIL' && state.transaction === undefined)
      state.dialogue.beginTransaction();
    state.dialogue.command(state.now, line);
    this.#verb = command?.verb ?? '';
    if (command?.verb !== 'QUIT') {
      if (state.now - state.start > limits.sessionTime)
        return this.#closing(REPLIES.sessionTooLong);
      if (IDLE_VERBS.has(this.#verb) && ++state.idleCommands > limits.idleCommands)
        return this.#closing(REPLIES.tooManyCommands);
    }
    if (command === undefined) return this.#refuse(parsed as CommandError);
    const legality = legal(command.verb, state);
    if (legality === 'ok') return carryOut(state, command);
    const reply = legalityReply(legality);
    return command.verb === 'BDAT' ? discardChunk(state, command.size, reply) : reply;
  }

  #refuse(error: CommandError): WireReply {
    if (!isArgumentError(error)) {
      const reply = commandErrorReply(error);
      return error.kind === 'foreign-protocol' ? this.#closing(reply) : reply;
    }
    // without its size the end of the chunk is unknown
    if (error.verb === 'BDAT') return this.#closing(REPLIES.badChunkSize);
    const legality = legal(error.verb, this.#state);
    return legality === 'ok' ? argumentErrorReply(error, error.verb) : legalityReply(legality);
  }

  #closing(reply: WireReply): WireReply {
    this.#state.after = 'close';
    return reply;
  }

  /** Says the reply and does what follows it. False where nothing else is to be read now. */
  #answer(given: WireReply): boolean {
    const state = this.#state;
    this.#say(this.#counted(given));
    if (state.after === 'nothing') return true;
    this.#flush();
    // a client that has said its last word will not shake hands
    if (state.after === 'close' || this.#clientEnded) this.#hangUp();
    else this.#startTls();
    return false;
  }

  /** Counts refusals; the one too many is answered with the end of the session. */
  #counted(reply: WireReply): WireReply {
    const state = this.#state;
    if (reply.code < 500) return reply;
    const { errors, refusedRecipients } = state.settings.limits;
    const many =
      this.#verb === 'RCPT'
        ? ++state.refusedRecipients > refusedRecipients
        : ++state.errors > errors;
    if (!many || state.after !== 'nothing') return reply;
    state.services.conduct.noteMisconduct(state.address, 'protocol-errors');
    return this.#closing(REPLIES.tooManyErrors);
  }

  #say(reply: WireReply): void {
    this.#out += reply.wire;
    this.#state.dialogue.reply(this.#state.now, reply);
  }

  #flush(): void {
    if (this.#out === '') return;
    const out = this.#out;
    this.#out = '';
    this.#connection.write(out);
  }

  #leave(reply: WireReply): void {
    if (this.#over) return;
    // before the greeting is over under TLS there is nobody to read it
    if (this.#greeted || this.#state.settings.listener !== 'submissions') this.#say(reply);
    this.#flush();
    this.#hangUp();
  }

  #hangUp(): void {
    this.#over = true;
    // octets that nobody read would make the system throw our last reply away
    const isLastWord = this.#verb === 'QUIT' && this.#state.receiver.pending === 0;
    if (this.#clientEnded || isLastWord) this.#connection.part();
    else this.#connection.close();
  }

  #pause(): void {
    if (this.#paused || this.#over) return;
    this.#paused = true;
    this.#connection.pause();
  }

  #unpause(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#connection.resume();
  }

  #startTls(): void {
    this.#state.after = 'nothing';
    this.#busy = true;
    this.#paused = false;
    this.#state.beginTls();
    void startTls(this.#connection, this.#state, 'smtp', () => this.#over).then((secured) => {
      this.#busy = false;
      if (secured !== undefined) this.#secured(secured);
    });
  }

  #secured({ facts, bindings }: Secured): void {
    const state = this.#state;
    state.tlsFacts = facts;
    state.now = state.services.clock.monotonic();
    state.dialogue.tls(state.now, facts);
    if (state.settings.submission) state.bindings = bindings();
    if (!this.#greeted) this.#greet();
    this.#run();
  }
}
