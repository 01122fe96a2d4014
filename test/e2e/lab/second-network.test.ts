/** A second practice Internet on the addresses of a first: the remedy is addresses of its own, which are one setting. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeLabPrefix } from '../../support/lab/network.ts';
import { prepareServer, startRunningServer } from '../../support/program/running-server.ts';

test('a second practice Internet is told how to get addresses of its own', async () => {
  const env = { HIKYAKU_LAB_ON: 'true', HIKYAKU_LAB_NETWORK: await freeLabPrefix() };
  await using _first = await startRunningServer({ env });
  await using second = await prepareServer({ env });
  second.launch();
  assert.equal(await second.ended(), 2, second.lastWords());
  assert.match(second.lastWords(), /EADDRINUSE/);
  assert.match(second.lastWords(), /HIKYAKU_LAB_NETWORK=127\.\d+/);
});
