/** Logins against a real store: app passwords, the cache of verified logins, and what another process changes. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { hex } from '#bytes';
import { silentLog } from '#log';
import { mailboxKey } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import type { PreparedText } from '#protocol/sasl/prepared-text';
import { saltPassword, scramKeysOf } from '#protocol/sasl/scram-keys';
import { openStore } from '#store/database/open';
import { setDisabled } from '#store/directory/accounts';
import { listAppPasswords } from '#store/directory/app-passwords';
import { installationSecret } from '#store/directory/installation';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database/database.ts';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { eventually } from '../../../test/support/program/running-server.ts';
import { addAccount, addDomain, changePassword, type AdministerContext } from './administer.ts';
import {
  addAppPassword,
  MAX_APP_PASSWORDS,
  removeAppPassword,
} from './administer-app-passwords.ts';
import { Authenticator } from './authenticate.ts';
import { PasswordHasher } from './password-hash.ts';
import type { Scope } from './scope.ts';

const ALICE = 'alice@example.test';
const BOB = 'bob@example.test';
const PASSWORD = 'open sesame';
const clock = new ManualClock();

let database: TestDatabase;
let here: Awaited<ReturnType<typeof openProcess>>;
before(async () => {
  database = await openTestDatabase();
  here = await openProcess();
  await addDomain(here.administer, 'example.test');
  for (const name of [ALICE, BOB]) {
    await addAccount(here.administer, parseMailbox(name)!, PASSWORD, undefined);
  }
});
after(async () => {
  await here[Symbol.asyncDispose]();
  await database.close();
});

/** What one server process has of it. */
async function openProcess() {
  await using parts = new AsyncDisposableStack();
  const opened = await openStore({
    connection: database.connection,
    clock,
    log: silentLog,
    allowUnsafe: ['fsync', 'full_page_writes', 'synchronous_commit'],
  });
  assert.ok(opened.kind === 'open');
  const { pool, notices } = parts.use(opened.store);
  const hasher = parts.adopt(new PasswordHasher(), (h) => h.close());
  const administer: AdministerContext = { pool, notices, clock, hasher, random: randomBytes };
  const secret = await installationSecret(pool, randomBytes(32));
  const authenticator = parts.adopt(
    new Authenticator({ pool, notices, clock, log: silentLog, cacheKey: randomBytes(32), secret }),
    (a) => a.close(),
  );
  const kept = parts.move();
  return {
    pool,
    notices,
    administer,
    authenticator,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function check(
  password: string,
  { name = ALICE, scope = 'submission' }: { name?: string; scope?: Scope } = {},
) {
  const { authenticator } = here;
  return authenticator.checkPassword(name as PreparedText, password as PreparedText, scope);
}

const kindOf = async (...args: Parameters<typeof check>): Promise<string> =>
  (await check(...args)).kind;

async function made(...scopes: readonly Scope[]) {
  const outcome = await addAppPassword(here.administer, ALICE, 'phone', scopes);
  assert.ok(outcome.kind === 'made');
  return outcome;
}

const remove = (id: string, process = here): Promise<boolean> =>
  removeAppPassword(process.administer, ALICE, id);

/** What a SCRAM proof of this password leads to. */
async function prove(password: string, scope: Scope = 'submission') {
  const { credentials, outcomes } = await here.authenticator.findScram(
    ALICE as PreparedText,
    scope,
  );
  const { salt, iterations, keys } = credentials;
  const own = scramKeysOf(await saltPassword(password as PreparedText, salt, iterations));
  const index = keys.findIndex(
    ({ storedKey, serverKey }) =>
      hex(storedKey) === hex(own.storedKey) && hex(serverKey) === hex(own.serverKey),
  );
  return outcomes[index]?.kind ?? 'refused';
}

test('an app password logs in to its own account alone, however it is typed', async () => {
  const { id, text } = await made();
  const login = await check(text);
  assert.ok(login.kind === 'login');
  assert.equal(login.login.name, ALICE);
  assert.equal(await kindOf(text.toUpperCase().replaceAll('-', ' ')), 'login');
  assert.equal(await kindOf(text, { name: 'Alice@Example.Test' }), 'login');
  assert.equal(await kindOf(text, { name: BOB }), 'refused');
  assert.equal(await kindOf(text, { name: 'nobody@example.test' }), 'refused');
  const account = await check(PASSWORD);
  assert.ok(account.kind === 'login');
  assert.notEqual(account.login.credentialId, login.login.credentialId);
  assert.equal(account.login.accountId, login.login.accountId);
  await remove(id);
});

test('an app password is refused for what it was not made for, remembered or not', async () => {
  const { id, text } = await made('imap');
  for (let again = 0; again < 2; again++) {
    assert.equal(await kindOf(text), 'out-of-scope');
    assert.equal(await prove(text), 'out-of-scope');
    assert.equal(await kindOf(text, { scope: 'jmap' }), 'out-of-scope');
    assert.equal(await kindOf(text, { scope: 'imap' }), 'login');
    assert.equal(await prove(text, 'imap'), 'login');
  }
  await remove(id);
});

test('only a login that was let in counts as a use', async () => {
  const { id, text } = await made('imap');
  const lastUse = async () => {
    const listed = await listAppPasswords(here.pool, ALICE);
    return listed.find(({ publicId }) => publicId === id)!.lastUsedAt;
  };
  assert.equal(await kindOf(text), 'out-of-scope');
  assert.equal(await lastUse(), null);
  assert.equal(await kindOf(text, { scope: 'imap' }), 'login');
  assert.equal((await eventually('last use', lastUse)).getTime(), clock.now());
  await remove(id);
});

test('whoever is named, a SCRAM exchange tries as many keys after one question', async () => {
  const asked = here.pool.query.bind(here.pool);
  let questions = 0;
  here.pool.query = ((...args: Parameters<typeof asked>) => {
    questions += 1;
    return asked(...args);
  }) as typeof asked;
  const { id } = await made();
  try {
    for (const name of [ALICE, BOB, 'nobody@example.test', 'nobody@elsewhere.test']) {
      questions = 0;
      const { credentials } = await here.authenticator.findScram(
        name as PreparedText,
        'submission',
      );
      assert.equal(credentials.keys.length, 1 + MAX_APP_PASSWORDS, name);
      assert.equal(questions, 1, name);
    }
  } finally {
    here.pool.query = asked;
  }
  await remove(id);
});

test('a new account password leaves salt, count and app passwords as they were', async () => {
  const { id, text } = await made();
  const salt = async () => {
    const { credentials } = await here.authenticator.findScram(ALICE as PreparedText, 'submission');
    return [hex(credentials.salt), credentials.iterations];
  };
  const before = await salt();
  const alice = parseMailbox(ALICE)!;
  assert.equal(mailboxKey(alice), ALICE);
  assert.equal(await kindOf(PASSWORD), 'login');
  assert.deepEqual(await changePassword(here.administer, alice, 'another password'), {
    kind: 'changed',
  });
  assert.deepEqual(await salt(), before);
  // both ways, and the old one at once though it was remembered
  assert.deepEqual([await kindOf(PASSWORD), await prove(PASSWORD)], ['refused', 'refused']);
  for (const password of ['another password', text]) {
    assert.deepEqual([await kindOf(password), await prove(password)], ['login', 'login']);
  }
  await changePassword(here.administer, alice, PASSWORD);
  await remove(id);
});

test('a remembered login is one that the database no longer knows, until something is said', async () => {
  const { text, id } = await made();
  assert.equal(await kindOf(text), 'login');
  await here.pool.query({ text: 'delete from credentials where public_id = $1', values: [id] });
  assert.equal(await kindOf(text), 'login', 'remembered');
  here.notices.say('directory');
  assert.equal(await kindOf(text), 'refused');
});

test('an app password that is removed ends its remembered logins at once', async () => {
  const { text, id } = await made();
  assert.equal(await kindOf(text), 'login');
  assert.equal(await remove(id), true);
  assert.equal(await kindOf(text), 'refused');
  assert.equal(await prove(text), 'refused');
});

test('a disabled account lets nobody in, by any password, until it is enabled', async () => {
  const { text, id } = await made();
  assert.deepEqual([await kindOf(PASSWORD), await kindOf(text)], ['login', 'login']);
  const disable = async (at: number | undefined): Promise<void> => {
    assert.equal(await setDisabled(here.pool, ALICE, at), true);
    here.notices.say('directory');
  };
  await disable(clock.now());
  for (const password of [PASSWORD, text]) {
    assert.deepEqual([await kindOf(password), await prove(password)], ['refused', 'refused']);
  }
  await disable(undefined);
  assert.deepEqual([await kindOf(PASSWORD), await prove(text)], ['login', 'login']);
  await remove(id);
});

test('what another process removes is forgotten when this one hears of it', async () => {
  await using elsewhere = await openProcess();
  const { text, id } = await made();
  assert.equal(await kindOf(text), 'login');
  const heard = new Promise<void>((resolve) => {
    const stop = here.notices.on('directory', () => {
      stop();
      resolve();
    });
  });
  assert.equal(await remove(id, elsewhere), true);
  await heard;
  assert.equal(await kindOf(text), 'refused');
});

test('an app password is no account password: it would be looked for among the others', async () => {
  const { text, id } = await made();
  assert.deepEqual(await changePassword(here.administer, parseMailbox(ALICE)!, text), {
    kind: 'password-refused',
    reason: 'app-password',
  });
  await remove(id);
});
