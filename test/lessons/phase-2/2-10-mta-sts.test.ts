import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { writeLetter } from '../../support/lab/learner-mail.ts';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import { eventually } from '../../support/program/running-server.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
  await eventually('the first certificates', async () => {
    const { code } = await learner.server.command('certificate', 'list');
    return code === 0;
  });
  await earlyInTheDay();
});
after(() => learner[Symbol.asyncDispose]());

const lab = (...args: string[]): Promise<string> => learner.server.done('lab', ...args);

/** The calendar goes on to an hour after the next midnight in UTC, whatever the time is here. */
async function earlyInTheDay(): Promise<void> {
  const [clock] = await learner.server.json<{ calendar: string }>('lab', 'clock');
  const minutes = Math.floor(Date.parse(clock!.calendar) / 60_000) % (24 * 60);
  await lab('clock', `${25 * 60 - minutes}m`);
}

async function enforce(): Promise<void> {
  const { server } = learner;
  const how = ['--mode', 'enforce', '--max-age', '604800'];
  await server.done('domain', 'mta-sts', 'example.test', ...how, '--force');
}

async function publish(): Promise<void> {
  const { server } = learner;
  const file = path.join(server.home, 'zone');
  await writeFile(file, await server.done('domain', 'dns', 'example.test', '--format', 'zone'));
  await lab('dns', 'import', 'example.test', file);
  await lab('clock', '2h');
}

/** Whether mallory read the letter. */
async function attack(): Promise<boolean> {
  const { code, stderr } = await learner.server.command('lab', 'mallory', 'downgrade');
  assert.ok(code === 0 || code === 1, stderr);
  return code === 1;
}

test('2.10: a policy that is set and not published is nobody’s, and mail that came before an attack proves nothing', async () => {
  await learner.start('2.10');
  assert.equal(await attack(), true);
  await enforce();
  assert.equal(await attack(), true);
  assert.deepEqual((await learner.check('2.10')).seen, ['read', 'enforced']);
});

test('2.10: once it is enforced the attack gets nothing, the letter comes later, and the report tells', async () => {
  await writeLetter(learner, 'hana@bigmail.test');
  await publish();
  await eventually('hana’s answer comes under TLS, before the attack', async () => {
    if ((await learner.server.json('mail', 'list', 'alice@example.test')).length > 0) return true;
    await lab('clock', '1h');
    return false;
  });
  assert.equal(await attack(), false);
  // no midnight has passed since the first attack: the report of its day is still to come
  assert.deepEqual((await learner.check('2.10')).missing, ['arrived', 'reported']);
  await lab('clock', '1h');
  await eventually('the letter comes', async () => {
    const { missing } = await learner.check('2.10');
    return !missing.includes('arrived');
  });
  await lab('clock', '1d');
  await eventually(
    'the report comes',
    async () => {
      await lab('clock', '1h');
      return (await learner.check('2.10')).passed;
    },
    60,
  );
});
