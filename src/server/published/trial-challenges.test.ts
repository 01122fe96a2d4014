/** The doctor's own challenges beside those of real orders: found where an authority looks, and never in the way. */
import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Challenges } from '#mail/certificates/challenges';
import { silentLog } from '#log';
import { openTestStore, type TestStore } from '../../../test/support/store/store.ts';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { trialChallenges } from './trial-challenges.ts';

const HOST = 'mail.example.org';
const clock = new ManualClock();
let t: TestStore;
let challenges: Challenges;

before(async () => {
  t = await openTestStore(clock);
  const { pool, notices } = t.store;
  challenges = new Challenges({ pool, notices, clock, log: silentLog });
});

after(async () => {
  challenges[Symbol.dispose]();
  await t[Symbol.asyncDispose]();
});

test('a token is answered by its key authorization, however often it is asked for', async () => {
  const trial = trialChallenges(challenges, HOST);
  const first = await trial('http-01');
  assert.equal(await challenges.tokenAnswer(first.token), first.keyAuthorization);
  assert.deepEqual(await trial('http-01'), first);
  const { rows } = await t.store.pool.query('select 1 from acme_challenges');
  assert.equal(rows.length, 1);
});

test('by TLS-ALPN it shows the digest under a name of nobody, and leaves the host’s own to real orders', async () => {
  const { name, keyAuthorization } = await trialChallenges(challenges, HOST)('tls-alpn-01');
  assert.match(name, /^doctor-[0-9a-f]{8}\.mail\.example\.org$/);
  const pair = challenges.alpnCertificate(name);
  const digest = createHash('sha256').update(keyAuthorization).digest();
  assert.ok(new X509Certificate(pair!.cert).raw.includes(digest));
  assert.equal(challenges.alpnCertificate(HOST), undefined);
});
