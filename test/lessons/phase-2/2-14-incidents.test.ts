import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
});
after(() => learner[Symbol.asyncDispose]());

interface LoggedEvent {
  readonly id: string;
  readonly type: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly personal: Readonly<Record<string, string>>;
}

/** Events of strangers after this one, by address. */
async function byAddress(after: number): Promise<Map<string, LoggedEvent[]>> {
  const rows = await learner.server.json('lab', 'log', '--limit', '5000');
  const found = new Map<string, LoggedEvent[]>();
  for (const row of rows as unknown as LoggedEvent[]) {
    if (Number(row.id) <= after) continue;
    const address = row.personal['client'] ?? row.personal['network'] ?? '';
    if (!address.startsWith(`${learner.prefix}.`)) continue;
    found.set(address, [...(found.get(address) ?? []), row]);
  }
  return found;
}

async function lastEvent(): Promise<number> {
  const rows = await learner.server.json('lab', 'log', '--limit', '1');
  return Number((rows as unknown as LoggedEvent[])[0]?.id ?? 0);
}

/** As the page teaches it: many lines from one place, or told to slow down. */
function isIncident(events: readonly LoggedEvent[]): boolean {
  return events.length >= 4 || events.some(({ fields }) => fields['reason'] === 'too-fast');
}

test('2.14: three incidents are found by counting, and each by its first event', async () => {
  const before = await lastEvent();
  await learner.start('2.14');
  const found = await byAddress(before);
  const begun = [...found.values()].filter(isIncident).map((events) => events[0]!.id);
  assert.equal(begun.length, 3);
  assert.ok(found.size > 3, 'there is noise');
  const [first, second, third] = begun as [string, string, string];
  await learner.answer('2.14', { first: second, second: third });
  assert.deepEqual((await learner.check('2.14')).missing, ['first', 'second', 'third', 'in-time']);
  await learner.answer('2.14', { third: first });
  const state = await learner.check('2.14');
  assert.deepEqual(state.missing, []);
  assert.ok(state.passed);
});

test('2.14: noise, a later event and one incident twice are none of the three', async () => {
  const before = await lastEvent();
  await learner.start('2.14');
  const found = [...(await byAddress(before)).values()];
  const noise = found.find((events) => !isIncident(events))![0]!.id;
  const many = found.find((events) => events.length >= 4)!;
  await learner.answer('2.14', { first: noise, second: many[1]!.id, third: many[0]!.id });
  const state = await learner.check('2.14');
  assert.deepEqual(state.seen, []);
  assert.match(state.why['third']!, /one at least is of every day/);
  await learner.answer('2.14', { first: many[0]!.id, second: '1' });
  assert.match((await learner.check('2.14')).why['third']!, /already/);
});

test('2.14: a calendar that stands still stops no time: the clock on the wall counts', async () => {
  await learner.start('2.14');
  await learner.server.done('lab', 'clock', 'still');
  await learner.server.query(
    `update lab.lesson_runs set prepared = prepared || jsonb_build_object('wall', $1::bigint) where lesson = '2.14'`,
    [Date.now() - 11 * 60_000],
  );
  const state = await learner.check('2.14');
  await learner.server.done('lab', 'clock', 'normal');
  assert.match(state.why['in-time']!, /^It has been 12 minutes/);
});

test('2.14: half an hour of the calendar takes no time from who has the clock on the wall', async () => {
  await learner.start('2.14');
  await learner.server.done('lab', 'clock', '30m');
  const state = await learner.check('2.14');
  assert.equal(state.why['in-time'], null);
});
