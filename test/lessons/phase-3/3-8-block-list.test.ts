import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import { eventually } from '../../support/program/running-server.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
  await learner.configureApp();
  await learner.server.done('lab', 'clock', 'still');
});
after(() => learner[Symbol.asyncDispose]());

const own = (): string => `${learner.prefix}.25.25`;

interface Readers {
  readonly address: string;
  readonly came: string;
}

interface Listed {
  readonly address: string;
  readonly listed: boolean;
}

async function newsletter(): Promise<void> {
  await learner.server.done('lab', 'app', 'newsletter', '--gap', '0');
}

/** Lets time of the calendar pass; what falls due is done. */
async function pass(time: string, by: string): Promise<void> {
  await learner.server.done('lab', 'clock', time, '--by', by);
}

async function comeOntoTheList(): Promise<void> {
  await newsletter();
  await eventually('the block list knows of it', async () => {
    const [row] = await learner.server.json<Listed>('lab', 'dnsbl', own());
    return row?.listed === true;
  });
  // resolvers remember for five minutes that it was not listed
  await pass('10m', '10m');
  await newsletter();
  await pass('5m', '5m');
}

test('3.8: who asks for the removal at once is refused, and is told what the list saw', async () => {
  await learner.start('3.8');
  await comeOntoTheList();
  const asked = await learner.server.command('lab', 'dnsbl', own(), '--remove');
  assert.notEqual(asked.code, 0);
  assert.match(asked.stderr, /«News of the lanterns» of example\.test/);
  const state = await learner.check('3.8');
  assert.deepEqual(state.seen, ['listed', 'refused']);
});

test('3.8: who is taken off with the trap still on the list comes onto it again', async () => {
  await pass('25h', '5h');
  await learner.server.done('lab', 'dnsbl', own(), '--remove');
  const early = await learner.check('3.8');
  assert.deepEqual(early.seen, ['listed', 'refused']);
  assert.match(early.why['removed']!, /still among the readers/);
  await pass('10m', '10m');
  await newsletter();
  const state = await eventually('it is listed again', async () => {
    const now = await learner.check('3.8');
    return now.why['stays']?.includes('listed again') ? now : undefined;
  });
  assert.match(state.why['cleaned']!, /still a trap/);
});

test('3.8: who empties the list has no readers left, and does not pass by that', async () => {
  await learner.server.done('lab', 'app', 'readers', '--keep', 'form');
  assert.match((await learner.check('3.8')).why['cleaned']!, /who confirmed are gone: 8/);
});

test('3.8: who is taken off first and cleans the list after that does not pass, however quiet it stays', async () => {
  await learner.start('3.8');
  await comeOntoTheList();
  await pass('49h', '7h');
  await learner.server.done('lab', 'dnsbl', own(), '--remove');
  await pass('10m', '10m');
  await learner.server.done('lab', 'app', 'readers', '--keep', 'confirmed');
  for (let day = 0; day < 3; day++) {
    await newsletter();
    await pass('1d', '6h');
  }
  const state = await learner.check('3.8');
  assert.deepEqual(state.missing, ['removed']);
});

test('3.8: the bought readers go, then the listing; the newsletter goes on for three days', async () => {
  await learner.start('3.8');
  await comeOntoTheList();
  const readers = await learner.server.json<Readers>('lab', 'app', 'readers');
  assert.equal(readers.filter(({ came }) => came === 'bought').length, 4);
  await learner.server.done('lab', 'app', 'readers', '--keep', 'confirmed');
  // each time the list wants another quiet day
  await pass('97h', '13h');
  await learner.server.done('lab', 'dnsbl', own(), '--remove');
  await pass('10m', '10m');
  for (let day = 0; day < 3; day++) {
    assert.ok(!(await learner.check('3.8')).passed);
    await newsletter();
    await pass('1d', '6h');
  }
  const state = await learner.check('3.8');
  assert.deepEqual(state.missing, []);
  assert.deepEqual(state.seen, ['listed', 'refused', 'cleaned', 'removed', 'stays']);
});
