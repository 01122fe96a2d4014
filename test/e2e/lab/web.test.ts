/** The pages of a practice Internet as it runs, in a browser that knows nothing of its names. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StubResolver } from '#clients/dns/stub-resolver';
import { systemClock } from '#clock';
import { freeLabPrefix } from '../../support/lab/network.ts';
import { startRunningServer, type RunningServer } from '../../support/program/running-server.ts';

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
    [
      'why.lab.test',
      'dnsbl.test',
      'postmaster.bigmail.test',
      'registrar.test',
      'panel.dnshost.test',
      'isp.test',
      'cache.resolver.test',
    ],
  );
  for (const { url, site } of pages) {
    assert.equal(url, `http://${prefix}.6.80:8080/${site}/`);
    const answer = await fetch(url, { headers: { 'accept-language': 'ja' } });
    assert.equal(answer.status, 200, url);
    assert.match(await answer.text(), /<html lang="ja">/);
  }
});

test('an edit on the page is what the resolver answers after the propagation, and what the command refuses in the same words', async () => {
  const panel = `http://${prefix}.6.80:8080/panel.dnshost.test`;
  const page = await (await fetch(`${panel}/add?zone=example.test&type=A`)).text();
  const token = /name="token"\s+value="([\w-]+)"/.exec(page)?.[1] ?? '';
  const send = (fields: Readonly<Record<string, string>>) =>
    fetch(`${panel}/add`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ zone: 'example.test', token, ttl: '300', ...fields }),
    });
  const name = 'shop.example.test';
  const done = await send({ name, type: 'A', address: `${prefix}.25.25` });
  assert.equal(done.status, 303);
  await server.done('lab', 'clock', '10m');
  using stub = new StubResolver({
    servers: [{ address: `${prefix}.0.53`, port: 5353, trusted: true }],
    clock: systemClock,
    randomId: () => 7,
  });
  const found = await stub.resolve(name, 'A');
  assert.deepEqual(found.kind === 'records' && found.records, [`${prefix}.25.25`]);
  for (const [lang, words] of [
    ['en', 'Remove the CNAME of shop.example.test, or what stands beside it.'],
    ['ja', 'shop.example.test の CNAME か、並んでいるレコードのどちらかを削除してください。'],
  ] as const) {
    const refused = await send({ name, type: 'CNAME', target: 'mx.bigmail.test', lang });
    assert.equal(refused.status, 422);
    assert.ok((await refused.text()).includes(words), lang);
    const asked = ['lab', 'dns', 'add', 'example.test', name, 'CNAME', 'mx.bigmail.test.'];
    const said = await server.command(...asked, '--lang', lang);
    assert.equal(said.code, 2);
    assert.ok(said.stderr.includes(words), said.stderr);
  }
});
