/**
 * What systemd is told of this process (sd_notify(3)): ready, stopping, alive. Its socket is a datagram socket, which Node.js does not
 * have, so the program that comes with systemd says it: `NotifyAccess=all` in the unit lets it. Without NOTIFY_SOCKET nothing is said.
 */
import { execFile } from 'node:child_process';
import type { Log } from '#log';

export interface ServiceManager {
  /** Ready; from here on the watchdog of the unit is kept quiet, by a timer that fires only while this process is not stuck. */
  ready(): void;
  reloading(): void;
  reloaded(): void;
  stopping(): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

const SILENT: ServiceManager = { ready() {}, reloading() {}, reloaded() {}, stopping() {} };
/** systemd-notify waits until it was heard. Milliseconds. */
const PATIENCE = 5000;

export function serviceManager(environment: Environment, pid: number, log: Log): ServiceManager {
  if ((environment['NOTIFY_SOCKET'] ?? '') === '') return SILENT;
  let deaf = false;
  const say = (...words: readonly string[]): void => {
    if (deaf) return;
    execFile('systemd-notify', words, { timeout: PATIENCE }, (error) => {
      if (error === null || deaf) return;
      // once said is enough
      deaf = (error as NodeJS.ErrnoException).code === 'ENOENT';
      log.warn('service.not-told', { words: words.join(' '), error: error.message });
    });
  };
  return {
    ready() {
      say('--ready', `--pid=${pid}`);
      const every = watchdogInterval(environment, pid);
      if (every !== undefined) setInterval(() => say('WATCHDOG=1'), every).unref();
    },
    reloading: () => say('--status=reading its settings again'),
    reloaded: () => say('--status='),
    stopping: () => say('STOPPING=1'),
  };
}

/** Twice within the time after which this process counts as stuck. Milliseconds. */
export function watchdogInterval(environment: Environment, pid: number): number | undefined {
  const { WATCHDOG_USEC: microseconds, WATCHDOG_PID: forPid = String(pid) } = environment;
  const time = Number(microseconds) / 1000;
  return forPid === String(pid) && time >= 2 ? time / 2 : undefined;
}
