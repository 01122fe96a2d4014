/**
 * Who this process is: where root starts it, it becomes the account of the settings once it has its ports, for good. Everything after
 * that, the data folder, the database, keys read now and when they are renewed, is done with the rights of that account alone.
 */
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '#config';
import { failed, type StartFailure } from './failure.ts';

export type Became = { readonly kind: 'stayed' | 'became' };

/** Whether root started this process and it is to become somebody else. */
export function willBecome({ user }: Pick<Config, 'user'>): boolean {
  return user !== '' && process.geteuid!() === 0;
}

/** @throws only where the system contradicts itself */
export function becomeUser({
  user,
  group,
  data_dir: dataDir,
}: Pick<Config, 'user' | 'group' | 'data_dir'>): Became | StartFailure {
  if (user === '') return { kind: 'stayed' };
  const uid = idOf('-u', user);
  const ownGroup = idOf('-g', user);
  if (uid === undefined || ownGroup === undefined) {
    return failed(
      `user: there is no user ${user}`,
      'Make it (useradd --system), or set another one.',
    );
  }
  if (process.geteuid!() === uid) return { kind: 'stayed' };
  if (process.geteuid!() !== 0) {
    return failed(
      `user: only root can become ${user}`,
      'Start it as root or as that user, or take the setting away.',
    );
  }
  try {
    // groups first: the user may not change them any more
    process.setgid!(group === '' ? ownGroup : group);
  } catch (error) {
    return failed(`group: ${(error as Error).message}`, 'Set a group that there is.');
  }
  (process as unknown as InitGroups).initgroups(user, process.getgid!());
  giveFolder(path.resolve(dataDir), uid, process.getgid!());
  process.setuid!(uid);
  if (canReturn()) throw new Error('this process could still become root');
  return { kind: 'became' };
}

/** Missing in the types of Node.js. */
interface InitGroups {
  initgroups(user: string, extraGroup: number): void;
}

/** By the program that asks all sources of users: Node.js has nothing for it. */
function idOf(what: '-u' | '-g', user: string): number | undefined {
  try {
    const text = execFileSync('id', [what, '--', user], { encoding: 'utf8', stdio: 'pipe' });
    return Number(text.trim());
  } catch {
    return undefined;
  }
}

/** The data folder of a first start: its place may be one where only root makes folders. One that is there is not touched. */
function giveFolder(folder: string, uid: number, gid: number): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chownSync(folder, uid, gid);
}

function canReturn(): boolean {
  try {
    process.setuid!(0);
    return true;
  } catch {
    return false;
  }
}
