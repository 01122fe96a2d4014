/**
 * Every file in transcripts/ is a test: a dialogue on a real session, over a loopback socket, with a real store and an account of its
 * own that has nothing but its first mailboxes.
 *
 * Lines of a transcript:
 *   # …                 what it shows; the first one names the test
 *   listener NAME       imap or imaps (the default, under TLS); before the first C: or S:
 *   limit NAME VALUE    sets one of limits.ts
 *   proxy LINE          the connection comes from a trusted balancer and begins with this (escapes as in B:)
 *   letters COUNT       messages in INBOX, with subjects letter 1, letter 2, … and two lines of text
 *   login               greeting and LOGIN are passed over
 *   C: text             the client sends the line with CRLF; lines in a row go out in one write
 *   B: text             the client sends octets: \r \n \t \\ \xHH stand for octets, and nothing is added
 *   S: text             the server's next line, whole; `…` stands for any text
 *   skip TAG            the server's lines up to the one that ends TAG with OK
 *   S! closed           the server closes the connection
 *   TLS                 handshake, as after STARTTLS
 *   end                 the client sends no more, and still reads
 *   noted TYPE COUNT    events that it noted
 * `$user` stands for the account's name, `$plain` for its initial response in PLAIN; its password is `open sesame`.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { base64, utf8 } from '#bytes';
import { addAccount } from '#mail/accounts/administer';
import { parseMailbox } from '#protocol/address/path';
import { summarize } from '#protocol/message/summary';
import { wholeBlob } from '#store/blobs';
import { append } from '#store/mailboxes/append';
import type { MailStore } from '#store/mailboxes/mail-store';
import { findMailbox } from '#store/mailboxes/tree';
import { LineSocket } from '../../../test/support/line-socket.ts';
import { startTestImap } from '../../../test/support/own-imap.ts';
import { openTestStore, PASSWORD, type TestStore } from '../../../test/support/smtp-server.ts';
import { IMAP_LIMITS, type ImapLimits } from './limits.ts';

const FOLDER = new URL('./transcripts/', import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

for (const [index, file] of files.entries()) {
  const lines = readFileSync(new URL(file, FOLDER), 'utf8').split('\n');
  const title = lines.find((line) => line.startsWith('# '))?.slice(2) ?? file;
  test(`${file}: ${title}`, () => play(lines, `t${index}`));
}

interface Setting {
  listener: 'imap' | 'imaps';
  limits: { -readonly [K in keyof ImapLimits]?: ImapLimits[K] };
  proxy: Uint8Array | undefined;
  letters: number;
  login: boolean;
}

interface Line {
  readonly line: string;
  readonly where: string;
}

async function play(lines: readonly string[], localPart: string): Promise<void> {
  const user = `${localPart}@example.test`;
  const plain = base64(utf8(`\0${user}\0${PASSWORD}`));
  const script = lines.map((line, index) => ({
    line: line.replaceAll('$user', user).replaceAll('$plain', plain),
    where: `line ${index + 1}: ${line}`,
  }));
  const dialogue = script.filter(({ line }) => !/^(#|$)/.test(line));
  const setting = settingOf(dialogue);
  const added = await addAccount(at.administer, parseMailbox(user)!, PASSWORD, undefined);
  assert.equal(added.kind, 'added');
  await using imap = await startTestImap(at, {
    limits: setting.limits,
    proxyFrom: setting.proxy === undefined ? [] : ['127.0.0.0/8'],
  });
  await putLetters(imap.mail, user, setting.letters);
  await using socket = await LineSocket.connect(imap.ports[setting.listener], setting.proxy);
  if (setting.listener === 'imaps') await socket.startTls();
  if (setting.login) {
    assert.match((await socket.line()) ?? '', /^\* OK /);
    socket.write(`login LOGIN ${user} "${PASSWORD}"\r\n`);
    await skip(socket, 'login', 'login');
  }
  await speak(socket, dialogue, imap.noted);
}

/** Takes the lines before the dialogue. */
function settingOf(dialogue: Line[]): Setting {
  const setting: Setting = {
    listener: 'imaps',
    limits: {},
    proxy: undefined,
    letters: 0,
    login: false,
  };
  while (dialogue.length > 0 && !/^(C:|B:|S:|S!|TLS|skip|end)/.test(dialogue[0]!.line)) {
    const { line, where } = dialogue.shift()!;
    const [word, name = '', value] = line.split(' ');
    if (word === 'listener' && (name === 'imap' || name === 'imaps')) setting.listener = name;
    else if (word === 'limit') {
      assert.ok(name in IMAP_LIMITS, where);
      setting.limits[name as Exclude<keyof ImapLimits, 'receiver'>] = Number(value);
    } else if (word === 'proxy') setting.proxy = octets(line.slice('proxy '.length));
    else if (word === 'letters') setting.letters = Number(name);
    else if (word === 'login') setting.login = true;
    else assert.fail(where);
  }
  return setting;
}

async function speak(
  socket: LineSocket,
  dialogue: readonly Line[],
  noted: readonly { readonly type: string }[],
): Promise<void> {
  let unsent: Uint8Array[] = [];
  for (const { line, where } of dialogue) {
    const text = line.slice(3);
    if (line.startsWith('C: ') || line === 'C:') unsent.push(Buffer.from(`${text}\r\n`));
    else if (line.startsWith('B: ')) unsent.push(octets(text));
    else {
      if (unsent.length > 0) socket.write(Buffer.concat(unsent));
      unsent = [];
      if (line.startsWith('S: ')) assertLike(await socket.line(where), text, where);
      else if (line === 'S! closed') assert.equal(await socket.line(where), undefined, where);
      else if (line.startsWith('skip ')) await skip(socket, line.slice(5), where);
      else if (line === 'TLS') await socket.startTls();
      else if (line === 'end') socket.end();
      else assertNoted(line, where, noted);
    }
  }
}

async function skip(socket: LineSocket, tag: string, where: string): Promise<void> {
  for (;;) {
    const line = await socket.line(where);
    assert.ok(line !== undefined, where);
    if (line.startsWith(`${tag} `)) return assertLike(line, `${tag} OK…`, where);
  }
}

function assertNoted(
  line: string,
  where: string,
  noted: readonly { readonly type: string }[],
): void {
  const [word, type, count] = line.split(' ');
  assert.equal(word, 'noted', where);
  assert.equal(noted.filter((event) => event.type === type).length, Number(count), where);
}

function octets(text: string): Buffer {
  const escapes: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };
  const raw = Buffer.from(text, 'utf8').toString('latin1');
  return Buffer.from(
    raw.replace(/\\(?:x([0-9a-f]{2})|(.))/gi, (_, hex?: string, letter?: string) =>
      hex === undefined ? escapes[letter!]! : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    'latin1',
  );
}

function assertLike(line: string | undefined, pattern: string, where: string): void {
  const parts = pattern.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  assert.match(line ?? '<closed>', new RegExp(`^${parts.join('.*')}$`), `${where}: ${line}`);
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
