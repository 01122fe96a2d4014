/**
 * One IMAP session: octets in, responses out, one event of the receiver after the other. Commands are carried out one by one in the
 * order they came; what they say is gathered and written together. While one of them waits for the store or for a client that does
 * not read, nothing behind it is looked at, and past `readAhead` octets nothing more is read. The listener makes it and tells it
 * when to go.
 *
 * Invariants: each complete command gets one tagged reply, in order; an error that nobody foresaw becomes NO [SERVERBUG] and the
 * session goes on; after BYE nothing is carried out.
 */
import type { Connection, ConnectionHandler } from '#servers/net/connection';
import type { ServedSession } from '#servers/net/session-listeners';
import { startTls, type Secured } from '#servers/net/start-tls';
import { capabilityCode } from './capabilities.ts';
import { Compression } from './compression.ts';
import { conclude } from './conclude.ts';
import type { Ended } from './ended.ts';
import { failureReply } from './failure.ts';
import { hear } from './hear.ts';
import { ClientGone } from './link.ts';
import { noteAbandoned } from './login.ts';
import { BYES } from './responses/replies.ts';
import { ok, untaggedLine } from './responses/reply.ts';
import { SessionState } from './session-state.ts';
import type { ImapServices, SessionSettings } from './settings.ts';
import { tellUnasked } from './tell-unasked.ts';

export class Session implements ConnectionHandler, ServedSession {
  readonly #connection: Connection;
  readonly #state: SessionState;
  readonly #ended: () => void;
  /** A command waits for something. */
  #busy = false;
  #paused = false;
  #greeted = false;
  #clientEnded = false;
  #stopping = false;
  #late = false;
  #over = false;

