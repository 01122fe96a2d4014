/**
 * One connection as lines and replies: writes go out, replies come in through the bounded parser and wait for who
 * asked, everything is recorded. Knows nothing of the order of commands. Once lost it stays lost: every later read
 * says so, after the replies that came before. Used by `open-session.ts` and `transaction.ts`.
 */
import type { Socket } from 'node:net';
import type { DialogueRecorder } from '#protocol/smtp/dialogue';
import { SECRET } from '#protocol/smtp/dialogue';
import { ReplyParser, type ParsedReply } from '#protocol/smtp/reply-parser';
import { replyText, type Reply } from '#protocol/smtp/reply';
import { networkCause } from './dial.ts';
import type { NetworkCause, ProtocolCause } from './outcome.ts';

export type ReadResult =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | NetworkCause
  | ProtocolCause;

const LOST: NetworkCause = {
  kind: 'network',
  reason: 'lost',
  detail: 'the peer closed the connection',
};
const HUNG_UP: NetworkCause = { kind: 'network', reason: 'aborted', detail: 'closed by this side' };
/** For the last line to leave. */
const FINISH_MS = 2000;

export class SmtpConnection {
  /** Where what is said goes; the session puts another one here for each transaction. */
  recorder: DialogueRecorder;
  /** While set, 334 challenges are recorded without their text (AUTH). */
  hideChallenges = false;
  #socket: Socket;
  #parser = new ReplyParser();
  readonly #now: () => number;
  readonly #replyOctets: number;
  #octetsLeft: number;
  readonly #replies: ReadResult[] = [];
  #waiter: ((result: ReadResult) => void) | undefined;
  #drainWaiter: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #end: NetworkCause | ProtocolCause | undefined;
  #unwatch: () => void;

  constructor(socket: Socket, recorder: DialogueRecorder, now: () => number, replyOctets: number) {
    this.recorder = recorder;
    this.#now = now;
    this.#replyOctets = replyOctets;
    this.#octetsLeft = replyOctets;
    this.#socket = socket;
    this.#unwatch = this.#watch(socket);
  }

  /** Why nothing more will come, once that is known. */
  get end(): NetworkCause | ProtocolCause | undefined {
    return this.#end;
  }

  /** Whether something came that nobody has asked for: a whole reply, or the beginning of one. */
  get unread(): boolean {
    return this.#replies.length > 0 || this.#parser.partial;
  }

  /** The injected monotonic time. */
  now(): number {
    return this.#now();
  }

