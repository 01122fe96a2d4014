/**
 * The start of the server at the end of set-up. Where the units of deploy/systemd/ are installed the service manager starts it, and set-up says how, or does
 * it for root; elsewhere it is a process of its own that goes on when set-up ends, and what it says goes into a file of the data folder.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DOORS } from '#server/listeners/inherited-sockets';
import { makeFolder } from '#store/make-folder';
import { callValue, NoServer } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import type { SettingsOptions } from '#cli/settings-options';

/** There where systemd is the first process (sd_booted(3)). */
const BOOTED = '/run/systemd/system';
const UNIT_FOLDERS = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];
export const SERVE_LOG = 'serve.log';
/** A first start makes the database. Milliseconds. */
const PATIENCE = 120_000;
const LOOK_EVERY = 100;
const LAST_WORDS = 2000;

/** The command lines that start the service; undefined where its units are not installed. */
export function serviceCommands(
  booted = BOOTED,
  folders: readonly string[] = UNIT_FOLDERS,
): readonly string[] | undefined {
  const folder = folders.find((one) => existsSync(path.join(one, 'hikyaku.service')));
  if (!existsSync(booted) || folder === undefined) return undefined;
  const sockets = DOORS.map((name) => `hikyaku-${name}.socket`).filter((name) =>
    existsSync(path.join(folder, name)),
  );
  return [
    'systemctl daemon-reload',
    `systemctl enable --now ${[...sockets, 'hikyaku.service'].join(' ')}`,
  ];
}

/** @throws CommandFailure */
export function startService(commands: readonly string[]): void {
  for (const command of commands) {
    const [program, ...args] = command.split(' ');
    try {
      execFileSync(program!, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    } catch (error) {
      throw new CommandFailure(
        `${command}: ${(error as Error).message}`,
        'systemctl status hikyaku says more.',
      );
    }
  }
}

/** @returns its process id, once it answers @throws CommandFailure */
export async function startProcess(options: SettingsOptions, dataDir: string): Promise<number> {
  await makeFolder(dataDir);
  const file = path.join(dataDir, SERVE_LOG);
  const log = openSync(file, 'a', 0o600);
  const child = spawn(
    process.execPath,
    [...process.execArgv, process.argv[1]!, 'serve', ...flags(options)],
    {
      detached: true,
      stdio: ['ignore', log, log],
    },
  );
  closeSync(log);
  const ended = once(child, 'exit').then(
    () => true,
    () => true,
  );
  for (const deadline = performance.now() + PATIENCE; ;) {
    if (await answers(options)) {
      child.unref();
      return child.pid!;
    }
    const over = await Promise.race([ended, delay(LOOK_EVERY, false)]);
    if (!over && performance.now() < deadline) continue;
    if (!over) child.kill();
    throw new CommandFailure(
      `the server did not start:\n${readFileSync(file, 'utf8').slice(-LAST_WORDS)}`,
      'Mend what it says, then run hikyaku setup --start again: it goes on where it broke off.',
    );
  }
}

function flags({ set = [], config }: SettingsOptions): readonly string[] {
  return [
    ...(config === undefined ? [] : ['--config', config]),
    ...set.flatMap((setting) => ['--set', setting]),
  ];
}

async function answers(options: SettingsOptions): Promise<boolean> {
  try {
    await callValue(options, 'doctor/facts', {});
    return true;
  } catch (error) {
    if (error instanceof NoServer) return false;
    throw error;
  }
}
