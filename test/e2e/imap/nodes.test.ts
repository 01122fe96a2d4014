/**
 * Several processes at one mailbox: two nodes on one PostgreSQL, each a whole server with a data folder of its own, and one server with
 * workers. What is done through one is told to the sessions of the other, in IDLE, by NOTIFY and at their next command, and never does a
 * number shift where it may not: the client's witness watches every response.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from '../../support/database/database.ts';
import { fetched, ImapClient, literal, type Untagged } from '../../support/imap/client.ts';
import { nameOf, textOf } from '../../support/imap/data.ts';
import {
  eventually,
  PASSWORD,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';
import { Wire } from '../../support/smtp/wire.ts';

const WORKERS = 2;
const STEPS = 80;

function login({ ports }: RunningServer): Promise<ImapClient> {
  return ImapClient.login({
    host: '127.0.0.1',
    port: ports.imaps,
    tls: 'implicit',
    user: 'alice@example.test',
    password: PASSWORD,
  });
}

function letter(subject: string): string {
  return `From: a@sender.example\r\nSubject: ${subject}\r\n\r\nDear Alice\r\n`;
}

/** As mail that comes in by SMTP. */
async function deliver({ ports }: RunningServer, subject: string): Promise<void> {
  const wire = await Wire.open(ports.smtp, false);
  for (const line of [
    'EHLO client.example',
    'MAIL FROM:<a@sender.example>',
    'RCPT TO:<alice@example.test>',
    'DATA',
    `${letter(subject)}.`,
    'QUIT',
  ]) {
    const { code } = await wire.command(line);
    assert.ok(code < 400, `${line}: ${code}`);
  }
}

/** Waits for data of that name about that number, from a place in what the client heard. */
function told(client: ImapClient, number: number, name: string, from: number): Promise<Untagged> {
  return client.next(
    `${number} ${name}`,
    (untagged) =>
      untagged.kind === 'data' &&
      nameOf(untagged) === name &&
      textOf(untagged.values[0]) === String(number),
    from,
  );
}

/** Number, UID and flags of each message, as a session has them now. */
async function image(client: ImapClient): Promise<string> {
  await client.ok('NOOP');
  const { untagged } = await client.ok('UID FETCH 1:* (FLAGS)');
  return JSON.stringify(
    fetched(untagged).map(({ number, items }) => [
      number,
      items.get('UID'),
      (items.get('FLAGS') as string[]).filter((flag) => flag !== '\\Recent').toSorted(),
    ]),
  );
}

async function agree(clients: readonly ImapClient[]): Promise<boolean> {
  return new Set(await Promise.all(clients.map((client) => image(client)))).size === 1;
}

/** Sessions of several processes do what they like, in an order that is the same each time; then all see the same. */
async function play(clients: readonly ImapClient[], seed: number): Promise<void> {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % below;
  };
  for (let step = 0; step < STEPS; step++) {
    const client = clients[random(clients.length)]!;
    const number = 1 + random(Math.max(1, client.witness.exists ?? 0));
    const commands = [
      `STORE ${number} +FLAGS (\\Flagged)`,
      `STORE ${number} -FLAGS (\\Flagged \\Deleted)`,
      `STORE ${number} +FLAGS.SILENT (\\Deleted)`,
      `MOVE ${number} Other`,
      `COPY ${number} INBOX`,
      `FETCH ${number} (UID FLAGS BODY[])`,
      'SEARCH FLAGGED',
      'EXPUNGE',
      'NOOP',
    ];
    const which = random(commands.length + 2);
    // what is not there any more is NO; an empty mailbox has no number 1
    if (which < commands.length) await client.run(commands[which]!);
    else await client.ok('APPEND INBOX ', literal(letter(`step ${step}`)));
  }
  await eventually('all see the same', () => agree(clients));
}

/** What is done through `actor` is told to sessions that wait elsewhere. */
async function toldElsewhere(
  actor: ImapClient,
  waiting: ImapClient,
  notified: ImapClient,
  busy: ImapClient,
  deliverThere: () => Promise<void>,
): Promise<void> {
  await actor.ok('CREATE Other');
  for (let i = 1; i <= 4; i++) await actor.ok('APPEND INBOX ', literal(letter(`letter ${i}`)));
  for (const client of [actor, waiting, notified, busy]) await client.ok('SELECT INBOX');
  await notified.ok(
    'NOTIFY SET (SELECTED (MessageNew (UID FLAGS) MessageExpunge FlagChange)) (MAILBOXES Other (MessageNew MessageExpunge))',
  );
  const watching = [waiting, notified];
  const from = new Map([...watching, busy].map((client) => [client, client.untagged.length]));
  const hear = (number: number, name: string) =>
    Promise.all(watching.map((client) => told(client, number, name, from.get(client)!)));
  await waiting.idle(async () => {
    await deliverThere();
    await hear(5, 'EXISTS');
    await actor.ok('NOOP');
    await actor.ok('STORE 1 +FLAGS (\\Flagged)');
    await hear(1, 'FETCH');
    await actor.ok('MOVE 2 Other');
    await hear(2, 'EXPUNGE');
    await notified.next(
      'STATUS of Other',
      (untagged) => untagged.kind === 'data' && nameOf(untagged) === 'STATUS',
      from.get(notified),
    );
    // numbers may not shift during FETCH, STORE and SEARCH: 2 is still the message that left
    for (const command of ['FETCH 1,3:4 (FLAGS)', 'STORE 3 +FLAGS (\\Seen)', 'SEARCH ALL'])
      await busy.ok(command);
    assert.equal(heard(busy, 'EXPUNGE', from.get(busy)!), 0);
    await actor.ok('STORE 3 +FLAGS.SILENT (\\Deleted)');
    await actor.ok('EXPUNGE');
    await hear(3, 'EXPUNGE');
  });
  // what another process did is known with its notice, a second later at the latest
  await eventually('the busy one is told of both', async () => {
    await busy.ok('NOOP');
    return heard(busy, 'EXPUNGE', from.get(busy)!) === 2;
  });
  await eventually('all see the same', () => agree([actor, waiting, notified, busy]));
}

function heard(client: ImapClient, name: string, from: number): number {
  return client.untagged
    .slice(from)
    .filter((untagged) => untagged.kind === 'data' && nameOf(untagged) === name).length;
}

test('two nodes on one PostgreSQL tell each other what is done at a mailbox, and numbers shift only where they may', async () => {
  await using database = await openTestDatabase({ schema: 'empty' });
  const env = { DATABASE_URL: database.url };
  await using one = await startRunningServer({ env });
  await using other = await startRunningServer({ env });
  await using waiting = await login(one);
  await using notified = await login(one);
  await using busy = await login(one);
  await using actor = await login(other);
  await toldElsewhere(actor, waiting, notified, busy, () => deliver(other, 'through the other'));
  await using fifth = await login(other);
  await fifth.ok('SELECT INBOX');
  const clients = [waiting, actor, busy, fifth];
  for (const seed of [1, 7, 23]) await play(clients, seed);
});

test('sessions at different workers of one server are told the same', async () => {
  await using server = await startRunningServer({ env: { HIKYAKU_WORKERS: String(WORKERS) } });
  // connections go to the workers in turn: of three in a row two are at different ones
  await using waiting = await login(server);
  await using notified = await login(server);
  await using busy = await login(server);
  await using actor = await login(server);
  await toldElsewhere(actor, waiting, notified, busy, () => deliver(server, 'to any of them'));
  for (const seed of [3, 11]) await play([waiting, actor, busy], seed);
});
