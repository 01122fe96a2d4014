import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { DOCTOR_FAULTS, type FaultSite } from '#lab/lessons/prepared/doctor-faults';
import { TEXTS, type CheckId } from '#mail/doctor/texts';
import { told } from '../../support/lab/learner-mail.ts';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import { eventually } from '../../support/program/running-server.ts';

let learner: Learner;
let address: string;
before(async () => {
  learner = await startLearner();
  address = `${learner.prefix}.25.25`;
  await eventually('the first certificates', async () => {
    const { code } = await learner.server.command('certificate', 'list');
    return code === 0;
  });
});
after(() => learner[Symbol.asyncDispose]());

const lab = (...args: string[]): Promise<unknown> => learner.server.done('lab', ...args);

/** The server's own idea of its zone, its reverse name, and no CAA. */
async function mendZone(): Promise<void> {
  const { server } = learner;
  const zone = await server.done('domain', 'dns', 'example.test', '--format', 'zone');
  const file = path.join(server.home, 'zone');
  await writeFile(file, zone);
  await lab('dns', 'import', 'example.test', file);
}

async function mendPointer(): Promise<void> {
  await lab('isp', 'ptr', address, 'mail.example.test');
}

async function statusOf(checks: readonly string[]): Promise<Record<string, string>> {
  const { stdout } = await learner.server.command('doctor', '--only', checks.join(), '--json');
  const rows = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { id: string; status: string });
  return Object.fromEntries(rows.map(({ id, status }) => [id, status]));
}

test('2.15: every fault is found by the check that it is for', async () => {
  const site: FaultSite = {
    domain: 'example.test',
    hostname: 'mail.example.test',
    stranger: `${learner.prefix}.66.5`,
  };
  const rounds = [
    Object.entries(DOCTOR_FAULTS).filter(([name]) => name !== 'spf-elsewhere'),
    Object.entries(DOCTOR_FAULTS).filter(([name]) => name === 'spf-elsewhere'),
  ];
  for (const faults of rounds) {
    for (const [, fault] of faults) {
      if (fault.kind === 'pointer') await lab('isp', 'ptr', address, fault.name(site));
      else {
        const { name, type } = fault.of(site);
        const before =
          type === 'TXT' && name === site.domain ? [`"v=spf1 ip4:${address} ~all"`] : [];
        const values = fault.values(site, before);
        await lab('dns', 'set', 'example.test', name, type, ...values);
      }
    }
    await lab('clock', '2h');
    const checks = faults.map(([, { check }]) => check);
    const expected = Object.fromEntries(checks.map((check) => [check, 'fail']));
    assert.deepEqual(await statusOf(checks), expected);
  }
  await mendZone();
  await mendPointer();
  await learner.server.command('lab', 'dns', 'remove', 'example.test', '@', 'CAA');
  await lab('clock', '2h');
});

test('2.15: half a repair, and what is not to be explained away, are named', async () => {
  await learner.start('2.15');
  const untouched = await learner.check('2.15');
  assert.deepEqual(untouched.seen, []);
  assert.match(untouched.why['repaired']!, /^D6 /);
  const { code, stderr } = await learner.server.command('lab', 'answer', '2.15', 'X1=it is so');
  assert.equal(code, 2);
  assert.match(stderr, /does not ask for X1/);
  await learner.answer('2.15', { D6: '1: a plan is only a plan, is it not' });
  assert.ok((await learner.check('2.15')).missing.includes('repaired'));
});

/** As one who reads the list: the number of what a check is about. */
function numberIn(list: string, id: CheckId): number {
  const before = list.slice(0, list.indexOf(`) ${TEXTS[id].why.en}`));
  return Number(before.slice(before.lastIndexOf('(') + 1));
}

test('2.15: mended, with number and reason for every warning, it is green; ten characters of anything are no reason', async () => {
  const list = (await told(learner, '2.15')).find((text) => text.startsWith('What a warning'))!;
  await mendZone();
  await mendPointer();
  await learner.server.command('lab', 'dns', 'remove', 'example.test', '@', 'CAA');
  await lab('clock', '2h');
  const open = await asked();
  const give = (make: (number: number) => string): Promise<void> => {
    const given = open.map((id) => [id, make(numberIn(list, id))] as const);
    return learner.answer('2.15', Object.fromEntries(given));
  };
  await give(() => 'xxxxxxxxxxxxxxxxxxxx');
  assert.match((await learner.check('2.15')).why['no-warning']!, /What a warning leads to/);
  await give((number) => `${number}: later`);
  assert.match((await learner.check('2.15')).why['no-warning']!, /What a warning leads to/);
  await give((number) => `${number === 1 ? 2 : 1}: it comes with a later lesson`);
  assert.match((await learner.check('2.15')).why['no-warning']!, /^At least one warning/);
  await give((number) => `${number}: it comes with a later lesson`);
  const state = await learner.check('2.15');
  assert.deepEqual(state.why, {});
  assert.ok(state.passed);
});

/** What the lesson asks for. */
async function asked(): Promise<CheckId[]> {
  const [run] = await learner.server.query<{ unwell: CheckId[] }>(
    `select prepared -> 'unwell' as unwell from lab.lesson_runs where lesson = '2.15'`,
  );
  return [...new Set([...run!.unwell, 'H3', 'H4'] as const)];
}

test('2.15: what failed before anything was broken is asked for too, since it may be mended so far that it warns', async () => {
  const { server } = learner;
  await server.done('domain', 'add', 'second.test');
  const [begun] = await server.json<{ questions: { name: string }[] }>('lab', 'start', '2.15');
  await lab('reset', '2.15');
  await server.done('domain', 'remove', 'second.test');
  assert.ok(begun!.questions.some(({ name }) => name === 'D6'));
});

test('2.15: a lesson that is put back leaves the zone as it was', async () => {
  const before = await learner.server.done('lab', 'dns', 'list', 'example.test', '--json');
  await learner.start('2.15');
  await lab('reset', '2.15');
  const after = await learner.server.done('lab', 'dns', 'list', 'example.test', '--json');
  assert.deepEqual(after.split('\n').toSorted(), before.split('\n').toSorted());
});
