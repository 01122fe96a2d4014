/** What a feedback report comes to, by what it proves and who vouches for it. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { utf8 } from '#bytes';
import { event } from '#events';
import { verpAddress } from '#protocol/verp/verp';
import { formatMailbox } from '#protocol/address/mailbox';
import { composeFeedbackMail } from '#protocol/arf/compose-report';
import type { FeedbackReport } from '#protocol/arf/report';
import { listComplaints } from '#store/complaints';
import { isSuppressed } from '#store/suppression';
import { sealToken, tokenKeys } from '#mail/unsubscribe/token';
import { wholeBlob } from '#store/emails/blobs';
import { appendEvents } from '#store/events/events';
import { inTransaction } from '#store/query/transaction';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import {
  addTestAccounts,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';
import { takeComplaint } from './take-complaint.ts';

const HOST = 'mail.example.test';
const KEYS = tokenKeys(Buffer.alloc(32, 4));
const SECRET = Buffer.alloc(32, 5);
/** One recipient; two recipients. */
const [ONE, TWO] = ['01k5s0c3rv4m7', '01k5s0c3rv4m8'];
const clock = new ManualClock();
const now = clock.now();
let t: TestStore;
let tenantId: string;

before(async () => {
  t = await openTestStore(clock);
  const [account] = await addTestAccounts(t.store, 'example.test', ['alice']);
  const { pool } = t.store;
  const { rows } = await pool.query<{ id: string }>('select id::text as id from tenants');
  tenantId = rows[0]!.id;
  for (const [id, ...to] of [
    [ONE, 'ann@big.test'],
    [TWO, 'bea@big.test', 'cyd@big.test'],
  ] as const) {
    await pool.query(
      `insert into submissions (message_id, tenant_id, account_id, principal_id, channel, envelope, created_at, release_at, undo_status)
       values ($1, $2, $3, 1, 'smtp', '{}', $4, $4, 'final')`,
      [id, tenantId, account, new Date(now)],
    );
    await pool.query(
      `insert into submission_recipients (message_id, recipient_id, forward_path, delivered, changed_at)
       select $1, row, path, 'yes', $3 from unnest($2::text[]) with ordinality as r(path, row)`,
      [id, to, new Date(now)],
    );
    await inTransaction(pool, (client) => appendEvents(client, [submitted(id)]));
  }
});

after(() => t[Symbol.asyncDispose]());

beforeEach(async () => {
  await t.store.pool.query('delete from complaints');
  await t.store.pool.query('delete from suppressions');
});

interface Reported {
  readonly header: readonly string[];
  readonly report?: Partial<FeedbackReport>;
  readonly vouching?: readonly string[];
}

/** @returns what it came to */
async function take({ header, report, vouching = [] }: Reported): Promise<unknown> {
  const content = composeFeedbackMail({
    from: 'feedback@big.test',
    to: 'fbl@example.test',
    subject: 'complaint',
    messageId: 'r@big.test',
    now,
    lines: ['A complaint.'],
    report: {
      feedbackType: 'abuse',
      userAgent: 'Big/1.0',
      originalRcptTo: [],
      incidents: 1,
      authenticationResults: [],
      reportedDomains: [],
      reportedUris: [],
      ...report,
    },
    original: { header: utf8([...header, '', ''].join('\r\n')), body: undefined },
    boundary: 'parted',
  });
  const mail = { sessionId: 's', messageId: 'r1', blob: wholeBlob(content), vouching };
  const recognizing = { keys: KEYS, secrets: [SECRET], hostname: HOST };
  const taken = await takeComplaint(t.store.pool, mail, recognizing, now);
  await t.store.writer.run({ accounts: [], order: '', bytes: 0, statements: taken.statements });
  return (taken.events[0]!.public as { result: string }).result;
}

const complained = async (): Promise<string[]> =>
  (await listComplaints(t.store.pool, { since: 0, site: undefined, limit: 10 })).map(
    ({ address }) => address,
  );

const isOff = (address: string): Promise<boolean> =>
  isSuppressed(t.store.pool, { tenantId, stream: 'any.list.test', address, at: now });

const received = (id: string, by = HOST): string =>
  `Received: from [192.0.2.1] (may be forged)\r\n by ${by} with ESMTPSA id ${id}; Thu, 26 Nov 2026 10:00:00 +0000`;

/** The header that whoever got the message gives back. */
const copyOf = (id: string): string[] => [
  received(id),
  `Message-ID:\r\n <${id}.secret@example.test>`,
];

