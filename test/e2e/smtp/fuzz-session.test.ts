/** A few hundred random sessions on running listeners; `npm run fuzz` plays more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FUZZ_LISTENERS,
  newTally,
  playSession,
  politely,
  sampleSessions,
  storeFaults,
} from '../../support/smtp/fuzz-play.ts';
import { judgeSession } from '../../support/smtp/oracle.ts';
import { openTestStore, startTestSmtp } from '../../support/smtp/own-server.ts';

const SESSIONS = 120;
const SEED = 5321;

test('random sessions on every listener are answered command by command, and only what was acknowledged is stored', async () => {
  await using at = await openTestStore();
  const limits = { errors: 1000, idleCommands: 1000, handshakeTime: 5000 };
  await using smtp = await startTestSmtp(at, { limits });
  const tally = newTally();
  for (const listener of FUZZ_LISTENERS) {
    const sessions = sampleSessions(listener, SESSIONS, SEED);
    for (let from = 0; from < SESSIONS; from += 8) {
      const batch = sessions.slice(from, from + 8).map((session, index) => {
        const cutAfter = index === 7 ? Math.floor(session.chunks.length / 2) : undefined;
        const played = index % 2 === 0 ? politely(session) : session;
        return playSession(smtp, listener, played, cutAfter, tally);
      });
      await Promise.all(batch);
    }
  }
  assert.deepEqual(tally.faults, []);
  assert.equal(tally.sessions, SESSIONS * FUZZ_LISTENERS.length);
  assert.ok(tally.acknowledged.length > 5, `${tally.acknowledged.length} messages`);
  assert.deepEqual(await storeFaults(at, tally), []);
});

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const GREETING = '220 mail ESMTP\r\n';

for (const [what, sent, received, fault] of [
  ['a command without a reply', 'NOOP\r\nNOOP\r\n', '250 2.0.0 OK\r\n', /no reply to NOOP/],
  ['a reply too many', 'NOOP\r\n', '250 OK\r\n250 OK\r\n', /1 replies too many/],
  ['a reply within content', 'DATA\r\na\r\nb\r\n', '354 go\r\n500 5.5.2 x\r\n', /replies too many/],
  [
    'a chunk taken for a command',
    'BDAT 6\r\nNOOP\r\n',
    '503 5.5.1 x\r\n250 OK\r\n',
    /replies too many/,
  ],
  ['half a reply', 'NOOP\r\n', '250 OK', /half a reply/],
  ['a line that is no reply', 'NOOP\r\n', 'OK\r\n', /malformed/],
  ['codes that contradict', 'NOOP\r\n', '250 5.0.0 OK\r\n', /codes differ/],
  [
    'an answer after the last word',
    'QUIT\r\nNOOP\r\n',
    '221 bye\r\n250 OK\r\n',
    /replies too many/,
  ],
] as const)
  test(`the judge of sessions finds ${what}`, () => {
    const judged = judgeSession({ sent: bytes(sent), received: bytes(GREETING + received) });
    assert.match(judged.fault ?? 'none', fault);
  });

test('the judge of sessions is content with a good one', () => {
  const sent = 'EHLO a\r\nDATA\r\nx\r\n.\r\nBDAT 3\r\na\r\nAUTH LOGIN\r\nYQ==\r\nQUIT\r\n';
  const received =
    '250-a\r\n250 b\r\n354 go\r\n250 2.6.0 id1 stored\r\n250 ok\r\n334 \r\n535 5.7.8 no\r\n221 2.0.0 bye\r\n';
  const judged = judgeSession({ sent: bytes(sent), received: bytes(GREETING + received) });
  assert.equal(judged.fault, undefined);
  assert.deepEqual(judged.acknowledged, ['id1']);
  const [first, , content] = judged.answered;
  assert.deepEqual([first, content], ['EHLO 250', 'content 250']);
});

test('the judge of sessions takes an alert for an end of TLS, and nowhere else', () => {
  const judge = (received: string) =>
    judgeSession({ sent: bytes('STARTTLS\r\nx'), received: bytes(GREETING + received) }).fault;
  const alert = '\x15\x03\x03\x00\x02\x02\x16';
  assert.equal(judge(`220 2.0.0 Ready\r\n${alert}`), judge('220 2.0.0 Ready\r\n'));
  assert.match(judge(`250 ok\r\n${alert}`) ?? '', /half a reply/);
  assert.match(judge(`220 2.0.0 Ready\r\n${alert}x`) ?? '', /half a reply/);
});