  /** @param ended called once, when the connection is gone */
  constructor(
    connection: Connection,
    settings: SessionSettings,
    services: ImapServices,
    ended: () => void,
  ) {
    this.#connection = connection;
    this.#state = new SessionState(connection, settings, services);
    this.#ended = ended;
    this.#watch();
    this.#state.changed = () => {
      if (!this.#busy && !this.#over) this.#run();
    };
    this.#state.late = () => {
      this.#late = true;
      if (this.#state.link.congested) this.cut();
      else if (!this.#busy && !this.#over) this.#run();
    };
  }

  /** Begins: a handshake where TLS comes first, then the greeting. */
  start(): void {
    const { settings } = this.#state;
    this.#connection.attach(this, settings.limits.loginTime);
    this.#state.startLoginTimer();
    if (settings.listener === 'imaps') return this.#startTls();
    this.#greet();
  }

  stop(): void {
    this.#stopping = true;
    if (!this.#busy) this.#leave(BYES.shuttingDown);
  }

  cut(): void {
    this.#connection.destroy();
  }

  /** Octets of the connection; under COMPRESS they are inflated first. */
  received(bytes: Uint8Array): void {
    const { compression } = this.#state.link;
    if (compression === undefined) this.#take(bytes);
    else compression.receive(bytes);
  }

  ended(): void {
    this.#clientEnded = true;
    if (!this.#busy) this.#run();
  }

  drained(): void {
    const { link } = this.#state;
    link.compression?.drained();
    this.#readOn();
  }

  idle(): void {
    if (this.#state.link.congested) this.#connection.destroy();
    else if (!this.#busy) this.#leave(BYES.idle);
  }

  closed(): void {
    this.#over = true;
    const state = this.#state;
    state.stopLoginTimer();
    if (state.link.compression !== undefined) state.services.compressed.now--;
    state.link.gone();
    state.stopNotifying();
    state.unselect();
    state.appending = undefined;
    noteAbandoned(state);
    state.link.observer?.ended();
    this.#ended();
  }

  #watch(): void {
    const state = this.#state;
    const { id, settings, address: client, link } = state;
    const account = (): string | undefined => state.login?.name;
    link.observer = state.services.witness?.began({
      id,
      listener: settings.listener,
      client,
      account,
    });
  }

  #take(bytes: Uint8Array): void {
    if (this.#over) return;
    const state = this.#state;
    state.link.observer?.heard(bytes);
    state.receiver.push(bytes);
    if (!this.#busy) this.#run();
    else if (state.receiver.pending > state.settings.limits.readAhead) this.#pause();
  }

  /** The client has read. */
  #readOn(): void {
    if (this.#state.link.congested) return;
    if (!this.#state.link.drained() && !this.#busy) this.#run();
  }

  #run(): void {
    this.#guard(() => this.#work());
  }

  /** A bug ends one session and not the process. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      failureReply(this.#state, error);
      this.cut();
    }
  }

  #work(): void {
    const { receiver, link, out } = this.#state;
    while (!this.#over && !link.congested) {
      if (this.#stopping) return this.#leave(BYES.shuttingDown);
      if (this.#late && this.#state.login === undefined) return this.#leave(BYES.late);
      this.#late = false;
      const event = receiver.next();
      if (event === undefined) {
        const telling = tellUnasked(this.#state);
        const { after } = this.#state;
        if (typeof after === 'object') return this.#leave(after.bye);
        out.flush();
        if (telling !== undefined) return this.#await(telling);
        if (this.#clientEnded) return this.#hangUp();
        return this.#unpause();
      }
      const heard = hear(this.#state, event);
      if (heard === undefined) continue;
      if (heard instanceof Promise) {
        out.flush();
        return this.#await(heard);
      }
      if ('bye' in heard) return this.#leave(heard.bye);
      if (!this.#finish(heard)) return;
    }
    out.flush();
    this.#pause();
  }

  #await(coming: Promise<Ended | undefined>): void {
    this.#busy = true;
    coming.then(
      (ended) => this.#guard(() => this.#goOn(ended)),
      (error: unknown) => {
        // what was begun and not finished cannot be taken back: the client would wait for the rest of it
        if (!(error instanceof ClientGone)) failureReply(this.#state, error);
        this.cut();
      },
    );
  }

  #goOn(ended: Ended | undefined): void {
    this.#busy = false;
    if (this.#over) return;
    if (ended !== undefined && !this.#finish(ended)) return;
    this.#run();
  }

  /** Says how a command ended and does what follows it. False where nothing else is to be read now. */
  #finish(ended: Ended): boolean {
    const after = conclude(this.#state, ended);
    if (after === 'nothing') return true;
    if (typeof after === 'object') this.#leave(after.bye);
    else if (after === 'close' || this.#clientEnded) this.#hangUp();
    else if (after === 'tls') this.#startTls();
    else return this.#compress();
    return false;
  }

  #greet(): void {
    const state = this.#state;
    this.#greeted = true;
    const greeting = ok(`${state.settings.hostname} IMAP Hikyaku`, capabilityCode(state));
    state.out.text(untaggedLine(greeting));
    state.out.flush();
  }

  #leave(bye: string): undefined {
    if (this.#over) return;
    // before the greeting is over under TLS there is nobody to read it
    if (this.#greeted || this.#state.settings.listener !== 'imaps') this.#state.out.text(bye);
    this.#hangUp();
  }

  #hangUp(): void {
    this.#over = true;
    this.#state.out.flush();
    this.#state.link.close();
  }

  #pause(): void {
    if (this.#paused || this.#over) return;
    this.#paused = true;
    this.#state.link.pause();
  }

  #unpause(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#state.link.resume();
  }

  #compress(): boolean {
    const { out, link, services } = this.#state;
    out.flush();
    services.compressed.now++;
    link.compress(
      new Compression(this.#connection, {
        received: (bytes) => this.#take(bytes),
        broken: () => this.cut(),
        drained: () => this.#readOn(),
      }),
    );
    return true;
  }

  #startTls(): void {
    this.#state.out.flush();
    this.#busy = true;
    this.#paused = false;
    this.#state.beginTls();
    void startTls(this.#connection, this.#state, 'imap', () => this.#over).then((secured) => {
      this.#busy = false;
      if (secured !== undefined) this.#secured(secured);
    });
  }

  #secured({ facts, bindings }: Secured): void {
    this.#state.tlsFacts = facts;
    this.#state.link.observer?.secured(facts);
    this.#state.bindings = bindings();
    if (!this.#greeted) this.#greet();
    this.#run();
  }
}
