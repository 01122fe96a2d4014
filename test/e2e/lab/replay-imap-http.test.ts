/** What mail programs say by IMAP and the parties by HTTP is replayed: listed, chosen by party and message, told step by step, and without secrets. */
import assert from 'node:assert/strict';
import { request } from 'node:https';
import { after, before, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { labNetwork } from '#lab/network';
import { fetched, ImapClient } from '../../support/imap/client.ts';
import { freeLabPrefix } from '../../support/lab/network.ts';
import {
  eventually,
  PASSWORD,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';

const ALICE = 'alice@example.test';
const BOB = 'bob@example.test';
const POLICY = '/.well-known/mta-sts.txt';

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly what: string;
}

interface Step {
  readonly kind: string;
  readonly from: string;
  readonly to?: string;
  readonly text: string;
  readonly lines: readonly { readonly kind: string; readonly text: string }[];
  readonly why: readonly { readonly text: string; readonly rfc?: string }[];
}

const SETTINGS = '/mail/config-v1.1.xml';
const TOKEN = 'a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6';

let server: RunningServer;
/** Where the learner's server takes HTTPS. */
let own: string;
let https: number;

before(async () => {
  const prefix = await freeLabPrefix();
  own = `${prefix}.25.25`;
  https = labNetwork({ prefix }).localPort(443);
  server = await startRunningServer({
    env: { HIKYAKU_LAB_ON: 'true', HIKYAKU_LAB_NETWORK: prefix },
  });
});
after(() => server[Symbol.asyncDispose]());

/** @returns our id of the message */
async function send(to: string): Promise<string> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: server.ports.submission,
    auth: { user: ALICE, pass: PASSWORD },
    tls: { rejectUnauthorized: false },
  });
  const { response } = await transport.sendMail({
    from: ALICE,
    to,
    subject: 'Tea',
    text: 'At noon?',
  });
  return /(\w{13}) queued/.exec(response)![1]!;
}

function listed(...more: readonly string[]): Promise<Row[]> {
  return server.json<Row>('lab', 'replay', '--limit', '200', ...more);
}

const wire = ({ lines }: Step): string[] =>
  lines.filter(({ kind }) => kind === 'wire').map(({ text }) => text);

