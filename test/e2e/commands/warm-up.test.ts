/** `hikyaku warm-up` as its user runs it: what it prints for people and for scripts, and how it ends. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startRunningServer, type RunningServer } from '../../support/program/running-server.ts';

const SITE = 'mx.big.test,mx2.big.test';

let server: RunningServer;

before(async () => {
  server = await startRunningServer();
});

after(() => server[Symbol.asyncDispose]());

test('a plan is begun, listed, shown in both languages, paused, gone on with and ended', async () => {
  const begun = await server.done('warm-up', 'start', SITE, '--first', '30', '--target', '900');
  assert.equal(begun, `Mail from the usual address to ${SITE} is warmed up.\n`);
  const [row] = (await server.done('warm-up', 'list', '--json')).trim().split('\n');
  assert.partialDeepStrictEqual(JSON.parse(row!), {
    site: SITE,
    source: '',
    state: 'active',
    day: 1,
    planned: 30,
    taken: 0,
    target: 900,
  });
  assert.match(await server.done('warm-up', 'list'), /^SITE +SOURCE +STATE +DAY +PLANNED +SENT/);
  const shown = await server.done('warm-up', 'show', SITE, '--lang', 'en');
  assert.match(shown, /Begins with 30 recipients a day; done with 900 a day\./);
  const japanese = await server.done('warm-up', 'show', SITE, '--lang', 'ja');
  assert.match(japanese, /1 日 30 宛先から始めます。/);
  assert.equal(await server.done('warm-up', 'pause', SITE), `Paused: ${SITE}.\n`);
  assert.match(await server.done('warm-up', 'show', SITE, '--lang', 'en'), /paused by hand/);
  await server.done('warm-up', 'start', SITE);
  assert.equal(await server.done('warm-up', 'stop', SITE), `Ended: ${SITE}.\n`);
});

test('what is wrong is said with what to do', async () => {
  const { code, stderr } = await server.command('warm-up', 'pause', 'mx.a.test,mx.b.test');
  assert.equal(code, 2);
  assert.match(stderr, /no warm-up is under way/);
  assert.match(stderr, /hikyaku warm-up list/);
});
