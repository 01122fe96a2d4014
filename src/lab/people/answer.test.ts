import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1, utf8 } from '#bytes';
import PostalMime from 'postal-mime';
import { parseStructure } from '#protocol/message/body/parse-structure';
import { previewText } from '#protocol/message/body/preview';
import { summarize } from '#protocol/message/summary';
import { composeAnswer } from './answer.ts';
import type { Charset, Person } from './person.ts';

const SAKURA: Person = {
  name: 'sakura',
  shown: 'さくら',
  temper: 'friend',
  asked: true,
  language: 'ja',
};

function answer(charset: Charset, subject: string): Uint8Array {
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

for (const charset of ['utf-8', 'iso-2022-jp', 'shift_jis'] as const)
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

for (const charset of ['iso-2022-jp', 'shift_jis'] as const)
  test(`our own reader shows an answer in ${charset} as it was meant`, () => {
    const message = answer(charset, SUBJECT);
    const { subject, from } = summarize(message);
    const preview = previewText(message, parseStructure(message).part);
    assert.equal(subject, `Re: ${SUBJECT}`);
    assert.equal(from[0]?.name, 'さくら');
    assert.match(preview, /^メールをありがとうございます。\s*無事に届きました。/);
  });

for (const charset of ['iso-2022-jp', 'shift_jis'] as const)
  test(`what ${charset} cannot say is said in the new one`, async () => {
    const read = await PostalMime.parse(answer(charset, '打ち上げ 🎉'));
    assert.equal(read.subject, 'Re: 打ち上げ 🎉');
  });
