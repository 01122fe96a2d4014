import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import { eventually } from '../../support/program/running-server.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
  await eventually('the first certificates', async () => {
    const { code } = await learner.server.command('certificate', 'list');
    return code === 0;
  });
});
after(() => learner[Symbol.asyncDispose]());

const lab = (...args: string[]): Promise<string> => learner.server.done('lab', ...args);

async function signZone(): Promise<void> {
  const said = await lab('dns', 'sign', 'example.test');
  const ds = /^DS +(\d+ 13 2 [0-9a-f]+)$/m.exec(said)![1]!;
  await lab('clock', '10m');
  await lab('registrar', 'ds-add', 'example.test', ds);
  await lab('clock', '2h');
}

/** Of the key in use, and of the one after it. */
async function digests(): Promise<[string, string]> {
  const [shown] = await learner.server.json('certificate', 'show', 'mail.example.test');
  const { tlsa, nextTlsa } = shown!['certificate'] as { tlsa: string; nextTlsa: string };
  return [`3 1 1 ${tlsa}`, `3 1 1 ${nextTlsa}`];
}

async function publish(...records: readonly string[]): Promise<void> {
  await lab('dns', 'set', 'example.test', '_25._tcp.mail.example.test', 'TLSA', ...records);
  await lab('clock', '2h');
}

async function roll(): Promise<void> {
  await learner.server.done('certificate', 'renew', 'mail.example.test', '--force', '--new-key');
}

test('2.11: without a DS record nobody is held to anything', async () => {
  await learner.start('2.11');
  await publish(...(await digests()));
  const state = await learner.check('2.11');
  assert.deepEqual(state.seen, []);
  assert.match(state.why['signed']!, /no DS record/);
  await lab('dns', 'remove', 'example.test', '_25._tcp.mail.example.test', 'TLSA');
});

test('2.11: a key that is used before its record is known keeps the sender away', async () => {
  await signZone();
  await learner.start('2.11');
  await publish((await digests())[0]);
  assert.deepEqual((await learner.check('2.11')).seen, ['signed', 'held']);
  await roll();
  await learner.check('2.11');
  await publish(...(await digests()));
  const state = await learner.check('2.11');
  assert.match(state.why['none-refused']!, /^Not sent: \d+, first at /);
  assert.match(state.why['ahead']!, /only of the old one/);
});

test('2.11: with the next record published in time not one letter is kept back', async () => {
  await learner.start('2.11');
  await publish(...(await digests()));
  await learner.check('2.11');
  await learner.check('2.11');
  await roll();
  await learner.check('2.11');
  await publish(...(await digests()));
  const state = await eventually('the letters arrive', async () => {
    const now = await learner.check('2.11');
    return now.passed ? now : undefined;
  });
  assert.deepEqual(state.missing, []);
});
