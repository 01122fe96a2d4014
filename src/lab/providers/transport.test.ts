/** TLS between providers and the learner's house by MTA-STS: a policy is published and kept, a downgrade is withstood and reported. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { latin1 } from '#bytes';
import { fetchStsPolicy } from '#mail/tls-policy/fetch-policy';
import { parseTlsReport } from '#protocol/tlsrpt/report';
import { listProviderMail, readProviderMail } from '#store/lab/provider-mail';
import { listOutgoing } from '#store/lab/provider-outbox';
import { certificateFor } from '../../../test/support/certificates/self-signed.ts';
import { startProviderStage, type ProviderStage } from '../../../test/support/lab/providers.ts';
import { testIdentity } from '../../../test/support/smtp/own-server.ts';
import type { Provider } from './rule.ts';
import { BIGMAIL } from './tables/bigmail.ts';
import { GREY } from './tables/grey.ts';

const HOUR = 3_600_000;

/** The learner's house, as a provider without rules that publishes a policy. */
const OWN: Provider = {
  ...GREY,
  name: 'own',
  domain: 'example.test',
  mx: 'mail.example.test',
  out: 'mail.example.test',
  mtaSts: true,
  rules: [],
  people: ['news', 'tls'].map((name) => ({
    name,
    shown: name,
    temper: 'busy',
    asked: true,
    language: 'en',
  })),
};

const NAMES = ['mail.example.test', 'mta-sts.example.test', 'mta-sts.bigmail.test'];

async function startStage(offersTls: boolean): Promise<ProviderStage> {
  const roots = await Promise.all(NAMES.map(async (name) => (await certificateFor(name)).cert));
  const stage = await startProviderStage({
    providers: [BIGMAIL, OWN],
    trustedRoots: roots,
    identityOf: ([name]) =>
      name === 'mail.example.test' && !offersTls ? Promise.resolve(undefined) : testIdentity(name),
  });
  stage.sender('example.test');
  stage.zone.declare('_smtp._tls.example.test', { TXT: 'v=TLSRPTv1; rua=mailto:tls@example.test' });
  return stage;
}

async function answerOfHana(stage: ProviderStage): Promise<string> {
  const ip = stage.ground.network.addressOf('mail.example.test');
  await stage.send({ by: { domain: 'example.test', ip }, to: 'hana' });
  stage.clock.step(3 * HOUR);
  await stage.providers.settle();
  const [outgoing] = await listOutgoing(stage.ground.pool, 'bigmail', 1);
  return outgoing!.state;
}

test('the policy of bigmail is there for whoever asks', async () => {
  await using stage = await startStage(true);
  const { network } = stage.ground;
  const fetched = await fetchStsPolicy(
    'bigmail.test',
    {
      resolver: stage.zone,
      dialer: network.dialer,
      mayReach: (address) => network.has(address),
      ca: [(await certificateFor('mta-sts.bigmail.test')).cert],
    },
    new AbortController().signal,
  );
  assert.ok(fetched.kind === 'policy', JSON.stringify(fetched));
  assert.deepEqual([fetched.policy.mode, fetched.policy.mx], ['enforce', ['mx.bigmail.test']]);
});

test('mail goes by a policy that is kept; the report of the day says so', async () => {
  await using stage = await startStage(true);
  assert.equal(await answerOfHana(stage), 'sent');
  await stage.providers.endOfDay();
  await stage.providers.settle();
  const { pool } = stage.ground;
  const [mail] = await listProviderMail(pool, { provider: 'own', person: 'tls', limit: 1 });
  const whole = await readProviderMail(pool, { provider: 'own', person: 'tls', id: mail!.id });
  const [, encoded] = /application\/tlsrpt\+gzip[^]*?\r\n\r\n([^]*?)\r\n--/.exec(
    latin1(whole!.raw),
  )!;
  const report = parseTlsReport(gunzipSync(Buffer.from(encoded!, 'base64')).toString('utf8'))!;
  const [policy] = report.policies;
  assert.deepEqual([policy!.type, policy!.successful, policy!.failed], ['sts', 1, 0]);
});

test('who takes STARTTLS away gets no mail while a policy holds', async () => {
  await using stage = await startStage(false);
  assert.equal(await answerOfHana(stage), 'waiting');
  const { rows } = await stage.ground.pool.query(
    `select record->>'result' as result, record->'policy'->>'type' as type from lab.provider_reported where domain = 'tls:example.test'`,
  );
  assert.deepEqual(rows, [{ result: 'starttls-not-supported', type: 'sts' }]);
});

test('without a policy it goes in clear, as opportunistic TLS does', async () => {
  await using stage = await startStage(false);
  stage.zone.withdraw('_mta-sts.example.test');
  assert.equal(await answerOfHana(stage), 'sent');
});
