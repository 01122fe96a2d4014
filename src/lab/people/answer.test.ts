import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1, utf8 } from '#bytes';
import PostalMime from 'postal-mime';
import { summarize } from '#protocol/message/summary';
import { composeAnswer } from './answer.ts';
import type { Person } from './person.ts';

const SAKURA: Person = {
  name: 'sakura',
  shown: 'さくら',
  temper: 'friend',
  asked: true,
  language: 'ja',
};

function answer(charset: 'utf-8' | 'iso-2022-jp', subject: string): Uint8Array {
  return composeAnswer({
    person: SAKURA,
    domain: 'keitai.test',
    to: 'alice@example.test',
    original: summarize(
      utf8(
        `From: alice@example.test\r\nSubject: ${subject}\r\nMessage-ID: <1@example.test>\r\n\r\n`,
      ),
    ),
    messageId: '2@keitai.test',
    now: Date.UTC(2030, 0, 1),
    charset,
  });
}

const SUBJECT = '来週の昼ごはんと、そのあとの打ち合わせについてのご相談';

for (const charset of ['utf-8', 'iso-2022-jp'] as const)
  test(`an answer in ${charset} is read as it was meant, and threads`, async () => {
    const message = answer(charset, SUBJECT);
    const read = await PostalMime.parse(message);
    assert.deepEqual(read.from, { name: 'さくら', address: 'sakura@keitai.test' });
    assert.equal(read.subject, `Re: ${SUBJECT}`);
    assert.match(read.text ?? '', /^メールをありがとうございます。\r?\n無事に届きました。/);
    assert.equal(read.inReplyTo, '<1@example.test>');
    const text = latin1(message);
    assert.ok(text.toLowerCase().includes(`charset=${charset}`));
    for (const line of text.split('\r\n')) assert.ok(line.length <= 78, line);
  });

test('what the old charset cannot say is said in the new one', async () => {
  const read = await PostalMime.parse(answer('iso-2022-jp', '打ち上げ 🎉'));
  assert.equal(read.subject, 'Re: 打ち上げ 🎉');
});
