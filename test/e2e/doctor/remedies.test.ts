/** Remedies of the doctor, followed as they are told: what was not well is well afterwards. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandsIn } from '../../support/program/command-line.ts';
import { startRunningServer, type RunningServer } from '../../support/program/running-server.ts';

interface Line {
  readonly finding: string;
  readonly status: string;
  readonly remedy: string | null;
}

async function found(server: RunningServer, id: string): Promise<Line> {
  const { stdout } = await server.command('doctor', '--json', '--only', id);
  return JSON.parse(stdout) as Line;
}

/** Each line of the remedy that is for this program. */
async function follow(server: RunningServer, { remedy }: Line): Promise<void> {
  const commands = commandsIn(remedy ?? '').filter((line) => !line.includes('FOLDER'));
  assert.ok(commands.length > 0, String(remedy));
  for (const line of commands) await server.done(...line.split(' ').slice(1));
}

test('H6: no backup, then one that was never read back, then well: by nothing but what the remedies say', async () => {
  await using server = await startRunningServer({
    mode: 'serve',
    env: {
      HIKYAKU_HOSTNAME: 'mail.here.test',
      HIKYAKU_DNS: '127.0.0.1:9',
      HIKYAKU_ACME_DIRECTORY: 'off',
    },
  });
  const none = await found(server, 'H6');
  assert.equal(none.finding, 'none');
  await follow(server, none);
  const untested = await found(server, 'H6');
  assert.equal(untested.finding, 'untested');
  assert.match(untested.remedy!, /hikyaku backup verify \/\S+ --restore$/);
  await follow(server, untested);
  const well = await found(server, 'H6');
  assert.deepEqual([well.finding, well.status], ['recent', 'pass']);
});
