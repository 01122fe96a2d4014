/**
 * Every file in transcripts/ is a test: a dialogue on a real session, with a real store. Lines as test/support/sockets/transcript.ts says; `*`
 * stands for any text. Lines of SMTP alone:
 *
 *   listener NAME       mx (the default), submission or submissions; before the dialogue
 *   alias NAME TARGET…  makes an alias; `quota NAME OCTETS` limits an account
 *   S: **               any further lines of the reply
 *   stored NAME COUNT   messages that this transcript put into the account's inbox (junk with NAME/junk)
 *   queued COUNT        recipients that it put into the queue
 * Each account's password is `open sesame`.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setAlias } from '#store/directory/addresses';
import { SMTP_LIMITS } from './limits.ts';
import {
  openTestStore,
  startTestSmtp,
  type TestStore,
} from '../../../test/support/smtp/own-server.ts';
import { LineSocket } from '../../../test/support/sockets/line-socket.ts';
import { scriptOf, speak, transcriptsIn } from '../../../test/support/sockets/transcript.ts';

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

for (const { file, title, lines } of transcriptsIn(new URL('./transcripts/', import.meta.url)))
  test(`${file}: ${title}`, () => play(lines));

interface Counts {
  readonly stored: ReadonlyMap<string, number>;
  readonly queued: number;
}

async function play(lines: readonly string[]): Promise<void> {
  const before = await counts();
  await unlimited();
  const { settings, dialogue, limits, proxy, proxyFrom } = scriptOf(lines, SMTP_LIMITS);
  let listener = 'mx';
  for (const { line, where } of settings) {
    const [word, name = '', ...rest] = line.split(' ');
    if (word === 'listener') listener = name;
    else if (word === 'alias') await alias(name, rest);
    else if (word === 'quota') await quota(name, Number(rest[0]));
    else assert.fail(where);
  }
  await using smtp = await startTestSmtp(at, { limits, proxyFrom });
  const { smtp: mx, submission, submissions } = smtp.ports;
  const port = new Map([
    ['mx', mx],
    ['submission', submission],
    ['submissions', submissions],
  ]).get(listener)!;
  await using socket = await LineSocket.connect(port, proxy);
  if (listener === 'submissions') await socket.startTls();
  await speak(socket, dialogue, {
    any: '*',
    noted: smtp.noted,
    other: async ({ line, where }) => {
      if (line === 'S: **') await socket.restOfReply(where);
      else await assertOutcome(line, where, before);
    },
  });
}

async function assertOutcome(line: string, where: string, before: Counts): Promise<void> {
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
