/**
 * The control socket's place in the data folder: `control.sock`, for its owner alone, or under the temporary folder where the path
 * is too long for a socket. Server and command line find it by the same rule.
 */
import { once } from 'node:events';
import { lstat, realpath, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { socketFolder } from '#store/embedded/socket-folder';

const NAME = 'control.sock';

/** @throws ENOENT where there is no such data folder */
export async function controlSocketPath(dataDir: string): Promise<string> {
  const real = await realpath(dataDir);
  return path.join(socketFolder(real, NAME, real, tmpdir()), NAME);
}

/** Takes away the socket that a killed server left. False when a server answers on it, or it is no socket. */
export async function clearStaleSocket(socketPath: string): Promise<boolean> {
  try {
    if (!(await lstat(socketPath)).isSocket()) return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
  if (await answers(socketPath)) return false;
  await unlink(socketPath);
  return true;
}

async function answers(socketPath: string): Promise<boolean> {
  const socket = connect(socketPath);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    // anything but «nobody listens» may be a server that is busy
    return !['ECONNREFUSED', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '');
  } finally {
    socket.destroy();
  }
}
