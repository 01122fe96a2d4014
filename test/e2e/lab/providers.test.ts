/**
 * Mail from alice through our own queue to the providers of the practice Internet, as a learner would send it: into the inbox with everything in
 * order, refused when nobody vouches for it any more, and into the spam folder once readers complained.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { freeLabPrefix } from '../../support/lab/network.ts';
import {
  eventually,
  PASSWORD,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';

const ALICE = 'alice@example.test';

interface Shown {
  readonly id: string;
  readonly to: string;
  readonly folder: string;
  readonly subject: string;
  readonly traceId: string;
  readonly raw: string;
}

let server: RunningServer;

before(async () => {
  const prefix = await freeLabPrefix();
  server = await startRunningServer({
    env: { HIKYAKU_LAB_ON: 'true', HIKYAKU_LAB_NETWORK: prefix },
  });
});
after(() => server[Symbol.asyncDispose]());

async function send(to: string, subject: string, headers: Readonly<Record<string, string>> = {}) {
  const transport = createTransport({
    host: '127.0.0.1',
    port: server.ports.submission,
    auth: { user: ALICE, pass: PASSWORD },
    tls: { rejectUnauthorized: false },
  });
  await transport.sendMail({ from: ALICE, to, subject, text: 'At noon?', headers });
}

function arrived(to: string, subject: string): Promise<Shown> {
  return eventually(`${subject} at ${to}`, async () =>
    (await server.json<Shown>('lab', 'mailbox', to)).find((one) => one.subject === subject),
  );
}

test('with everything in order it lies in the inbox, and the story can be read from the other end', async () => {
  await send('hana@bigmail.test', 'Lunch');
  const { folder, id, traceId } = await arrived('hana@bigmail.test', 'Lunch');
  assert.equal(folder, 'inbox');
  const [whole] = await server.json<Shown>('lab', 'mailbox', 'hana@bigmail.test', id);
  for (const result of ['iprev=pass', 'spf=pass', 'dkim=pass', 'dmarc=pass'])
    assert.ok(whole!.raw.includes(result), `${result} in ${whole!.raw}`);
  assert.match(whole!.raw, /with ESMTPS/);
  const told = await server.done('lab', 'why', traceId, '--lang', 'ja');
  assert.match(told, new RegExp(`http://[\\d.]+:8080/why\\.lab\\.test/${traceId}\\?lang=ja`));
  assert.match(told, /受信箱に届く保証にはなりません/);
  const [page] = await server.json('lab', 'postmaster', 'bigmail', '--sender', 'example.test');
  assert.equal(page!['dmarc'], 1);
});

test('a friend answers, and alice finds it among her mail', async () => {
  await server.done('lab', 'clock', '3h');
  await eventually('the answer', async () => {
    const list = await server.json('mail', 'list', ALICE);
    return list.some(({ subject }) => subject === 'Re: Lunch');
  });
});

test('once readers complained it lies in the spam folder', async () => {
  const list = {
    'List-Id': '<news.example.test>',
    'List-Unsubscribe': '<https://example.test/leave>',
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
  for (const name of ['grace', 'victor'])
    for (const issue of [1, 2]) {
      await send(`${name}@bigmail.test`, `News ${issue}`, list);
      await arrived(`${name}@bigmail.test`, `News ${issue}`);
    }
  const today = await server.json('lab', 'postmaster', 'bigmail', '--sender', 'example.test');
  assert.ok(Number(today[0]!['complaints']) >= 2, JSON.stringify(today[0]));
  await server.done('lab', 'end-of-day');
  await send('hana@bigmail.test', 'Dinner');
  assert.equal((await arrived('hana@bigmail.test', 'Dinner')).folder, 'spam');
});

test('when neither SPF nor DKIM vouches for it, it comes back with the code', async () => {
  const zone = await server.json('lab', 'dns', 'list', 'example.test');
  const keys = zone.filter(({ name }) => String(name).includes('._domainkey.'));
  assert.ok(keys.length > 0, JSON.stringify(zone));
  for (const name of new Set(keys.map((key) => String(key['name']))))
    await server.done('lab', 'dns', 'remove', 'example.test', name, 'TXT');
  await server.done('lab', 'dns', 'set', 'example.test', '@', 'TXT', 'v=spf1 -all');
  await server.done('lab', 'clock', '1d');
  await server.done('lab', 'dns', 'flush');
  await send('hana@bigmail.test', 'Supper');
  const notice = await eventually('a notice of failure', async () => {
    const list = await server.json('mail', 'list', ALICE);
    return list.find(({ subject }) => /undeliver|fail|not delivered/i.test(String(subject)));
  });
  const raw = await server.done('mail', 'raw', ALICE, String(notice['id']));
  assert.match(raw, /550[- ]5\.7\.26/);
  const id = /why\.lab\.test\/(\w{13})/.exec(raw.replaceAll(/\r?\n\s*/g, ''))![1]!;
  const [told] = await server.json('lab', 'why', id);
  assert.equal(told!['verdict'], 'bigmail.unauthenticated');
});
