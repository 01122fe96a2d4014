/**
 * Alerts end to end: a site that really defers our mail leads to one letter in the mailbox of postmaster and to one more when it takes mail again;
 * and `hikyaku alert` as its user runs it.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { latin1 } from '#bytes';
import { silentLog } from '#log';
import { buildRule, type RuleDraft } from '#mail/alerts/build-rule';
import { alertLetter } from '#mail/alerts/send';
import { AlertWatch } from '#mail/alerts/watch';
import { alertsOf } from '#store/alerts/history';
import { changeRule } from '#store/alerts/rules';
import { listEmails, readEmail } from '#store/emails/emails';
import { logReaches } from '../../support/database/log-horizon.ts';
import { ManualClock } from '../../support/time/manual-clock.ts';
import { openOutbound } from '../../support/smtp/outbound.ts';
import { startRunningServer, type RunningServer } from '../../support/program/running-server.ts';
import { startSmtpPeer } from '../../support/smtp/scripted-peer.ts';

const MINUTE = 60_000;
const ZONE = { 'there.test': { MX: '10 mx.there.test' }, 'mx.there.test': { A: '192.0.2.1' } };
let server: RunningServer;

before(async () => {
  server = await startRunningServer();
});

after(() => server[Symbol.asyncDispose]());

test('deferrals of a real peer lead to one letter, and to one when they are over', async () => {
  const clock = new ManualClock();
  const { signal } = new AbortController();
  const state = { busy: true };
  await using peer = await startSmtpPeer({
    answers: { RCPT: () => (state.busy ? '451 4.7.1 too much from you, later' : undefined) },
  });
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const { store, directory } = outbound;
  const queue = outbound.start();
  const draft: RuleDraft = {
    when: 'share of attempt.deferred[site!=local] in attempt.deferred,attempt.delivered >= 40%',
    least: 4,
    over: '15m',
    per: 'site',
    runbook: '/srv/runbooks/slow.md',
  };
  const built = buildRule('slow', draft, undefined);
  assert.ok(built.kind === 'built');
  const change = { name: 'slow', rule: built.rule, paused: false, at: clock.now() } as const;
  await changeRule(store.pool, { ...change, endedBy: 'change' }, 10);
  const sending = {
    store,
    directory,
    clock,
    to: '',
    language: 'en',
    hostname: 'mail.example.test',
    queueLifetime: 60 * MINUTE,
  } as const;
  const watch = new AlertWatch({
    store,
    clock,
    log: silentLog,
    letter: (changes) => alertLetter(sending, changes),
    happened: (_, destinations) => queue.wake(destinations),
  });
  const pass = async (minutes: number): Promise<void> => {
    for (let i = 0; i < 2 * minutes; i++) {
      clock.advance(MINUTE / 2);
      await logReaches(store.pool);
      await watch.round(signal);
    }
  };
  const letters = async (): Promise<string[]> => {
    const emails = await listEmails(store.pool, outbound.accounts[0]!, { limit: 10 });
    const texts: string[] = [];
    for (const { emailId } of emails.toReversed()) {
      let text = '';
      for await (const chunk of readEmail(store.pool, outbound.accounts[0]!, emailId))
        text += latin1(chunk);
      texts.push(text);
    }
    return texts;
  };

  await watch.round(signal);
  const id = await outbound.send({
    to: ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}@there.test`),
  });
  await outbound.until('attempt.deferred', 5, id);
  await pass(1);
  await outbound.until('attempt.delivered', 1);
  const [alert] = await letters();
  assert.match(alert!, /^Subject: Alert \(warning\): slow, site mx\.there\.test\r$/m);
  assert.match(alert!, /^To: postmaster@example\.test\r$/m);
  assert.match(alert!, / {2}5 of 5 in 15 min \(100%\)\.\r\n/);
  assert.ok(alert!.includes(`hikyaku message trace ${id}\r\n`));
  assert.ok(alert!.includes('What to do: /srv/runbooks/slow.md\r\n'));

  state.busy = false;
  await outbound.forward(clock, 'attempt.delivered', 5, id);
  await pass(30);
  await outbound.until('attempt.delivered', 7);
  const [, over, ...others] = await letters();
  assert.deepEqual(others, []);
  assert.match(over!, /^Subject: Alert is over: slow, site mx\.there\.test\r$/m);
  const [known, ...more] = await alertsOf(store.pool, 'slow', 10);
  assert.deepEqual(more, []);
  assert.equal(known!.endedBy, 'calm');
  await pass(30);
  assert.equal((await letters()).length, 2);
});

test('rules are listed, added, changed, tried, paused, resumed and removed', async () => {
  const list = await server.json<{ name: string; state: string; origin: string }>('alert', 'list');
  assert.ok(list.length >= 12);
  assert.ok(list.every(({ state, origin }) => state === 'quiet' && origin === 'built-in'));
  const metrics = await fetch(`http://127.0.0.1:${server.ports.http}/metrics`);
  assert.match(await metrics.text(), /^hikyaku_alerts_firing\{alert="deferrals"\} 0$/m);
  assert.match(await server.done('alert', 'list'), /^ALERT +STATE +SEVERITY +OVER +PER/);

  const when = 'count of session.authentication-failed >= 2';
  const added = await server.done(
    'alert',
    'add',
    'guesses',
    '--when',
    when,
    '--per',
    'network',
    '--over',
    '15m',
  );
  assert.equal(added, `guesses is looked after from now on: ${when} over 15m per network.\n`);
  const changed = await server.json<{ severity: string; over: string }>(
    'alert',
    'change',
    'guesses',
    '--severity',
    'critical',
  );
  assert.partialDeepStrictEqual(changed, [{ severity: 'critical', over: '15m' }]);
  assert.match(await server.done('alert', 'pause', 'guesses'), /tells nothing until/);
  const paused = await server.json<{ name: string; state: string }>('alert', 'list');
  assert.equal(paused.find(({ name }) => name === 'guesses')?.state, 'paused');
  await server.done('alert', 'resume', 'guesses');
  assert.match(await server.done('alert', 'show', 'guesses'), /^guesses: quiet, critical, own\n/);
  assert.equal(await server.done('alert', 'remove', 'guesses'), 'guesses is gone.\n');

  const japanese = await server.done('alert', 'show', 'deferrals', '--lang', 'ja');
  assert.match(japanese, /一時的に拒否しています/);
  const more = await server.done('alert', 'change', 'deferrals', '--least', '500');
  assert.match(more, /^deferrals is now: share .+ per site, of 500 at least\.\n$/);
  assert.match(await server.done('alert', 'show', 'deferrals'), /, of 500 at least\n/);
  assert.equal(
    await server.done('alert', 'remove', 'deferrals'),
    'deferrals is as it was built in.\n',
  );

  // what was there before the rule is told by a trial of it, and nobody is written to
  await server.command(
    ...`smtp probe 127.0.0.1 --port ${server.ports.submission} --tls required --auth nobody@example.test --from nobody@example.test --to bob@example.test --password-file ${server.passwordFile}`.split(
      ' ',
    ),
  );
  const trial = [
    'alert',
    'test',
    '--when',
    'count of session.authentication-failed >= 1',
    '--per',
    'network',
    '--over',
    '1m',
    '--since',
    '1h',
  ];
  let told: { subject: string; counted: number }[] = [];
  for (let i = 0; i < 300 && told.length === 0; i++) told = await server.json(...trial);
  assert.deepEqual(
    told.map(({ subject, counted }) => [subject, counted]),
    [['127.0.0.0/24', 1]],
  );
  const events = await server.json<{ event: string; fields: string[] }>('alert', 'events');
  assert.ok(events.find(({ event }) => event === 'attempt.deferred')?.fields.includes('status'));
});

test('what is wrong is said with what to do', async () => {
  for (const [args, message] of [
    [['add', 'x', '--when', 'count of attempt.defered >= 3'], /Did you mean attempt\.deferred\?/],
    [
      ['add', 'x', '--when', 'count of attempt.deferred[forwardPath=a] >= 3'],
      /no public field forwardPath/,
    ],
    [['add', 'deferrals', '--when', 'count of queue.held >= 1'], /hikyaku alert change deferrals/],
    [['add', 'x'], /--when/],
    [
      ['add', 'x', '--when', 'count of queue.held >= 1', '--runbook', '/no/such/page.md'],
      /there is no such file/,
    ],
    [['change', 'deferals', '--least', '2'], /Did you mean deferrals\?/],
    [['remove', 'deferrals'], /hikyaku alert pause deferrals/],
  ] as const) {
    const { code, stderr } = await server.command('alert', ...args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, message);
  }
});
