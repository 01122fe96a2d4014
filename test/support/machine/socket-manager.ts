/**
 * A service manager that holds the listening sockets of a server and hands them to each start of it, as systemd does
 * (sd_listen_fds(3)): a shell, since a process that only holds sockets must not accept on them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { eventually, PROGRAM, type RunningServer } from '../program/running-server.ts';

/** One line on standard input, one on standard output. The sockets are its descriptors from 3 on. */
const SHELL = `
run() {
  sh -c 'export LISTEN_PID=$$; exec "$0" "$@"' "$@" &
  pid=$!
  echo "started $pid"
}
while read -r word; do
  case $word in
    start) run "$@" ;;
    stop) kill -TERM "$pid"; wait "$pid"; echo "ended $?" ;;
    wait) wait "$pid"; echo "ended $?" ;;
  esac
done
`;

export class SocketManager implements AsyncDisposable {
  readonly #child: ChildProcess;
  #lines: string[] = [];
  #running = false;

  /** @param names of the listeners whose ports it holds */
  static async hold(
    server: RunningServer,
    names: readonly ('smtp' | 'submission' | 'submissions' | 'imap' | 'imaps')[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<SocketManager> {
    const held = await Promise.all(names.map((name) => listening(server.ports[name])));
    const child = spawn('/bin/sh', ['-c', SHELL, 'sh', PROGRAM, 'dev'], {
      cwd: server.home,
      env: {
        ...server.env,
        LISTEN_FDS: String(names.length),
        LISTEN_FDNAMES: names.join(':'),
        ...environment,
      },
      stdio: ['pipe', 'pipe', 'ignore', ...held.map(descriptor)],
    });
    // the shell has them now; a second accepter would take what is not for it
    for (const one of held) one.close();
    return new SocketManager(child);
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#lines.push(...text.split('\n').filter((line) => line !== ''));
    });
  }

  /** The process id. */
  async start(): Promise<number> {
    this.#running = true;
    return Number((await this.#tell('start', /^started (\d+)$/))[1]);
  }

  /** The exit code. */
  async stop(): Promise<number> {
    this.#running = false;
    return Number((await this.#tell('stop', /^ended (\d+)$/))[1]);
  }

  /** The exit code, where it ends by itself. */
  async ended(): Promise<number> {
    this.#running = false;
    return Number((await this.#tell('wait', /^ended (\d+)$/))[1]);
  }

  async #tell(word: string, answer: RegExp): Promise<RegExpExecArray> {
    const from = this.#lines.length;
    this.#child.stdin!.write(`${word}\n`);
    return eventually(`${word} is answered`, () => {
      for (const line of this.#lines.slice(from)) {
        const match = answer.exec(line);
        if (match) return match;
      }
      return false;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#running) await this.stop();
    const ended = once(this.#child, 'exit');
    this.#child.stdin!.end();
    await ended;
  }
}

async function listening(port: number): Promise<Server> {
  const server = createServer().listen({ host: '127.0.0.1', port, backlog: 128 });
  await once(server, 'listening');
  return server;
}

/** Node.js tells it to nobody. */
function descriptor(server: Server): number {
  return (server as unknown as { readonly _handle: { readonly fd: number } })._handle.fd;
}
