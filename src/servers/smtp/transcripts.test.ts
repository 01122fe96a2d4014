/**
 * Every file in transcripts/ is a test: a dialogue on a real session, over a loopback socket, with a real store.
 *
 * Lines of a transcript:
 *   # …                 what it shows; the first one names the test
 *   listener NAME       mx (the default), submission or submissions; before the first C: or S:
 *   limit NAME VALUE    sets one of limits.ts
 *   alias NAME TARGET…  makes an alias; `quota NAME OCTETS` limits an account
 *   proxy LINE          the connection comes from a trusted balancer and begins with this (escapes as in B:)
 *   C: text             the client sends the line with CRLF; lines in a row go out in one write
 *   B: text             the client sends octets: \r \n \t \\ \xHH stand for octets, and nothing is added
 *   S: text             the server's next line, whole; `*` stands for any text, `**` alone for any further lines of the reply
 *   S! closed           the server closes the connection
 *   TLS                 handshake, as after STARTTLS
 *   end                 the client sends no more, and still reads
 *   stored NAME COUNT   messages that this transcript put into the account's inbox (junk with NAME/junk)
 *   queued COUNT        recipients that it put into the queue
 *   noted TYPE COUNT    events that it noted
 * Each account's password is `open sesame`.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setAlias } from '#store/directory/addresses';
import { SMTP_LIMITS, type SmtpLimits } from './limits.ts';
import { openTestStore, startTestSmtp, type TestStore } from '../../../test/support/smtp-server.ts';
import { LineSocket } from '../../../test/support/line-socket.ts';

const FOLDER = new URL('./transcripts/', import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

for (const file of files) {
  const lines = readFileSync(new URL(file, FOLDER), 'utf8').split('\n');
  const title = lines.find((line) => line.startsWith('# '))?.slice(2) ?? file;
  test(`${file}: ${title}`, () => play(lines));
}

interface Counts {
  readonly stored: ReadonlyMap<string, number>;
  readonly queued: number;
}

async function play(lines: readonly string[]): Promise<void> {
  const before = await counts();
  await unlimited();
  const limits: { -readonly [K in keyof SmtpLimits]?: SmtpLimits[K] } = {};
  let listener = 'mx';
  let proxy: Uint8Array | undefined;
  const script = lines.map((line, index) => ({ line, where: `line ${index + 1}: ${line}` }));
  const dialogue = script.filter(({ line }) => !/^(#|$)/.test(line));
  while (dialogue.length > 0 && !/^(C:|B:|S:|S!|TLS)/.test(dialogue[0]!.line)) {
    const { line, where } = dialogue.shift()!;
    const [word, name = '', ...rest] = line.split(' ');
    if (word === 'listener') listener = name;
    else if (word === 'limit') {
      assert.ok(name in SMTP_LIMITS, where);
      limits[name as Exclude<keyof SmtpLimits, 'receiver'>] = Number(rest[0]);
    } else if (word === 'alias') await alias(name, rest);
    else if (word === 'quota') await quota(name, Number(rest[0]));
    else if (word === 'proxy') proxy = octets(line.slice('proxy '.length));
    else assert.fail(where);
  }
  await using smtp = await startTestSmtp(at, {
    limits,
    proxyFrom: proxy === undefined ? [] : ['127.0.0.0/8'],
  });
  const { smtp: mx, submission, submissions } = smtp.ports;
  const port = new Map([
    ['mx', mx],
    ['submission', submission],
    ['submissions', submissions],
  ]).get(listener)!;
  await using socket = await LineSocket.connect(port, proxy);
  if (listener === 'submissions') await socket.startTls();
  let unsent: Uint8Array[] = [];
  const send = (): void => {
    if (unsent.length > 0) socket.write(Buffer.concat(unsent));
    unsent = [];
  };
  for (const { line, where } of dialogue) {
    const text = line.slice(3);
    if (line.startsWith('C: ') || line === 'C:') unsent.push(Buffer.from(`${text}\r\n`));
    else if (line.startsWith('B: ')) unsent.push(octets(text));
    else {
      send();
      if (line === 'S: **') await socket.restOfReply(where);
      else if (line.startsWith('S: ')) assertLike(await socket.line(where), text, where);
      else if (line === 'S! closed') assert.equal(await socket.line(where), undefined, where);
      else if (line === 'TLS') await socket.startTls();
      else if (line === 'end') socket.end();
      else await assertOutcome(line, where, before, smtp.noted);
    }
  }
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
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  assert.match(line ?? '<closed>', new RegExp(`^${parts.join('.*')}$`), where);
}

async function assertOutcome(
  line: string,
  where: string,
  before: Counts,
  noted: readonly { readonly type: string }[],
): Promise<void> {
  const [word, ...rest] = line.split(' ');
  const now = await counts();
  const [name = '', count] = rest;
  if (word === 'stored')
    assert.equal(
      (now.stored.get(name) ?? 0) - (before.stored.get(name) ?? 0),
      Number(count),
      where,
    );
  else if (word === 'queued') assert.equal(now.queued - before.queued, Number(name), where);
  else if (word === 'noted')
    assert.equal(noted.filter(({ type }) => type === name).length, Number(count), where);
  else assert.fail(where);
}

async function counts(): Promise<Counts> {
  const { pool } = at.store;
  const { rows } = await pool.query<{ name: string; count: string }>(
    `select split_part(a.name, '@', 1) || case when m.role = 'inbox' then '' else '/' || m.role end as name, count(*)
     from mailbox_entries e join mailboxes m on m.id = e.mailbox_id join accounts a on a.id = m.account_id group by 1`,
  );
  const queue = await pool.query<{ count: string }>('select count(*) from queue_recipients');
  return {
    stored: new Map(rows.map(({ name, count }) => [name, Number(count)])),
    queued: Number(queue.rows[0]!.count),
  };
}

async function alias(localPart: string, targets: readonly string[]): Promise<void> {
  const { pool, notices } = at.store;
  await setAlias(pool, {
    localPart: localPart === '*' ? null : localPart,
    domain: 'example.test',
    targets,
    now: at.store.clock.now(),
  });
  notices.say('directory');
}

/** Quotas of an earlier transcript. */
async function unlimited(): Promise<void> {
  await at.store.pool.query('update accounts set quota_bytes = null');
  at.store.notices.say('directory');
}

async function quota(name: string, bytes: number): Promise<void> {
  const { pool, notices } = at.store;
  await pool.query('update accounts set quota_bytes = $2 where name = $1', [
    `${name}@example.test`,
    bytes,
  ]);
  notices.say('directory');
}