const submitted = (messageId: string) =>
  event(
    'message.submitted',
    now,
    { messageId, tenantId },
    {
      public: {
        channel: 'smtp',
        size: 1,
        tls: null,
        with: 'ESMTPSA',
        recipients: 1,
        releaseAt: null,
      },
      personal: {
        client: '192.0.2.1',
        ehlo: 'x.test',
        reversePath: 'alice@example.test',
        login: 'alice@example.test',
        messageIdField: `<${messageId}.secret@example.test>`,
      },
    },
  );

const token = (): string =>
  sealToken(KEYS, {
    tenantId,
    messageId: TWO,
    recipientId: 2,
    stream: 'news.example.test',
    address: 'cyd@big.test',
  })!;

test('the token of the way out proves itself, whoever writes', async () => {
  assert.equal(
    await take({ header: [`List-Unsubscribe: <https://mail.example.test/u/${token()}>`] }),
    'counted',
  );
  assert.deepEqual(await complained(), ['cyd@big.test']);
  assert.ok(await isOff('cyd@big.test'));
  assert.ok(!(await isOff('bea@big.test')));
});

test('so does the address for mail with it, and the reverse-path that was made for the recipient', async () => {
  const byMail = `List-Unsubscribe: <mailto:unsubscribe-x@example.test?subject=${token()}>`;
  assert.equal(await take({ header: [byMail] }), 'counted');
  const path = formatMailbox(
    verpAddress(SECRET, 'example.test', { messageId: TWO, recipientId: 1 }),
  );
  assert.equal(await take({ header: [`Return-Path: <${path}>`] }), 'counted');
  assert.deepEqual((await complained()).sort(), ['bea@big.test', 'cyd@big.test']);
});

test('our id in Received counts from somebody who can be named, for the one recipient or the one that is named', async () => {
  const vouching = ['big.test'];
  assert.equal(await take({ header: copyOf(ONE) }), 'not-proven');
  assert.equal(await take({ header: copyOf(ONE), vouching }), 'counted');
  assert.equal(await take({ header: copyOf(TWO), vouching }), 'not-proven');
  const report = { originalRcptTo: ['Bea@big.test'] };
  assert.equal(await take({ header: copyOf(TWO), report, vouching }), 'counted');
  assert.deepEqual((await complained()).sort(), ['ann@big.test', 'bea@big.test']);
});

test('an id that is guessed suppresses nobody: only who had the message knows its Message-ID', async () => {
  const vouching = ['evil.test'];
  for (const header of [
    [received(ONE)],
    [received(ONE), 'Message-ID: <guess@example.test>'],
    [received(ONE), `Message-ID: <${TWO}.secret@example.test>`],
    [received(ONE), 'Message-ID:'],
  ]) {
    const report = { originalRcptTo: ['ann@big.test'] };
    assert.equal(await take({ header, report, vouching }), 'not-proven');
  }
  assert.deepEqual(await complained(), []);
  assert.ok(!(await isOff('ann@big.test')));
});

test('a Received field of another host, or of a message that is not known, leads nowhere', async () => {
  const vouching = ['big.test'];
  assert.equal(await take({ header: [received(ONE, 'evil.test')], vouching }), 'not-known');
  assert.equal(await take({ header: [received('01k5s0c3rvzzz')], vouching }), 'not-proven');
  assert.deepEqual(await complained(), []);
});

test('what is forged leads nowhere', async () => {
  const path = formatMailbox(
    verpAddress(Buffer.alloc(32, 6), 'example.test', { messageId: ONE, recipientId: 1 }),
  );
  const altered = token().replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  assert.equal(
    await take({
      header: [
        `Return-Path: <${path}>`,
        `List-Unsubscribe: <https://mail.example.test/u/${altered}>`,
      ],
      vouching: ['big.test'],
    }),
    'not-known',
  );
});

test('the same complaint counts once, another type of it apart; what is none does not count', async () => {
  const header = [`List-Unsubscribe: <https://mail.example.test/u/${token()}>`];
  assert.equal(await take({ header, report: { feedbackType: 'not-spam' } }), 'no-complaint');
  assert.equal(await take({ header, report: { feedbackType: 'auth-failure' } }), 'no-complaint');
  assert.deepEqual(await complained(), []);
  assert.equal(await take({ header }), 'counted');
  assert.equal(await take({ header }), 'again');
  assert.equal(await take({ header, report: { feedbackType: 'fraud' } }), 'counted');
  assert.equal((await complained()).length, 2);
});

test('a token holds when the submission is long gone', async () => {
  const gone = sealToken(KEYS, {
    tenantId,
    messageId: '01aaaaaaaaaaa',
    recipientId: 1,
    stream: 'bulk',
    address: 'old@big.test',
  })!;
  assert.equal(await take({ header: [`List-Unsubscribe: <https://x.test/u/${gone}>`] }), 'counted');
  assert.deepEqual(await complained(), ['old@big.test']);
});
