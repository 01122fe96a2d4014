/** The page of the app over real HTTP: who may ask for it, and by which name. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { systemClock } from '#clock';
import { silentLog } from '#log';
import { tcpDialer } from '#clients/smtp/dial';
import { startAppPage, type AppPage } from './page.ts';

const ADDRESS = '127.0.0.1';
let folder: string;
let page: AppPage;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-app-page-'));
  const network = { addressOf: () => ADDRESS, machineDialer: tcpDialer };
  const random = (octets: number): Uint8Array => new Uint8Array(octets);
  const app = { network, clock: systemClock, random, folder, owner: 'bob@example.test' };
  page = await startAppPage(app, 0, silentLog);
});
after(async () => {
  await page[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function asked(host: string, method = 'GET', target = '/'): Promise<string> {
  const sent = request({ host: ADDRESS, port: page.port, method, path: target, headers: { host } });
  sent.end(method === 'POST' ? 'name=a&email=a%40bigmail.test&message=b' : undefined);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return `${answer.statusCode} ${await text(answer)}`;
}

test('the form is there by the name of the shop and by its address, whatever the port', async () => {
  for (const host of ['app.test', 'App.test:80', ADDRESS, `${ADDRESS}:${page.port}`])
    assert.match(await asked(host), /^200 [^]*<form method="post" action="\/contact">/, host);
});

test('a page of another name that was led to this address (DNS rebinding) gets nothing, and sends nothing', async () => {
  for (const host of ['evil.test', 'app.test.evil.test', 'localhost', '127.0.0.2']) {
    assert.match(await asked(host), /^421 (?![^]*<form)/, host);
    assert.match(await asked(host, 'POST', '/contact'), /^421 (?![^]*mail settings)/, host);
  }
  // what it would have come to
  assert.match(await asked('app.test', 'POST', '/contact'), /^503 [^]*no mail settings/);
});
