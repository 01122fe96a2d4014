/** `domain dns`, `domain mta-sts` and `dkim rotate` as their user runs them, with a DNS of the test's own. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { after, before, test } from 'node:test';
import { serveZone, type ZoneServer } from '../../support/dns/declared-zone-server.ts';
import {
  declaredZone,
  type DeclaredName,
  type DeclaredZone,
} from '../../support/dns/declared-zone.ts';
import { freePort } from '../../support/machine/loopback-port.ts';
import { startRunningServer, type RunningServer } from '../../support/program/running-server.ts';

const DOMAIN = 'example.test';

interface Row {
  readonly type: string;
  readonly name: string;
  readonly data: string;
  readonly zone: string;
  readonly standing?: string;
}

let zone: DeclaredZone;
let dns: ZoneServer;
let server: RunningServer;
let https: number;

before(async () => {
  zone = declaredZone({});
  zone.negativeTtl = 0;
  dns = await serveZone(zone);
  https = await freePort();
  server = await startRunningServer({
    env: {
      HIKYAKU_DNS: `127.0.0.1:${dns.port}`,
      HIKYAKU_DOCTOR_ADDRESSES: '192.0.2.25',
      HIKYAKU_HTTPS_PUBLIC_PORT: String(https),
    },
  });
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await dns[Symbol.asyncDispose]();
});

/** Puts everything into the zone that is planned. */
async function publish(): Promise<void> {
  const rows = (await server.json('domain', 'dns', DOMAIN)) as unknown as readonly Row[];
  const names = new Map<string, Record<string, (string | string[])[]>>();
  for (const { name, type, data } of rows) {
    const declared = names.get(name) ?? {};
    const text = [...data.matchAll(/"([^"]*)"/g)].map((match) => match[1]!);
    (declared[type] ??= []).push(type === 'TXT' ? text : data.replaceAll(/"|\.$|\.(?= )/g, ''));
    names.set(name, declared);
  }
  for (const [name, declared] of names)
    zone.declare(
      name,
      (declared['CNAME'] ? { CNAME: declared['CNAME'][0] } : declared) as DeclaredName,
    );
}

test('an empty zone is told record by record, and is not well; the one of the plan is', async () => {
  const missing = await server.command('domain', 'dns', DOMAIN, '--check', '--lang', 'en');
  assert.equal(missing.code, 1);
  assert.match(missing.stdout, /^missing +MX +example\.test\. +10 mail\.example\.test\.$/m);
  assert.match(
    missing.stdout,
    /The DNS of example\.test is not as it should be: \d+ missing, 0 different\./,
  );
  const plan = await server.command('domain', 'dns', DOMAIN, '--lang', 'ja');
  assert.equal(plan.code, 0);
  assert.match(plan.stdout, /ドメイン宛てのメール/);
});

test('a table lines up: every row has its data under its heading', async () => {
  const { stdout } = await server.command('domain', 'dns', DOMAIN);
  for (const section of stdout.trim().split('\n\n')) {
    const lines = section
      .split('\n')
      .slice(1)
      .filter((line) => !line.startsWith(' '));
    const column = lines[0]!.indexOf('DATA');
    assert.ok(column > 0);
    for (const line of lines.slice(1)) {
      assert.equal(line[column - 1], ' ', line);
      assert.notEqual(line[column], ' ', line);
    }
  }
});

test('without a server a parked domain is told, and compared', async () => {
  const zone = await server.command('domain', 'dns', 'shop.test', '--parked', '--format', 'zone');
  assert.match(zone.stdout, /^shop\.test\. IN MX 0 \.$/m);
  const args = [
    'domain',
    'dns',
    'shop.test',
    '--parked',
    '--check',
    '--dns',
    `127.0.0.1:${dns.port}`,
  ];
  assert.equal((await server.command(...args)).code, 1);
});

/** As a sender fetches it. */
async function policy(): Promise<string> {
  const servername = `mta-sts.${DOMAIN}`;
  const asked = request({
    host: '127.0.0.1',
    port: https,
    servername,
    path: '/.well-known/mta-sts.txt',
    headers: { host: servername },
    rejectUnauthorized: false,
    agent: false,
  });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  assert.equal(answer.statusCode, 200);
  let text = '';
  for await (const part of answer.setEncoding('utf8')) text += String(part);
  return text;
}

test('policies are shown and set; a self-signed certificate is none to enforce', async () => {
  assert.match(
    await server.done('domain', 'mta-sts', DOMAIN),
    /mode testing, mx mail\.example\.test/,
  );
  assert.match(await policy(), /^mode: testing\r$/m);
  const refused = await server.command('domain', 'mta-sts', DOMAIN, '--mode', 'enforce');
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /signed by itself/);
  await server.done(
    'domain',
    'mta-sts',
    DOMAIN,
    '--mode',
    'enforce',
    '--max-age',
    '600',
    '--force',
  );
  assert.match(await server.done('domain', 'mta-sts', DOMAIN), /mode enforce, .* kept for 600 s/);
  assert.match(await policy(), /^mode: enforce\r\n(?:.*\r\n)*max_age: 600\r$/m);
  assert.match(
    await server.done('domain', 'dmarc', DOMAIN, '--policy', 'quarantine'),
    /quarantine/,
  );
  assert.match(await server.done('domain', 'dns', DOMAIN, '--format', 'zone'), /p=quarantine/);
});

test('a rotation is begun, told and given up', async () => {
  await server.done('dkim', 'rotate', DOMAIN);
  const status = await server.done('dkim', 'rotate', DOMAIN, '--status');
  assert.match(status, /^r\d{6}b? +rsa-sha256 +pending since /m);
  assert.match(status, /does not show all of the new records yet/);
  assert.match(await server.done('dkim', 'list', DOMAIN), /rsa-sha256, pending since/);
  assert.match(await server.done('dkim', 'rotate', DOMAIN, '--abort'), /are given up/);
  assert.match(await server.done('dkim', 'rotate', DOMAIN, '--status'), /No rotation is under way/);
});

test('a zone with everything in it is well', async () => {
  const rows = (await server.json('domain', 'dns', DOMAIN)) as unknown as (Row & {
    need: string;
  })[];
  assert.ok(rows.some(({ need }) => need === 'remove'));
  await publish();
  for (const { name, need } of rows) if (need === 'remove') zone.withdraw(name);
  // what was not there a moment ago is remembered for as long as the zone said
  const checked = await server.command('domain', 'dns', DOMAIN, '--check', '--lang', 'en');
  assert.equal(checked.code, 0, checked.stdout);
  assert.match(checked.stdout, /Everything that example\.test needs is in the DNS\./);
});
