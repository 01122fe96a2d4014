import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { silentLog } from '#log';
import { Directory } from '#store/directory/directory';
import { readResults } from '#store/doctor/results';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import {
  addTestAccounts,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';
import { makeRound, type RoundOptions } from './daily-round.ts';
import { resultOf, type Result } from './result.ts';
import type { CheckId } from './texts.ts';

const HOST = 'mail.example.test';
const DAY = 86_400_000;
const clock = new ManualClock();
let t: TestStore;
let directory: Directory;
let findings: readonly (readonly [CheckId, string, string?])[];
let woken = 0;

before(async () => {
  t = await openTestStore(clock);
  directory = new Directory(t.store.pool, t.store.notices);
  await addTestAccounts(t.store, 'example.test', ['alice']);
});

after(async () => {
  directory.close();
  await t[Symbol.asyncDispose]();
});

function results(): Result[] {
  return findings.map(([id, finding, about = '']) =>
    resultOf(
      { id, family: 'host', subject: HOST },
      { finding, about, values: { free: '9', size: '10 GB', name: HOST, addresses: '192.0.2.1' } },
      clock.now(),
    ),
  );
}

function options(more: Partial<RoundOptions> = {}): RoundOptions {
  return {
    store: t.store,
    directory,
    clock,
    log: silentLog,
    hostname: HOST,
    documentation: 'https://docs.example.org/',
    language: 'en',
    queueLifetime: DAY,
    random: randomBytes,
    examine: () => Promise.resolve(results()),
    queued: (destinations) => void (woken += destinations.length),
    ...more,
  };
}

const round = (more?: Partial<RoundOptions>) =>
  makeRound(options(more), new AbortController().signal);

async function letters(): Promise<string[]> {
  const { rows } = await t.store.pool.query<{ data: Buffer; to: string }>(
    `select c.data, r.forward_path as to from queue_messages m join blob_chunks c on c.blob_id = m.blob_id
       join queue_recipients r on r.message_id = m.id order by m.id`,
  );
  return rows.map(({ data, to }) => `${to}\n${data.toString()}`);
}

test('what is wrong is told to postmaster once, by the queue, and then not again', async () => {
  findings = [
    ['H3', 'full', '5'],
    ['H1', 'public'],
  ];
  assert.deepEqual(await round(), { kind: 'made', changes: 1 });
  const [letter, ...others] = await letters();
  assert.deepEqual(others, []);
  assert.match(letter!, /^postmaster@example\.test\n/);
  assert.match(letter!, /\r\nAuto-Submitted: auto-generated\r\n/);
  assert.match(letter!, /\r\n +More: https:\/\/docs\.example\.org\/doctor\.md#h3\r\n/);
  assert.match(letter!, /FAIL {5}H3 {2}Disk \(new\): Only 9 % of 10 GB is free\./);
  assert.doesNotMatch(letter!, /H1/);
  assert.equal(woken, 1);
  clock.advance(DAY);
  assert.deepEqual(await round(), { kind: 'made', changes: 0 });
  assert.equal((await letters()).length, 1);
});

test('a day has one round, whoever asks for another', async () => {
  assert.deepEqual(await round(), { kind: 'not-ours' });
  clock.advance(DAY);
  const kinds = (await Promise.all([round(), round(), round()])).map(({ kind }) => kind);
  assert.deepEqual(kinds.toSorted(), ['made', 'not-ours', 'not-ours']);
});

test('since when it is so is kept while the status is the same', async () => {
  const sinceOf = async (): Promise<number | undefined> =>
    (await readResults(t.store.pool)).find(({ check }) => check === 'H3')?.since.getTime();
  const first = await sinceOf();
  clock.advance(DAY);
  await round();
  assert.equal(await sinceOf(), first);
  clock.advance(DAY);
  findings = [['H3', 'room']];
  assert.deepEqual(await round(), { kind: 'made', changes: 1 });
  assert.equal(await sinceOf(), clock.now());
  assert.match((await letters()).at(-1)!, /PASS {5}H3 {2}Disk \(was failure\)/);
});

test('the letter is in the language of the server, its subject encoded', async () => {
  clock.advance(DAY);
  findings = [['H3', 'full', '5']];
  await round({ language: 'ja' });
  const letter = (await letters()).at(-1)!;
  assert.match(letter, /\r\nSubject: =\?utf-8\?/i);
  assert.match(letter, /10 GB のうち空きは 9 % しかありませ/);
});

test('a round that breaks is made again, and nothing is told twice', async () => {
  clock.advance(DAY);
  findings = [['H3', 'filling', '20']];
  const count = (await letters()).length;
  const broken = round({ examine: () => Promise.reject(new Error('broken')) });
  await assert.rejects(broken, /broken/);
  assert.equal((await letters()).length, count);
  assert.deepEqual(await round(), { kind: 'made', changes: 1 });
  assert.equal((await letters()).length, count + 1);
});
