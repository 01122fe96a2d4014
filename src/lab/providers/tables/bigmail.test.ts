import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { latin1 } from '#bytes';
import { findTrace, listProviderMail, readProviderMail } from '#store/lab/provider-mail';
import { startProviderStage, type ProviderStage } from '../../../../test/support/lab/providers.ts';

let stage: ProviderStage;

before(async () => {
  stage = await startProviderStage();
});
after(() => stage[Symbol.asyncDispose]());

test('an authenticated message is taken into the inbox, with what was found out about it', async () => {
  const by = stage.sender('good.test');
  const sent = await stage.send({ by, to: 'hana' });
  assert.equal(sent.code, '250', sent.lines.join('\n'));
  const { pool } = stage.ground;
  const [kept] = await listProviderMail(pool, { provider: 'bigmail', person: 'hana', limit: 10 });
  assert.equal(kept!.folder, 'inbox');
  assert.equal(kept!.traceId, sent.id);
  assert.match(kept!.subject, /^Hello /);
  const whole = await readProviderMail(pool, { provider: 'bigmail', person: 'hana', id: kept!.id });
  const text = latin1(whole!.raw);
  assert.match(
    text,
    /^Return-Path: <news@good\.test>\r\nAuthentication-Results: mx\.bigmail\.test;/,
  );
  for (const result of ['iprev=pass', 'spf=pass', 'dkim=pass', 'dmarc=pass'])
    assert.ok(text.includes(result), `${result} in ${text}`);
  const trace = await findTrace(pool, sent.id!);
  assert.deepEqual([trace!.code, trace!.verdict], [250, 'inbox']);
  assert.ok(trace!.trace.length > 15);
});

test('an unauthenticated one is refused with its code, and the trace says why', async () => {
  const by = stage.sender('nobody.test', { address: '25.31', spf: false, dmarc: false });
  const sent = await stage.send({ by, to: 'hana', signedBy: false });
  assert.equal(sent.code, '550 5.7.26');
  assert.match(sent.lines.at(-1)!, /^See https:\/\/why\.lab\.test\/\w{13} - bmsmtp$/);
  const trace = await findTrace(stage.ground.pool, sent.id!);
  assert.equal(trace!.verdict, 'bigmail.unauthenticated');
  const last = trace!.trace.at(-1) as { rule: string; matched: boolean; seen: { spf: string } };
  assert.deepEqual([last.rule, last.matched, last.seen.spf], ['unauthenticated', true, 'none']);
});
