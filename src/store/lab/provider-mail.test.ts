import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTestStore, type TestStore } from '../../../test/support/store/store.ts';
import {
  findTrace,
  keepMail,
  keepTrace,
  listProviderMail,
  readProviderMail,
  trimProviderMail,
  type NewMail,
} from './provider-mail.ts';
import { addOutgoing, concludeOutgoing, dueOutgoing, nextOutgoing } from './provider-outbox.ts';
import { countReported, takeReported, unreported } from './provider-reported.ts';

const NOW = Date.UTC(2030, 0, 1, 9);

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

function copy(number: number, more: Partial<NewMail> = {}): NewMail {
  return {
    provider: 'bigmail',
    person: 'hana',
    traceId: `trace${number}`,
    folder: 'inbox',
    reversePath: 'a@good.test',
    author: 'a@good.test',
    subject: `Hello \u0000 ${number}`,
    receivedAt: NOW + number,
    size: 5,
    raw: Uint8Array.of(0, 255, number),
    acts: ['open'],
    ...more,
  };
}

const trace = (number: number, provider = 'bigmail') => ({
  id: `${provider}${number}`,
  provider,
  at: NOW + number,
  reversePath: '',
  code: 250,
  enhanced: null,
  verdict: 'inbox',
  facts: { ip: '127.20.25.25' },
  trace: [{ rule: 'no-ptr' }],
});

test('of each provider the newest messages and traces stay', async () => {
  const { pool } = at.store;
  for (let number = 0; number < 5; number++) {
    await keepMail(pool, [copy(number), copy(number, { provider: 'grey' })]);
    await keepTrace(pool, trace(number));
    await keepTrace(pool, trace(number, 'grey'));
  }
  await trimProviderMail(pool, 'bigmail', { mail: 2, traces: 3 });
  const kept = await listProviderMail(pool, { provider: 'bigmail', limit: 10 });
  assert.deepEqual(
    kept.map(({ traceId }) => traceId),
    ['trace4', 'trace3'],
  );
  const whole = await readProviderMail(pool, {
    provider: 'bigmail',
    person: 'hana',
    id: kept[0]!.id,
  });
  assert.deepEqual([...whole!.raw], [0, 255, 4]);
  assert.equal((await listProviderMail(pool, { provider: 'grey', limit: 10 })).length, 5);
  const found = await Promise.all([1, 2].map((number) => findTrace(pool, `bigmail${number}`)));
  assert.deepEqual(
    found.map((one) => one?.id),
    [undefined, 'bigmail2'],
  );
});

test('a letter leaves at its time, comes back while it is deferred, and never again once it is sent', async () => {
  const { pool } = at.store;
  const letter = {
    provider: 'bigmail',
    kind: 'reply',
    reversePath: 'hana@bigmail.test',
    forwardPath: 'a@good.test',
    raw: Uint8Array.of(1),
    madeAt: NOW,
  } as const;
  await addOutgoing(pool, { ...letter, id: 'late', nextAt: NOW + 10 });
  await addOutgoing(pool, { ...letter, id: 'soon', nextAt: NOW });
  const due = async (now: number) => (await dueOutgoing(pool, now, 10)).map(({ id }) => id);
  assert.deepEqual(await due(NOW), ['soon']);
  await concludeOutgoing(pool, 'soon', { sent: false, said: '451', nextAt: NOW + 20 });
  assert.equal(await nextOutgoing(pool), NOW + 10);
  assert.deepEqual(await due(NOW + 20), ['late', 'soon']);
  await concludeOutgoing(pool, 'late', { sent: true, said: '250', nextAt: undefined });
  await concludeOutgoing(pool, 'soon', { sent: false, said: '550', nextAt: undefined });
  assert.deepEqual([await due(NOW + 1e9), await nextOutgoing(pool)], [[], undefined]);
});

test('rows of a report add up, and are taken once', async () => {
  const { pool } = at.store;
  const row = {
    provider: 'bigmail',
    domain: 'good.test',
    day: '2030-01-01',
    record: { spf: 'pass' },
  };
  await countReported(pool, [
    { ...row, messages: 2 },
    { ...row, day: '2030-01-02', messages: 1 },
  ]);
  await countReported(pool, [{ ...row, messages: 3 }]);
  const days = await unreported(pool, '2030-01-02');
  assert.deepEqual(days, [{ provider: 'bigmail', domain: 'good.test', day: '2030-01-01' }]);
  assert.deepEqual(await takeReported(pool, days[0]!), [{ record: { spf: 'pass' }, messages: 5 }]);
  assert.deepEqual(await takeReported(pool, days[0]!), []);
});
