import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { japaneseLetters, type Hidden } from '#lab/lessons/made/japanese-letters';
import { decodeEncodedWords } from '#protocol/message/header/encoded-word';
import { eachPart } from '#protocol/message/body/each-part';
import { fileName } from '#protocol/message/body/file-name';
import { fieldsNamed, fieldValue, splitHeader } from '#protocol/message/header/fields';
import { parseStructure } from '#protocol/message/body/parse-structure';
import { partText } from '#protocol/message/body/part-text';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import { eventually, PASSWORD } from '../../support/program/running-server.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
});
after(() => learner[Symbol.asyncDispose]());

/** The words of the three letters as a mail program reads them. */
function readWords(letters: readonly Uint8Array[]): Record<Hidden, string> {
  const [first, second, third] = letters as [Uint8Array, Uint8Array, Uint8Array];
  const subject = fieldsNamed(splitHeader(first), 'Subject')[0]!;
  const inside = (text: string): string => /「(.+)」/.exec(text)![1]!;
  const [file, oldfile] = [...eachPart(parseStructure(third).part)].flatMap(
    (part) => fileName(part) ?? [],
  );
  return {
    subject: inside(decodeEncodedWords(fieldValue(first, subject))),
    body: inside(partText(second, parseStructure(second).part, 1000)),
    file: file!.replace('.txt', ''),
    oldfile: oldfile!.replace('.txt', ''),
  };
}

async function lettersOfAlice(): Promise<Uint8Array[]> {
  const mails = await learner.server.json('mail', 'list', 'alice@example.test');
  const newest = mails.slice(0, 3).toReversed();
  return Promise.all(
    newest.map(async ({ id }) => {
      const [shown] = await learner.server.json('mail', 'show', 'alice@example.test', String(id));
      return Buffer.from(String(shown!['source']), 'base64');
    }),
  );
}

async function send(letter: { subject: string; text: string; raw?: string }): Promise<void> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: learner.server.ports.submissions,
    secure: true,
    auth: { user: 'alice@example.test', pass: PASSWORD },
    tls: { rejectUnauthorized: false },
  });
  const envelope = { from: 'alice@example.test', to: 'bob@example.test' };
  if (letter.raw !== undefined) await transport.sendMail({ envelope, raw: letter.raw });
  else await transport.sendMail({ ...envelope, ...letter });
}

test('1.7: the words are read and a letter of the learner’s own arrives', async () => {
  await learner.start('1.7');
  await learner.answer('1.7', readWords(await lettersOfAlice()));
  await send({ subject: '提灯の注文', text: '提灯を一つお願いします。' });
  const state = await eventually('the letter arrives', async () => {
    const now = await learner.check('1.7');
    return now.passed ? now : undefined;
  });
  assert.deepEqual(state.seen, ['subject', 'body', 'file', 'oldfile', 'sent']);
});

test('1.7: mojibake in place of a word, and raw UTF-8 in a subject, are named', async () => {
  await learner.start('1.7');
  await learner.answer('1.7', { ...readWords(await lettersOfAlice()), body: '鬯ｮ' });
  const raw =
    'From: alice@example.test\r\nTo: bob@example.test\r\nSubject: 提灯の注文\r\n\r\n提灯を一つ\r\n';
  await send({ subject: '', text: '', raw });
  const state = await eventually('the letter arrives', async () => {
    const now = await learner.check('1.7');
    return now.why['sent'] === null ? undefined : now;
  });
  assert.deepEqual(state.missing, ['body', 'sent']);
  assert.match(state.why['sent']!, /raw octets/);
});

test('1.7: a letter in English is not a Japanese one', async () => {
  await learner.start('1.7');
  await send({ subject: 'A lantern', text: 'One lantern, please.' });
  const state = await eventually('the letter arrives', async () => {
    const now = await learner.check('1.7');
    return now.why['sent'] === null ? undefined : now;
  });
  assert.match(state.why['sent']!, /not both Japanese/);
  assert.deepEqual(state.seen, []);
});

test('1.7: for any seed a mail program reads the words that the letters hide', () => {
  for (let seed = 0; seed < 300; seed++) {
    const { letters, words } = japaneseLetters(
      seed * 104_729,
      'alice@example.test',
      'Thu, 26 Nov 2026 09:00:00 +0000',
    );
    assert.deepEqual(readWords(letters), words);
    assert.equal(new Set(Object.values(words)).size, 4);
  }
});
