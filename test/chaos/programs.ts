/** The client and the sink of a chaos run as child processes: started, asked on standard input, ended with the run. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ClientOptions, ClientStatus } from './client.ts';

const NODE = path.resolve(import.meta.dirname, '../../bin/node');

export interface Client extends AsyncDisposable {
  status(): Promise<ClientStatus>;
  /** Every connection finishes its message; the ledger is whole. */
  stop(): Promise<ClientStatus>;
}

export interface Sink extends AsyncDisposable {
  readonly port: number;
  /** No more mishaps from now on. */
  calm(): void;
}

export function startClient(options: ClientOptions): Client {
  const program = new Program('client.ts', [JSON.stringify(options)]);
  return {
    status: () => program.ask<ClientStatus>('status'),
    stop: () => program.ask<ClientStatus>('stop'),
    [Symbol.asyncDispose]: () => program.end(),
  };
}

export async function startSink(ledger: string, seed: number): Promise<Sink> {
  const program = new Program('sink.ts', [ledger, String(seed)]);
  const { port } = await program.answer<{ port: number }>();
  return {
    port,
    calm: () => program.tell('calm'),
    [Symbol.asyncDispose]: () => program.end(),
  };
}

/** Says JSON lines, one for each question; ends when its standard input does. */
class Program {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #asking: PromiseWithResolvers<unknown>[] = [];
  readonly #lines: unknown[] = [];
  readonly #ended: Promise<unknown>;
  #over = false;

  constructor(name: string, args: readonly string[]) {
    this.#name = name;
    const file = path.join(import.meta.dirname, name);
    // in a group of its own: an interrupt of the run must not end it before the ledger is read
    this.#child = spawn(NODE, [file, ...args], {
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#ended = once(this.#child, 'exit').then(() => this.#end());
    this.#child.stdin!.on('error', () => {});
    createInterface(this.#child.stdout!).on('line', (line) => {
      const waiting = this.#asking.shift();
      const answer: unknown = JSON.parse(line);
      if (waiting) waiting.resolve(answer);
      else this.#lines.push(answer);
    });
  }

  tell(line: string): void {
    this.#child.stdin!.write(`${line}\n`);
  }

  ask<T>(line: string): Promise<T> {
    this.tell(line);
    return this.answer<T>();
  }

  async answer<T>(): Promise<T> {
    if (this.#lines.length > 0) return this.#lines.shift() as T;
    if (this.#over) throw new Error(`${this.#name} has ended`);
    const waiting = Promise.withResolvers<unknown>();
    this.#asking.push(waiting);
    return (await waiting.promise) as T;
  }

  async end(): Promise<void> {
    this.#child.stdin!.end();
    await this.#ended;
  }

  #end(): void {
    this.#over = true;
    for (const waiting of this.#asking) waiting.reject(new Error(`${this.#name} has ended`));
  }
}
