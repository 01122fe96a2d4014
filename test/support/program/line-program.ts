/**
 * A child process that says what happens as JSON lines with an `event`: started, listened to, and killed at the
 * latest with the test.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export type Line = Readonly<Record<string, unknown>> & { readonly event: string };

export class LineProgram implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly lines: Line[] = [];
  readonly #ended: Promise<unknown>;
  #wake: () => void = () => {};
  #stderr = '';
  #over = false;

  /** Runs in a process group of its own, with exactly this environment. */
  constructor(command: readonly [string, ...string[]], env: Record<string, string> = {}) {
    const [program, ...args] = command;
    this.child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    createInterface(this.child.stdout!).on('line', (line) => {
      this.lines.push(JSON.parse(line) as Line);
      this.#wake();
    });
    this.#ended = once(this.child, 'close').finally(() => {
      this.#over = true;
      this.#wake();
    });
  }

  /** The first line of an event, said before or yet to come; throws when the program ends without it. */
  async event(name: string): Promise<Line> {
    for (;;) {
      const line = this.lines.find(({ event }) => event === name);
      if (line) return line;
      if (this.#over) throw new Error(`the program ended without "${name}": ${this.#stderr}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Sends a signal to it alone and waits for its end: its exit code, null when the signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (!this.#over) this.child.kill(signal);
    return this.exit();
  }

  /** Waits for its own end: its exit code. */
  async exit(): Promise<number | null> {
    await this.#ended;
    return this.child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }
}
