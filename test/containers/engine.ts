/** Whether a Docker engine answers: what tests in containers ask before they begin. */
import { spawnSync } from 'node:child_process';
import { peer } from '../support/peers/installed.ts';

const docker = peer('docker', 'docker.io');

/** False, or why the test cannot run: installed is not running. */
export function engineSkip(): false | string {
  if (docker.skip !== false) return docker.skip;
  const { status } = spawnSync(docker.path, ['version'], { stdio: 'ignore' });
  if (status === 0) return false;
  const reason = 'no Docker engine answers';
  if (process.env['HIKYAKU_PEERS'] === 'required') throw new Error(reason);
  return reason;
}
