import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { placeholdersOf } from '#mail/story/phrase';
import {
  startProviderStage,
  type ProviderStage,
  type Sender,
} from '../../../test/support/lab/providers.ts';
import { providerCalls, type Explained } from './calls.ts';
import { CONDITION_TEXTS } from './rules/texts.ts';
import { PROVIDERS } from './tables/list.ts';

let stage: ProviderStage;
let by: Sender;
before(async () => {
  stage = await startProviderStage();
  by = stage.sender('good.test');
});
after(() => stage[Symbol.asyncDispose]());

const calls = () =>
  providerCalls({
    pool: stage.ground.pool,
    now: () => stage.clock.now(),
    addressOf: ({ mx }) => stage.ground.network.addressOf(mx),
    providers: stage.providers,
  });

const refusal = (answer: object): string | undefined => (answer as { reason?: string }).reason;

test('texts of conditions are in both languages, with the same placeholders', () => {
  for (const [key, texts] of Object.entries(CONDITION_TEXTS))
    for (const phrase of Object.values(texts))
      assert.deepEqual(placeholdersOf(phrase.ja), placeholdersOf(phrase.en), key);
});

test('a mailbox is listed and read; of who does not exist there is none', async () => {
  await stage.send({ by, to: 'emma' });
  const listed = await calls().mailbox.run({ address: 'emma@bigmail.test', limit: 10 });
  assert.ok('messages' in listed);
  const [message] = listed.messages;
  assert.deepEqual([message!.to, message!.folder], ['emma@bigmail.test', 'inbox']);
  const read = await calls()['mailbox-read'].run({ address: 'emma@bigmail.test', id: message!.id });
  assert.ok('raw' in read && read.raw.includes('\r\nHello '));
  const whole = await calls().mailbox.run({ address: 'bigmail', limit: 10 });
  assert.ok('messages' in whole && whole.messages.length === 1);
  const wrong = await calls()['mailbox-read'].run({
    address: 'taro@bigmail.test',
    id: message!.id,
  });
  assert.equal(refusal(wrong), 'no-such-message');
  const of = (address: string) => calls().mailbox.run({ address, limit: 1 });
  for (const alone of ['taro@bigmail.test', 'reader0001@bigmail.test', 'postmaster@bigmail.test'])
    assert.deepEqual(await of(alone), { messages: [] }, alone);
  const tagged = await of('Emma+news@bigmail.test');
  assert.ok('messages' in tagged && tagged.messages.length === 1);
  const nobody = await of('nobody@bigmail.test');
  assert.ok('remedy' in nobody);
  assert.deepEqual(
    [nobody.reason, nobody.message, nobody.remedy],
    [
      'no-such-person',
      'there is no nobody@bigmail.test',
      'See who reads mail there with: hikyaku lab people bigmail',
    ],
  );
  assert.equal(refusal(await of('a@b')), 'no-such-provider');
});

test('learning, every rule that was asked is told in either language; in an exam the code alone', async () => {
  const { id } = await stage.send({ by, to: 'nobody' });
  const why = async (lang: 'en' | 'ja') =>
    (await calls().why.run({ id: `https://why.lab.test/${id}`, lang })) as Explained;
  const told = await why('en');
  assert.deepEqual(
    [told.code, told.enhanced, told.verdict],
    [550, '5.1.1', 'bigmail.unknown-user'],
  );
  assert.deepEqual(
    told.trace.map(({ rule, matched }) => [rule, matched]),
    [
      ['no-ptr', false],
      ['listed', false],
      ['tls-required', false],
      ['unknown-user', true],
    ],
  );
  assert.equal(told.trace.at(-1)!.text, 'There is no nobody@bigmail.test.');
  assert.equal((await why('ja')).trace.at(-1)!.text, 'nobody@bigmail.test は存在しません。');
  await calls().mode.run({ mode: 'exam' });
  const examined = await why('en');
  assert.deepEqual(
    [examined.code, examined.verdict, examined.trace, examined.facts],
    [550, null, [], null],
  );
  const sent = await stage.send({ by, to: 'nobody' });
  assert.equal(sent.lines.at(-1), 'bmsmtp');
  await stage.restart();
  assert.equal(stage.providers.mode, 'exam');
  await calls().mode.run({ mode: 'learn' });
  assert.equal(
    refusal(await calls().why.run({ id: '0000000000000', lang: 'en' })),
    'no-such-message',
  );
});

test('an id is asked for in printable letters: what no database takes is no question to it', () => {
  const { input } = calls().why;
  assert.ok(input.safeParse({ id: 'https://why.lab.test/06zwy9q4m043c', lang: 'en' }).success);
  for (const id of ['06zwy\0', '06zwy\n', '\u2028', 'a'.repeat(201)])
    assert.ok(!input.safeParse({ id, lang: 'en' }).success);
});

test('every text of every rule is filled: nothing is left open', async () => {
  for (const provider of PROVIDERS) {
    const rules = calls().rules.run({ provider: provider.name, lang: 'ja' });
    assert.ok('rules' in rules && rules.rules.length === provider.rules.length);
  }
  const sent = await stage.send({ by, to: 'hana' });
  for (const lang of ['en', 'ja'] as const) {
    const told = (await calls().why.run({ id: sent.id!, lang })) as Explained;
    assert.ok(told.trace.length > 15);
    for (const { text } of told.trace) assert.doesNotMatch(text, /\?|\{|undefined/);
  }
});

test('the postmaster page tells days with shares, errors, quota and reputation', async () => {
  const other = stage.sender('page.test', { address: '25.77' });
  await stage.send({ by: other, to: 'hana' });
  await stage.send({ by: other, to: 'hana', header: ['From: a@page.test'] });
  await stage.send({ by: other, to: 'nobody' });
  stage.clock.step(24 * 60 * 60 * 1000);
  await stage.send({ by: other, to: 'hana' });
  const page = await calls().postmaster.run({ provider: 'bigmail', days: 14, sender: 'page.test' });
  assert.ok('days' in page);
  const [today, yesterday] = page.days;
  assert.deepEqual([today!.day, yesterday!.day], ['2030-01-02', '2030-01-01']);
  const { messages, spf, dkim, dmarc, tls, spamRate, quota, reputation, errors } = yesterday!;
  assert.deepEqual(
    { messages, spf, dkim, dmarc, tls, spamRate, quota, reputation, errors },
    {
      messages: 1,
      spf: 1,
      dkim: 1,
      dmarc: 1,
      tls: 1,
      spamRate: 0,
      quota: 20,
      reputation: 'unknown',
      errors: [{ code: '550 5.7.1', count: 1 }],
    },
  );
  const address = await calls().postmaster.run({ provider: 'bigmail', days: 2, sender: other.ip });
  assert.ok('days' in address);
  assert.deepEqual(
    address.days.at(-1)!.errors.map(({ code }) => code),
    ['550 5.1.1', '550 5.7.1'],
  );
});
