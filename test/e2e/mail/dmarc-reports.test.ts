/**
 * DMARC aggregate reports from one server to another: mail comes in, the day ends, the report goes out by the queue, and the other server,
 * whose domain it is about, judges it as any mail and takes it in.
 */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { silentLog } from '#log';
import { addAccount, addDomain, newDkimKeys } from '#mail/accounts/administer';
import { Authenticator } from '#mail/accounts/authenticate';
import { PasswordHasher } from '#mail/accounts/password-hash';
import { DEFAULT_POLICY_SETTINGS, policiesOf } from '#mail/receive/judgement/policies';
import { DmarcLedger } from '#mail/reports/dmarc-ledger';
import { seenMessage } from '#mail/reports/seen-message';
import { sendDmarcReports } from '#mail/reports/send-dmarc-reports';
import { takeInReports } from '#mail/reports/take-in-reports';
import { parseMailbox } from '#protocol/address/path';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import { addDkimKey } from '#store/directory/dkim-keys';
import { listDmarcReports, readDmarcReport } from '#store/reports/dmarc-reports';
import { ManualClock } from '../../support/time/manual-clock.ts';
import { DAY, HOUR, openOutbound, type Outbound } from '../../support/smtp/outbound.ts';
import {
  HONEST,
  KEY_RECORD,
  STRANGER,
  startReception,
  world,
} from '../../support/smtp/reception.ts';
import { openTestStore, startTestSmtp, type TestStore } from '../../support/smtp/own-server.ts';

/** MX of peer.test. The calendar is ahead of the signatures, which are made by real time. */
const PEER = '192.0.2.77';
const signal = new AbortController().signal;

/** What an MX listener needs of a store with a queue. */
async function withLogins(
  { store, directory }: Outbound,
  clock: ManualClock,
  parts: AsyncDisposableStack,
): Promise<TestStore> {
  const { pool, notices } = store;
  const hasher = parts.adopt(new PasswordHasher(), (one) => one.close());
  const secrets = { cacheKey: randomBytes(32), secret: randomBytes(32) };
  const authenticator = new Authenticator({ pool, notices, clock, log: silentLog, ...secrets });
  parts.defer(() => authenticator.close());
  const administer = { pool, notices, clock, hasher, random: randomBytes };
  const dispose = () => Promise.resolve();
  return { store, directory, administer, authenticator, [Symbol.asyncDispose]: dispose };
}

/** The small Internet, with peer.test, and with the keys of the server that reports. */
async function declare({ store, zone }: Outbound): Promise<void> {
  const clock = store.clock.now();
  for (const key of await newDkimKeys(clock)) {
    await addDkimKey(store.pool, 'example.test', key, clock);
    const privateKey = createPrivateKey({
      key: Buffer.from(key.privateKey),
      format: 'der',
      type: 'pkcs8',
    });
    zone.declare(`${key.selector}._domainkey.example.test`, {
      TXT: dnsRecordFor(createPublicKey(privateKey)),
    });
  }
  zone.declare('mail.example.test', { A: '127.0.0.1', TXT: 'v=spf1 a -all' });
  zone.declare('1.0.0.127.in-addr.arpa', { PTR: 'mail.example.test' });
  zone.declare('_dmarc.example.test', { TXT: 'v=DMARC1; p=reject' });
  zone.declare('mx.peer.test', { A: PEER });
  zone.declare('peer.test', { MX: '10 mx.peer.test', TXT: `v=spf1 ip4:${HONEST} -all` });
  zone.declare('s._domainkey.peer.test', { TXT: KEY_RECORD });
  zone.declare('_dmarc.peer.test', {
    TXT: 'v=DMARC1; p=quarantine; rua=mailto:postmaster@peer.test',
  });
}

