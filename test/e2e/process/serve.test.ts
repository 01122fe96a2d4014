/**
 * `hikyaku serve` as in production, but for its ports and its DNS: it makes no accounts, asks the resolver that HIKYAKU_DNS names, and
 * delivers to the exchanges of a domain.
 */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { declaredZone } from '../../support/dns/declared-zone.ts';
import { serveZone, type ZoneServer } from '../../support/dns/declared-zone-server.ts';
import { eventTypes, findMail } from '../../support/program/mailbox.ts';
import {
  eventually,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';
import { startSmtpPeer, type SmtpTestPeer } from '../../support/smtp/scripted-peer.ts';

const ALICE = 'alice@here.test';
const REDIRECT = fileURLToPath(new URL('../../support/sockets/redirect-smtp.ts', import.meta.url));

let dns: ZoneServer;
let peer: SmtpTestPeer;
let server: RunningServer;

before(async () => {
  dns = await serveZone(
    declaredZone({
      'other.test': { MX: ['20 spare.other.test', '10 mx.other.test'] },
      'mx.other.test': { A: '192.0.2.10' },
      'spare.other.test': { A: '192.0.2.11' },
      'null.test': { MX: '0 .' },
      // an exchange under a name that this server does not know as its own
      'loop.test': { MX: '10 another-name.test' },
      'another-name.test': { A: '127.0.0.1' },
    }),
  );
  peer = await startSmtpPeer({ extensions: ['PIPELINING', '8BITMIME'] });
  server = await startRunningServer({
    mode: 'serve',
    preload: [REDIRECT],
    env: {
      HIKYAKU_HOSTNAME: 'Mail.Here.test',
      HIKYAKU_DNS: `127.0.0.1:${dns.port}`,
      HIKYAKU_TEST_MX_PORT: String(peer.port),
    },
  });
});

after(async () => {
  await server[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
  await dns[Symbol.asyncDispose]();
});

function send(subject: string, to: string): Promise<string> {
  const args = `smtp probe 127.0.0.1 --port ${server.ports.submission} --tls required --auth ${ALICE} --from ${ALICE} --to ${to}`;
  const more = ['--password-file', server.passwordFile, '--subject', subject];
  return server.done(...args.split(' '), ...more);
}

test('it begins empty, and takes domains and accounts by the command line', async () => {
  assert.deepEqual(await server.json('domain', 'list'), []);
  assert.deepEqual(await server.json('account', 'list'), []);
  await server.done('domain', 'add', 'here.test');
  await server.done('account', 'add', ALICE, '--password-file', server.passwordFile);
  assert.doesNotMatch(await server.log(), /correct-horse/);
});

test('it listens on every address, IPv4 and IPv6', async () => {
  for (const host of ['127.0.0.1', '::1']) {
    const port = String(server.ports.smtp);
    const said = await server.done('smtp', 'probe', host, '--port', port, '--quit-after', 'ehlo');
    assert.match(said, /^S: 220 mail\.here\.test /m);
  }
});

test('mail goes to the best exchange of its domain, which the named resolver tells', async () => {
  await send('by MX', 'x@other.test');
  const mail = await eventually('the exchange has it', () => peer.accepted[0]);
  assert.deepEqual(mail.recipients, ['RCPT TO:<x@other.test>']);
  assert.match(String(mail.content), /^DKIM-Signature: [^]*\nSubject: by MX\r\n/m);
  assert.ok(peer.commands.includes('EHLO mail.here.test'));
  const asked = new Set(dns.received.map(({ name, type }) => `${name} ${type}`));
  for (const question of ['other.test MX', 'mx.other.test A', 'mx.other.test AAAA']) {
    assert.ok(asked.has(question), question);
  }
  const id = await messageId('x@other.test');
  await eventually('it is written down', async () =>
    (await eventTypes(server, id)).includes('attempt.delivered'),
  );
  assert.match(await server.done('message', 'trace', id), /mx\.other\.test/);
});

for (const [domain, status] of [
  ['null.test', '5.1.10'],
  ['no-such.test', '5.1.2'],
  ['loop.test', '5.4.6'],
] as const) {
  test(`mail to ${domain} fails with ${status}, and its author is told`, async () => {
    await send(`to ${domain}`, `x@${domain}`);
    const notice = await findMail(server, ALICE, new RegExp(`to ${domain}`));
    const text = await server.done('mail', 'raw', ALICE, notice.id);
    assert.ok(text.includes(`\r\nStatus: ${status}\r\n`), text);
  });
}

test('it ends cleanly', async () => {
  assert.equal(await server.end('SIGTERM'), 0);
});

async function messageId(to: string): Promise<string> {
  const [found] = await server.json<{ messageId: string }>('message', 'find', '--to', to);
  return found!.messageId;
}
