/**
 * The whole program as its user runs it: `bin/hikyaku dev` as a process of its own, in a temporary folder, on
 * loopback ports that were free, with its embedded PostgreSQL. Tests start it, send it signals, kill its database,
 * run its command line and start it again on the same folder. However the test ends, a watcher ends what runs and
 * removes the folder.
 *
 *     await using server = await startRunningServer();
 *     … send to server.ports.submission as alice@example.test …
 *     const mails = await server.json('mail', 'list', 'bob@example.test');
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientConfig, type QueryResultRow } from 'pg';
import { layoutOf, PORT, type Layout } from '#store/embedded/layout';
import { alive } from '#store/embedded/postmaster';
import { DATABASE } from '#store/embedded/session';
import { databaseFolder } from '../database/folder.ts';
import { freePort } from '../machine/loopback-port.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
export const PROGRAM = path.join(ROOT, 'bin/hikyaku');
export const PASSWORD = 'correct-horse-battery';

export interface RunningServerOptions {
  /** Instead of a folder in its own temporary one. */
  readonly data?: string;
  /** The folder is another server's, whose database is not ended with this one. */
  readonly shared?: boolean;
  /** Settings over the usual ones. */
  readonly env?: Readonly<Record<string, string>>;
  /** `dev` unless told; `serve` has no accounts, and asks the DNS that HIKYAKU_DNS names in `env`. */
  readonly mode?: 'dev' | 'serve';
  /** Starts it with nothing in its environment; the settings are given as flags. */
  readonly bare?: boolean;
  /** Starts it by the command of `npm start`. */
  readonly npm?: boolean;
  /** Another program than that of the checkout: one that was installed. */
  readonly program?: string;
  /** Modules that Node.js loads before the program. */
  readonly preload?: readonly string[];
}

