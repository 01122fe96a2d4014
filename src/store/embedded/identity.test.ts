/**
 * As whom the server runs when root starts it. Where the kernel lets root hide `unshare` from one program (a
 * mount namespace), the way without user namespaces is tested too.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { LineProgram } from '../../../test/support/program/line-program.ts';
import { findBinaries } from './binaries.ts';
import { userNamed } from './identity.ts';

const PROGRAM = fileURLToPath(
  new URL('../../../test/support/database/embedded-program.ts', import.meta.url),
);
const HIDE = 'mount --bind /bin/false "$(command -v unshare)" && exec "$@"';
const PROBE = ['--mount', '--user', '--map-user=65534', 'true'];
const skip =
  process.getuid?.() !== 0
    ? 'only root starts PostgreSQL as another'
    : spawnSync('unshare', PROBE).status === 0 &&
        spawnSync('unshare', ['--mount', 'sh', '-c', HIDE, 'sh', 'true']).status === 0
      ? false
      : 'this root may not make namespaces';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hikyaku-identity-'));
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
});

function withoutNamespaces(options: object): LineProgram {
  const words = ['unshare', '--mount', 'sh', '-c', HIDE, 'sh'] as const;
  const env = { PATH: process.env['PATH'] ?? '' };
  return new LineProgram([...words, process.execPath, PROGRAM, JSON.stringify(options)], env);
}

/** The package where every user may read it, wherever the checkout is. */
async function readableNative(): Promise<string> {
  const installed = await findBinaries();
  if ('kind' in installed) assert.fail(installed.message);
  const native = join(folder, 'package/native');
  await cp(dirname(dirname(installed.postgres)), native, {
    recursive: true,
    verbatimSymlinks: true,
  });
  return native;
}

test(
  "in a user namespace root reaches a folder of its own, and the files stay root's",
  { skip },
  async () => {
    await chmod(folder, 0o700);
    const dataDir = join(folder, 'of-root');
    await using one = new LineProgram([process.execPath, PROGRAM, JSON.stringify({ dataDir })]);
    assert.equal((await one.event('outcome'))['kind'], 'running');
    assert.equal((await stat(join(dataDir, 'postgres/18/postmaster.pid'))).uid, 0);
    assert.equal(await one.end('SIGTERM'), 0);
  },
);

test('a folder that only root may enter is an error that says what to do', { skip }, async () => {
  await chmod(folder, 0o700);
  await using one = withoutNamespaces({ dataDir: join(folder, 'closed/data') });
  const outcome = await one.event('outcome');
  assert.equal(outcome['kind'], 'unreachable');
  assert.match(String(outcome['message']), /the user nobody: .*cd|the user nobody: .*denied/i);
  assert.match(String(outcome['remedy']), /HIKYAKU_DATA_DIR/);
});

test(
  'without user namespaces root starts it as another user, who then owns it',
  { skip },
  async () => {
    await chmod(folder, 0o711);
    const native = await readableNative();
    const dataDir = join(folder, 'data');
    await using one = withoutNamespaces({ dataDir, native });
    assert.equal((await one.event('outcome'))['kind'], 'running');
    const { uid } = await stat(join(dataDir, 'postgres/18'));
    assert.notEqual(uid, 0);
    assert.equal(await one.end('SIGTERM'), 0);

    // Its owner runs it from now on, though user namespaces are there again.
    await using two = new LineProgram([
      process.execPath,
      PROGRAM,
      JSON.stringify({ dataDir, native }),
    ]);
    const outcome = await two.event('outcome');
    assert.equal(outcome['kind'], 'running', JSON.stringify(outcome));
    assert.equal((await stat(join(dataDir, 'postgres/18/postmaster.pid'))).uid, uid);
    assert.equal(await two.end('SIGTERM'), 0);
  },
);

test('a user is looked up by the whole name and never is root', () => {
  const passwd = 'root:x:0:0::/:/bin/sh\npostgres-old:x:5:5::/:\npostgres:x:101:102:P,,:/:\n';
  assert.deepEqual(userNamed(passwd, 'postgres'), { uid: 101, gid: 102 });
  assert.equal(userNamed(passwd, 'root'), undefined);
  assert.equal(userNamed(passwd, 'nobody'), undefined);
  assert.equal(userNamed('', 'nobody'), undefined);
});
