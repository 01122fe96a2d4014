/** What the block list hears from providers, and what an exam does not say. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startProviderStage, type ProviderStage } from '../../../../test/support/lab/providers.ts';
import type { ProviderOffence } from './reception.ts';

const told: ProviderOffence[] = [];
let stage: ProviderStage;
before(async () => {
  stage = await startProviderStage({
    offended: (offence) => {
      told.push(offence);
      return Promise.resolve();
    },
  });
});
beforeEach(() => told.splice(0));
after(() => stage[Symbol.asyncDispose]());

const kinds = () => told.map(({ address, kind }) => `${address} ${kind}`);
const forged = (author: string) => ({
  header: [
    `From: boss@${author}`,
    'To: hana@bigmail.test',
    'Subject: Hello',
    'Date: Tue, 01 Jan 2030 09:00:00 +0000',
    `Message-ID: <1@${author}>`,
  ],
  signedBy: false as const,
});

test('a mailbox that is not there', async () => {
  const by = stage.sender('guesses.test', { address: '60.1' });
  assert.equal((await stage.send({ by, to: 'nobody-here' })).code, '550 5.1.1');
  assert.deepEqual(kinds(), [`${by.ip} unknown-user`]);
});

test('each reader who calls a letter spam', async () => {
  const by = stage.sender('shouts.test', { address: '60.2' });
  for (let sent = 0; sent < 6; sent++)
    await stage.send({ by, to: 'grace', more: ['List-Id: <news.shouts.test>'] });
  await stage.providers.settle();
  assert.ok(told.length >= 4, `${told.length} complaints`);
  assert.ok(told.every(({ address, kind }) => address === by.ip && kind === 'complaint'));
});

test('who writes in the name of a domain that forbids it is told of; whose own records are broken is not', async () => {
  stage.sender('bank.test', { address: '60.3', dmarc: 'p=reject' });
  const by = stage.sender('thief.test', { address: '60.4' });
  assert.equal((await stage.send({ by, to: 'hana', ...forged('bank.test') })).code, '550 5.7.26');
  assert.deepEqual(kinds(), [`${by.ip} spoof`]);
  told.splice(0);
  const own = stage.sender('broken.test', { address: '60.5', dmarc: 'p=reject; aspf=s' });
  stage.zone.declare('bounce.broken.test', { TXT: [`v=spf1 ip4:${own.ip} -all`] });
  const from = 'news@bounce.broken.test';
  const sent = await stage.send({ by: own, to: 'hana', from, ...forged('broken.test') });
  assert.equal(sent.code, '550 5.7.26');
  assert.deepEqual(kinds(), []);
});

test('in an exam a reply has its code, and no word of why', async () => {
  const by = stage.sender('examined.test', { address: '60.6' });
  const learned = await stage.send({ by, to: 'nobody-here' });
  assert.match(learned.lines.join(' '), /does not exist.*See https/);
  await stage.providers.setMode('exam');
  const examined = await stage.send({ by, to: 'nobody-here' });
  await stage.providers.setMode('learn');
  assert.equal(examined.code, learned.code);
  assert.match(examined.lines.join(' '), /^(?:5\.1\.1 )?bmsmtp$/);
});
