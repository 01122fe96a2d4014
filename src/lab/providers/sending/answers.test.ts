/** What comes back by mail: answers, complaints, notices and reports, each sent through DNS, TLS and SMTP to a house that takes everything. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { latin1 } from '#bytes';
import type { Provider } from '#lab/providers/rule';
import { GREY } from '#lab/providers/tables/grey';
import { PROVIDERS } from '#lab/providers/tables/list';
import { parseFeedbackReport } from '#protocol/arf/parse-report';
import { listProviderMail, readProviderMail, type KeptMail } from '#store/lab/provider-mail';
import { listOutgoing } from '#store/lab/provider-outbox';
import { startProviderStage, type ProviderStage } from '../../../../test/support/lab/providers.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The learner's house, as a provider without rules. */
const OWN: Provider = {
  ...GREY,
  name: 'own',
  domain: 'example.test',
  mx: 'mail.example.test',
  out: 'mail.example.test',
  rules: [],
  people: ['news', 'fbl', 'rua', 'tls'].map((name) => ({
    name,
    shown: name,
    temper: 'busy',
    asked: true,
    language: 'en',
  })),
};

let stage: ProviderStage;
before(async () => {
  stage = await startProviderStage({ providers: [...PROVIDERS, OWN] });
  stage.sender('example.test', { dmarc: 'p=none; rua=mailto:rua@example.test' });
  stage.zone.declare('_smtp._tls.example.test', { TXT: 'v=TLSRPTv1; rua=mailto:tls@example.test' });
});
after(() => stage[Symbol.asyncDispose]());

const by = () => ({
  domain: 'example.test',
  ip: stage.ground.network.addressOf('mail.example.test'),
});

async function arrived(person: string): Promise<(KeptMail & { text: string })[]> {
  const { pool } = stage.ground;
  const wanted = { provider: 'own', person };
  const list = await listProviderMail(pool, { ...wanted, limit: 100 });
  return Promise.all(
    list.map(async (one) => {
      const whole = await readProviderMail(pool, { ...wanted, id: one.id });
      return Object.assign(one, { text: latin1(whole!.raw) });
    }),
  );
}

test('a friend answers within the day, signed and aligned with the policy of their provider', async () => {
  assert.equal((await stage.send({ by: by(), to: 'hana' })).code, '250');
  await stage.providers.settle();
  assert.deepEqual(await arrived('news'), []);
  stage.clock.step(3 * HOUR);
  await stage.providers.settle();
  const [answer] = await arrived('news');
  assert.match(answer!.subject, /^Re: Hello/);
  assert.equal(answer!.author, 'hana@bigmail.test');
  for (const result of ['spf=pass', 'dkim=pass', 'dmarc=pass'])
    assert.ok(answer!.text.includes(result), `${result} in ${answer!.text}`);
});

test('a mailbox that fails later is told by a notice', async () => {
  assert.equal((await stage.send({ by: by(), to: 'ghost' })).code, '250');
  stage.clock.step(HOUR);
  await stage.providers.settle();
  const notice = (await arrived('news')).find(({ reversePath }) => reversePath === '');
  assert.match(notice!.text, /report-type=delivery-status/);
  assert.match(notice!.text, /Final-Recipient: rfc822; ?ghost@bigmail\.test/);
  assert.match(notice!.text, /Status: 5\.2\.1/);
});

test('a complaint at purple is told to the domain that signed', async () => {
  for (let sent = 0; sent < 5; sent++)
    await stage.send({ by: by(), to: 'greta@purple.test', more: ['List-Id: <news.example.test>'] });
  stage.clock.step(4 * HOUR);
  await stage.providers.settle();
  const complaints = await arrived('fbl');
  assert.ok(complaints.length >= 3, `${complaints.length} complaints`);
  const [, report] = /Content-Type: message\/feedback-report\r\n\r\n([^]*?)\r\n--/.exec(
    complaints[0]!.text,
  )!;
  const parsed = parseFeedbackReport(Buffer.from(report!, 'latin1'));
  assert.ok(parsed.kind === 'report');
  const read = parsed.report;
  assert.equal(read.feedbackType, 'abuse');
  assert.equal(read.originalMailFrom, 'news@example.test');
  assert.deepEqual(read.originalRcptTo, ['greta@purple.test']);
  assert.deepEqual(read.reportedDomains, ['example.test']);
  const known = stage.providers.memory.sender('purple', 'domain', 'example.test');
  assert.equal(known.today.complaints, complaints.length);
});

test('when the day ends, reports of DMARC and TLS go out, once', async () => {
  const forged = await stage.send({
    by: stage.sender('forger.test', { address: '66.5' }),
    to: 'taro',
    header: [
      'From: boss@example.test',
      'Subject: Hello',
      'Date: Tue, 01 Jan 2030 09:00:00 +0000',
      'Message-ID: <f@forger.test>',
    ],
  });
  assert.equal(forged.code, '250', forged.lines.join('\n'));
  // the day was judged by p=none, whatever is published when the report goes out
  const published = 'v=DMARC1; p=quarantine; rua=mailto:rua@example.test';
  stage.zone.declare('_dmarc.example.test', { TXT: [published] });
  const ended = await stage.providers.endOfDay();
  assert.equal(ended.day, '2030-01-02');
  await stage.providers.settle();
  const reports = await arrived('rua');
  const ofBigmail = reports.find(({ author }) => author === 'noreply@bigmail.test')!;
  const [, encoded] = /application\/gzip[^]*?\r\n\r\n([^]*?)\r\n--/.exec(ofBigmail.text)!;
  const xml = gunzipSync(Buffer.from(encoded!, 'base64')).toString('utf8');
  assert.match(xml, /<domain>example\.test<\/domain>/);
  assert.match(xml, /<source_ip>127\.\d+\.66\.5<\/source_ip><count>1<\/count>/);
  assert.match(xml, /<header_from>example\.test<\/header_from>/);
  assert.match(xml, /<p>none<\/p>/);
  assert.equal((await arrived('tls')).length, 1);
  assert.equal((await stage.providers.endOfDay()).reports, 1, 'of the letters of that night');
  await stage.providers.settle();
  assert.equal((await arrived('rua')).length, reports.length);
  const outgoing = await listOutgoing(stage.ground.pool, 'bigmail', 100);
  assert.deepEqual([...new Set(outgoing.map(({ state }) => state))], ['sent']);
});

test('a house that greylists gets it at the second try', async () => {
  const dora = stage.zone.find('grey.test', 'MX');
  assert.ok('records' in dora);
  const grey = { domain: 'grey.test', ip: stage.ground.network.addressOf('out.grey.test') };
  const sent = await stage.send({ by: grey, to: 'hana', from: 'dora', signedBy: false });
  assert.equal(sent.code, '250', sent.lines.join('\n'));
  stage.clock.step(3 * HOUR);
  await stage.providers.settle();
  const waiting = async () =>
    (await listOutgoing(stage.ground.pool, 'bigmail', 1)).map(({ state, said }) => [
      state,
      said.slice(0, 3),
    ]);
  assert.deepEqual(await waiting(), [['waiting', '451']]);
  stage.clock.step(6 * MINUTE);
  await stage.providers.settle();
  assert.deepEqual((await waiting())[0]![0], 'sent');
  const [kept] = await listProviderMail(stage.ground.pool, {
    provider: 'grey',
    person: 'dora',
    limit: 1,
  });
  assert.equal(kept!.author, 'hana@bigmail.test');
});