  /** Sends one command line, given without CRLF. `shown` stands for it in the record. */
  command(line: string, shown = line): void {
    this.recorder.sent(this.#now(), shown);
    this.#write(`${line}\r\n`);
  }

  /**
   * Sends a command and reads its reply. What came unasked before it cannot be the reply: 421 is taken for what it
   * says, anything else ends the connection, since from there on replies would meet the wrong commands.
   */
  ask(line: string, timeoutMs: number, shown = line): Promise<ReadResult> {
    const unasked = this.takeUnasked();
    if (unasked !== undefined) return Promise.resolve(unasked);
    this.command(line, shown);
    return this.read(timeoutMs);
  }

  /** Whether a whole reply other than 421 waits that nobody asked for: replies no longer meet their commands. */
  get outOfStep(): boolean {
    const first = this.#replies[0];
    return first?.kind === 'reply' && first.reply.code !== 421;
  }

  /** What came though nobody asked: see `ask`. Undefined: nothing did. */
  takeUnasked(): ReadResult | undefined {
    if (!this.unread) return undefined;
    const first = this.#replies.shift();
    if (first?.kind === 'reply' && first.reply.code === 421) return first;
    const line = first?.kind === 'reply' ? replyText(first.reply) : '';
    const cause = { kind: 'not-smtp', reason: 'unexpected-reply', line } as const;
    this.close(cause);
    return cause;
  }

  /** Sends octets that are already recorded, or recorded by the caller as content. False: wait for `drained`. */
  write(octets: Uint8Array | string): boolean {
    return this.#write(octets);
  }

  recordLine(line: string): void {
    this.recorder.sent(this.#now(), line);
  }

  recordContent(octets: number): void {
    this.recorder.content(this.#now(), 'sent', octets);
  }

  note(text: string): void {
    this.recorder.note(this.#now(), text);
  }

  /** What is written between `cork` and `uncork` leaves in one piece. */
  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  /** A new allowance of reply octets, for a new transaction. */
  renewAllowance(): void {
    this.#octetsLeft = this.#replyOctets;
  }

  /** The next reply, in the order of the commands. A time-out ends the connection. One reader at a time. */
  read(timeoutMs: number): Promise<ReadResult> {
    const next = this.#replies.shift() ?? this.#end;
    if (next !== undefined) return Promise.resolve(next);
    return new Promise((resolve) => {
      this.#waiter = resolve;
      this.#timer = setTimeout(() => {
        this.close(timedOut('no reply', timeoutMs));
      }, timeoutMs);
    });
  }

  /** Resolves once the socket takes more, or the connection has ended (then false). A time-out ends it. */
  drained(timeoutMs: number): Promise<boolean> {
    if (this.#end !== undefined) return Promise.resolve(false);
    if (!this.#socket.writableNeedDrain) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => this.close(timedOut('no content taken', timeoutMs)),
        timeoutMs,
      );
      this.#drainWaiter = () => {
        clearTimeout(timer);
        this.#drainWaiter = undefined;
        resolve(this.#end === undefined);
      };
    });
  }

  /** Gives the socket up to a TLS handshake; `replaceSocket` comes next, or `close`. */
  releaseSocket(): Socket {
    this.#unwatch();
    this.#socket.pause();
    return this.#socket;
  }

  /** Goes on over another socket. Nothing that came before counts any more (RFC 3207 §4.2). */
  replaceSocket(socket: Socket): void {
    if (this.#end !== undefined) {
      socket.destroy();
      return;
    }
    this.#parser = new ReplyParser();
    this.#replies.length = 0;
    this.#socket = socket;
    this.#unwatch = this.#watch(socket);
  }

  /** Ends the connection at once; reads after it give `cause`. Without effect where it has ended. */
  close(cause: NetworkCause | ProtocolCause): void {
    this.#finish(cause);
    this.#socket.destroy();
  }

  /** Ends the connection at once, by a decision made here. */
  hangUp(): void {
    this.close(HUNG_UP);
  }

  /** Sends what is left and closes. */
  finish(): void {
    this.#finish(HUNG_UP);
    // A peer that takes nothing any more is not waited for.
    this.#socket.setTimeout(FINISH_MS, () => this.#socket.destroy());
    this.#socket.destroySoon();
  }

  #write(octets: Uint8Array | string): boolean {
    return this.#end === undefined && this.#socket.writable ? this.#socket.write(octets) : false;
  }

  #watch(socket: Socket): () => void {
    const onData = (chunk: Buffer): void => this.#receive(chunk);
    const onDrain = (): void => this.#drainWaiter?.();
    const onEnd = (): void => this.close(LOST);
    const onError = (error: Error): void => this.close(networkCause(error));
    socket.on('data', onData).on('drain', onDrain).on('end', onEnd).on('close', onEnd);
    socket.on('error', onError);
    return () => {
      socket.off('data', onData).off('drain', onDrain).off('end', onEnd).off('close', onEnd);
      socket.off('error', onError);
    };
  }

  #receive(chunk: Buffer): void {
    if (this.#end !== undefined) return;
    this.#octetsLeft -= chunk.length;
    const found = this.#parser.push(chunk);
    for (const item of found) this.#accept(item);
    if (this.#octetsLeft < 0) {
      this.close({
        kind: 'not-smtp',
        reason: 'too-much',
        line: `over ${this.#replyOctets} octets`,
      });
    }
  }

  #accept(item: ParsedReply): void {
    if (item.kind === 'error') {
      this.recorder.received(this.#now(), item.line);
      this.close({ kind: 'not-smtp', reason: item.reason, line: item.line });
      return;
    }
    const now = this.#now();
    const hidden = this.hideChallenges && item.reply.code === 334;
    for (const line of item.raw) this.recorder.received(now, hidden ? `334 ${SECRET}` : line);
    if (this.#waiter === undefined) this.#replies.push({ kind: 'reply', reply: item.reply });
    else this.#settle({ kind: 'reply', reply: item.reply });
  }

  #settle(result: ReadResult): void {
    clearTimeout(this.#timer);
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.(result);
  }

  #finish(cause: NetworkCause | ProtocolCause): void {
    if (this.#end !== undefined) return;
    this.#end = cause;
    this.recorder.note(this.#now(), endNote(cause));
    this.#settle(cause);
    this.#drainWaiter?.();
  }
}

function timedOut(what: string, timeoutMs: number): NetworkCause {
  return { kind: 'network', reason: 'timed-out', detail: `${what} within ${timeoutMs} ms` };
}

function endNote(cause: NetworkCause | ProtocolCause): string {
  return cause.kind === 'network'
    ? `connection ended: ${cause.detail}`
    : `connection ended: not SMTP (${cause.reason})`;
}
