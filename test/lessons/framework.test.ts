/** What holds for every lesson: starting, hints, progress, refusals, in both languages. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LESSONS } from '#lab/lessons/lessons';
import { PLAN } from '#lab/lessons/plan';
import { beginRun, notePassed, removeRun } from '#store/lab/lesson-runs';
import { allowed, openClassroom, typeLines, type Classroom } from '../support/lab/lesson-world.ts';

let room: Classroom;
before(async () => {
  room = await openClassroom();
});
// what waits there for good is a failure of its own, soon
after(() => room[Symbol.asyncDispose](), { timeout: 60_000 });

async function refusal(coming: Promise<object>): Promise<[string, string, string]> {
  const { kind, reason, message, remedy } = (await coming) as Record<string, string>;
  assert.equal(kind, 'refused');
  return [reason!, message!, remedy!];
}

async function passTheFirst(): Promise<void> {
  await typeLines(room.ports.smtp, [
    'EHLO localhost',
    'MAIL FROM:<carol@friends.test>',
    'RCPT TO:<bob@example.test>',
    'DATA',
    'Subject: x\n\nHello.\n.',
    'QUIT',
  ]);
}

test('A lesson that is not started, not there yet, or not planned is refused with what to do', async () => {
  const { check, start, hint } = room.calls;
  const [reason, , remedy] = await refusal(check.run({ lesson: '1.4', lang: 'en' }));
  assert.deepEqual([reason, remedy.slice(0, 21)], ['not-started', 'hikyaku lab start 1.4']);
  assert.equal((await refusal(hint.run({ lesson: '1.4', lang: 'en' })))[0], 'not-started');
  // once all are there, none is coming any more
  for (const { number } of PLAN.filter((planned) => !LESSONS.has(planned.number)))
    assert.deepEqual((await refusal(start.run({ lesson: number, lang: 'ja' }))).slice(0, 2), [
      'coming',
      `レッスン ${number} は予定されていますが、まだありません`,
    ]);
  assert.equal((await refusal(start.run({ lesson: '4.9', lang: 'en' })))[0], 'no-such-lesson');
  const answers = { word: 'x' };
  await room.start('1.5');
  const asked = room.calls.answer.run({ lesson: '1.5', lang: 'en', answers });
  assert.equal((await refusal(asked))[0], 'asks-nothing');
});

test('Hints come one after the other, the last one again and again, in the language of who asks', async () => {
  await room.start('1.1');
  const given: [number, string][] = [];
  for (const lang of ['en', 'ja', 'en', 'ja'] as const) {
    const { hint, text } = allowed(await room.calls.hint.run({ lesson: '1.1', lang }));
    given.push([hint, text]);
  }
  assert.deepEqual(
    given.map(([number]) => number),
    [1, 2, 3, 3],
  );
  assert.match(given[0]![1], /^All five belong/);
  assert.match(given[1]![1], /^DATA のあと/);
  const { lessons } = await room.calls.progress.run({ lang: 'en' });
  assert.equal(lessons.find(({ lesson }) => lesson === '1.1')!.hints, 3);
});

test('A lesson that was passed stays passed when it is started again and reset', async () => {
  await room.start('1.1');
  await passTheFirst();
  assert.ok((await room.check('1.1')).passed);
  const passedAt = async (): Promise<string | null> => {
    const { lessons } = await room.calls.progress.run({ lang: 'en' });
    return lessons.find(({ lesson }) => lesson === '1.1')!.passedAt;
  };
  const first = await passedAt();
  assert.notEqual(first, null);
  await room.start('1.1');
  assert.equal((await room.check('1.1')).passed, false);
  await room.calls.reset.run({ lesson: '1.1', lang: 'en' });
  assert.equal(await passedAt(), first);
  const { passed, of, caveat } = await room.calls.progress.run({ lang: 'en' });
  assert.deepEqual([passed, of], [1, 37]);
  assert.match(caveat, /does not promise/);
});

test('Every lesson of Phase 1 can be started in both languages and shows its goal and steps', async () => {
  const { lessons } = await room.calls.lessons.run({ lang: 'en' });
  const there = lessons.filter(({ lesson }) => lesson.startsWith('1.'));
  assert.equal(there.length, 9);
  for (const { lesson, title } of there) {
    for (const lang of ['en', 'ja'] as const) {
      const started = allowed(await room.calls.start.run({ lesson, lang }));
      if (lang === 'en') assert.equal(started.title, `${lesson} ${title}`);
      assert.ok(started.goal.length > 40 && started.steps.includes('```sh'));
    }
    await room.calls.reset.run({ lesson, lang: 'en' });
  }
});

test('Who begins a lesson hears what another one broke and nobody put back', async () => {
  const { pool } = room.at.store;
  const told = async (lang: 'en' | 'ja'): Promise<readonly string[]> =>
    allowed(await room.calls.start.run({ lesson: '1.1', lang })).told;
  assert.deepEqual(await told('en'), []);
  for (const lesson of ['2.15', '3.1', '3.2'])
    await beginRun(pool, { lesson, startedAt: 0, seed: 1 });
  assert.match(
    (await told('en')).join('\n'),
    /^What lesson 2\.15 broke.*\n.* lab reset 3\.1 puts it/,
  );
  assert.match((await told('ja')).join('\n'), /^レッスン 2\.15 で.*\nレッスン 3\.1 で/);
  // to pass 2.15 is to have mended it; what 3.1 broke stays so until its reset
  for (const lesson of ['2.15', '3.1']) await notePassed(pool, { lesson, at: 1, seen: [] });
  assert.match((await told('en')).join('\n'), /^What lesson 3\.1 broke.*$/);
  await removeRun(pool, '3.1');
  assert.deepEqual(await told('en'), []);
});

test('What comes in by the control socket is bounded', () => {
  const { input } = room.calls.answer;
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`a${i}`, 'x']));
  assert.equal(input.safeParse({ lesson: '1.8', lang: 'en', answers: many }).success, false);
  const long = { client: 'x'.repeat(2000) };
  assert.equal(input.safeParse({ lesson: '1.8', lang: 'en', answers: long }).success, false);
  assert.equal(input.safeParse({ lesson: '1.8', lang: 'fr', answers: {} }).success, false);
});
