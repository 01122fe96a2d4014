/** argv → one command. The file of a noun is loaded only when it is asked for. */
import { enableCompileCache } from 'node:module';
import { mkdirSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** A folder of ours alone: code is run from it. */
function cacheFolder(): string | undefined {
  const folder = join(tmpdir(), `hikyaku-cache-${userInfo().uid}`);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return undefined;
  }
  const { uid, mode } = statSync(folder);
  return uid === userInfo().uid && (mode & 0o077) === 0 ? folder : undefined;
}

const folder = cacheFolder();
if (folder !== undefined) enableCompileCache(folder);
const [{ endWithReader, run }, { nameCommand }] = await Promise.all([
  import('./cli/run.ts'),
  import('./mail/story/as-typed.ts'),
]);
nameCommand(process.env['HIKYAKU_CALLED'] ?? 'hikyaku');
endWithReader();
process.exitCode = await run(process.argv.slice(2));