export interface ServerPorts {
  readonly smtp: number;
  readonly submission: number;
  readonly submissions: number;
  readonly imap: number;
  readonly imaps: number;
  readonly http: number;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Each child ends at the latest after this long: far beyond what it takes on the busiest machine. */
const COMMAND_PATIENCE = 300_000;
const START_PATIENCE = 300_000;
const STOP_PATIENCE = 180_000;
const POLL = 20;
/** One look of many at whether it is ready. */
const LOOK = 2000;

/** Ends what works in the two folders once the test's end of the pipe is closed; then the first folder goes. */
const WATCHER = `
read -r _
for file in "$1/server.pid" "$2"/postgres/*/postmaster.pid; do
  pid=$(head -n 1 "$file" 2>/dev/null) || continue
  case $(readlink "/proc/$pid/cwd") in
    "$1"*|"$2"*) kill -KILL "$pid" 2>/dev/null ;;
  esac
done
sleep 0.3
rm -rf -- "$1"
`;

/** Starts it and waits until it is ready; throws with what it said when it does not get there. */
export async function startRunningServer(
  options: RunningServerOptions = {},
): Promise<RunningServer> {
  const server = await prepareServer(options);
  try {
    await server.start();
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** The same, not started yet. */
export async function prepareServer(options: RunningServerOptions = {}): Promise<RunningServer> {
  const home = realpathSync(await mkdtemp(path.join(databaseFolder(), 'hikyaku-run-')));
  // PostgreSQL runs as another user where we are root
  await chmod(home, 0o755);
  const ports: ServerPorts = {
    smtp: await freePort(),
    submission: await freePort(),
    submissions: await freePort(),
    imap: await freePort(),
    imaps: await freePort(),
    http: await freePort(),
  };
  return new RunningServer(home, ports, options);
}

export class RunningServer implements AsyncDisposable {
  readonly home: string;
  readonly data: string;
  readonly ports: ServerPorts;
  readonly env: Readonly<Record<string, string>>;
  /** Holds the password of alice and bob. */
  readonly passwordFile: string;
  /** Where both output streams of every start go. */
  readonly logFile: string;
  readonly layout: Layout;
  readonly #bare: boolean;
  readonly #npm: boolean;
  readonly #mode: 'dev' | 'serve';
  readonly #program: string;
  readonly #shared: boolean;
  readonly #watcher: ChildProcess;
  #child: ChildProcess | undefined;

  constructor(home: string, ports: ServerPorts, options: RunningServerOptions) {
    this.home = home;
    this.ports = ports;
    const data = options.data ?? path.join(home, 'data');
    mkdirSync(data, { recursive: true, mode: 0o700 });
    this.data = realpathSync(data);
    this.#bare = options.bare ?? false;
    this.#npm = options.npm ?? false;
    this.#mode = options.mode ?? 'dev';
    this.#program = options.program ?? PROGRAM;
    this.#shared = options.shared ?? false;
    this.layout = layoutOf(this.data, tmpdir());
    this.passwordFile = path.join(home, 'password');
    this.logFile = path.join(home, 'server.log');
    writeFileSync(this.passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
    const imports = (options.preload ?? []).map((file) => `--import=${file}`).join(' ');
    this.env = {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: home,
      HIKYAKU_DATA_DIR: this.data,
      HIKYAKU_DEV_PASSWORD: PASSWORD,
      HIKYAKU_SMTP_PORT: String(ports.smtp),
      HIKYAKU_SUBMISSION_PORT: String(ports.submission),
      HIKYAKU_SUBMISSIONS_PORT: String(ports.submissions),
      HIKYAKU_IMAP_PORT: String(ports.imap),
      HIKYAKU_IMAPS_PORT: String(ports.imaps),
      HIKYAKU_HTTP_PORT: String(ports.http),
      HIKYAKU_HTTP_PUBLIC_PORT: 'off',
      HIKYAKU_HTTPS_PUBLIC_PORT: 'off',
      HIKYAKU_LAB_ON: 'false',
      ...(imports !== '' && { NODE_OPTIONS: imports }),
      ...options.env,
    };
    const folders = [this.home, this.#shared ? this.home : this.data];
    this.#watcher = spawn('/bin/sh', ['-c', WATCHER, 'sh', ...folders], {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#watcher.unref();
    (this.#watcher.stdin as unknown as { unref(): void }).unref();
  }

  /** Starts it, again too, and waits until it is ready. */
  async start(): Promise<void> {
    this.launch();
    await this.ready();
  }

  /** Starts it without waiting, as the leader of a process group of its own. */
  launch(): void {
    if (this.running) throw new Error('it runs already');
    const log = openSync(this.logFile, 'a');
    const [program, ...args] = this.#npm ? npmStart() : [this.#program, this.#mode];
    this.#child = spawn(program, this.#bare ? [...args, ...this.#flags()] : args, {
      cwd: this.#npm ? ROOT : this.home,
      env: this.#bare ? {} : this.env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#child.unref();
    writeFileSync(path.join(this.home, 'server.pid'), `${this.pid}\n`);
  }

  #flags(): string[] {
    const ports = Object.entries(this.ports).map(([name, port]) => `${name}.port=${port}`);
    return [`data_dir=${this.data}`, 'lab.on=false', ...ports].flatMap((setting) => [
      '--set',
      setting,
    ]);
  }

  /** Waits until `GET /health/ready` answers 200. */
  async ready(): Promise<void> {
    for (const deadline = performance.now() + START_PATIENCE; !(await this.isReady(LOOK));) {
      if (!this.running || performance.now() > deadline) {
        throw new Error(`bin/hikyaku ${this.#mode} did not become ready:\n${this.lastWords()}`);
      }
      await delay(POLL);
    }
  }

  /** What it answers now, however long a machine that is busy takes over it. */
  async isReady(patience = COMMAND_PATIENCE): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(patience);
      const answer = await fetch(`http://127.0.0.1:${this.ports.http}/health/ready`, { signal });
      await answer.body?.cancel();
      return answer.status === 200;
    } catch {
      return false;
    }
  }

  get running(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('it was never started');
    return this.#child.pid;
  }

  /** To the process alone, or to its whole group. */
  signal(signal: NodeJS.Signals, whom: 'process' | 'group' = 'process'): void {
    if (this.running) process.kill(whom === 'group' ? -this.pid : this.pid, signal);
  }

  /** Waits for its end: the exit code, or the signal that ended it. */
  async ended(patience = STOP_PATIENCE): Promise<number | NodeJS.Signals> {
    const child = this.#child!;
    if (this.running) {
      child.ref();
      await once(child, 'exit', { signal: AbortSignal.timeout(patience) }).catch(() => {
        throw new Error(`it did not end within ${patience} ms:\n${this.lastWords()}`);
      });
    }
    return child.exitCode ?? child.signalCode!;
  }

  /** A signal, then its end. */
  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.signal(signal);
    return this.ended();
  }

  /** Runs its program against this server. */
  command(...args: readonly string[]): Promise<CommandResult> {
    return this.#run(args).result;
  }

  /** The same, with all of its standard input. */
  commandReading(input: string, ...args: readonly string[]): Promise<CommandResult> {
    const { child, result } = this.#run(args);
    child.stdin!.end(input);
    return result;
  }

  #run(args: readonly string[]): { child: ChildProcess; result: Promise<CommandResult> } {
    const { promise, resolve } = Promise.withResolvers<CommandResult>();
    const { NODE_OPTIONS: _, ...env } = this.env;
    const options = { cwd: this.home, env, maxBuffer: 2 ** 28, timeout: COMMAND_PATIENCE };
    const child = execFile(this.#program, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
    return { child, result: promise };
  }

  /** Runs its program beside this server until it is disposed of: its lines as they come. */
  beside(...args: readonly string[]): Disposable & { next(): Promise<string> } {
    const { NODE_OPTIONS: _, ...env } = this.env;
    const child = spawn(this.#program, args, {
      cwd: this.home,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: COMMAND_PATIENCE,
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return {
      async next() {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`hikyaku ${args.join(' ')} ended`);
        return value;
      },
      [Symbol.dispose]: () => void child.kill(),
    };
  }

  /** The same, where it has to succeed: what it printed. */
  async done(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.command(...args);
    if (code !== 0) throw new Error(`hikyaku ${args.join(' ')}: exit ${code}\n${stderr}${stdout}`);
    return stdout;
  }

  /** Its objects with `--json`, one a line. */
  async json<T = Readonly<Record<string, unknown>>>(...args: readonly string[]): Promise<T[]> {
    const text = await this.done(...args, '--json');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  }

  /** Of the embedded database. */
  get connection(): ClientConfig {
    return { host: this.layout.socketDir, port: PORT, user: DATABASE, database: DATABASE };
  }

  /** For a look from outside: PostgreSQL keeps slots for its superuser when the server, or two of them, have all others. */
  get outsider(): ClientConfig {
    return { ...this.connection, user: 'postgres' };
  }

  /** Asks the embedded database. */
  async query<T extends QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
    const client = new Client(this.outsider);
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Of the embedded database; undefined where none runs. */
  postmaster(): number | undefined {
    try {
      const file = path.join(this.layout.cluster, 'postmaster.pid');
      const pid = Number.parseInt(readFileSync(file, 'latin1'), 10);
      return pid > 0 && alive(pid) ? pid : undefined;
    } catch {
      return undefined;
    }
  }

  /** The backends and helpers of the embedded database. */
  backends(): number[] {
    const postmaster = this.postmaster();
    if (postmaster === undefined) return [];
    try {
      const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'latin1');
      return children.split(' ').map(Number).filter(Boolean);
    } catch {
      return [];
    }
  }

  /** The end of what it printed. */
  lastWords(): string {
    try {
      return readFileSync(this.logFile, 'utf8').slice(-6000);
    } catch {
      return '';
    }
  }

  async log(): Promise<string> {
    return readFile(this.logFile, 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.signal('SIGCONT');
      this.signal('SIGTERM');
      if (this.#child) await this.ended();
    } catch {
      this.signal('SIGKILL');
      await this.ended();
    } finally {
      await this.#endDatabase();
      const gone = once(this.#watcher, 'exit');
      this.#watcher.ref();
      this.#watcher.stdin!.end();
      await gone;
      await rm(this.home, { recursive: true, force: true });
    }
  }

  /** What a server that was killed left running. */
  async #endDatabase(): Promise<void> {
    const pid = this.postmaster();
    if (pid === undefined || this.#shared) return;
    process.kill(pid, 'SIGKILL');
    while (alive(pid)) await delay(POLL);
  }
}

/** What npm runs for `npm start`. */
function npmStart(): [string, ...string[]] {
  const file = readFileSync(path.join(ROOT, 'package.json'), 'utf8');
  const { scripts } = JSON.parse(file) as { scripts: { start: string } };
  return ['/bin/sh', '-c', scripts.start];
}

/** Waits until `check` answers something that is true; throws with `what` and its last answer when it does not. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T> | T,
  seconds = 120,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await check();
    if (answer !== undefined && answer !== null && answer !== false) {
      return answer as Exclude<T, undefined | null | false>;
    }
    if (performance.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await delay(POLL);
  }
}
