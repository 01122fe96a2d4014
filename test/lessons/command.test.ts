/** Lessons as their learner sees them on the command line of a server in the practice Internet. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../support/lab/learner.ts';
import { typeLines } from '../support/lab/lesson-world.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
});
after(() => learner[Symbol.asyncDispose]());

test('1.1 from its start to its end, in Japanese', async () => {
  const { server } = learner;
  const started = await server.command('lab', 'start', '1.1', '--lang', 'ja');
  assert.equal(started.code, 0, started.stderr);
  assert.match(started.stdout, /^1\.1 SMTP を手で話す\n/);
  assert.match(started.stdout, /telnet localhost 2525/);
  assert.match(started.stderr, /docs\/lessons\/ja\/1-1-speak-smtp\.md/);

  const open = await server.command('lab', 'check', '1.1', '--lang', 'ja');
  assert.equal(open.code, 1);
  assert.equal(open.stdout.split('\n').filter((line) => line.startsWith('✗ ')).length, 5);
  assert.match(open.stderr, /ヒント：bin\/hikyaku lab hint 1\.1/);
  assert.match(
    await server.done('lab', 'hint', '1.1', '--lang', 'ja'),
    /^ヒント 1（全 3 件）： 五つの/,
  );

  await typeLines(server.ports.smtp, [
    'EHLO localhost',
    'MAIL FROM:<carol@friends.test>',
    'RCPT TO:<bob@example.test>',
    'DATA',
    'From: Carol <carol@friends.test>\nSubject: By hand\n\nHello Bob.\n.',
    'QUIT',
  ]);
  const passed = await server.command('lab', 'check', '1.1', '--lang', 'ja');
  assert.equal(passed.code, 0, passed.stdout);
  assert.match(
    passed.stdout,
    /✓ メッセージが.*\n {2}メッセージ \w{13}, イベント \d+, bob@example\.test INBOX 1\n/,
  );
  assert.match(passed.stdout, /レッスン 1\.1 に合格しました。/);
  assert.match(passed.stderr, /約束するものではありません/);
  const [first] = await server.json('lab', 'progress');
  assert.deepEqual([first!['lesson'], first!['state'], first!['hints']], ['1.1', 'passed', 1]);
});

test('1.5 and 1.8 stand in the practice Internet too', async () => {
  await learner.start('1.5');
  const tries = await learner.server.json('lab', 'mallory', 'relay');
  assert.ok(tries.every(({ taken }) => taken === false));
  assert.deepEqual((await learner.check('1.5')).missing, []);
  await learner.start('1.8');
  const [newest] = await learner.server.json('mail', 'list', 'alice@example.test');
  assert.match(String(newest!['subject']), /^The long way \(\w+\)$/);
  assert.equal(newest!['mailbox'], 'INBOX');
});

test('Progress goes into a signed file; of several files the class sees who is stuck, and which was changed', async () => {
  const { server } = learner;
  const [mine, forged] = ['mine.json', 'forged.json'].map((name) => path.join(server.home, name));
  await server.done('lab', 'progress', '--file', mine!, '--learner', 'Hanako');
  const text = await readFile(mine!, 'utf8');
  assert.match(text, /"lesson": "1\.8",\n +"state": "started"/);
  const good = await server.done('lab', 'progress', '--verify', mine!);
  assert.match(good, /^Hanako +unchanged +2\/37 +1\.8 /m);
  await writeFile(forged!, text.replace('"learner": "Hanako"', '"learner": "Taro"'));
  const both = await server.command('lab', 'progress', '--verify', mine!, forged!, '--lang', 'ja');
  assert.equal(both.code, 1);
  assert.match(both.stdout, /Hanako +改変なし/);
  assert.match(both.stdout, /forged\.json +無効/);
  assert.match(both.stderr, /鍵は学習者のマシンにある/);
});

test('What a learner answers wrongly is told at once', async () => {
  await learner.start('1.2');
  const bad = await learner.server.command('lab', 'answer', '1.2', 'order');
  assert.deepEqual([bad.code, bad.stderr.split('\n')[0]], [2, 'hikyaku: order is no answer']);
  const copied = await learner.server.command('lab', 'answer', '1.2', 'order=503', 'line=...');
  assert.deepEqual(
    [copied.code, copied.stderr.split('\n')[0]],
    [2, 'hikyaku: line=... is no answer'],
  );
  const done = await learner.server.done('lab', 'answer', '1.2', 'order=503', 'line=500');
  assert.equal(done, 'Kept. Still open: syntax, lf, dot\n');
  const none = await learner.server.command('lab', 'start', '2.99');
  assert.deepEqual(
    [none.code, none.stderr.split('\n')[0]],
    [2, 'hikyaku: there is no lesson 2.99'],
  );
});
