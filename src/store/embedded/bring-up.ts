/**
 * From a data folder to a session on its server: adopts the server that answers, waits for one that is busy
 * with its start or its end, makes the cluster if there is none, and starts a server if none is there. Used at
 * the first start and after a crash. Two starts at once both end with a session on the same server; the lock
 * (`session.ts`) then says whose it is.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Log } from '#log';
import type { Binaries } from './binaries.ts';
import type { EmbeddedFailure } from './failure.ts';
import { chooseIdentity, handOver } from './identity.ts';
import { initialise } from './initialise.ts';
import { hasCluster, type Layout } from './layout.ts';
import { boundLog, logSince, sizeOf } from './log-file.ts';
import {
  isPostmasterOf,
  pidInFile,
  spawnPostmaster,
  stopPostmaster,
  type Postmaster,
} from './postmaster.ts';
import { probe } from './session.ts';
import { writeSettings, type Settings } from './settings.ts';

/** How long «lock file exists» is asked again: the end of an old server, or of its last sessions. */
const LOCK_FILE_PATIENCE = 10_000;
/** How long a server whose start is given up may take to end. */
const END_PATIENCE = 10_000;
/** A server that says it is starting may replay up to 2 GB of log. */
const BUSY_PATIENCE = 600_000;
const POLL = 25;
const PROGRESS = 2_000;

export interface Parts {
  readonly binaries: Binaries;
  readonly layout: Layout;
  readonly settings: Settings;
  readonly log: Log;
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
}

export interface Running {
  readonly kind: 'running';
  readonly session: Client;
  readonly pid: number;
  /** Whether the server was there before. */
  readonly adopted: boolean;
}

/** A session on the folder's server, or why there is none. An aborted `signal` ends the wait with a failure. */
export async function bringUp(
  parts: Parts,
  signal?: AbortSignal,
): Promise<Running | EmbeddedFailure> {
  const begun = parts.monotonic();
  for (;;) {
    const found = await wait(parts, undefined, signal);
    if (found.kind !== 'ended') {
      return found.kind === 'running' ? { ...found, adopted: true } : found;
    }
    const started = await start(parts, signal);
    if (started.kind === 'running') return started;
    if (started.kind !== 'start-failed' || !heldByAnother(started.detail)) return started;
    if (parts.monotonic() - begun > LOCK_FILE_PATIENCE) return deaf(parts.layout, started);
    if (signal?.aborted) return started;
    await delay(4 * POLL);
  }
}

async function start(parts: Parts, signal?: AbortSignal): Promise<Running | EmbeddedFailure> {
  const { binaries, layout, log } = parts;
  const identity = await chooseIdentity(binaries, layout);
  if ('kind' in identity) return identity;
  if (!(await hasCluster(layout))) {
    log.info('database.initialise', { folder: layout.cluster, as: identity.name });
    const failure = await initialise(binaries, identity, layout);
    if (failure) return failure;
  }
  await boundLog(layout.logFile);
  const offset = await sizeOf(layout.logFile);
  const config = await writeSettings(layout, parts.settings);
  await handOver(config, identity);
  const postmaster = await spawnPostmaster(binaries, identity, layout, config);
  const outcome = await wait(parts, postmaster, signal);
  if (outcome.kind === 'running') return { ...outcome, adopted: outcome.pid !== postmaster.pid };
  if (outcome.kind !== 'ended') {
    await stopPostmaster(postmaster.pid, END_PATIENCE);
    return outcome;
  }
  return startFailed('PostgreSQL ended while starting.', await logSince(layout.logFile, offset));
}

type Waited = Omit<Running, 'adopted'> | EmbeddedFailure | { readonly kind: 'ended' };

/**
 * Asks until the server takes a session. 'ended' when nothing answers: at once if no postmaster of ours is on
 * its way, else when that has ended.
 */
async function wait(parts: Parts, ours?: Postmaster, signal?: AbortSignal): Promise<Waited> {
  let ended = ours === undefined;
  ours?.ended.then(
    () => (ended = true),
    () => (ended = true),
  );
  const begun = parts.monotonic();
  let told = begun;
  for (;;) {
    if (signal?.aborted) return startFailed('The start of PostgreSQL was interrupted.', '');
    const last = ended;
    const found = await probe(parts.layout);
    if (found.kind === 'ready') return { ...found, kind: 'running' };
    if (found.kind === 'refused') {
      return startFailed('The server of this folder refuses us.', found.message);
    }
    if (found.kind === 'absent' && last) return { kind: 'ended' };
    const now = parts.monotonic();
    const waited = now - begun;
    const message = 'message' in found ? found.message : 'no answer yet';
    if (waited > BUSY_PATIENCE) {
      return startFailed('PostgreSQL takes no sessions.', message);
    }
    if (now - told > PROGRESS) {
      told = now;
      parts.log.info('database.waiting', { seconds: Math.round(waited / 1000), message });
    }
    await delay(POLL);
  }
}

/** The folder's pid file, its socket's, or the memory of an old server's last sessions is still in use. */
function heldByAnother(log: string): boolean {
  return /lock file "[^"]+" (already exists|is empty)|pre-existing shared memory block/.test(log);
}

/** A server runs here, and its socket is not where we ask (another TMPDIR, or removed): say which. */
async function deaf(layout: Layout, failure: EmbeddedFailure): Promise<EmbeddedFailure> {
  const pid = await pidInFile(layout);
  if (pid === undefined || (await isPostmasterOf(pid, layout)) !== true) return failure;
  return {
    ...failure,
    message: `PostgreSQL process ${pid} still runs in ${layout.cluster} and does not answer in ${layout.socketDir}.`,
    remedy: `Stop it with "kill -INT ${pid}" and start again.`,
  };
}

function startFailed(message: string, detail: string): EmbeddedFailure {
  return {
    kind: 'start-failed',
    message,
    remedy: 'What PostgreSQL said stands below; a full disk is the most usual reason.',
    detail: detail.trim(),
  };
}
