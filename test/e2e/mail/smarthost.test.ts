/**
 * A smarthost that wants a login, from the command line to the wire: its password leaves under TLS for the host that was named and
 * nobody else, and is in nothing that anybody can read afterwards.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { base64, utf8 } from '#bytes';
import { certificateFor } from '../../support/certificates/self-signed.ts';
import {
  eventually,
  startRunningServer,
  type CommandResult,
  type RunningServer,
} from '../../support/program/running-server.ts';
import {
  startSmtpPeer,
  type PeerScript,
  type SmtpTestPeer,
} from '../../support/smtp/scripted-peer.ts';

const ALICE = 'alice@example.test';
const USER = 'customer 7';
const SECRET = 'schön & "geheim"';
const GRANTED = base64(utf8(`\0${USER}\0${SECRET}`));

let folder: string;
let secretFile: string;
let server: RunningServer;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-smarthost-'));
  secretFile = path.join(folder, 'password');
  await writeFile(secretFile, `${SECRET}\n`);
  const roots = path.join(folder, 'roots.pem');
  await writeFile(roots, (await certificateFor('localhost')).cert);
  server = await startRunningServer({ env: { NODE_EXTRA_CA_CERTS: roots } });
});

after(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Takes mail from whoever logged in, over TLS. */
function smarthost(script: PeerScript = {}): Promise<SmtpTestPeer> {
  let granted = false;
  return startSmtpPeer({
    ...script,
    extensions: ['AUTH PLAIN LOGIN', ...(script.extensions ?? [])],
    answers: {
      AUTH: (line) => {
        granted = line === `AUTH PLAIN ${GRANTED}`;
        return granted ? '235 2.7.0 welcome' : '535 5.7.8 who are you?';
      },
      MAIL: () => (granted ? undefined : '530 5.7.0 log in first'),
    },
  });
}

function setRoute(domain: string, peer: SmtpTestPeer, tls: string, file = secretFile) {
  const where = ['--host', 'localhost', '--port', String(peer.port), '--tls', tls];
  return server.done('route', 'set', domain, ...where, '--user', USER, '--password-file', file);
}

async function send(subject: string, to: string): Promise<string> {
  const args = `smtp probe 127.0.0.1 --port ${server.ports.submission} --tls required --auth ${ALICE} --from ${ALICE} --to ${to}`;
  const more = ['--password-file', server.passwordFile, '--subject', subject];
  await server.done(...args.split(' '), ...more);
  const [found] = await server.json<{ messageId: string }>('message', 'find', '--to', to);
  return found!.messageId;
}

/** What the queue says of a recipient, once it was tried. */
function tried(forwardPath: string): Promise<Readonly<Record<string, unknown>>> {
  return eventually(`${forwardPath} was tried`, async () => {
    const queued = await server.json('queue', 'list');
    return queued.find((one) => one['forwardPath'] === forwardPath && one['status'] === 'deferred');
  });
}

async function assertSecretIsNowhere(messageId: string): Promise<void> {
  const readable: CommandResult[] = await Promise.all([
    server.command('route', 'list'),
    server.command('route', 'list', '--json'),
    server.command('message', 'trace', messageId),
    server.command('message', 'trace', messageId, '--json'),
  ]);
  const dialogues = await server.query<{ text: string }>(
    'select entries::text as text from dialogues',
  );
  const events = await server.query<{ text: string }>('select e::text as text from events e');
  const texts = [
    ...readable.map(({ stdout }) => stdout),
    ...[...dialogues, ...events].map(({ text }) => text),
    await server.log(),
  ];
  for (const text of texts) {
    assert.ok(!text.includes('geheim') && !text.includes(GRANTED), text.slice(0, 500));
  }
}

test('mail for every domain goes by a smarthost under TLS from the first octet, logged in', async () => {
  const certificate = await certificateFor('localhost');
  await using peer = await smarthost({ implicitTls: true, certificate });
  const said = await setRoute('*', peer, 'implicit');
  assert.match(said, /^Mail for other domains goes to localhost port \d+ \(TLS: implicit\)\.$/m);
  const id = await send('by smarthost', 'x@anywhere.test');
  const mail = await eventually('the smarthost has it', () => peer.accepted[0]);
  assert.deepEqual(mail.recipients, ['RCPT TO:<x@anywhere.test>']);
  assert.match(String(mail.content), /^DKIM-Signature: /);
  assert.deepEqual(peer.commands.map((line) => line.split(' ', 2).join(' ')).slice(0, 2), [
    'EHLO mail.example.test',
    'AUTH PLAIN',
  ]);
  await assertSecretIsNowhere(id);
  await server.done('route', 'remove', '*');
});

test('a route of the domain itself is taken before the one for all, and STARTTLS comes before the login', async () => {
  const certificate = await certificateFor('localhost');
  await using others = await smarthost({ implicitTls: true, certificate });
  await using peer = await smarthost({ certificate, extensions: ['STARTTLS'] });
  await setRoute('*', others, 'implicit');
  await setRoute('own-way.test', peer, 'verified');
  await send('its own way', 'x@own-way.test');
  await eventually('it went its way', () => peer.accepted[0]);
  assert.equal(others.connections, 0);
  const verbs = peer.commands.map((line) => line.split(' ', 1)[0]);
  assert.deepEqual(verbs.slice(0, 4), ['EHLO', 'STARTTLS', 'EHLO', 'AUTH']);
  for (const domain of ['*', 'own-way.test']) await server.done('route', 'remove', domain);
});

test('a login that is refused keeps the mail, tells why, and it goes out when the password is right', async () => {
  const certificate = await certificateFor('localhost');
  await using peer = await smarthost({ implicitTls: true, certificate });
  const wrong = path.join(folder, 'wrong-password');
  await writeFile(wrong, 'wrong one\n');
  await setRoute('locked.test', peer, 'implicit', wrong);
  const id = await send('locked out', 'x@locked.test');
  const waiting = await tried('x@locked.test');
  assert.match(JSON.stringify(waiting), /535 5\.7\.8 who are you\?/);
  assert.equal(peer.accepted.length, 0);
  await setRoute('locked.test', peer, 'implicit');
  await server.done('queue', 'retry', 'locked.test');
  await eventually('it went out', () => peer.accepted[0]);
  await assertSecretIsNowhere(id);
  await server.done('route', 'remove', 'locked.test');
});

for (const tls of ['implicit', 'verified']) {
  test(`a host that is not who it should be (${tls}) hears no password`, async () => {
    const certificate = await certificateFor('somebody-else.test');
    const script = tls === 'implicit' ? { implicitTls: true } : { extensions: ['STARTTLS'] };
    await using peer = await smarthost({ ...script, certificate });
    const domain = `${tls}.false.test`;
    await setRoute(domain, peer, tls);
    await send('to a stranger', `x@${domain}`);
    const waiting = await tried(`x@${domain}`);
    assert.match(JSON.stringify(waiting), /certificate/i);
    assert.ok(!peer.commands.some((line) => line.startsWith('AUTH')), peer.commands.join('\n'));
    await server.done('queue', 'remove', domain, '--silent');
    await server.done('route', 'remove', domain);
  });
}
