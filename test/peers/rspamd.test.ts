/** A real Rspamd reads the mail that comes to a whole server, and learns from what is moved into Junk and out of it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { utf8 } from '#bytes';
import { Rspamd } from '#clients/rspamd/rspamd';
import { ImapClient } from '../support/imap/client.ts';
import { LineSocket } from '../support/sockets/line-socket.ts';
import { findMail, listMail } from '../support/program/mailbox.ts';
import { RSPAMD_PASSWORD, GTUBE, rspamdPeer, TestRspamd } from '../support/peers/rspamd.ts';
import {
  eventually,
  PASSWORD,
  startRunningServer,
  type RunningServer,
} from '../support/program/running-server.ts';

const BOB = 'bob@example.test';
/** Enough words to learn from. */
const LETTER =
  'Dear reader, this letter has a good number of ordinary words about gardens, rivers, bridges and the weather of last week.';

let rspamd: TestRspamd;
let server: RunningServer;

describe('with Rspamd', { skip: rspamdPeer().skip }, () => {
  before(async () => {
    rspamd = await TestRspamd.start();
    server = await startRunningServer({
      env: {
        HIKYAKU_RSPAMD_URL: rspamd.url,
        HIKYAKU_RSPAMD_LEARN: rspamd.url,
        HIKYAKU_RSPAMD_PASSWORD: RSPAMD_PASSWORD,
      },
    });
  });
  after(async () => {
    await server?.[Symbol.asyncDispose]();
    await rspamd?.[Symbol.asyncDispose]();
  });

  test('ordinary mail passes, and the envelope was known to it', async () => {
    assert.match(await send('ordinary'), /^250 /);
    const mail = await findMail(server, BOB, 'ordinary');
    assert.equal(mail.mailbox, 'INBOX');
    const told = await server.done('message', 'explain', mail.messageId);
    assert.match(told, /ENVELOPE counts 0\./);
    assert.match(told, /refuses from 15 on, and says: no action\./);
  });

  test('GTUBE is refused, and why can be read', async () => {
    assert.match(
      await send('a test of scanners', GTUBE),
      /^550 5\.7\.1 The content scanner refuses/,
    );
    const [row] = await eventually('the judgement is stored', async () => {
      const rows = await server.query<{ id: string }>(
        `select message_id as id from events where type = 'message.judged' and fields ->> 'verdict' = 'reject'`,
      );
      return rows.length > 0 && rows;
    });
    const told = await server.done('message', 'explain', row!.id);
    assert.match(told, /the content scanner refuses it/);
    assert.match(told, /Gtube pattern/);
  });

  test('what it would mark is put into Junk, with the symbols that weigh', async () => {
    assert.match(await send('a cheap offer'), /^250 /);
    const mail = await findMail(server, BOB, 'a cheap offer');
    assert.equal(mail.mailbox, 'Junk');
    const told = await server.done('message', 'explain', mail.messageId);
    assert.match(told, /CHEAP_OFFER counts 7\.5: It offers something cheap\./);
    assert.match(await server.done('mail', 'raw', BOB, mail.id), /reasons=content-junk\r\n/);
  });

  test('what it puts off is put off, what it only would greylist is taken', async () => {
    assert.match(await send('come later'), /^4\d\d 4\.7\.1 /);
    assert.match(await send('perhaps'), /^250 /);
    assert.equal((await findMail(server, BOB, 'perhaps')).mailbox, 'INBOX');
  });

  test('it learns spam from what is moved into Junk, ham from what is taken out, each once', async () => {
    const { learned } = await rspamd.stat();
    await send('to be moved');
    await send('too short', 'Hi');
    await findMail(server, BOB, 'too short');
    await using imap = await ImapClient.login({
      host: '127.0.0.1',
      port: server.ports.imaps,
      tls: 'implicit',
      user: BOB,
      password: PASSWORD,
    });
    const move = async (subject: string, from: string, to: string): Promise<void> => {
      await imap.ok(`SELECT ${from}`);
      await imap.ok(`UID SEARCH RETURN (SAVE) SUBJECT "${subject}"`);
      await imap.ok(`UID MOVE $ ${to}`);
    };
    /** What was noted of lessons; once there are so many. */
    const lessons = (count: number): Promise<Lesson[]> =>
      eventually(`${count} lessons`, async () => {
        const rows = await server.query<Lesson>(
          `select fields ->> 'class' as class, fields ->> 'result' as result, personal ->> 'text' as text
           from events where type = 'message.learned' order by id`,
        );
        return rows.length >= count && rows;
      });
    await move('to be moved', 'INBOX', 'Junk');
    await lessons(1);
    await move('to be moved', 'Junk', 'INBOX');
    await lessons(2);
    await move('to be moved', 'INBOX', 'Junk');
    await move('too short', 'INBOX', 'Junk');
    const all = await lessons(3);
    assert.deepEqual(
      all.map(({ class: as, result }) => `${as} ${result}`),
      ['spam learned', 'ham learned', 'spam refused'],
    );
    assert.match(all[2]!.text!, /^204 .* less tokens/);
    assert.equal((await rspamd.stat()).learned, learned + 2);
    const { messageId } = await findMail(server, BOB, 'to be moved');
    assert.match(
      await server.done('message', 'trace', messageId),
      /An owner filed it as junk: the content scanner learned it\./,
    );
  });

  test('a wrong password is told as that', async () => {
    using client = new Rspamd({
      url: rspamd.url,
      password: 'a wrong one',
      timeLimit: 10_000,
      monotonic: () => performance.now(),
      changed: () => {},
    });
    const bytes = utf8(`Subject: x\r\n\r\n${LETTER}\r\n`);
    const body = { size: bytes.length, read: () => [bytes] };
    assert.deepEqual(await client.learn('spam', body, new AbortController().signal), {
      kind: 'failed',
      cause: 'password',
      text: '401 Unauthorized',
    });
  });

  test('while it is down mail flows and says so, and once it is back it is asked again', async () => {
    await rspamd.stop();
    for (let i = 0; i < 6; i++) assert.match(await send(`cheap and without it ${i}`), /^250 /);
    const told = async (subject: string): Promise<string> => {
      const { messageId, mailbox } = await findMail(server, BOB, subject);
      assert.equal(mailbox, 'INBOX');
      return server.done('message', 'explain', messageId);
    };
    assert.match(await told('cheap and without it 0'), /Rspamd could not be reached/);
    assert.match(await told('cheap and without it 5'), /is not asked for a while/);
    await rspamd.start();
    await eventually('it is asked again', async () => {
      await send('cheap and with it');
      const mails = await listMail(server, BOB);
      return mails.some(
        ({ subject, mailbox }) => subject === 'cheap and with it' && mailbox === 'Junk',
      );
    });
    const changes = await eventually('both changes are events', async () => {
      const rows = await server.query<{ type: string }>(
        `select type from events where type like 'scanner.%' order by id`,
      );
      return rows.length >= 2 && rows;
    });
    assert.deepEqual(
      changes.map(({ type }) => type),
      ['scanner.lost', 'scanner.back'],
    );
    const log = await server.log();
    assert.equal(log.match(/scanner\.lost/g)?.length, 1);
  });
});

interface Lesson {
  readonly class: string;
  readonly result: string;
  readonly text: string | null;
}

/** @returns the reply to the final dot */
async function send(subject: string, body = LETTER): Promise<string> {
  await using client = await LineSocket.connect(server.ports.smtp);
  await client.restOfReply();
  for (const line of [
    'EHLO client.test',
    'MAIL FROM:<ann@sender.test>',
    `RCPT TO:<${BOB}>`,
    'DATA',
  ])
    await client.ask(line);
  const header = `From: Ann <ann@sender.test>\r\nDate: Thu, 26 Nov 2026 02:14:02 +0000\r\nSubject: ${subject}`;
  return (await client.ask(`${header}\r\n\r\n${body}\r\n.`)).join('\n');
}
