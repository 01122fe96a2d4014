/** App passwords over the wire: by every mechanism, for what they were made for, until they are removed. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  addAppPassword,
  MAX_APP_PASSWORDS,
  removeAppPassword,
} from '#mail/accounts/administer-app-passwords';
import type { Scope } from '#mail/accounts/scope';
import { MECHANISMS, type Mechanism } from '#protocol/sasl/mechanisms';
import { connectSubmissions, login } from '../../support/smtp/login.ts';
import {
  openTestStore,
  PASSWORD,
  startTestSmtp,
  type TestSmtp,
  type TestStore,
} from '../../support/smtp/own-server.ts';

const ALICE = 'alice@example.test';
const BOB = 'bob@example.test';

let at: TestStore;
let smtp: TestSmtp;
before(async () => {
  at = await openTestStore();
  smtp = await startTestSmtp(at);
});
after(async () => {
  await smtp[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
});

async function made(account: string, ...scopes: readonly Scope[]) {
  const outcome = await addAppPassword(at.administer, account, 'a test', scopes);
  assert.ok(outcome.kind === 'made');
  return outcome;
}

async function removed(account: string, id: string): Promise<void> {
  assert.equal(await removeAppPassword(at.administer, account, id), true);
}

/** The reply to AUTH, and that to MAIL after it. */
async function attempt(username: string, mechanism: Mechanism, password: string) {
  await using client = await connectSubmissions(smtp.ports.submissions);
  const auth = await login(client, { mechanism, username, password });
  const [mail = ''] = await client.ask(`MAIL FROM:<${username}>`);
  return { auth, mail };
}

for (const mechanism of MECHANISMS) {
  test(`${mechanism} logs in with an app password, beside others and the account password`, async () => {
    const passwords = [
      await made(ALICE),
      await made(ALICE, 'submission'),
      await made(ALICE, 'imap'),
    ];
    const noted = smtp.noted.length;
    for (const { text } of passwords.slice(0, 2)) {
      const { auth, mail } = await attempt(ALICE, mechanism, text);
      assert.match(auth, /^235 2\.7\.0 /);
      assert.match(mail, /^250 /);
    }
    assert.match((await attempt(ALICE, mechanism, PASSWORD)).auth, /^235 /);
    const logins = smtp.noted.slice(noted);
    assert.deepEqual(new Set(logins.map(({ type }) => type)), new Set(['session.authenticated']));
    const credentials = new Set(logins.map(({ ids }) => ids.credentialId));
    assert.equal(credentials.size, 3, 'each login names its own credential');
    for (const { id } of passwords) await removed(ALICE, id);
  });

  test(`${mechanism} with an app password for reading alone is refused, and says why`, async () => {
    const { id, text } = await made(ALICE, 'imap', 'jmap');
    const { auth, mail } = await attempt(ALICE, mechanism, text);
    assert.equal(auth, '535 5.7.8 This app password is not for sending mail');
    assert.match(mail, /^530 5\.7\.0 /);
    const { type, public: facts } = smtp.noted.at(-1)!;
    assert.equal(type, 'session.authentication-failed');
    assert.deepEqual(facts, { listener: 'submissions', mechanism, reason: 'out-of-scope' });
    await removed(ALICE, id);
  });

  test(`${mechanism} lets nobody in by a removed app password, by another account’s, or by none`, async () => {
    const { id, text } = await made(ALICE);
    assert.match((await attempt(ALICE, mechanism, text)).auth, /^235 /);
    await removed(ALICE, id);
    const refused = await attempt(ALICE, mechanism, text);
    const ofBob = await made(BOB);
    const another = await attempt(ALICE, mechanism, ofBob.text);
    const nobody = await attempt('nobody@example.test', mechanism, ofBob.text);
    assert.match(refused.auth, /535 5\.7\.8 |^refused: 501 /);
    assert.deepEqual([another, nobody], [refused, refused]);
    await removed(BOB, ofBob.id);
  });
}

test('the last of as many as an account may have logs in by SCRAM', async () => {
  const passwords = [];
  for (let i = 0; i < MAX_APP_PASSWORDS; i++) passwords.push(await made(ALICE));
  for (const { text } of [passwords[0]!, passwords.at(-1)!]) {
    assert.match((await attempt(ALICE, 'SCRAM-SHA-256-PLUS', text)).auth, /^235 /);
  }
  for (const { id } of passwords) await removed(ALICE, id);
});
