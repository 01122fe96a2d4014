/** The pages of a practice Internet as it runs, in a browser that knows nothing of its names. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freeLabPrefix } from '../support/lab-network.ts';
import { startRunningServer, type RunningServer } from '../support/running-server.ts';

let server: RunningServer;
let prefix: string;

before(async () => {
  prefix = await freeLabPrefix();
  server = await startRunningServer({
    env: { HIKYAKU_LAB_ON: 'true', HIKYAKU_LAB_NETWORK: prefix },
  });
});
after(() => server[Symbol.asyncDispose]());

test('lab web says where each page is, and each is there', async () => {
  const pages = await server.json<{ site: string; url: string }>('lab', 'web');
  assert.deepEqual(
    pages.map(({ site }) => site),
    ['why.lab.test', 'dnsbl.test', 'postmaster.bigmail.test'],
  );
  for (const { url, site } of pages) {
    assert.equal(url, `http://${prefix}.6.80:8080/${site}/`);
    const answer = await fetch(url, { headers: { 'accept-language': 'ja' } });
    assert.equal(answer.status, 200, url);
    assert.match(await answer.text(), /<html lang="ja">/);
  }
});
