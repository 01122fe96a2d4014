/**
 * Marionette, by which a program of Mozilla's is driven from outside: JSON in frames `length:text` over TCP
 * (https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html), here only to run scripts inside it.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

type Message = readonly [type: 1, id: number, error: MarionetteError | null, result: unknown];

interface MarionetteError {
  readonly error: string;
  readonly message: string;
  readonly stacktrace: string;
}

export class Marionette implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #buffer = Buffer.alloc(0);
  #id = 0;
  #hello = Promise.withResolvers<void>();
  #greeted = false;

  /** Connects to a program that listens already, and gets the right to run scripts with all that it may do itself. */
  static async connect(port: number): Promise<Marionette> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    const marionette = new Marionette(socket);
    await marionette.#hello.promise;
    await marionette.#ask('WebDriver:NewSession', { strictFileInteractability: false });
    await marionette.#ask('WebDriver:SetTimeouts', { script: 60_000 });
    await marionette.#ask('Marionette:SetContext', { value: 'chrome' });
    return marionette;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#read();
    });
    const ended = (): void => {
      const error = { error: 'closed', message: 'the program hung up', stacktrace: '' };
      for (const [id, answer] of this.#waiting) answer([1, id, error, null]);
      this.#hello.resolve();
    };
    socket.on('close', ended).on('error', () => {});
  }

  /** Runs the body of an async function inside; `args` are its arguments, its result comes back. */
  async run(body: string, ...args: readonly unknown[]): Promise<unknown> {
    const script = `
      const done = arguments[arguments.length - 1];
      const args = Array.from(arguments).slice(0, -1);
      (async (...args) => { ${body} })(...args).then(
        (value) => done({ value }),
        (error) => done({ error: String(error) + '\\n' + (error?.stack ?? '') }),
      );`;
    const answer = await this.#ask('WebDriver:ExecuteAsyncScript', {
      script,
      args,
      newSandbox: false,
      sandbox: 'system',
    });
    const { value, error } = (answer as { value: { value?: unknown; error?: string } }).value;
    if (error !== undefined) throw new Error(error);
    return value;
  }

  /** Ends the program. */
  async quit(): Promise<void> {
    await this.#ask('Marionette:Quit', { flags: ['eForceQuit'] }).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    if (!this.#socket.closed) await once(this.#socket, 'close');
  }

  async #ask(command: string, parameters: unknown): Promise<unknown> {
    this.#id += 1;
    const id = this.#id;
    const { promise, resolve } = Promise.withResolvers<Message>();
    this.#waiting.set(id, resolve);
    const text = Buffer.from(JSON.stringify([0, id, command, parameters]));
    this.#socket.write(Buffer.concat([Buffer.from(`${text.length}:`), text]));
    const [, , error, result] = await promise;
    if (error !== null) throw new Error(`${command}: ${error.message}\n${error.stacktrace}`);
    return result;
  }

  #read(): void {
    for (;;) {
      const colon = this.#buffer.indexOf(':');
      if (colon < 0) return;
      const end = colon + 1 + Number(this.#buffer.toString('latin1', 0, colon));
      if (end > this.#buffer.length) return;
      const message = JSON.parse(this.#buffer.toString('utf8', colon + 1, end)) as Message;
      this.#buffer = this.#buffer.subarray(end);
      if (!this.#greeted) {
        this.#greeted = true;
        this.#hello.resolve();
        continue;
      }
      this.#waiting.get(message[1])?.(message);
      this.#waiting.delete(message[1]);
    }
  }
}
