/**
 * Whether another mail program is installed on this machine. Tests against peers ask here, and hand the answer
 * to `node:test`: a missing peer is a skip with its reason, which the runner prints and counts; under
 * `HIKYAKU_PEERS=required` it is a failure.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian's folders for daemons are not on every user's path. */
const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

export interface Peer {
  /** The program's path; empty where it is missing. */
  readonly path: string;
  /** For `test(name, { skip: peer.skip }, …)`: false, or why the test cannot run. */
  readonly skip: false | string;
}

/** Looks a program up (`postfix`, `swaks`); `packageName` is Debian's package, for the printed remedy. */
export function peer(program: string, packageName: string = program): Peer {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...FOLDERS];
  const path = folders.map((folder) => join(folder, program)).find((file) => executable(file));
  return path === undefined ? missing(program, apt(packageName)) : { path, skip: false };
}

/** The same for a module of Debian's Python (`/usr/bin/python3`), which is the path that comes back. */
export function pythonPeer(module: string, packageName: string): Peer {
  const python = '/usr/bin/python3';
  const { status } = spawnSync(python, ['-c', `import ${module}`], { stdio: 'ignore' });
  return status === 0
    ? { path: python, skip: false }
    : missing(`Python's ${module}`, apt(packageName));
}

/** The same for a module of Perl; the path is that of Perl. */
export function perlPeer(module: string, packageName: string): Peer {
  const perl = '/usr/bin/perl';
  const { status } = spawnSync(perl, [`-M${module}`, '-e', '1'], { stdio: 'ignore' });
  return status === 0 ? { path: perl, skip: false } : missing(`Perl's ${module}`, apt(packageName));
}

/** The same for swaks with TLS, which needs a module of Perl that Debian does not install with it. */
export function swaksPeer(): Peer {
  const swaks = peer('swaks');
  if (swaks.skip !== false) return swaks;
  const { status } = spawnSync('perl', ['-MNet::SSLeay', '-e', '1'], { stdio: 'ignore' });
  return status === 0 ? swaks : missing("Perl's Net::SSLeay, for swaks", apt('libnet-ssleay-perl'));
}

function apt(packageName: string): string {
  return `apt-get install ${packageName}`;
}

/** What is not here, with the command that brings it. @throws under `HIKYAKU_PEERS=required` */
export function missing(what: string, remedy: string): Peer {
  const reason = `${what} is not installed (${remedy})`;
  if (process.env['HIKYAKU_PEERS'] === 'required') throw new Error(reason);
  return { path: '', skip: reason };
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
