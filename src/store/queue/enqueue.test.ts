import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { utf8 } from '#bytes';
import { blobOrder, storeBlob, wholeBlob } from '#store/emails/blobs';
import { viewOf } from '#store/emails/emails';
import { openTestStore, type TestStore } from '../../../test/support/store/store.ts';
import { insertSubmission } from '#store/submissions';
import type { Job } from '#store/writer/writer';
import { enqueue } from './enqueue.ts';

let opened: TestStore;

before(async () => {
  opened = await openTestStore();
  await opened.store.pool.query(
    `insert into domain_sites (domain, site, seen_at) values ('known.test', 'mx.known.test', $1)`,
    [new Date()],
  );
});
after(() => opened[Symbol.asyncDispose]());

function submissionJob(text: string, to: readonly string[], wait = 0): Job & { id: string } {
  const { store } = opened;
  const now = store.clock.now();
  const id = store.newId();
  const blob = wholeBlob(utf8(`Subject: ${text}\r\n\r\n`));
  const paths = to.map((forwardPath, index) => ({ id: index + 1, forwardPath }));
  return {
    id,
    accounts: [],
    order: blobOrder(blob),
    bytes: blob.size,
    statements: [
      storeBlob(blob, now),
      ...insertSubmission({
        messageId: id,
        tenantId: '1',
        accountId: '2',
        principalId: '3',
        credentialId: '4',
        channel: 'smtp',
        reversePath: 'author@example.test',
        envelope: { smtputf8: false },
        recipients: paths,
        createdAt: now,
        releaseAt: now + wait,
      }),
      ...enqueue({
        id,
        parentId: undefined,
        sessionId: 'session',
        tenantId: '1',
        accountId: '2',
        sha256: blob.sha256,
        view: viewOf(new Uint8Array(0), blob.size, [2, 4]),
        reversePath: 'author@example.test',
        ret: 'HDRS',
        envid: undefined,
        smtputf8: false,
        eightBit: true,
        notifyAuthor: true,
        arrivedAt: now,
        expiresAt: now + 1000,
        recipients: paths.map(({ id: recipient, forwardPath }) => ({
          id: recipient,
          forwardPath,
          domain: forwardPath.slice(forwardPath.indexOf('@') + 1),
          reversePath: undefined,
          orcpt: undefined,
          notify: 'NEVER',
          stream: 'transactional',
          priority: 0,
          sourcePool: '',
          nextAt: now,
        })),
      }),
    ],
  };
}

test('each of many submissions in one transaction answers its own destinations, each once', async () => {
  const { store } = opened;
  const cases = [
    { to: ['a@one.test', 'b@one.test', 'c@two.test'], sites: ['one.test', 'two.test'] },
    { to: ['a@known.test'], sites: ['mx.known.test'] },
    { to: ['a@one.test'], sites: ['one.test'] },
    { to: ['a@three.test', 'b@known.test'], sites: ['mx.known.test', 'three.test'] },
  ];
  const answers = await Promise.all(
    cases.map(async ({ to }, i) => store.writer.run(submissionJob(`case ${i}`, to))),
  );
  assert.deepEqual(
    answers.map((results) =>
      results
        .at(-1)!
        .rows.map(({ site }) => site as string)
        .toSorted(),
    ),
    cases.map(({ sites }) => sites),
  );
  assert.deepEqual(answers[1]!.at(-1)!.rows, [
    { site: 'mx.known.test', stream: 'transactional', sourcePool: '' },
  ]);
});

test('what was queued stands in the queue as it was handed in', async () => {
  const { store } = opened;
  const job = submissionJob('kept', ['a@one.test', 'b@two.test'], 60_000);
  await store.writer.run(job);
  const { rows } = await store.pool.query(
    `select m.session_id, m.account_id, m.hidden, m.size::integer, m.ret, m.envid, m.eight_bit, r.recipient_id, r.forward_path,
       r.notify, c.site, s.undo_status, t.delivered
     from queue_messages m join queue_recipients r on r.message_id = m.id
       join queue_claims c on c.message_id = m.id and c.recipient_id = r.recipient_id
       join submissions s on s.message_id = m.id
       join submission_recipients t on t.message_id = m.id and t.recipient_id = r.recipient_id
     where m.id = $1 order by r.recipient_id`,
    [job.id],
  );
  const both = {
    session_id: 'session',
    account_id: '2',
    hidden: [2, 4],
    size: job.bytes - 2,
    ret: 'HDRS',
    envid: null,
    eight_bit: true,
    notify: 'NEVER',
    undo_status: 'pending',
    delivered: 'queued',
  };
  assert.deepEqual(rows, [
    { ...both, recipient_id: 1, forward_path: 'a@one.test', site: 'one.test' },
    { ...both, recipient_id: 2, forward_path: 'b@two.test', site: 'two.test' },
  ]);
});