test('what came to one server in the name of a domain is known to the server of that domain a day later', async () => {
  await using parts = new AsyncDisposableStack();
  const clock = new ManualClock(Date.UTC(2030, 10, 24, 9));
  const outbound = parts.use(await openOutbound(clock));
  const { store, directory, zone, ports } = outbound;
  await declare(outbound);
  const ledger = parts.use(new DmarcLedger({ pool: store.pool, clock, log: silentLog }));
  const policies = policiesOf(DEFAULT_POLICY_SETTINGS);
  const reception = parts.use(
    await startReception(await withLogins(outbound, clock, parts), zone, {
      clock,
      seen: (arrival, judgement) => {
        const kind = seenMessage(arrival, judgement, policies);
        if (kind) ledger.note(kind);
      },
    }),
  );

  const peer = parts.use(await openTestStore(clock));
  await addDomain(peer.administer, 'peer.test');
  await addAccount(
    peer.administer,
    parseMailbox('postmaster@peer.test')!,
    'open sesame',
    undefined,
  );
  const peerSmtp = parts.use(await startTestSmtp(peer, { clock, inquiry: { resolver: zone } }));
  ports.set(PEER, peerSmtp.ports.smtp);

  const header = ['From: someone@peer.test', 'Subject: Lunch'];
  const honest = { ip: HONEST, ehlo: 'mail.good.example', from: 'someone@peer.test', header };
  for (let i = 0; i < 2; i++) await reception.send({ ...honest, signedBy: 'peer.test' });
  await reception.send({ ip: STRANGER, from: 'x@stranger.example', header });

  clock.advance(DAY - 5 * HOUR);
  const queue = outbound.start();
  await ledger.flush();
  const sent = await sendDmarcReports(
    {
      store,
      directory,
      resolver: zone,
      clock,
      log: silentLog,
      hostname: 'mail.example.test',
      queueLifetime: DAY,
      queued: (destinations) => queue.wake(destinations),
    },
    signal,
  );
  assert.equal(sent, 1);
  await outbound.until('attempt.delivered');

  assert.equal(await takeInReports(peer.store, silentLog, signal), 1);
  assert.equal(await takeInReports(peer.store, silentLog, signal), 0);
  const { pool } = peer.store;
  const [kept] = await listDmarcReports(pool, { domain: 'peer.test', limit: 10 });
  assert.deepEqual(
    [kept!.organization, kept!.signer, kept!.policy.p, kept!.messages, kept!.passed],
    ['example.test', 'example.test', 'quarantine', 3, 2],
  );
  assert.equal(kept!.beginsAt.toISOString(), '2030-11-24T00:00:00.000Z');
  assert.equal(kept!.endsAt.toISOString(), '2030-11-24T23:59:59.000Z');
  const { rows } = (await readDmarcReport(pool, kept!.id))!;
  assert.deepEqual(
    rows.map((row) => [
      row.sourceIp,
      row.messages,
      row.disposition,
      row.dkimAligned,
      row.spfAligned,
    ]),
    [
      [HONEST, 2, 'pass', true, true],
      [STRANGER, 1, 'quarantine', false, false],
    ],
  );
});

test('what comes to a server in the name of its own domains it tells itself', async () => {
  await using parts = new AsyncDisposableStack();
  const clock = new ManualClock(Date.UTC(2030, 10, 24, 9));
  const outbound = parts.use(await openOutbound(clock));
  const { store, directory, zone } = outbound;
  await declare(outbound);
  zone.declare('_dmarc.example.test', {
    TXT: 'v=DMARC1; p=reject; rua=mailto:postmaster@example.test',
  });
  const at = await withLogins(outbound, clock, parts);
  await addAccount(
    at.administer,
    parseMailbox('postmaster@example.test')!,
    'open sesame',
    undefined,
  );
  const ledger = parts.use(new DmarcLedger({ pool: store.pool, clock, log: silentLog }));
  const policies = policiesOf(DEFAULT_POLICY_SETTINGS);
  const reception = parts.use(
    await startReception(at, world(), {
      clock,
      inquiry: { resolver: zone },
      seen: (arrival, judgement) => {
        const kind = seenMessage(arrival, judgement, policies);
        if (kind) ledger.note(kind);
      },
    }),
  );
  const spoof = await reception.send({ ip: STRANGER, header: ['From: alice@example.test'] });
  assert.match(spoof.reply, /^550 5\.7\.26 /);
  clock.advance(DAY);
  await ledger.flush();
  const queue = outbound.start();
  await sendDmarcReports(
    {
      store,
      directory,
      resolver: zone,
      clock,
      log: silentLog,
      hostname: 'mail.example.test',
      queueLifetime: DAY,
      queued: (destinations) => queue.wake(destinations),
    },
    signal,
  );
  await outbound.until('attempt.delivered');
  assert.equal(await takeInReports(store, silentLog, signal), 1);
  const [kept] = await listDmarcReports(store.pool, { limit: 10 });
  assert.deepEqual(
    [kept!.domain, kept!.signer, kept!.messages, kept!.passed],
    ['example.test', 'this server', 1, 0],
  );
});
