import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { openTestStore, type TestStore } from '../../../test/support/smtp/own-server.ts';
import { setAlias } from '#store/directory/addresses';
import { judgeRecipient } from '#mail/receive/recipient';
import { bouncePath } from './bounce-path.ts';

const DAY = 86_400_000;
const ALICE = parseMailbox('alice@example.test')!;
let at: TestStore;
let messageId: string;
let path: Mailbox;

before(async () => {
  at = await openTestStore();
  messageId = at.store.newId();
  path = parseMailbox((await made(ALICE))!)!;
});
after(() => at[Symbol.asyncDispose]());

function made(reversePath: Mailbox | null): Promise<string | undefined> {
  return bouncePath(at.directory, reversePath, { messageId, recipientId: 7 });
}

async function judged(mailbox: Mailbox, reversePath: string | null = null, days = 0) {
  const { directory, store } = at;
  const now = store.clock.now() + days * DAY;
  const from = reversePath === null ? null : parseMailbox(reversePath)!;
  return judgeRecipient({ directory, pool: store.pool }, mailbox, 0, { reversePath: from, now });
}

test('it is in the domain of the author’s, and only where mail for it comes here', async () => {
  assert.match((await made(ALICE))!, /^bounce-[0-9a-z]{13}-7-[a-z2-7]{8}@example\.test$/);
  assert.equal(await made(null), undefined);
  assert.equal(await made(parseMailbox('alice@elsewhere.test')!), undefined);
});

test('a notice to it is taken, and goes to no mailbox', async () => {
  const outcome = await judged(path);
  assert.ok(outcome.kind === 'accepted');
  assert.deepEqual(outcome.expansion.bounced, { messageId, recipientId: 7 });
  assert.deepEqual([outcome.expansion.accounts, outcome.expansion.external], [[], []]);
});

test('servers that name themselves may write to it, nobody else may', async () => {
  for (const from of ['MAILER-DAEMON@there.test', 'postmaster@there.test'])
    assert.equal((await judged(path, from)).kind, 'accepted', from);
  assert.equal((await judged(path, 'ann@there.test')).kind, 'bounces-only');
});

test('it is for sixty days', async () => {
  assert.equal((await judged(path, null, 59)).kind, 'accepted');
  assert.equal((await judged(path, null, 61)).kind, 'bounce-expired');
});

test('what was changed is forged, whoever writes to it', async () => {
  const forged = { ...path, localPart: path.localPart.replace('-7-', '-8-') };
  assert.equal((await judged(forged)).kind, 'bounce-forged');
  assert.equal((await judged(forged, 'ann@there.test')).kind, 'bounce-forged');
});

test('a domain that is not here relays nothing, and who has such a name keeps his mail', async () => {
  assert.equal((await judged({ ...path, domain: 'elsewhere.test' })).kind, 'not-here');
  const own = { ...path, localPart: `${path.localPart.slice(0, -8)}aaaaaaaa` };
  const { pool, clock } = at.store;
  await setAlias(pool, { ...own, targets: [formatMailbox(ALICE)], now: clock.now() });
  const outcome = await judged(own, 'ann@there.test');
  assert.ok(outcome.kind === 'accepted' && outcome.expansion.accounts.length === 1);
});
