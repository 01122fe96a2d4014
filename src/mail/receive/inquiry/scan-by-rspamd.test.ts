/** Whole sessions with a scanner that says what it is told to: what becomes of the mail, and what its owner can read of it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Judged } from '#clients/rspamd/answer';
import { failure, type Failure } from '#clients/rspamd/failure';
import type { Rspamd } from '#clients/rspamd/rspamd';
import { explainVerdict } from '#mail/story/explain-verdict';
import {
  HONEST,
  startReception,
  world,
  type Letter,
  type TestReception,
} from '../../../../test/support/smtp/reception.ts';
import { openTestStore, type TestStore } from '../../../../test/support/smtp/own-server.ts';
import { rspamdScanner } from './scan-by-rspamd.ts';

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

const LETTER: Letter = {
  ip: HONEST,
  ehlo: 'mail.good.example',
  from: 'ann@good.example',
  header: ['From: Ann <ann@good.example>', 'Subject: hello'],
  signedBy: 'good.example',
};

function judged(action: Judged['action'], more: Partial<Judged> = {}): Judged {
  return {
    kind: 'judged',
    action,
    said: action,
    score: 7.5,
    required: 15,
    symbols: [{ name: 'BAD_WORD', score: 7.5, about: 'It has a bad word' }],
    more: 0,
    message: undefined,
    ...more,
  };
}

interface Asked {
  readonly envelope: Parameters<Rspamd['scan']>[0];
  readonly text: string;
}

interface Scanned extends TestReception {
  readonly asked: Asked[];
}

async function scannedBy(answer: Judged | Failure, largest = 1024 * 1024): Promise<Scanned> {
  const asked: Asked[] = [];
  const rspamd: Pick<Rspamd, 'scan'> = {
    async scan(envelope, body) {
      const pieces: Uint8Array[] = [];
      for await (const piece of body.read()) pieces.push(piece);
      const text = Buffer.concat(pieces).toString('latin1');
      assert.equal(text.length, body.size);
      asked.push({ envelope, text });
      return answer;
    },
  };
  const scanner = rspamdScanner({
    rspamd,
    db: at.store.pool,
    hostname: 'mail.example.test',
    largest,
  });
  const reception = await startReception(at, world(), { inquiry: { scanner } });
  return Object.assign(reception, { asked });
}

test('it gets the message as it came, and what is known of who brought it', async () => {
  await using reception = await scannedBy(judged('no action'));
  const { reply } = await reception.send({ ...LETTER, to: ['alice', 'bob'] });
  assert.match(reply, /^250 /);
  const [{ envelope, text }] = reception.asked as [Asked];
  assert.match(text, /^DKIM-Signature: [^]*\r\n\r\nHello\r\n$/);
  const { messageId, ...rest } = envelope;
  assert.ok(reply.includes(messageId));
  assert.deepEqual(rest, {
    ip: HONEST,
    hostname: 'mail.good.example',
    helo: 'mail.good.example',
    from: 'ann@good.example',
    recipients: ['alice@example.test', 'bob@example.test'],
    mta: 'mail.example.test',
    tls: undefined,
  });
});

test('a message of several chunks is read from where it was put meanwhile', async () => {
  await using reception = await scannedBy(judged('no action'));
  const body = 'A line of a long letter.\r\n'.repeat(30_000);
  assert.match((await reception.send({ ...LETTER, body })).reply, /^250 /);
  assert.ok(reception.asked[0]!.text.endsWith(body));
});

test('one that is too large is taken without asking, and that is said', async () => {
  await using reception = await scannedBy(judged('reject'), 500);
  const { reply, messageId } = await reception.send({ ...LETTER, body: 'x\r\n'.repeat(500) });
  assert.match(reply, /^250 /);
  assert.deepEqual(reception.asked, []);
  assert.match(await explained(reception, messageId!), /octets: over 500 none is scanned/);
});

const ACTIONS: readonly (readonly [Judged['action'], RegExp, string | undefined])[] = [
  ['no action', /^250 /, 'inbox'],
  ['greylist', /^250 /, 'inbox'],
  ['other', /^250 /, 'inbox'],
  ['add header', /^250 /, 'junk'],
  ['rewrite subject', /^250 /, 'junk'],
  ['quarantine', /^250 /, 'junk'],
  ['soft reject', /^4\d\d 4\.7\.1 /, undefined],
  ['reject', /^550 5\.7\.1 The content scanner refuses the message/, undefined],
  ['discard', /^550 5\.7\.1 /, undefined],
];

for (const [action, expected, role] of ACTIONS)
  test(`«${action}» ends in ${role ?? 'a refusal'}`, async () => {
    await using reception = await scannedBy(judged(action));
    const { reply, messageId } = await reception.send(LETTER);
    assert.match(reply, expected);
    assert.equal((await reception.read('bob', messageId))?.role, role);
  });

test('its owner reads in the header that the scanner put it there, and in the explanation why', async () => {
  await using reception = await scannedBy(
    judged('add header', { message: 'Away with it', more: 3 }),
  );
  const { messageId } = await reception.send(LETTER);
  const mail = await reception.read('bob', messageId);
  assert.match(mail!.text, /^X-Hikyaku-Verdict: junk;\r\n\treasons=content-junk\r\n/m);
  const told = await explained(reception, messageId!);
  for (const words of [
    'BAD_WORD counts 7.5: It has a bad word.',
    '3 more symbols',
    'Away with it',
    'Rspamd gives 7.5 points, refuses from 15 on, and says: add header.',
  ])
    assert.ok(told.includes(words), `${words}\n${told}`);
  assert.match(await explained(reception, messageId!, 'ja'), /Rspamd の点数は 7\.5/);
});

test('without an answer the mail is taken, and the explanation says why', async () => {
  await using reception = await scannedBy(failure('unreachable', 'connect ECONNREFUSED'));
  const { reply, messageId } = await reception.send(LETTER);
  assert.match(reply, /^250 /);
  assert.equal((await reception.read('bob', messageId))?.role, 'inbox');
  const events = await reception.events(messageId!);
  const { results } = events.find(({ type }) => type === 'message.judged')!.public as {
    results: Record<string, string>;
  };
  assert.equal(results['content'], 'unavailable');
  assert.match(
    await explained(reception, messageId!),
    /Rspamd could not be reached \(connect ECONNREFUSED\)/,
  );
});

async function explained(
  reception: TestReception,
  messageId: string,
  language: 'en' | 'ja' = 'en',
): Promise<string> {
  const told = explainVerdict(messageId, await reception.events(messageId), language)!;
  return told.checks.flatMap(({ lines }) => lines.map(({ text }) => text)).join('\n');
}
