import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { hex } from '#bytes';
import { deleteAppPassword, listAppPasswords } from '#store/directory/app-passwords';
import { markRemoved } from '#store/directory/accounts';
import { touchCredential } from '#store/directory/credentials';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { eventually } from '../../../test/support/program/running-server.ts';
import {
  addTestAccounts,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';
import {
  addAppPassword,
  MAX_APP_PASSWORDS,
  MAX_NAME_CHARACTERS,
  removeAppPassword,
} from './administer-app-passwords.ts';
import type { AdministerContext } from './administer.ts';
import { parseAppPassword } from './app-password.ts';
import { PasswordHasher } from './password-hash.ts';

const ALICE = 'alice@example.test';
const clock = new ManualClock();

let at: TestStore;
let context: AdministerContext;
let accounts: readonly string[];
before(async () => {
  at = await openTestStore(clock);
  accounts = await addTestAccounts(at.store, 'example.test', ['alice', 'bob', 'gone']);
  const { pool, notices } = at.store;
  context = { pool, notices, clock, hasher: new PasswordHasher(), random: randomBytes };
});
after(() => at[Symbol.asyncDispose]());
afterEach(async () => {
  for (const { publicId } of await listed()) await removeAppPassword(context, ALICE, publicId);
});

const listed = () => listAppPasswords(at.store.pool, ALICE);

async function made(name = 'phone', ...rest: Parameters<typeof addAppPassword>[3]) {
  const outcome = await addAppPassword(context, ALICE, name, rest);
  assert.ok(outcome.kind === 'made', outcome.kind);
  return outcome;
}

async function storedText(): Promise<string> {
  const { rows } = await at.store.pool.query<{ row: string }>(
    `select c::text as row from credentials c union all select e::text from events e`,
  );
  return rows.map(({ row }) => row).join('\n');
}

test('what is made is listed with name, scope and times, and holds nothing of the secret', async () => {
  const { id, text } = await made('Alices Telefon 📱', 'submission', 'imap', 'imap');
  const everything = await made('backup');
  assert.equal(parseAppPassword(text)?.id, id);
  const createdAt = new Date(clock.now());
  const never = { createdAt, lastUsedAt: null };
  assert.deepEqual(await listed(), [
    { publicId: id, name: 'Alices Telefon 📱', scope: ['submission', 'imap'], ...never },
    { publicId: everything.id, name: 'backup', scope: ['*'], ...never },
  ]);
  const stored = await storedText();
  assert.ok(stored.includes(id), 'the search looks where it should');
  assert.ok(!stored.includes(text));
  assert.ok(!stored.includes(text.replaceAll('-', '').slice(8)));
  assert.ok(!stored.includes(hex(parseAppPassword(text)!.secret)));
});

test('making and removing are events, which say no secret and name persons apart', async () => {
  const { id } = await made('phone', 'jmap');
  assert.equal(await removeAppPassword(context, ALICE, id), true);
  const { rows } = await at.store.pool.query<Record<string, unknown>>(
    `select type, account_id, credential_id is not null as credential, tenant_id is not null as tenant, fields, personal
     from events where fields ->> 'publicId' = $1 order by id`,
    [id],
  );
  const ids = { account_id: accounts[0], credential: true, tenant: true };
  const personal = { login: ALICE, name: 'phone' };
  assert.deepEqual(rows, [
    { type: 'app-password.made', ...ids, fields: { publicId: id, scope: ['jmap'] }, personal },
    { type: 'app-password.removed', ...ids, fields: { publicId: id }, personal },
  ]);
});

test('an account has so many, and one more for each that is removed', async () => {
  for (let i = 0; i < MAX_APP_PASSWORDS; i++) await made(`number ${i}`);
  assert.deepEqual(await addAppPassword(context, ALICE, 'one more', []), { kind: 'too-many' });
  assert.equal((await listed()).length, MAX_APP_PASSWORDS);
  const [first] = await listed();
  await removeAppPassword(context, ALICE, first!.publicId);
  await made('after one was removed');
});

test('two that come at once do not pass the limit together', async () => {
  for (let i = 1; i < MAX_APP_PASSWORDS; i++) await made(`number ${i}`);
  const first = await at.database.connect();
  await first.query('begin');
  await first.query('select from principals where login = $1 for no key update', [ALICE]);
  await first.query(
    `insert into credentials (principal_id, kind, scope, public_id, secret_sha256, scram_stored_key, scram_server_key, created_at)
     select id, 'app-password', '{*}', 'another1', '', '', '', $2 from principals where login = $1`,
    [ALICE, new Date(clock.now())],
  );
  const second = addAppPassword(context, ALICE, 'the second', []);
  const waits = async (): Promise<boolean> => {
    const { rowCount } = await at.store.pool.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rowCount === 1;
  };
  await eventually('the second waits for the first', waits);
  await first.query('commit');
  assert.deepEqual(await second, { kind: 'too-many' });
  assert.equal((await listed()).length, MAX_APP_PASSWORDS);
});

test('nobody removes what is another’s, or removes twice', async () => {
  const { id } = await made();
  const now = clock.now();
  assert.equal(await deleteAppPassword(at.store.pool, 'bob@example.test', id, now), false);
  assert.equal(await deleteAppPassword(at.store.pool, 'nobody@example.test', id, now), false);
  assert.equal((await listed()).length, 1);
  assert.equal(await removeAppPassword(context, ALICE, id), true);
  assert.equal(await removeAppPassword(context, ALICE, id), false);
});

test('an account that is removed, or was never there, gets none', async () => {
  assert.equal(await markRemoved(at.store.pool, 'gone@example.test', clock.now()), true);
  for (const login of ['gone@example.test', 'nobody@example.test']) {
    assert.deepEqual(await addAppPassword(context, login, 'phone', []), {
      kind: 'no-such-account',
    });
  }
});

for (const [what, name] of [
  ['nothing', ''],
  ['a space', ' '],
  ['two lines', 'a\nb'],
  ['a control character', 'a\x1b[2J'],
  ['a line separator', 'a\u2028b'],
  ['half a character', 'a\ud800'],
  ['too many characters', 'x'.repeat(MAX_NAME_CHARACTERS + 1)],
] as const) {
  test(`${what} is no name`, async () => {
    assert.deepEqual(await addAppPassword(context, ALICE, name, []), { kind: 'not-a-name' });
  });
}

test('the last use is written at most every ten minutes', async () => {
  const { id } = await made();
  const { pool } = at.store;
  const { rows } = await pool.query<{ id: string }>(
    'select id from credentials where public_id = $1',
    [id],
  );
  const first = clock.now();
  const noted: (number | undefined)[] = [];
  for (const minutes of [0, 5, 10, 11, 20, 22]) {
    await touchCredential(pool, rows[0]!.id, first + minutes * 60_000);
    const at = (await listed())[0]!.lastUsedAt?.getTime();
    noted.push(at === undefined ? undefined : (at - first) / 60_000);
  }
  assert.deepEqual(noted, [0, 0, 0, 11, 11, 22]);
});
