/** `hikyaku doctor` beside a server that has lost its database: that is what it finds, and not why it gives up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitEater } from '../../support/database/commit-eater.ts';
import { openTestDatabase } from '../../support/database/database.ts';
import { startRunningServer } from '../../support/program/running-server.ts';

test('a lost database is the finding, and the rest of what only it knows is unknown', async () => {
  await using database = await openTestDatabase({ schema: 'empty' });
  const way = await commitEater(database.connection);
  const { host, port, user = '', password, database: name } = way.connection;
  const login = typeof password === 'string' ? `${user}:${password}` : user;
  await using server = await startRunningServer({
    env: { DATABASE_URL: `postgresql://${login}@${host}:${port}/${name}`, HIKYAKU_LAB_ON: 'false' },
  });
  await way[Symbol.asyncDispose]();
  const { code, stdout, stderr } = await server.command('doctor', '--only', 'H3,H5,L1,M4');
  assert.equal(code, 1, stderr);
  assert.match(stdout, / H3 +Disk: .* is free\./);
  assert.match(stdout, /FAIL +H5 +PostgreSQL: It does not answer: connect ECONNREFUSED/);
  assert.match(stdout, /Remedy: Start PostgreSQL/);
  assert.match(stdout, /UNKNOWN +M4 L1: The server cannot use its database/);
  assert.doesNotMatch(stdout + stderr, /No server runs/);
});
