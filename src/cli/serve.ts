/** `hikyaku dev` and `hikyaku serve`: run the server until a signal ends it. */
import type { Command } from 'commander';
import { systemClock } from '#clock';
import type { Config, Mode } from '#config';
import { jsonLog, terminalLog, type Log } from '#log';
import { startServer, type RunningServer } from '#server';
import { banner } from './banner.ts';
import { CommandFailure } from './failure.ts';
import type { ExitCode } from './run.ts';
import { settings } from './settings.ts';
import { addSettingsOptions, type SettingsOptions } from './settings-options.ts';

export function dev(command: Command, end: (code: ExitCode) => void): void {
  register(command, 'dev', end);
}

export function serve(command: Command, end: (code: ExitCode) => void): void {
  register(command, 'serve', end);
}

function register(command: Command, mode: Mode, end: (code: ExitCode) => void): void {
  addSettingsOptions(command)
    .addHelpText('after', `\nExample: hikyaku ${mode} --set smtp.port=2526`)
    .action(async (options: SettingsOptions) => {
      await runServer(mode, settings(mode, options));
      end(0);
    });
}

/** After a second signal there is no more patience. */
const HURRY = 0;

async function runServer(mode: Mode, config: Config): Promise<void> {
  const forPeople = process.stdout.isTTY;
  const log = forPeople
    ? terminalLog(config.log_level, (line) => process.stdout.write(line))
    : jsonLog(config.log_level);
  const signals = listenForSignals(log);
  const server = await startServer({ mode, config, log, clock: systemClock });
  if (server.kind === 'failed') throw new CommandFailure(server.message, server.remedy);
  log.info('server.ready', { ...server.ports });
  process.stderr.write(banner(server, config, mode));
  await signals.first;
  await stop(server, signals, log);
}

interface Signals {
  readonly first: Promise<void>;
  readonly second: Promise<void>;
}

/** npm hears a Ctrl-C that the server hears too, and hands it on: one keystroke, not two. */
const SAME_KEYSTROKE = 300;

/** Listens to the end of the process: a signal that comes late must not spoil its exit code. */
function listenForSignals(log: Log): Signals {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let heard: number | undefined;
  const hear = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (heard !== undefined && now - heard < SAME_KEYSTROKE) return;
    log.info('server.signal', { signal });
    if (heard !== undefined) second.resolve();
    heard ??= now;
    first.resolve();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, hear);
  return { first: first.promise, second: second.promise };
}

async function stop(server: RunningServer, signals: Signals, log: Log): Promise<void> {
  const stopped = server.stop();
  void signals.second.then(() => server.stop(HURRY));
  await stopped;
  log.info('server.stopped');
}
