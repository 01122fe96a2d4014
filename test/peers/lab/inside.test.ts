/**
 * With the practice Internet on nothing leaves the machine: neither the server nor the Postfix of peer.test, whatever its learner writes into the
 * DNS, the routes and the settings. In a network namespace where the whole Internet is a recorder.
 */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { peer } from '../../support/peers/installed.ts';
import { postfixPeer } from '../../support/peers/postfix.ts';
import type { Siege } from '../../support/lab/whole-internet.ts';

const PROGRAM = path.join(import.meta.dirname, '../../support/lab/whole-internet.ts');
const PATIENCE = 280_000;
/** Root has a network of its own for the asking; others are root in a user namespace. */
const WHO = process.getuid!() === 0 ? [] : ['--user', '--map-root-user'];
const EVERYWHERE =
  'ip link set lo up && ip route add local default dev lo && ip -6 route add local default dev lo && exec "$@"';
const inside = (...command: readonly string[]): string[] => [
  ...WHO,
  '--net',
  'sh',
  '-c',
  EVERYWHERE,
  'sh',
  ...command,
];

const { skip: noIp } = peer('ip', 'iproute2');
const hasNone = spawnSync('unshare', inside('true')).status !== 0;
const skip = noIp || (hasNone && 'no network namespace is to be had on this machine');

test('whatever a learner leads outside, nothing arrives there', { skip }, async (t) => {
  // the test's own guard against the real DNS is not wanted where there is none
  const { NODE_OPTIONS: _, ...env } = process.env;
  const given = { env, timeout: PATIENCE, maxBuffer: 2 ** 24 };
  const command = inside(process.execPath, PROGRAM);
  const { stdout } = await promisify(execFile)('unshare', command, given);
  const siege = JSON.parse(stdout.trim().split('\n').at(-1)!) as Siege;
  assert.deepEqual(siege.control.toSorted(), ['tcp ::ffff:192.0.2.25:25', 'udp 53']);
  assert.deepEqual(siege.heard, []);
  for (const host of ['192.0.2.25', '::ffff:192.0.2.25'])
    assert.ok(siege.kept.includes(host), `${host} was not tried: ${siege.kept.join(' ')}`);
  t.diagnostic(`kept from: ${siege.kept.join(' ')}; attempted: ${siege.attempted.join(' ')}`);
  if (postfixPeer().skip === false) assert.match(siege.peer, /outside the practice Internet/);
});
