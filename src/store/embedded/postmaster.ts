/**
 * The postmaster as a process: starting it detached (in a session of its own, so that a signal to our process
 * group does not reach it), seeing whether it lives, and stopping it by the signals of pg_ctl(1).
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { codeOf } from './failure.ts';
import { commandLine, spawnOptions, type Identity } from './identity.ts';
import type { Layout } from './layout.ts';
import { openLog } from './log-file.ts';

const POLL = 20;

export interface Postmaster {
  readonly pid: number;
  /** Resolves when the process that we started has ended. */
  readonly ended: Promise<void>;
}

/** Starts the server of an existing cluster; whether it comes up is for the caller to ask. */
export async function spawnPostmaster(
  binaries: Binaries,
  identity: Identity,
  layout: Layout,
  configFile: string,
): Promise<Postmaster> {
  const log = await openLog(layout.logFile);
  try {
    const [command, ...args] = commandLine(identity, [
      binaries.postgres,
      '-D',
      layout.cluster,
      '-c',
      `config_file=${configFile}`,
    ]);
    const options = spawnOptions(identity);
    const stranger = await strangerInPidFile(layout);
    const child = spawn(command, args, {
      ...options,
      env: { ...options.env, ...(stranger !== undefined && { PG_GRANDPARENT_PID: stranger }) },
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    const ended = new Promise<void>((resolve, reject) => {
      child.once('exit', () => resolve());
      child.once('error', reject);
    });
    child.unref();
    if (child.pid === undefined) await ended;
    return { pid: child.pid!, ended };
  } finally {
    await log.close();
  }
}

/**
 * Stops a server in three steps: fast shutdown (sessions are ended, a checkpoint is written), after `patience`
 * milliseconds or when `hurry` aborts an immediate one (the next start replays the log), and SIGKILL only if
 * that too got no answer for 15 seconds. Resolves with the step that was needed.
 */
export async function stopPostmaster(
  pid: number,
  patience: number,
  hurry?: AbortSignal,
): Promise<'fast' | 'immediate' | 'killed'> {
  // a fast one may be over before it could be cut short
  if (hurry?.aborted !== true) {
    signalTo(pid, 'SIGINT');
    if (await gone(pid, patience, hurry)) return 'fast';
  }
  signalTo(pid, 'SIGQUIT');
  if (await gone(pid, 15_000)) return 'immediate';
  signalTo(pid, 'SIGKILL');
  await gone(pid, 15_000);
  return 'killed';
}

/** Whether this pid is, here and now, a PostgreSQL that works in this cluster; undefined: not to be seen. */
export async function isPostmasterOf(pid: number, layout: Layout): Promise<boolean | undefined> {
  try {
    const [program, folder] = await Promise.all([
      readlink(`/proc/${pid}/exe`),
      readlink(`/proc/${pid}/cwd`),
    ]);
    return basename(program).startsWith('postgres') && folder === layout.cluster;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? false : undefined;
  }
}

/** The pid that the last server wrote down. It proves nothing: the process may be gone or another's. */
export async function pidInFile(layout: Layout): Promise<number | undefined> {
  const text = await readFile(join(layout.cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

/** Whether a process exists; one that ended and was not yet waited for does not. */
export function alive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/**
 * The pid in a stale pid file when it has gone to another program since (after a restart of a container pids
 * come again). PostgreSQL takes any living pid for a server, except its parent's and the one named here, and
 * still looks for the shared memory of a server that lives.
 */
async function strangerInPidFile(layout: Layout): Promise<string | undefined> {
  const pid = await pidInFile(layout);
  if (pid === undefined || !alive(pid)) return undefined;
  return (await isPostmasterOf(pid, layout)) === false ? String(pid) : undefined;
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // gone already, which is what the signal is for
  }
}

async function gone(pid: number, patience: number, hurry?: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + patience;
  while (alive(pid)) {
    if (hurry?.aborted || performance.now() > deadline) return false;
    await delay(POLL);
  }
  return true;
}