test('a mail program that reads a message is listed with it, and told command by command without the password', async () => {
  const id = await send(BOB);
  const account = {
    host: '127.0.0.1',
    port: server.ports.imaps,
    tls: 'implicit',
    user: BOB,
    password: PASSWORD,
  } as const;
  await using client = await ImapClient.login(account);
  await eventually('the message', async () => {
    await client.ok('SELECT INBOX');
    const { untagged } = await client.ok('UID FETCH 1:* (UID FLAGS BODY.PEEK[])');
    // that it came may be told between the two
    return fetched(untagged).length > 0;
  });
  await client.ok('LOGOUT');
  const row = (await listed('--message', id)).find(({ kind }) => kind === 'imap')!;
  assert.match(row.from, /^bob@example\.test \(/);
  assert.equal(row.to, 'mail.example.test (imaps)');
  assert.ok((await listed('--party', 'bob')).some((one) => one.id === row.id));
  for (const lang of ['en', 'ja']) {
    const steps = await server.json<Step>('lab', 'replay', row.id, '--lang', lang);
    const said = steps.flatMap(wire);
    assert.ok(
      said.some((line) => /^C: \w+ LOGIN …$/.test(line)),
      said.join('\n'),
    );
    assert.ok(said.some((line) => /^S: \* 1 FETCH \(UID 1 .*BODY\[\] \{\d+\}…/.test(line)));
    assert.ok(!JSON.stringify(steps).includes(PASSWORD));
    assert.ok(!JSON.stringify(steps).includes('At noon'));
    assert.ok(steps.some(({ why }) => why.some(({ rfc }) => rfc === 'RFC 9051 §6.4.5')));
  }
});

test('the policy that is fetched for a message stands in its way, is listed by itself, and says why it was asked for', async () => {
  const id = await send('hana@bigmail.test');
  const steps = await eventually('the way', async () => {
    const all = await server.json<Step>('lab', 'replay', id);
    return all.some(({ kind }) => kind === 'mailbox') ? all : undefined;
  });
  const request = steps.findIndex(
    ({ text }) => text === `GET https://mta-sts.bigmail.test${POLICY}`,
  );
  assert.notEqual(request, -1);
  assert.deepEqual(
    [steps[request]!.from, steps[request]!.to, steps[request]!.why[0]!.rfc],
    ['mail.example.test', 'mta-sts.bigmail.test (mx.bigmail.test)', 'RFC 8461 §3.3'],
  );
  const dialogue = steps.findIndex((step) =>
    wire(step).some((line) => line.includes('RCPT TO:<hana')),
  );
  const delivery = steps.findIndex((step, index) => {
    return index > request && wire(step).some((line) => line.includes('EHLO mail.example.test'));
  });
  assert.ok(dialogue < request && request < delivery, `${dialogue} ${request} ${delivery}`);
  const answer = wire(steps[request + 1]!);
  assert.ok(
    answer.includes('< HTTP/1.1 200 OK') && answer.includes('< mode: enforce'),
    answer.join('\n'),
  );

  const row = (await listed('--message', id)).find(({ kind }) => kind === 'http')!;
  assert.equal(row.what, `GET ${POLICY} 200`);
  const alone = await server.json<Step>('lab', 'replay', row.id, '--lang', 'ja');
  assert.ok(alone.some(({ text }) => text.includes('_mta-sts.bigmail.test')));
  assert.ok(alone.some(({ why }) => why.some(({ text }) => text.startsWith('MTA-STS：'))));
});

/** Of a browser or a mail program, to the learner's server. */
async function ask(method: string, host: string, path: string, body: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = {
    host,
    authorization: `Bearer ${TOKEN}`,
    cookie: `session=${TOKEN}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  const options = { host: own, port: https, servername: host, rejectUnauthorized: false };
  request({ ...options, method, path, headers }, (response) => {
    response.resume().once('end', () => resolve(response.statusCode ?? 0));
  })
    .once('error', reject)
    .end(body);
  return promise;
}

test('proofs of the authority, settings of a mail program and a click are told with their reasons, without passwords and tokens', async () => {
  assert.equal(
    await ask('GET', 'autoconfig.example.test', `${SETTINGS}?emailaddress=${ALICE}`, ''),
    200,
  );
  await ask('POST', 'mail.example.test', `/u/${TOKEN}`, `List-Unsubscribe=One-Click&code=${TOKEN}`);
  const rows = await eventually('a proof', async () => {
    const all = await listed();
    return all.some(({ from, kind }) => kind === 'http' && from === 'ca.test') ? all : undefined;
  });
  const told = async (what: string): Promise<[string | undefined, string[]]> => {
    const row = rows.find((one) => one.kind === 'http' && one.what.startsWith(what));
    assert.ok(row, `${what} in ${rows.map((one) => one.what).join('\n')}`);
    const steps = await server.json<Step>('lab', 'replay', row.id);
    return [steps[0]!.why[0]!.rfc, steps.flatMap(wire)];
  };
  assert.equal((await told('GET /.well-known/acme-challenge/'))[0], 'RFC 8555 §8.3');
  const [section, click] = await told('POST /u/…');
  assert.equal(section, 'RFC 8058 §3.2');
  for (const line of ['> authorization: …', '> cookie: …', '> List-Unsubscribe=One-Click&code=…'])
    assert.ok(click.includes(line), `${line} in\n${click.join('\n')}`);
  const [, settings] = await told(`GET ${SETTINGS}`);
  assert.ok(
    settings.some((line) => line.includes('<incomingServer')),
    settings.join('\n'),
  );

  const everything = JSON.stringify([
    rows,
    await Promise.all(
      rows
        .filter(({ kind }) => kind === 'imap' || kind === 'http')
        .map(({ id }) => server.json<Step>('lab', 'replay', id)),
    ),
  ]);
  for (const secret of [PASSWORD, TOKEN]) assert.ok(!everything.includes(secret), secret);
});
