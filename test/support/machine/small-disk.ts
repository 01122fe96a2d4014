/**
 * A file system of its own for a test: small, in memory, to be filled. However the test ends, a watcher ends what still works in
 * it and takes it away, busy or not.
 *
 *     await using disk = await smallDisk(220);
 *     if (disk.refused !== undefined) return t.skip(disk.refused);
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Why there is none: this user may not mount. */
  readonly refused: string | undefined;
  /** Takes the room that is left. */
  fill(): Promise<void>;
  /** Gives it back. */
  empty(): Promise<void>;
}

/** Once the test's end of the pipe is closed. A server's own watcher looks first, since it knows it by its files. */
const WATCHER = `
read -r _
sleep "$2"
for proc in /proc/[0-9]*; do
  case $(readlink "$proc/cwd") in "$1"/*) kill -KILL "\${proc#/proc/}" ;; esac
done
umount -l "$1"
rmdir "$1"
`;
const AFTER_OTHER_WATCHERS = '1';

/**
 * Mounts it. Where this user may not, `refused` says so; for root, and under HIKYAKU_PEERS=required, that is an error: the
 * test must not be left out without anybody noticing.
 */
export async function smallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'hikyaku-disk-')));
  const watcher = spawn('/bin/sh', ['-c', WATCHER, 'sh', folder, AFTER_OTHER_WATCHERS], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  (watcher.stdin as unknown as { unref(): void }).unref();
  const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', folder];
  const { status, stderr, error } = spawnSync('mount', options, { encoding: 'utf8' });
  const reason = error?.message ?? stderr.trim();
  const refused = status === 0 ? undefined : `no small disk can be mounted: ${reason}`;
  const disk = assemble(folder, refused, async () => {
    const gone = once(watcher, 'exit');
    watcher.ref();
    watcher.stdin.end();
    await gone;
  });
  const must = process.getuid?.() === 0 || process.env['HIKYAKU_PEERS'] === 'required';
  if (refused !== undefined && must) {
    await disk[Symbol.asyncDispose]();
    throw new Error(refused);
  }
  return disk;
}

function assemble(
  folder: string,
  refused: string | undefined,
  endWatcher: () => Promise<void>,
): SmallDisk {
  let fillers = 0;
  return {
    path: folder,
    refused,
    async fill() {
      const { bavail, bsize } = await statfs(folder);
      const file = path.join(folder, `filler-${fillers++}`);
      // what is left over after the last whole block is no room for anybody
      await writeFile(file, Buffer.alloc(bavail * bsize)).catch(() => {});
    },
    async empty() {
      for (; fillers > 0; fillers--) await rm(path.join(folder, `filler-${fillers - 1}`));
    },
    async [Symbol.asyncDispose]() {
      if (refused === undefined) spawnSync('umount', ['-l', folder], { stdio: 'ignore' });
      await rmdir(folder);
      await endWatcher();
    },
  };
}
