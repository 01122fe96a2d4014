import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { formatMailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { setDisabled } from '#store/directory/accounts';
import { removeAlias, setAlias } from '#store/directory/addresses';
import { Directory } from '#store/directory/directory';
import { insertDomain } from '#store/directory/domains';
import { ensureTenant } from '#store/directory/tenants';
import {
  addTestAccounts,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';
import { judgeRecipient } from '#mail/receive/recipient';
import { expand } from './expand.ts';

let opened: TestStore;
let directory: Directory;

before(async () => {
  opened = await openTestStore();
  await addTestAccounts(opened.store, 'example.test', ['alice', 'bob', 'carol']);
  directory = new Directory(opened.store.pool, opened.store.notices);
});
after(async () => {
  directory.close();
  await opened[Symbol.asyncDispose]();
});

async function alias(address: string, ...targets: string[]): Promise<void> {
  const [localPart, domain] = address.split('@') as [string, string];
  const set = await setAlias(opened.store.pool, {
    localPart: localPart === '*' ? null : localPart,
    domain,
    targets,
    now: 0,
  });
  assert.equal(set.kind, 'set');
  opened.store.notices.say('directory');
}

/** `accounts | external`, or the kind of what went wrong. */
async function where(address: string): Promise<string> {
  const found = await expand(directory, parseMailbox(address)!);
  if (found.kind !== 'expanded') return found.kind;
  const { accounts, external } = found.expansion;
  return `${accounts.map(({ name }) => name.split('@')[0]).join(' ')} | ${external.map(formatMailbox).join(' ')}`;
}

test('an address leads to its account, whatever its case and its subaddress', async () => {
  assert.equal(await where('alice@example.test'), 'alice | ');
  assert.equal(await where('ALICE@EXAMPLE.TEST'), 'alice | ');
  assert.equal(await where('alice+shop@example.test'), 'alice | ');
  assert.equal(await where('nobody@example.test'), 'unknown');
  assert.equal(await where('nobody+alice@example.test'), 'unknown');
  assert.equal(await where('alice@elsewhere.test'), 'not-here');
});

test('an alias leads to several targets, here and elsewhere, each once', async () => {
  await alias('inner@example.test', 'bob@example.test', 'friend@elsewhere.test');
  await alias(
    'team@example.test',
    'alice@example.test',
    'inner@example.test',
    'bob@example.test',
    'FRIEND@elsewhere.test',
  );
  assert.equal(await where('team@example.test'), 'alice bob | friend@elsewhere.test');
  assert.equal(await where('team+tag@example.test'), 'alice bob | friend@elsewhere.test');
});

test('an alias with a subaddress of its own wins over the address without it', async () => {
  await alias('alice+lists@example.test', 'carol@example.test');
  assert.equal(await where('alice+lists@example.test'), 'carol | ');
  assert.equal(await where('alice+other@example.test'), 'alice | ');
});

test('an alias that leads only to itself is a loop; with another target it is not', async () => {
  await alias('snake@example.test', 'tail@example.test');
  await alias('tail@example.test', 'snake@example.test');
  assert.equal(await where('snake@example.test'), 'alias-loop');
  await alias('tail@example.test', 'snake@example.test', 'carol@example.test');
  assert.equal(await where('snake@example.test'), 'carol | ');
});

test('aliases deeper than ten are not followed', async () => {
  for (let depth = 0; depth < 12; depth++)
    await alias(`deep${depth}@example.test`, `deep${depth + 1}@example.test`);
  await alias('deep12@example.test', 'carol@example.test');
  assert.equal(await where('deep0@example.test'), 'alias-loop');
  assert.equal(await where('deep5@example.test'), 'carol | ');
});

test('an alias to nobody here is unknown, and takes nothing from its other targets', async () => {
  await alias('half@example.test', 'gone@example.test', 'bob@example.test');
  await alias('none@example.test', 'gone@example.test');
  assert.equal(await where('half@example.test'), 'bob | ');
  assert.equal(await where('none@example.test'), 'unknown');
});

test('a catch-all takes what nobody else has, but not the roles', async () => {
  const { pool, clock } = opened.store;
  const tenantId = await ensureTenant(pool, 'default', clock.now());
  await insertDomain(pool, { name: 'catch.test', tenantId, keys: [], now: clock.now() });
  await alias('*@catch.test', 'bob@example.test');
  assert.equal(await where('anything@catch.test'), 'bob | ');
  assert.equal(await where('any+thing@catch.test'), 'bob | ');
  assert.equal(await where('postmaster@catch.test'), 'alice | ');
  assert.equal(await removeAlias(pool, null, 'catch.test'), true);
  opened.store.notices.say('directory');
  assert.equal(await where('anything@catch.test'), 'unknown');
});

test('postmaster and abuse of each domain, and postmaster alone, always lead to somebody', async () => {
  assert.equal(await where('postmaster@example.test'), 'alice | ');
  assert.equal(await where('Abuse@example.test'), 'alice | ');
  const found = await expand(directory, { localPart: 'Postmaster', domain: '' });
  assert.equal(found.kind, 'expanded');
  await setDisabled(opened.store.pool, 'alice@example.test', Date.now());
  opened.store.notices.say('directory');
  assert.equal(await where('postmaster@example.test'), 'bob | ');
  await alias('postmaster@example.test', 'carol@example.test');
  assert.equal(await where('postmaster@example.test'), 'carol | ');
  await setDisabled(opened.store.pool, 'alice@example.test', undefined);
  opened.store.notices.say('directory');
});

test('a change by another process is seen by the notice or the look at the version', async () => {
  assert.equal(await where('late@example.test'), 'unknown');
  await setAlias(opened.store.pool, {
    localPart: 'late',
    domain: 'example.test',
    targets: ['bob@example.test'],
    now: 0,
  });
  const heard = new Promise<void>((resolve) => {
    const stop = opened.store.notices.on('directory', () => {
      stop();
      resolve();
    });
  });
  await opened.store.pool.query(`select pg_notify('hikyaku', 'directory')`);
  await heard;
  assert.equal(await where('late@example.test'), 'bob | ');
});

async function judged(address: string, size = 0): Promise<string> {
  const outcome = await judgeRecipient(
    { directory, pool: opened.store.pool },
    parseMailbox(address)!,
    size,
  );
  return outcome.kind;
}

test('RCPT is judged: relay, unknown, disabled, over quota, and the postmaster in spite of it', async () => {
  const { pool } = opened.store;
  assert.equal(await judged('someone@elsewhere.test'), 'not-here');
  assert.equal(await judged('nobody@example.test'), 'unknown-mailbox');
  await pool.query(`update accounts set disabled_at = now() where name = 'bob@example.test'`);
  await pool.query(
    `update accounts set quota_bytes = 1000, used_bytes = 900 where name = 'carol@example.test'`,
  );
  await removeAlias(pool, 'postmaster', 'example.test');
  await setDisabled(pool, 'alice@example.test', Date.now());
  opened.store.notices.say('directory');
  assert.equal(await judged('bob@example.test'), 'disabled');
  assert.equal(await judged('carol@example.test', 50), 'accepted');
  assert.equal(await judged('carol@example.test', 200), 'over-quota');
  assert.equal(await judged('postmaster@example.test', 200), 'accepted');
});
