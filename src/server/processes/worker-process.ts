/**
 * One worker as the process that started it sees it: started again when it dies, after growing pauses; ended when its event loop does not
 * turn any more; asked, told, and given connections while it is up.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import type { Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '#log';
import type { FirstAccounts } from '#mail/accounts/first-accounts';
import type { DoorName } from '#server/listeners/inherited-sockets';
import { failed, type StartFailure } from '#server/failure';
import type { Answer } from '#servers/http/start';
import type { AskedWorker } from '#servers/http/supervised';
import {
  ALIVE_EVERY,
  type FromWorker,
  type Question,
  type ToWorker,
  type WorkerStart,
} from './worker-messages.ts';

export type WorkerUp = { readonly kind: 'up'; readonly firstAccounts: FirstAccounts };

export interface WorkerOptions {
  /** The module that a worker runs. */
  readonly entry: URL;
  readonly start: WorkerStart;
  readonly log: Log;
  /** For the pauses and for how long a worker has been silent. Milliseconds. */
  readonly monotonic: () => number;
  /** Called whenever it becomes ready. */
  readonly ready: () => void;
}

/** Pauses before it is started again; milliseconds. */
const PAUSES = [100, 1000, 2000, 5000, 10_000, 30_000] as const;
/** Who lived so long has not died of its start. */
const HEALTHY = 60_000;
/** Who says nothing for so long is stuck: it serves nobody, and holds what it serves. */
const SILENCE = 60_000;
/** An answer that takes longer is none. */
const ANSWER_PATIENCE = 5000;
/** After its grace, for what it still has to close. */
const LAST_PATIENCE = 10_000;

export class WorkerProcess implements AskedWorker {
  readonly number: number;
  readonly #options: WorkerOptions;
  readonly #answers = new Map<number, (answer: Answer | readonly object[]) => void>();
  readonly #stopping = new AbortController();
  #config: WorkerStart['config'];
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #isReady = false;
  #heardAt = 0;
  #starts = 0;
  #deaths = 0;
  #asked = 0;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: WorkerOptions) {
    this.number = options.start.number;
    this.#options = options;
    this.#config = options.start.config;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get starts(): number {
    return this.#starts;
  }

  /** Starts it: what the first start fails by is for whoever starts the server. Then it is kept running. */
  async begin(): Promise<WorkerUp | StartFailure> {
    const up = await this.#launch();
    if (up.kind === 'failed') await this.stop(0);
    else this.#lookAfterIt();
    return up;
  }

  /** Starts it and keeps it running, whatever its first start comes to. */
  keep(): void {
    this.#lookAfterIt();
    void this.#start();
  }

  /** Hands a connection over. False: it is not up, and the connection is still the caller's. */
  give(door: DoorName, socket: Socket): boolean {
    if (!this.#isReady) return false;
    this.#tell({ kind: 'connection', door }, socket);
    return true;
  }

  async ask(path: string, headers: Readonly<Record<string, string>>): Promise<Answer | undefined> {
    return (await this.#question({ kind: 'page', path, headers })) as Answer | undefined;
  }

  async figures(): Promise<readonly object[] | undefined> {
    return (await this.#question({ kind: 'figures' })) as readonly object[] | undefined;
  }

  reload(config: WorkerStart['config']): void {
    this.#config = config;
    this.#tell({ kind: 'reload', config });
  }

  /** May be called again with less grace. Milliseconds. */
  async stop(grace: number): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#watch);
    this.#isReady = false;
    this.#tell({ kind: 'stop', grace });
    const child = this.#child;
    const late = setTimeout(() => child?.kill('SIGKILL'), grace + LAST_PATIENCE);
    await this.#ended;
    clearTimeout(late);
  }

  async #launch(): Promise<WorkerUp | StartFailure> {
    const { entry, start, log, monotonic, ready } = this.#options;
    const { promise, resolve } = Promise.withResolvers<WorkerUp | StartFailure>();
    const child = fork(entry, [], {
      env: { ...process.env, ...compileCache() },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const begun = monotonic();
    this.#child = child;
    this.#starts++;
    this.#heardAt = begun;
    child.on('message', (message: FromWorker) => {
      this.#heardAt = monotonic();
      if (message.kind === 'answer') this.#answers.get(message.id)?.(message.answer);
      if (message.kind === 'failed') resolve(failed(message.message, message.remedy));
      if (message.kind !== 'ready') return;
      this.#isReady = true;
      resolve({ kind: 'up', firstAccounts: message.firstAccounts });
      ready();
    });
    child.on('error', (error) =>
      log.warn('worker.failed', { worker: this.number, error: error.message }),
    );
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    this.#ended = ended;
    child.once('exit', (code, signal) => {
      this.#isReady = false;
      this.#child = undefined;
      for (const id of this.#answers.keys()) this.#answers.delete(id);
      resolve(failed(`worker ${this.number} ended with ${code ?? signal}`, 'Its log says why.'));
      end();
      if (this.#stopping.signal.aborted) return;
      this.#deaths = monotonic() - begun > HEALTHY ? 1 : this.#deaths + 1;
      log.error('worker.ended', { worker: this.number, code, signal });
      if (this.#watch !== undefined) void this.#again();
    });
    this.#tell({ ...start, config: this.#config });
    return promise;
  }

  async #again(): Promise<void> {
    const pause = PAUSES[Math.min(this.#deaths, PAUSES.length) - 1]!;
    await delay(pause, undefined, { signal: this.#stopping.signal }).catch(() => {});
    if (!this.#stopping.signal.aborted) await this.#start();
  }

  async #start(): Promise<void> {
    const up = await this.#launch();
    const { log } = this.#options;
    if (up.kind === 'up') log.info('worker.started', { worker: this.number, starts: this.#starts });
    // its end starts it again
    else if (!this.#stopping.signal.aborted)
      log.error('worker.not-started', { worker: this.number, error: up.message });
  }

  #lookAfterIt(): void {
    this.#watch = setInterval(() => this.#lookAfter(), ALIVE_EVERY).unref();
  }

  #lookAfter(): void {
    const silent = this.#options.monotonic() - this.#heardAt;
    if (!this.#isReady || silent < SILENCE) return;
    this.#options.log.error('worker.stuck', { worker: this.number, silent: Math.round(silent) });
    this.#child?.kill('SIGKILL');
  }

  async #question(question: Question): Promise<Answer | readonly object[] | undefined> {
    if (!this.#isReady) return undefined;
    const id = ++this.#asked;
    const { promise, resolve } = Promise.withResolvers<Answer | readonly object[] | undefined>();
    this.#answers.set(id, resolve);
    this.#tell({ kind: 'ask', id, question });
    const late = setTimeout(() => resolve(undefined), ANSWER_PATIENCE);
    const answer = await Promise.race([promise, this.#ended.then(() => undefined)]);
    clearTimeout(late);
    this.#answers.delete(id);
    return answer;
  }

  /** Who is dying hears nothing, and that is found out by its end. */
  #tell(message: ToWorker, socket?: Socket): void {
    const child = this.#child;
    if (child?.connected !== true) return void socket?.destroy();
    child.send(message, socket, {}, (error) => {
      if (error !== null) socket?.destroy();
    });
  }
}

/** What this process compiled need not be compiled again. */
function compileCache(): { readonly NODE_COMPILE_CACHE?: string } {
  const folder = getCompileCacheDir();
  // it is that of this very Node.js below the one that was named
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: path.dirname(folder) };
}
