import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { append } from '#store/mailboxes/change/append';
import { createMailbox } from '#store/mailboxes/tree/create';
import { getMetadata, METADATA_LIMITS, setMetadata } from '#store/mailboxes/tree/metadata';
import {
  newMessage,
  openTestMail,
  uids,
  type TestMail,
} from '../../../../test/support/store/mailboxes.ts';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { readFacts, readSavedDates } from './facts.ts';
import { saveStructures } from './structures.ts';

const clock = new ManualClock();
let t: TestMail;
let account: string;
let inbox: string;

before(async () => {
  t = await openTestMail(clock);
  account = t.accounts[0];
  inbox = (await t.mailbox(account, 'INBOX')).id;
});
after(() => t[Symbol.asyncDispose]());

async function appended(internalDate?: number): Promise<number> {
  const done = await append(t.mail, account, inbox, [newMessage({ internalDate })]);
  assert.ok(done.kind === 'appended');
  return done.emailIds[0]!;
}

test('facts come in the order that they were asked for, and only to whom they belong', async () => {
  const [a, b] = [await appended(1_234_567), await appended()];
  const wanted = { summary: true, structure: true };
  const facts = await readFacts(t.mail.pool, account, [b, 999_999, a], wanted);
  assert.deepEqual(
    facts.map((fact) => fact?.receivedAt),
    [clock.now(), undefined, 1_234_567],
  );
  assert.match(facts[0]!.summary!.subject, /^message/);
  assert.equal(facts[0]!.structure, undefined);
  assert.ok(facts[0]!.size > 0 && facts[0]!.threadId > 0);
  assert.deepEqual(await readFacts(t.mail.pool, t.accounts[1], [a], {}), [undefined]);
  assert.deepEqual(await readFacts(t.mail.pool, account, [], {}), []);
});

test('structures are kept for the account that holds the message, and written once', async () => {
  const id = await appended();
  const save = (accountId: string, structure: string) =>
    saveStructures(t.mail, accountId, [
      { emailId: id, structure },
      { emailId: 999_999, structure },
    ]);
  const kept = async () =>
    (await readFacts(t.mail.pool, account, [id], { structure: true }))[0]!.structure?.toString();
  await save(t.accounts[1], '["theirs"]');
  assert.equal(await kept(), undefined);
  await Promise.all([save(account, '["a"]'), save(account, '["a"]')]);
  assert.equal(await kept(), '["a"]');
  await t.mail.pool.query('update email_structures set version = 0 where email_id = $1', [id]);
  assert.equal(await kept(), undefined, 'of a version that is not read any more');
  await save(account, '["b"]');
  assert.equal(await kept(), '["b"]');
});

test('a saved date is of the mailbox, not of the message', async () => {
  clock.advance(60_000);
  const done = await append(t.mail, account, inbox, [newMessage({ internalDate: 5000 })]);
  assert.ok(done.kind === 'appended');
  const uid = done.uids[0]!;
  assert.deepEqual(await readSavedDates(t.mail.pool, inbox, uids(uid, uid + 1)), [
    clock.now(),
    undefined,
  ]);
});

test('annotations of a mailbox and of the account are set, changed and removed together', async () => {
  const set = (mailboxId: string | undefined, entries: Record<string, string | null>) =>
    setMetadata(
      t.mail,
      account,
      mailboxId,
      Object.entries(entries).map(([name, value]) => ({
        name,
        value: value === null ? null : Buffer.from(value),
      })),
    );
  const get = async (mailboxId: string | undefined) =>
    (await getMetadata(t.mail.pool, account, mailboxId)).map(({ name, value }) => [
      name,
      Buffer.from(value).toString(),
    ]);
  for (const holder of [inbox, undefined]) {
    await set(holder, { '/private/b': 'B', '/shared/comment': 'hello', '/private/a': '' });
    await set(holder, { '/private/b': 'C', '/shared/comment': null, '/private/none': null });
    assert.deepEqual(await get(holder), [
      ['/private/a', ''],
      ['/private/b', 'C'],
    ]);
  }
  assert.deepEqual(await getMetadata(t.mail.pool, t.accounts[1], inbox), []);
  assert.deepEqual(await setMetadata(t.mail, t.accounts[1], inbox, []), {
    kind: 'no-such-mailbox',
  });
});

test('an annotation of a mailbox takes a modseq of it, one of the account and one that is refused take none', async () => {
  const modseq = async () => (await t.mailbox(account, 'INBOX')).modseq;
  const set = (mailboxId: string | undefined, octets: number) =>
    setMetadata(t.mail, account, mailboxId, [
      { name: '/private/counted', value: Buffer.alloc(octets) },
    ]);
  const before = await modseq();
  const done = await set(inbox, 1);
  assert.ok(done.kind === 'done');
  const after = await modseq();
  assert.ok(after > before);
  assert.deepEqual(done.steps, [{ mailboxId: inbox, previous: before, modseq: after }]);
  assert.deepEqual(await set(undefined, 1), { kind: 'done', steps: [] });
  assert.deepEqual(await set(inbox, METADATA_LIMITS.valueOctets + 1), { kind: 'too-big' });
  assert.equal(await modseq(), after);
});

test('annotations are bounded in size, number and in all', async () => {
  const created = await createMailbox(t.mail, account, { path: ['annotated'] });
  assert.ok(created.kind === 'created');
  const set = async (mailboxId: string, count: number, octets: number) => {
    const annotations = Array.from({ length: count }, (_, i) => ({
      name: `/private/${i}`,
      value: Buffer.alloc(octets),
    }));
    return (await setMetadata(t.mail, account, mailboxId, annotations)).kind;
  };
  const { entries, valueOctets, octets } = METADATA_LIMITS;
  assert.equal(await set(created.mailboxId, 1, valueOctets + 1), 'too-big');
  assert.equal(await set(created.mailboxId, entries + 1, 1), 'too-many');
  assert.equal(await set(created.mailboxId, entries, 1), 'done');
  assert.equal(await set(created.mailboxId, entries, 2), 'done');
  const fill = Math.floor(octets / valueOctets) - 1;
  assert.equal(await set(inbox, fill, valueOctets), 'done');
  assert.equal(await set(created.mailboxId, 2, valueOctets), 'too-many');
  assert.equal(await set(inbox, fill, valueOctets), 'done');
});
