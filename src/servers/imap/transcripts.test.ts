/**
 * Every file in transcripts/ is a test: a dialogue on a real session, with a real store and an account of its own that has nothing but
 * its first mailboxes. Lines as test/support/sockets/transcript.ts says; `…` stands for any text. Lines of IMAP alone:
 *
 *   listener NAME       imap or imaps (the default, under TLS); before the dialogue
 *   letters COUNT       messages in INBOX, with subjects letter 1, letter 2, … and two lines of text
 *   login               greeting and LOGIN are passed over
 *   skip TAG            the server's lines up to the one that ends TAG with OK
 * `$user` stands for the account's name, `$plain` for its initial response in PLAIN; its password is `open sesame`.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base64, utf8 } from '#bytes';
import { addAccount } from '#mail/accounts/administer';
import { parseMailbox } from '#protocol/address/path';
import { summarize } from '#protocol/message/summary';
import { wholeBlob } from '#store/emails/blobs';
import { append } from '#store/mailboxes/change/append';
import type { MailStore } from '#store/mailboxes/mail-store';
import { findMailbox } from '#store/mailboxes/tree/tree';
import { LineSocket } from '../../../test/support/sockets/line-socket.ts';
import { startTestImap } from '../../../test/support/imap/own-server.ts';
import { openTestStore, PASSWORD, type TestStore } from '../../../test/support/smtp/own-server.ts';
import {
  assertLike,
  scriptOf,
  speak,
  transcriptsIn,
  type TranscriptLine,
} from '../../../test/support/sockets/transcript.ts';
import { IMAP_LIMITS } from './limits.ts';

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

const transcripts = transcriptsIn(new URL('./transcripts/', import.meta.url));
for (const [index, { file, title, lines }] of transcripts.entries())
  test(`${file}: ${title}`, () => play(lines, `t${index}`));

interface Setting {
  listener: 'imap' | 'imaps';
  letters: number;
  login: boolean;
}

async function play(lines: readonly string[], localPart: string): Promise<void> {
  const user = `${localPart}@example.test`;
  const plain = base64(utf8(`\0${user}\0${PASSWORD}`));
  const filled = lines.map((line) => line.replaceAll('$user', user).replaceAll('$plain', plain));
  const { settings, dialogue, limits, proxy, proxyFrom } = scriptOf(filled, IMAP_LIMITS);
  const { listener, letters, login } = settingOf(settings);
  const added = await addAccount(at.administer, parseMailbox(user)!, PASSWORD, undefined);
  assert.equal(added.kind, 'added');
  await using imap = await startTestImap(at, { limits, proxyFrom });
  await putLetters(imap.mail, user, letters);
  await using socket = await LineSocket.connect(imap.ports[listener], proxy);
  if (listener === 'imaps') await socket.startTls();
  if (login) {
    assert.match((await socket.line()) ?? '', /^\* OK /);
    socket.write(`login LOGIN ${user} "${PASSWORD}"\r\n`);
    await skip(socket, 'login', 'login');
  }
  await speak(socket, dialogue, {
    any: ANY,
    noted: imap.noted,
    other: ({ line, where }) => {
      assert.ok(line.startsWith('skip '), where);
      return skip(socket, line.slice(5), where);
    },
  });
}

const ANY = '…';

/** What the lines before the dialogue say. */
function settingOf(settings: readonly TranscriptLine[]): Setting {
  const setting: Setting = { listener: 'imaps', letters: 0, login: false };
  for (const { line, where } of settings) {
    const [word, name = ''] = line.split(' ');
    if (word === 'listener' && (name === 'imap' || name === 'imaps')) setting.listener = name;
    else if (word === 'letters') setting.letters = Number(name);
    else if (word === 'login') setting.login = true;
    else assert.fail(where);
  }
  return setting;
}

async function skip(socket: LineSocket, tag: string, where: string): Promise<void> {
  for (;;) {
    const line = await socket.line(where);
    assert.ok(line !== undefined, where);
    if (line.startsWith(`${tag} `)) return assertLike(line, `${tag} OK${ANY}`, ANY, where);
  }
}

async function putLetters(mail: MailStore, user: string, count: number): Promise<void> {
  if (count === 0) return;
  const { rows } = await mail.pool.query<{ id: string }>(
    'select id from accounts where name = $1',
    [user],
  );
  const accountId = rows[0]!.id;
  const inbox = await findMailbox(mail.pool, accountId, ['INBOX']);
  const messages = Array.from({ length: count }, (_, i) => {
    const letter = utf8(
      `From: a@sender.example\r\nSubject: letter ${i + 1}\r\n\r\nDear ${i + 1}\r\nBye\r\n`,
    );
    return {
      blob: wholeBlob(letter),
      summary: summarize(letter),
      flags: 0,
      keywords: [],
      internalDate: Date.UTC(2026, 0, i + 1, 12),
    };
  });
  assert.equal((await append(mail, accountId, inbox!.id, messages)).kind, 'appended');
}
