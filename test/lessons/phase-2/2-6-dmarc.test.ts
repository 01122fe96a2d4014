import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import { eventually } from '../../support/program/running-server.ts';
import {
  ask,
  buy,
  DOMAIN,
  pass,
  publish,
  receive,
  untilSeen,
  vouchByDkim,
  vouchBySpf,
  write,
} from '../../support/lab/own-domain.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
  await buy(learner);
  await receive(learner);
  await vouchBySpf(learner);
});
after(() => learner[Symbol.asyncDispose]());

async function raise(policy: string): Promise<void> {
  await ask(learner, policy);
  await pass(learner, '10m');
}

/** Sends, and waits until the provider has judged it. */
async function sendAndWait(to: string): Promise<void> {
  const judged = async (): Promise<unknown[]> =>
    learner.server.query(
      `select id from lab.provider_traces where reverse_path like '%@${DOMAIN}'`,
    );
  const { length } = await judged();
  await write(learner, to);
  await eventually('it is judged', async () => (await judged()).length > length);
}

/** Lets the day end, and the reports come in. */
async function endDay(): Promise<void> {
  const reports = async (): Promise<number> =>
    (await learner.server.json('dmarc', 'reports', '--domain', DOMAIN)).length;
  const before = await reports();
  await learner.server.done('lab', 'end-of-day');
  await eventually('the reports are taken in', async () => {
    await pass(learner, '10m');
    return (await reports()) > before;
  });
}

test('2.6: whoever goes to p=reject at once has read nothing', async () => {
  await raise('p=reject');
  await learner.start('2.6');
  await sendAndWait('hana@bigmail.test');
  await endDay();
  const state = await learner.check('2.6');
  assert.deepEqual(state.seen, []);
  assert.match(state.why['reject']!, /before the report was there/);
});

test('2.6: mail of the learner’s own that fails on the way up is told, and does not pass', async () => {
  await raise('p=none');
  await learner.start('2.6');
  await sendAndWait('hana@bigmail.test');
  await endDay();
  await raise('p=quarantine');
  await sendAndWait('hana@bigmail.test');
  await untilSeen(learner, '2.6', 'aligned');
  await publish(learner, '@', 'TXT', '"v=spf1 -all"');
  await pass(learner, '10m');
  await sendAndWait('hana@bigmail.test');
  const state = await learner.check('2.6');
  assert.deepEqual(state.seen, ['none', 'quarantine']);
  assert.match(state.why['aligned']!, /^1\/2 passed; these did not: \w{13}/);
});

test('2.6: none, a report, quarantine, a report, reject, with all mail aligned', async () => {
  await vouchBySpf(learner);
  await vouchByDkim(learner);
  await raise('p=none');
  await learner.start('2.6');
  await sendAndWait('hana@bigmail.test');
  await sendAndWait('ella@purple.test');
  await endDay();
  assert.deepEqual((await learner.check('2.6')).seen, ['none']);
  await raise('p=quarantine');
  await sendAndWait('hana@bigmail.test');
  await endDay();
  await raise('p=reject');
  await sendAndWait('hana@bigmail.test');
  await untilSeen(learner, '2.6');
});
