/**
 * Watches the embedded server while we run. The end of our own session is the sign: after the kill of one
 * backend PostgreSQL restarts itself and is only waited for; after the loss of the postmaster it is started
 * again, with growing pauses.
 *
 *     up ──session ended──▶ recovering ──session and lock again──▶ up
 *      └──────────── stop() ────┴──────────▶ stopped
 */
import { rmdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { bringUp, type Parts, type Running } from './bring-up.ts';
import { boundLog } from './log-file.ts';
import { isPostmasterOf, stopPostmaster } from './postmaster.ts';
import { takeLock, unref } from './session.ts';

export type State =
  | { readonly kind: 'down' }
  | { readonly kind: 'up'; readonly pid: number }
  | { readonly kind: 'restart-failed'; readonly reason: string; readonly nextInMs: number };

/** A checkpoint of what 64 MB of buffers hold takes seconds; a slow disk gets a minute. */
const STOP_PATIENCE = 60_000;
const LOG_CHECK = 60_000;

/** The pause before restart number `attempt` (from 0): 100 ms, doubling, at most 30 s. */
export function restartPause(attempt: number): number {
  return Math.min(30_000, 100 * 2 ** attempt);
}

export class Supervisor {
  pid: number;
  #session: Client;
  readonly #parts: Parts;
  readonly #onState: (state: State) => void;
  readonly #ending = new AbortController();
  readonly #logCheck: NodeJS.Timeout;
  #recovery: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor(parts: Parts, running: Running, onState: (state: State) => void) {
    this.#parts = parts;
    this.#onState = onState;
    this.pid = running.pid;
    this.#session = running.session;
    this.#watch(running.session);
    this.#logCheck = setInterval(() => void this.#boundLog(), LOG_CHECK).unref();
  }

  /** Ends the watch, then the server. */
  stop(hurry?: AbortSignal): Promise<void> {
    this.#stopped ??= this.#stop(hurry);
    return this.#stopped;
  }

  #watch(session: Client): void {
    unref(session);
    let lost = false;
    const onLoss = () => {
      if (lost || this.#ending.signal.aborted) return;
      lost = true;
      this.#recovery = this.#recover();
    };
    session.once('end', onLoss);
    // It may have ended before we listened.
    session.query('select 1').catch(onLoss);
  }

  async #recover(): Promise<void> {
    this.#parts.log.error('database.down', { pid: this.pid });
    this.#onState({ kind: 'down' });
    for (let attempt = 0; !this.#ending.signal.aborted; attempt++) {
      const reason = await this.#restart().catch((error: unknown) => String(error));
      if (reason === undefined) return;
      const nextInMs = restartPause(attempt);
      this.#parts.log.error('database.restart-failed', { reason, nextInMs });
      this.#onState({ kind: 'restart-failed', reason, nextInMs });
      await delay(nextInMs, undefined, { signal: this.#ending.signal }).catch(() => {});
    }
  }

  /** One try; undefined when the server is up and ours again, else why not. */
  async #restart(): Promise<string | undefined> {
    const running = await bringUp(this.#parts, this.#ending.signal);
    if (running.kind !== 'running') {
      return 'detail' in running ? `${running.message} ${running.detail}` : running.message;
    }
    const lock = await takeLock(running.session);
    if (lock.kind === 'taken') {
      await running.session.end();
      return `process ${lock.pid} on ${lock.host} took the folder over`;
    }
    this.pid = running.pid;
    this.#session = running.session;
    this.#watch(running.session);
    this.#parts.log.info('database.up', { pid: running.pid });
    this.#onState({ kind: 'up', pid: running.pid });
    return undefined;
  }

  async #stop(hurry?: AbortSignal): Promise<void> {
    clearInterval(this.#logCheck);
    this.#ending.abort();
    await this.#recovery;
    const { layout, log } = this.#parts;
    if ((await isPostmasterOf(this.pid, layout)) === true) {
      const how = await stopPostmaster(this.pid, STOP_PATIENCE, hurry);
      log.info('database.stopped', { how });
    } else {
      log.warn('database.not-ours-to-stop', { pid: this.pid });
    }
    await this.#session.end().catch(() => {});
    if (!layout.socketDir.startsWith(layout.base)) await rmdir(layout.socketDir).catch(() => {});
  }

  async #boundLog(): Promise<void> {
    await boundLog(this.#parts.layout.logFile).catch((error: unknown) =>
      this.#parts.log.warn('database.log-not-bounded', { reason: String(error) }),
    );
  }
}
