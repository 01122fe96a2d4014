/** `hikyaku dev` and `hikyaku serve`: run the server until a signal ends it. */
import path from 'node:path';
import type { Command } from 'commander';
import { systemClock } from '#clock';
import { wrongConfig, type Config, type Mode } from '#config';
import { jsonLog, terminalLog, type AdjustableLog } from '#log';
import { startServer, type RunningServer } from '#server';
import { closeDoors, openDoors, type Doors } from '#server/listeners/doors';
import { inheritedSockets } from '#server/listeners/inherited-sockets';
import { becomeUser, willBecome } from '#server/privileges';
import { changesBetween, withChanges } from '#server/reload';
import type { Surroundings } from '#server/surroundings';
import { serviceManager, type ServiceManager } from '#server/service-manager';
import { startSupervisor } from '#server/processes/supervisor';
import { banner } from './serve/banner.ts';
import { CommandFailure } from '#cli/failure';
import { labWanted, type LabWish } from './serve/lab-wanted.ts';
import { collectAtRest } from './serve/rest.ts';
import { usualLanguage } from '#cli/language';
import type { KnownCommands, Register } from '#cli/noun';
import { readSettings, settings } from '#cli/settings';
import { addSettingsOptions, type SettingsOptions } from '#cli/settings-options';
import { listenForSignals, type Signals } from '#cli/signals';

export const dev: Register = (command, end, known) => {
  addRunOptions(command, 'dev')
    .option('--no-lab', 'without the practice Internet around it')
    .action(async (options: RunOptions) => {
      await runServer('dev', options, known);
      end(0);
    });
};

export const serve: Register = (command, end, known) => {
  addRunOptions(command, 'serve').action(async (options: RunOptions) => {
    await setUpWhereNothingIs(options);
    await runServer('serve', options, known);
    end(0);
  });
};

function addRunOptions(command: Command, mode: Mode): Command {
  return addSettingsOptions(command).addHelpText(
    'after',
    `\nExample: hikyaku ${mode} --set smtp.port=2526`,
  );
}

/** Without a host name there was never a set-up: whoever sits at a terminal is led through it. @throws CommandFailure */
async function setUpWhereNothingIs(options: SettingsOptions): Promise<void> {
  const read = readSettings('serve', options);
  if (read.kind === 'config' || read.problems.some(({ key }) => key !== 'hostname')) return;
  if (process.stdin.isTTY && process.stdout.isTTY) {
    const { runSetup } = await import('./setup.ts');
    await runSetup({ ...options, lang: usualLanguage(), doctor: true, startFollows: true });
    return;
  }
  const { message, remedy } = wrongConfig(read.problems);
  throw new CommandFailure(message, `${remedy}\nhikyaku setup makes all that a first start needs.`);
}

/** Beside this file, in the sources and in what was made from them. */
const WORKER = new URL(`./serve/worker${path.extname(import.meta.filename)}`, import.meta.url);

/** After a second signal there is no more patience. */
const HURRY = 0;

type RunOptions = SettingsOptions & LabWish;

/** Runs until a signal ends it. @throws CommandFailure */
export async function runServer(
  mode: Mode,
  options: RunOptions,
  commands: KnownCommands,
): Promise<void> {
  const given = settings(mode, options);
  // the doctor asks who may read it, and workers and programs beside this one read the same
  if (options.config !== undefined) process.env['HIKYAKU_CONFIG'] = path.resolve(options.config);
  const withLab = labWanted(mode, given, options);
  const forPeople = process.stdout.isTTY;
  const log = forPeople
    ? terminalLog(given.log_level, (line) => process.stdout.write(line))
    : jsonLog(given.log_level);
  const lab = withLab
    ? (await import('./serve/lab-world.ts')).labAround(given, log, { commands })
    : undefined;
  const config = lab?.config ?? given;
  const manager = serviceManager(process.env, process.pid, log);
  let reload = (): void => {};
  const signals = listenForSignals(log, forPeople ? undefined : () => reload());
  const doors = await takePlace(mode, config, log, lab?.addresses);
  const surroundings: Surroundings | undefined = lab?.surroundings;
  const parts = { mode, config, log, clock: systemClock, doors, surroundings } as const;
  const server =
    config.workers === 1
      ? await startServer(parts)
      : await startSupervisor({ ...parts, entry: WORKER, forPeople });
  if (server.kind === 'failed') throw new CommandFailure(server.message, server.remedy);
  log.info('server.ready', { ...server.ports });
  collectAtRest();
  let holds = given;
  reload = () =>
    void readAgain(server, { mode, options, log, manager, holds }).then((now) => (holds = now));
  manager.ready();
  process.stderr.write(banner(server, config, mode, surroundings?.sights));
  await signals.first;
  manager.stopping();
  await stop(server, signals, log);
}

/** Of an address of the practice Internet that somebody has. */
const OWN_NETWORK =
  'If another practice Internet runs on this machine, HIKYAKU_LAB_NETWORK=127.21 gives this one addresses of its own; --no-lab starts none.';

/** Takes the ports that were handed over or need rights, and gives the rights up. @throws CommandFailure */
async function takePlace(
  mode: Mode,
  config: Config,
  log: AdjustableLog,
  addresses?: readonly string[],
): Promise<Doors> {
  const sockets = inheritedSockets(process.env, process.pid);
  // programs that this one starts have no use for them
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete process.env[name];
  const all = willBecome(config) || config.workers > 1;
  const opened = await openDoors(config, sockets, all, addresses);
  if (opened.kind === 'failed') {
    const { message, remedy } = opened;
    const isTaken = addresses?.some((one) => message.includes(` ${one} `)) ?? false;
    throw new CommandFailure(message, isTaken ? `${remedy}\n${OWN_NETWORK}` : remedy);
  }
  const became = becomeUser(config);
  if (became.kind === 'failed') {
    closeDoors(opened.doors);
    throw new CommandFailure(became.message, became.remedy);
  }
  if (became.kind === 'became') log.info('server.became', { user: config.user });
  else if (mode === 'serve' && process.geteuid!() === 0) {
    log.warn('server.runs-as-root', {
      remedy: 'Set user to an account of its own, or start it by systemd or in a container.',
    });
  }
  return opened.doors;
}

interface Reloading {
  readonly mode: Mode;
  readonly options: SettingsOptions;
  readonly log: AdjustableLog;
  readonly manager: ServiceManager;
  /** As they were read, without what the practice Internet put in their place. */
  readonly holds: Config;
}

/** Settings that cannot be read, or are wrong, change nothing. @returns those that hold now */
async function readAgain(
  server: RunningServer,
  { mode, options, log, manager, holds }: Reloading,
): Promise<Config> {
  manager.reloading();
  const read = readSettings(mode, options);
  let now = holds;
  if (read.kind === 'invalid') {
    const { message, remedy } = wrongConfig(read.problems);
    log.error('server.not-reloaded', { error: message, remedy });
  } else {
    const changes = changesBetween(holds, read.config);
    log.level = read.config.log_level;
    now = withChanges(holds, read.config, changes.applied);
    await server.reload(read.config);
    log.info('server.reloaded', { applied: changes.applied, atNextStart: changes.atNextStart });
  }
  manager.reloaded();
  return now;
}

async function stop(server: RunningServer, signals: Signals, log: AdjustableLog): Promise<void> {
  const stopped = server.stop();
  void signals.second.then(() => server.stop(HURRY));
  await stopped;
  log.info('server.stopped');
}
