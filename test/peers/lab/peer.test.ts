/** peer.test as a real Postfix, in the practice Internet of a running server: mail in both directions, by the practice Internet's DNS alone. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { masterOf } from '#lab/peer/postfix';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import { write } from '../../support/lab/own-domain.ts';
import { postfixPeer } from '../../support/peers/postfix.ts';
import { eventually } from '../../support/program/running-server.ts';

interface State {
  readonly program: string;
  readonly running: boolean;
}

describe('peer.test', { skip: postfixPeer().skip }, () => {
  let learner: Learner;
  before(async () => {
    learner = await startLearner();
  });
  after(() => learner[Symbol.asyncDispose]());

  const state = async (...change: string[]): Promise<State> =>
    (await learner.server.json<State & Record<string, unknown>>('lab', 'peer', ...change))[0]!;
  const home = async (): Promise<string> =>
    (await readFile(path.join(learner.server.data, 'lab/peer/place'), 'utf8')).trim();

  test('sleeps until mail comes for it, which its reader then has', async () => {
    assert.deepEqual([(await state()).program, (await state()).running], ['postfix', false]);
    await write(learner, 'friend@peer.test', 'Hello Postfix', 'alice@example.test');
    const [mail] = await eventually('mail for friend', async () => {
      const found = await learner.server.json('lab', 'mailbox', 'friend@peer.test');
      return found.length > 0 && found;
    });
    assert.equal(mail!['subject'], 'Hello Postfix');
    assert.equal(mail!['reversePath'], 'alice@example.test');
    assert.equal((await state()).running, true);
    const raw = await learner.server.done('lab', 'mailbox', 'friend@peer.test', '1');
    const own = `${learner.prefix}.25.25`;
    assert.match(raw, new RegExp(`^Received: from mail\\.example\\.test .*\\[${own}\\]`, 'm'));
    assert.match(raw, /by mx\.peer\.test \(Postfix\) with ESMTPS/);
  });

  test('refuses who is not there, and mail for others', async () => {
    await write(learner, 'nobody@peer.test', 'Hello nobody', 'alice@example.test');
    const notice = await eventually('a failure notice', async () => {
      const mails = await learner.server.json('mail', 'list', 'alice@example.test');
      return mails.find(({ subject }) => /undeliver|not.*deliver|failure/i.test(String(subject)));
    });
    const text = await learner.server.done(
      'mail',
      'raw',
      'alice@example.test',
      String(notice['id']),
    );
    assert.match(text, /550 5\.1\.1 <nobody@peer\.test>/);
  });

  test('brings mail where the DNS leads, and hears a refusal', async () => {
    const taken = await learner.server.command('lab', 'letter', 'bob@example.test', '--json');
    assert.equal(taken.code, 0, taken.stdout + taken.stderr);
    const [mail] = await learner.server.json('mail', 'list', 'bob@example.test');
    assert.equal(mail!['subject'], 'Greetings from peer.test');
    const raw = await learner.server.done('mail', 'raw', 'bob@example.test', String(mail!['id']));
    assert.match(raw, /spf=pass .*smtp\.mailfrom=traveller@peer\.test/s);
    assert.match(raw, /by mx\.peer\.test \(Postfix\)/);
    const refused = await learner.server.command('lab', 'letter', 'nobody@example.test', '--json');
    assert.equal(refused.code, 1);
    assert.match((JSON.parse(refused.stdout) as { reply: string }).reply, /^550 5\.1\.1 /);
    const astray = await learner.server.command('lab', 'letter', 'x@nowhere.test', '--json');
    assert.match((JSON.parse(astray.stdout) as { reply: string }).reply, /no-such-domain$/);
  });

  test('is put to sleep and woken, and its mail stays', async () => {
    const pid = await masterOf(await home());
    assert.ok(pid !== undefined);
    assert.equal((await state('stop')).running, false);
    assert.equal(await masterOf(await home()), undefined);
    assert.equal((await state('start')).running, true);
    assert.equal((await learner.server.json('lab', 'mailbox', 'peer.test')).length >= 1, true);
  });

  test('it ends with the server, after a crash too, and the next start takes its mail home', async () => {
    const place = await home();
    const left = await masterOf(place);
    assert.ok(left !== undefined);
    await learner.server.end('SIGKILL');
    await eventually('Postfix ends', async () => (await masterOf(place)) === undefined);
    await learner.server.start();
    assert.equal(existsSync(place), false);
    assert.equal((await learner.server.json('lab', 'mailbox', 'friend@peer.test')).length, 1);
    await state('start');
    const next = await home();
    assert.ok((await masterOf(next)) !== undefined);
    assert.notEqual(next, place);
    await learner.server.end('SIGTERM');
    assert.equal(await masterOf(next), undefined);
    for (const folder of [place, next]) assert.equal(existsSync(folder), false);
  });
});
