import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { FAULT_NAMES, type FaultName } from '#lab/lessons/prepared/hidden-faults';
import { seeded } from '#lab/seeded';
import { pass, writeLetter } from '../../support/lab/learner-mail.ts';
import { startLearner, type Learner } from '../../support/lab/learner.ts';

let folder: string;
let learner: Learner;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-seed-'));
  const preload = [path.resolve(import.meta.dirname, '../../support/lab/chosen-seed.ts')];
  learner = await startLearner(preload, { HIKYAKU_TEST_SEED: path.join(folder, 'seed') });
  await learner.server.done('lab', 'clock', 'still');
});
after(async () => {
  await learner[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Starts the lesson with this fault. */
async function begin(fault: FaultName): Promise<void> {
  let seed = 0;
  while (seeded(seed).pick(FAULT_NAMES) !== fault) seed++;
  await writeFile(path.join(folder, 'seed'), seed.toString(16).padStart(6, '0'));
  await learner.start('3.12');
}

const done = (...args: string[]): Promise<string> => learner.server.done(...args);
const own = (): string => `${learner.prefix}.25.25`;

/** What the server itself says that its zone should be. */
async function importZone(): Promise<void> {
  const file = path.join(learner.server.home, 'zone');
  await writeFile(file, await done('domain', 'dns', 'example.test', '--format', 'zone'));
  await done('lab', 'dns', 'import', 'example.test', file);
}

const REPAIRS: Readonly<Record<FaultName, () => Promise<unknown>>> = {
  ptr: () => done('lab', 'isp', 'ptr', own(), 'mail.example.test'),
  'spf-address': importZone,
  'spf-twice': importZone,
  'dkim-key': importZone,
  'dkim-missing': importZone,
  mx: importZone,
  address: importZone,
  'name-servers': () =>
    done('lab', 'registrar', 'ns', 'example.test', 'ns1.dnshost.test', 'ns2.dnshost.test'),
  route: () => done('route', 'remove', 'bigmail.test'),
  'block-list': async () => {
    await pass(learner, '25h', '5h');
    await done('lab', 'dnsbl', own(), '--remove');
  },
  account: () => done('account', 'enable', 'alice@example.test'),
  ban: () => done('ban', 'remove', `${learner.prefix}.1.26`),
};

/** alice writes, and there is time for an answer. */
async function writeAndWait(): Promise<void> {
  // a disabled account cannot hand anything in, which is a symptom too
  await writeLetter(learner, 'hana@bigmail.test').catch(() => undefined);
  await pass(learner, '3h', '1h');
}

for (const fault of FAULT_NAMES) {
  test(`3.12: ${fault}: is felt, is named, is repaired, and mail goes both ways`, async () => {
    await begin(fault);
    await writeAndWait();
    await learner.answer('3.12', { fault });
    const broken = await learner.check('3.12');
    assert.ok(broken.seen.includes('named'));
    assert.ok(
      broken.missing.includes('out') || broken.missing.includes('back'),
      `nothing is felt of it: ${JSON.stringify(broken)}`,
    );
    await REPAIRS[fault]();
    await pass(learner, '12h', '6h');
    await writeAndWait();
    const state = await learner.check('3.12');
    assert.deepEqual(state.why, {});
    assert.ok(state.passed);
  });
}

test('3.12: another name, and a repair that is put off, do not pass; reset puts things back', async () => {
  await begin('spf-address');
  await learner.answer('3.12', { fault: 'mx' });
  await writeAndWait();
  const state = await learner.check('3.12');
  assert.match(state.why['named']!, /another/);
  assert.match(state.why['out']!, /lab why/);
  assert.match(state.why['doctor']!, /TXT example\.test/);
  const broken = await done('lab', 'dns', 'list', 'example.test');
  assert.ok(broken.includes(`v=spf1 ip4:${learner.prefix}.8.10 -all`));
  await done('lab', 'reset', '3.12');
  const zone = await done('lab', 'dns', 'list', 'example.test');
  assert.ok(zone.includes(`v=spf1 mx ip4:${own()} ~all`));
});

test('3.12: a failure of before where the fault is, and a warning that is new, are not green', async () => {
  const [pointer, mailServer] = ['dyn-9-9.pool.isp.test', 'mail.example.test'];
  await done('lab', 'isp', 'ptr', own(), pointer);
  await done('lab', 'clock', '3h');
  await begin('ptr');
  await done('lab', 'isp', 'ptr', own(), pointer);
  await done('lab', 'clock', '3h');
  assert.match((await learner.check('3.12')).why['doctor']!, /^I[12] /);
  await done('lab', 'isp', 'ptr', own(), mailServer);
  await done(
    'lab',
    'dns',
    'set',
    'example.test',
    '_dmarc.example.test',
    'TXT',
    '"v=DMARC1; p=none"',
  );
  await done('lab', 'clock', '3h');
  assert.match((await learner.check('3.12')).why['doctor']!, /^M/);
  await importZone();
  await done('lab', 'clock', '3h');
  assert.ok((await learner.check('3.12')).seen.includes('doctor'));
});

test('3.12: whoever tries one name after the other has a new run after the third, and nothing is answered there', async () => {
  await begin('account');
  const notes: (string | null)[] = [];
  for (const fault of ['mx', 'ptr', 'ban']) {
    await learner.answer('3.12', { fault });
    const { stdout } = await learner.server.command('lab', 'check', '3.12', '--json');
    notes.push((JSON.parse(stdout) as { note: string | null }).note);
  }
  assert.match(notes[1]!, /may still be wrong: 1/);
  assert.match(notes[2]!, /has begun anew/);
  assert.equal((await learner.check('3.12')).why['named'], null);
  await done('lab', 'reset', '3.12');
});

test('3.12: what a domain lacks that is here beside the one of the lesson, and was never published, does not count', async () => {
  await done('domain', 'add', 'letters.test');
  await begin('spf-address');
  await learner.answer('3.12', { fault: 'spf-address' });
  await importZone();
  await pass(learner, '12h', '6h');
  await writeAndWait();
  const state = await learner.check('3.12');
  await done('domain', 'remove', 'letters.test');
  assert.deepEqual(state.why, {});
  assert.ok(state.passed);
});
