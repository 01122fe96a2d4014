import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { utf8 } from '#bytes';
import type { Event } from '#events';
import { insertSubmission } from '#store/submissions';
import { listSuppressions } from '#store/suppression';
import type { BouncingRecipient } from '#protocol/verp/verp';
import { BlobUpload, wholeBlob, type NewBlob } from '#store/emails/blobs';
import { writeEvents } from '#store/events/events';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import {
  addTestAccounts,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';
import { takeBounces } from './take-bounces.ts';

const DAY = 86_400_000;
const clock = new ManualClock();
let t: TestStore;
let messageId: string;

before(async () => {
  t = await openTestStore(clock);
  const [accountId] = await addTestAccounts(t.store, 'example.test', ['alice']);
  messageId = t.store.newId();
  const { rows } = await t.store.pool.query<{
    tenant: string;
    principal: string;
    credential: string;
  }>(
    `select p.tenant_id as tenant, p.id as principal, c.id as credential
     from principals p join credentials c on c.principal_id = p.id limit 1`,
  );
  const { tenant, principal, credential } = rows[0]!;
  await run(
    insertSubmission({
      messageId,
      tenantId: tenant,
      accountId: accountId!,
      principalId: principal,
      credentialId: credential,
      channel: 'smtp',
      reversePath: 'alice@example.test',
      envelope: {},
      recipients: [
        { id: 1, forwardPath: 'Ann@There.test' },
        { id: 2, forwardPath: 'ben@there.test' },
      ],
      createdAt: clock.now(),
      releaseAt: clock.now(),
    }),
  );
});
after(() => t[Symbol.asyncDispose]());
beforeEach(() => t.store.pool.query('truncate suppressions, soft_bounces, events'));

function run(statements: Parameters<TestStore['store']['writer']['run']>[0]['statements']) {
  return t.store.writer.run({ accounts: [], order: '', bytes: 0, statements });
}

function notice(status: string, { action = 'failed', after: rest = '' } = {}): Uint8Array {
  return utf8(
    [
      'Content-Type: multipart/report; boundary=b',
      '',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.there.test',
      '',
      'Final-Recipient: rfc822; somebody@else.test',
      `Action: ${action}`,
      `Status: ${status}`,
      '',
      '--b',
      'Content-Type: message/rfc822',
      '',
      rest,
      '--b--',
      '',
    ].join('\r\n'),
  );
}

/** Takes it in as reception does; the events of it. */
async function take(
  content: Uint8Array | NewBlob,
  about: readonly BouncingRecipient[] = [{ messageId, recipientId: 1 }],
): Promise<readonly Event[]> {
  const blob = content instanceof Uint8Array ? wholeBlob(content) : content;
  const at = { sessionId: 's', messageId: t.store.newId(), blob, about };
  const { statements, events } = await takeBounces(t.store.pool, at, clock.now());
  await run([...statements, writeEvents(events)]);
  return events;
}

async function suppressed(): Promise<string[]> {
  const kept = await listSuppressions(t.store.pool, { at: clock.now(), limit: 10 });
  return kept.map(({ address, reason }) => `${address} ${reason}`).sort();
}

const types = (events: readonly Event[]): string[] => events.map(({ type }) => type);

test('whom it names inside is nothing to us: the address that it came to says who failed', async () => {
  const events = await take(notice('5.1.1'));
  assert.deepEqual(types(events), ['bounce.read', 'recipient.bounced', 'address.suppressed']);
  assert.deepEqual(await suppressed(), ['ann@there.test hard-bounce']);
  assert.equal(events[1]!.ids.messageId, messageId);
  assert.equal(events[1]!.ids.recipientId, '1');
  assert.notEqual(events[0]!.ids.messageId, messageId);
});

test('soft ones suppress on the third day, however many come in one', async () => {
  for (const [day, expected] of [
    [0, []],
    [0, []],
    [0, []],
    [3, []],
    [6, ['ann@there.test soft-bounces']],
  ] as const) {
    clock.advance(day * DAY);
    await take(notice('5.2.2'));
    assert.deepEqual(await suppressed(), expected);
  }
});

test('soft ones that lie far apart suppress nobody', async () => {
  for (let time = 0; time < 6; time++) {
    await take(notice('4.4.7'));
    clock.advance(20 * DAY);
  }
  assert.deepEqual(await suppressed(), []);
});

test('a policy against us is told, and counted for nobody', async () => {
  assert.deepEqual(types(await take(notice('5.7.26'))), ['bounce.read', 'recipient.bounced']);
  const { rowCount } = await t.store.pool.query('select from soft_bounces');
  assert.equal(rowCount, 0);
});

test('a delay, a delivery, a complaint and what nobody understands are only noted', async () => {
  const results = [];
  for (const content of [
    notice('4.4.1', { action: 'delayed' }),
    notice('2.1.5', { action: 'delivered' }),
    utf8('Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n'),
    utf8('Auto-Submitted: auto-replied\r\n\r\nI am away.\r\n'),
    utf8('From: x\r\n\r\nWho are you?\r\n'),
    new Uint8Array(0),
  ]) {
    const [read, ...more] = (await take(content)) as [Event<'bounce.read'>, ...Event[]];
    assert.deepEqual(more, []);
    results.push(read.public.result);
  }
  assert.deepEqual(results, [
    'no-failure',
    'no-failure',
    'complaint',
    'auto-reply',
    'unclear',
    'unclear',
  ]);
  assert.deepEqual(await suppressed(), []);
});

test('one that came to several addresses is about each', async () => {
  const about = [1, 2].map((recipientId) => ({ messageId, recipientId }));
  await take(notice('5.1.1'), about);
  assert.deepEqual(await suppressed(), [
    'ann@there.test hard-bounce',
    'ben@there.test hard-bounce',
  ]);
});

test('of a message that is not known any more nothing follows', async () => {
  for (const about of [
    { messageId: t.store.newId(), recipientId: 1 },
    { messageId, recipientId: 3 },
  ]) {
    const [read, ...more] = (await take(notice('5.1.1'), [about])) as [Event<'bounce.read'>];
    assert.equal(read.public.result, 'not-known');
    assert.deepEqual(more, []);
  }
  assert.deepEqual(await suppressed(), []);
});

test('one recipient fills no story, however often he writes', async () => {
  const about = [{ messageId, recipientId: 2 }];
  const told = [];
  for (let time = 0; time < 8; time++) {
    const [read] = (await take(notice('5.7.1'), about)) as [Event<'bounce.read'>, ...Event[]];
    told.push(read.public.result);
  }
  assert.deepEqual(told, [...Array<string>(5).fill('failed'), ...Array<string>(3).fill('again')]);
});

test('a large one is read from where it lies, by its beginning', async () => {
  const upload = new BlobUpload(t.store.writer, clock);
  await upload.push(notice('5.1.1', { after: 'x'.repeat(1_000_000) }));
  const blob = await upload.finish();
  assert.equal(blob.kind, 'uploaded');
  await take(blob);
  assert.deepEqual(await suppressed(), ['ann@there.test hard-bounce']);
});
