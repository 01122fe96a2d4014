import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eraseRemoved, insertAccount, markRemoved } from './accounts.ts';
import { removeAlias, setAlias } from './addresses.ts';
import { Directory } from './directory.ts';
import { insertDomain, removeDomain } from './domains.ts';
import { accountsAmong, grantSendAs, listSendAs, revokeSendAs } from './send-as.ts';
import { ensureTenant } from './tenants.ts';
import {
  addTestAccounts,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';

const ALICE = 'alice@example.test';
const SALES = { localPart: 'sales', domain: 'example.test' };

let t: TestStore;
let directory: Directory;

before(async () => {
  t = await openTestStore();
  await addTestAccounts(t.store, 'example.test', ['alice', 'bob']);
  directory = new Directory(t.store.pool, t.store.notices);
});
after(async () => {
  directory.close();
  await t[Symbol.asyncDispose]();
});

async function addDomain(name: string): Promise<void> {
  const { pool, clock } = t.store;
  const tenantId = await ensureTenant(pool, 'default', clock.now());
  await insertDomain(pool, { name, tenantId, keys: [], now: clock.now() });
}

async function addAccount(localPart: string, domain: string): Promise<void> {
  const added = await insertAccount(t.store.pool, {
    localPart,
    domain,
    scramSalt: Buffer.alloc(16, 1),
    scramIterations: 4096,
    password: { argon2: '!', scramStoredKey: Buffer.alloc(32), scramServerKey: Buffer.alloc(32) },
    quotaBytes: undefined,
    now: t.store.clock.now(),
  });
  assert.equal(added.kind, 'added');
}

const alias = (localPart: string, domain: string, ...targets: string[]) =>
  setAlias(t.store.pool, { localPart, domain, targets, now: t.store.clock.now() });

async function rights(account: string): Promise<string[]> {
  return (await listSendAs(t.store.pool, account)).map(({ sendAs }) => sendAs);
}

test('what is granted is what the directory answers; twice is once', async () => {
  const { pool, notices } = t.store;
  const granted = { kind: 'granted', isReceived: false } as const;
  assert.deepEqual(await grantSendAs(pool, ALICE, SALES), { ...granted, isNew: true });
  assert.deepEqual(await grantSendAs(pool, ALICE, SALES), { ...granted, isNew: false });
  const all = { localPart: null, domain: 'example.test' };
  assert.deepEqual(await grantSendAs(pool, ALICE, all), {
    kind: 'granted',
    isReceived: true,
    isNew: true,
  });
  notices.say('directory');
  const { rows } = await pool.query<{ id: string }>('select id from principals where login = $1', [
    ALICE,
  ]);
  assert.deepEqual(await directory.sendAs(rows[0]!.id), {
    addresses: new Set([ALICE, 'sales@example.test']),
    domains: new Set(['example.test']),
  });
  assert.deepEqual(await listSendAs(pool, undefined), [
    { account: ALICE, sendAs: ALICE, isOwn: true },
    { account: ALICE, sendAs: '*@example.test', isOwn: false },
    { account: ALICE, sendAs: 'sales@example.test', isOwn: false },
    { account: 'bob@example.test', sendAs: 'bob@example.test', isOwn: true },
  ]);
  assert.deepEqual(await revokeSendAs(pool, ALICE, all), { kind: 'revoked' });
  assert.deepEqual(await revokeSendAs(pool, ALICE, all), { kind: 'not-granted' });
  assert.deepEqual(await rights(ALICE), [ALICE, 'sales@example.test']);
  assert.deepEqual(await revokeSendAs(pool, ALICE, SALES), { kind: 'revoked' });
});

test('only an account here may be given a right, only to a domain here, and its own address stays', async () => {
  const { pool } = t.store;
  assert.deepEqual(await grantSendAs(pool, 'nobody@example.test', SALES), {
    kind: 'no-such-account',
  });
  for (const localPart of ['sales', null])
    assert.deepEqual(await grantSendAs(pool, ALICE, { localPart, domain: 'elsewhere.test' }), {
      kind: 'no-such-domain',
    });
  const own = { localPart: 'alice', domain: 'example.test' };
  assert.deepEqual(await revokeSendAs(pool, ALICE, own), { kind: 'its-own' });
});

test('a subaddress and a catch-all are received by who has the rest', async () => {
  const { pool } = t.store;
  await addDomain('caught.test');
  const received = async (localPart: string, domain: string): Promise<boolean> => {
    const granted = await grantSendAs(pool, ALICE, { localPart, domain });
    assert.ok(granted.kind === 'granted');
    return granted.isReceived;
  };
  assert.equal(await received('bob+list', 'example.test'), true);
  assert.equal(await received('no-reply', 'caught.test'), false);
  await setAlias(pool, {
    localPart: null,
    domain: 'caught.test',
    targets: [ALICE],
    now: t.store.clock.now(),
  });
  assert.equal(await received('no-reply', 'caught.test'), true);
});

test('of the targets of an alias it is told who may write as it', async () => {
  const { pool } = t.store;
  await grantSendAs(pool, ALICE, SALES);
  const names = ['bob@example.test', 'x@elsewhere.test', ALICE];
  assert.deepEqual(await accountsAmong(pool, names, SALES), [
    { account: 'bob@example.test', maySendAs: false },
    { account: ALICE, maySendAs: true },
  ]);
});

test('a right is not inherited by whoever has the name next', async () => {
  const { pool } = t.store;
  await addDomain('names.test');
  const as = (localPart: string | null) => ({ localPart, domain: 'names.test' });
  // an alias that goes
  await alias('info', 'names.test', ALICE);
  await grantSendAs(pool, ALICE, as('info'));
  assert.ok(await removeAlias(pool, 'info', 'names.test'));
  // an address that becomes an account
  await grantSendAs(pool, ALICE, as('carol'));
  await addAccount('carol', 'names.test');
  assert.deepEqual(await rights('carol@names.test'), ['carol@names.test']);
  // an account that goes
  await grantSendAs(pool, ALICE, as('carol'));
  await markRemoved(pool, 'carol@names.test', t.store.clock.now());
  await eraseRemoved(pool, t.store.clock.now() + 1);
  assert.ok((await rights(ALICE)).every((name) => !name.endsWith('@names.test')));
  // a domain that goes
  await addDomain('more.names.test');
  await grantSendAs(pool, ALICE, { localPart: 'kept', domain: 'more.names.test' });
  await grantSendAs(pool, ALICE, as('x'));
  await grantSendAs(pool, ALICE, as(null));
  assert.deepEqual(await removeDomain(pool, 'names.test'), { kind: 'removed' });
  const left = (await rights(ALICE)).filter((name) => name.endsWith('names.test'));
  assert.deepEqual(left, ['kept@more.names.test']);
});
