/**
 * Policies on TLS over a network of the test's own: a zone that is really signed, on NSD behind an Unbound that validates; an authority, a
 * policy host; three receivers, which are Postfix: one as it should be, one behind an attacker who takes STARTTLS away, one with a
 * certificate that nobody vouches for. Enforce refuses what it must, testing only reports, a roll-over of DANE refuses nothing,
 * forged DNSSEC makes mail wait, and each story says why.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { hex } from '#bytes';
import type { Event } from '#events';
import { silentLog } from '#log';
import { TlsLedger } from '#mail/tls-policy/ledger';
import { StsPolicies } from '#mail/tls-policy/sts-policies';
import { formatTlsa } from '#protocol/dane/tlsa';
import type { TlsaData } from '#protocol/dns/resolver';
import { policyStoreOf } from '#store/tls-policy/policies';
import { dayOf, sessionsOf } from '#store/tls-policy/sessions';
import {
  issue,
  rootAuthority,
  tlsaOf,
  type Authority,
} from '../../support/certificates/authority.ts';
import type { TestCertificate } from '../../support/certificates/self-signed.ts';
import { startHttpsHost, type HttpsHost } from '../../support/sockets/https-host.ts';
import { ManualClock } from '../../support/time/manual-clock.ts';
import { openOutbound, type Outbound } from '../../support/smtp/outbound.ts';
import { postfixPeer, startPostfix, type Postfix } from '../../support/peers/postfix.ts';
import { SIGNED, SignedDns, signedDnsPeer, UNSIGNED } from '../../support/peers/signed-dns.ts';
import { tellEvents } from '../../support/message/tell-events.ts';
import { startStripper, type Stripper } from '../../support/sockets/strip-starttls.ts';

const skip = postfixPeer().skip || signedDnsPeer().skip;

const HOUR = 3_600_000;
/** Where names lead; the dialer knows what is there. */
const AT = { good: '192.0.2.1', stripped: '192.0.2.2', wrong: '192.0.2.3', web: '192.0.2.80' };
/** Domains without DNSSEC, one for each receiver and mode. */
const STS_DOMAINS = ['good', 'stripped', 'wrong'].flatMap((receiver) =>
  ['enforce', 'testing'].map((mode) => ({ receiver, mode, name: `${receiver}-${mode}` })),
);

function stsRecords({ name, receiver }: (typeof STS_DOMAINS)[number]): readonly string[] {
  return [
    `${name} 1 IN MX 10 mx-${receiver}`,
    `_mta-sts.${name} 1 IN TXT "v=STSv1; id=1;"`,
    `mta-sts.${name} 1 IN A ${AT.web}`,
  ];
}

interface Sent {
  readonly outcome: Event;
  readonly id: string;
  readonly told: string;
}

describe('policies on TLS', { skip }, () => {
  let root: Authority;
  let goodCertificate: TestCertificate;
  let wrongCertificate: TestCertificate;
  let good: Postfix;
  let wrong: Postfix;
  let stripper: Stripper;
  let web: HttpsHost;
  let dns: SignedDns;
  let clock: ManualClock;
  let outbound: Outbound;
  let ledger: TlsLedger;
  let policyHostIsBlocked = false;
  const stack = new AsyncDisposableStack();

  before(async () => {
    root = await rootAuthority('Authority of the test');
    const names = ['good', 'stripped', 'wrong'].map((one) => `mx-${one}`);
    const hosts = [SIGNED, UNSIGNED].flatMap((zone) => names.map((name) => `${name}.${zone}`));
    goodCertificate = await issue(root, { names: hosts });
    wrongCertificate = await issue(await rootAuthority('Nobody'), { names: hosts });
    [good, wrong] = await Promise.all([
      startReceiver(goodCertificate),
      startReceiver(wrongCertificate),
    ]);
    stack.use(good);
    stack.use(wrong);
    stripper = stack.use(await startStripper(good.port));
    const policyHosts = STS_DOMAINS.map(({ name }) => `mta-sts.${name}.${UNSIGNED}`);
    web = stack.use(
      await startHttpsHost(
        await issue(root, { names: [...policyHosts, `mta-sts.${SIGNED}`] }),
        (request, response) => {
          const mode = request.headers.host?.includes('testing') ? 'testing' : 'enforce';
          const mx = `mx: *.${UNSIGNED}\nmx: *.${SIGNED}`;
          response.writeHead(200, { 'content-type': 'text/plain' });
          response.end(`version: STSv1\nmode: ${mode}\n${mx}\nmax_age: 604800\n`);
        },
      ),
    );
    dns = stack.use(await SignedDns.start(signedRecords([]), unsignedRecords()));
    clock = new ManualClock();
    const resolver = stack.use(dns.resolver());
    const ca = [root.cert];
    outbound = stack.use(await openOutbound(clock, {}, { resolver, ca }));
    outbound.ports
      .set(AT.good, good.port)
      .set(AT.stripped, stripper.port)
      .set(AT.wrong, wrong.port);
    const { store } = outbound;
    ledger = stack.use(new TlsLedger({ pool: store.pool, clock, log: silentLog }));
    const sts = stack.use(
      new StsPolicies({
        store: policyStoreOf(store.pool),
        clock,
        log: silentLog,
        resolver,
        ca,
        mayReach: () => true,
        dialer: {
          dial({ address }) {
            if (policyHostIsBlocked || address !== AT.web) {
              const detail = 'blocked by the attacker';
              return Promise.resolve({ kind: 'network', reason: 'unreachable', detail });
            }
            const socket = connect({ port: web.port, host: '127.0.0.1' });
            return new Promise((resolve) =>
              socket.once('connect', () => resolve({ kind: 'connected', socket })),
            );
          },
        },
      }),
    );
    outbound.start({ tlsPolicy: { sts, ledger, dane: true } });
  });
  after(() => stack.disposeAsync());

  async function startReceiver(certificate: TestCertificate): Promise<Postfix> {
    const domains = [
      SIGNED,
      ...STS_DOMAINS.map(({ name }) => `${name}.${UNSIGNED}`),
      ...['good', 'stripped', 'wrong'].map((name) => `${name}.${SIGNED}`),
      `plain.${UNSIGNED}`,
      `new.${UNSIGNED}`,
    ];
    const receiver = await startPostfix({
      mailboxes: domains.map((domain) => `ann@${domain}`),
      settings: {
        smtpd_tls_security_level: 'may',
        smtpd_tls_chain_files: '$queue_directory/../etc/chain.pem',
      },
    });
    await present(receiver, certificate);
    return receiver;
  }

  /** A receiver with another certificate, from now on. */
  async function present(receiver: Postfix, { key, cert }: TestCertificate): Promise<void> {
    const chain = path.join(receiver.home, 'etc', 'chain.pem');
    await writeFile(chain, `${key}\n${cert}`, { mode: 0o600 });
    await receiver.stop();
    await receiver.start();
  }

  function unsignedRecords(): readonly string[] {
    return [
      `mx-good 1 IN A ${AT.good}`,
      `mx-stripped 1 IN A ${AT.stripped}`,
      `mx-wrong 1 IN A ${AT.wrong}`,
      'plain 1 IN MX 10 mx-stripped',
      'new 1 IN MX 10 mx-stripped',
      '_mta-sts.new 1 IN TXT "v=STSv1; id=1;"',
      `mta-sts.new 1 IN A ${AT.web}`,
      ...STS_DOMAINS.flatMap(stsRecords),
    ];
  }

  /** One exchange for each receiver, with these TLSA records. */
  function signedRecords(tlsa: readonly TlsaData[]): readonly string[] {
    const texts = tlsa.map(formatTlsa);
    return ['good', 'stripped', 'wrong'].flatMap((receiver) =>
      [
        `mx-${receiver} 1 IN A ${AT[receiver as 'good']}`,
        `${receiver} 1 IN MX 10 mx-${receiver}`,
      ].concat(texts.map((text) => `_25._tcp.mx-${receiver} 1 IN TLSA ${text}`)),
    );
  }

  async function send(domain: string): Promise<Sent> {
    const begun = outbound.events.length;
    const id = await outbound.send({ to: [`ann@${domain}`] });
    const ends = ['attempt.delivered', 'attempt.deferred', 'attempt.failed'] as const;
    await Promise.race(ends.map((type) => outbound.until(type, 1, id)));
    const events = outbound.events.slice(begun).filter((one) => one.ids.messageId === id);
    const outcome = events.find(({ type }) => (ends as readonly string[]).includes(type))!;
    return { outcome, id, told: tellEvents(id, events) };
  }

  async function counts(domain: string): Promise<readonly string[]> {
    await ledger.flush();
    const rows = await sessionsOf(outbound.store.pool, dayOf(clock.now()), domain, 100);
    return rows
      .map(({ policy: { type }, result, sessions }) => `${type} ${result || 'ok'} ${sessions}`)
      .sort();
  }

  /** Delivered mail lies in the mailbox of the receiver. */
  async function arrived(receiver: Postfix, domain: string): Promise<number> {
    return (await receiver.mail(`ann@${domain}`)).length;
  }

  test('without a policy an attacker who takes STARTTLS away reads the mail', async () => {
    const domain = `plain.${UNSIGNED}`;
    const { outcome, told } = await send(domain);
    assert.equal(outcome.type, 'attempt.delivered', told);
    assert.match(stripper.overheard(), /Subject: Lunch/);
    assert.match(told, /No DANE for mx-stripped\.unsigned\.test: .*not signed by DNSSEC/);
    assert.match(told, /publishes no MTA-STS record/);
    assert.match(told, /it offers no STARTTLS\. The mail goes there all the same/);
    assert.deepEqual(await counts(domain), ['no-policy-found starttls-not-supported 1']);
  });

  test('enforce: the receiver that is as it should be gets its mail', async () => {
    const domain = `good-enforce.${UNSIGNED}`;
    const { outcome, told } = await send(domain);
    assert.equal(outcome.type, 'attempt.delivered', told);
    await good.awaitMail(`ann@${domain}`, 1);
    assert.match(told, /has an MTA-STS policy \(fetched now, id 1.*enforce/);
    assert.match(told, /TLS with mx-good\.unsigned\.test is as its policy has it \(MTA-STS/);
    assert.deepEqual(await counts(domain), ['sts ok 1']);
  });

  const REFUSED = [
    ['stripped', 'it offers no STARTTLS', 'starttls-not-supported'],
    ['wrong', 'nothing that is trusted vouches for its certificate', 'certificate-not-trusted'],
  ] as const;
  for (const [receiver, why, result] of REFUSED) {
    test(`enforce: the receiver that is ${receiver} gets nothing; testing only reports`, async () => {
      const enforced = `${receiver}-enforce.${UNSIGNED}`;
      const refused = await send(enforced);
      assert.equal(refused.outcome.type, 'attempt.deferred', refused.told);
      assert.match(refused.told, new RegExp(`breaks its policy \\(MTA-STS.*${why}\\. Nothing`));
      assert.deepEqual(await counts(enforced), [`sts ${result} 1`]);
      assert.equal((await arrived(good, enforced)) + (await arrived(wrong, enforced)), 0);
      const tested = `${receiver}-testing.${UNSIGNED}`;
      const reported = await send(tested);
      assert.equal(reported.outcome.type, 'attempt.delivered', reported.told);
      assert.match(reported.told, new RegExp(`${why}\\. The mail goes there all the same`));
      assert.match(reported.told, /what the policy would refuse is only reported/);
      assert.deepEqual(await counts(tested), [`sts ${result} 1`]);
      await (receiver === 'wrong' ? wrong : good).awaitMail(`ann@${tested}`, 1);
    });
  }

  test('enforce: an attacker who blocks the policy host too gains nothing; the mail goes when he leaves', async () => {
    const domain = `good-enforce.${UNSIGNED}`;
    policyHostIsBlocked = true;
    outbound.ports.set(AT.good, stripper.port);
    clock.advance(HOUR + 1000);
    await dns.change(
      signedRecords([]),
      unsignedRecords().map((line) => line.replace('id=1', 'id=2')),
    );
    const { outcome, id, told } = await send(domain);
    assert.equal(outcome.type, 'attempt.deferred', told);
    assert.match(told, /could not be fetched: the policy host could not be reached/);
    assert.match(told, /fetched before, id 1/);
    assert.deepEqual(await counts(domain), [
      'sts ok 1',
      'sts starttls-not-supported 1',
      'sts sts-policy-fetch-error 1',
    ]);
    policyHostIsBlocked = false;
    outbound.ports.set(AT.good, good.port);
    await outbound.forward(clock, 'attempt.delivered', 1, id);
    await good.awaitMail(`ann@${domain}`, 2);
  });

  test('a first policy that the attacker keeps from us is missed, which is told and reported', async () => {
    const domain = `new.${UNSIGNED}`;
    policyHostIsBlocked = true;
    const { outcome, told } = await send(domain);
    policyHostIsBlocked = false;
    assert.equal(outcome.type, 'attempt.delivered', told);
    assert.match(told, /There is no earlier MTA-STS policy of new\.unsigned\.test either/);
    assert.deepEqual(await counts(domain), [
      'sts starttls-not-supported 1',
      'sts sts-policy-fetch-error 1',
    ]);
  });

  test('DANE: what matches is proven, whoever signed it; the others get nothing', async () => {
    await dns.change(signedRecords([tlsaOf(wrongCertificate.cert, 3, 1, 1)]), unsignedRecords());
    const proven = await send(`wrong.${SIGNED}`);
    assert.equal(proven.outcome.type, 'attempt.delivered', proven.told);
    assert.match(
      proven.told,
      /has TLSA records at _25\._tcp\.mx-wrong\.signed\.test, signed by DNS/,
    );
    assert.match(proven.told, /as its policy has it \(DANE, by its TLSA records\)/);
    const unproven = await send(`good.${SIGNED}`);
    assert.equal(unproven.outcome.type, 'attempt.deferred', unproven.told);
    assert.match(unproven.told, /matches none of the TLSA records of its domain/);
    const stripped = await send(`stripped.${SIGNED}`);
    assert.equal(stripped.outcome.type, 'attempt.deferred', stripped.told);
    assert.match(stripped.told, /breaks its policy \(DANE.*it offers no STARTTLS/);
    assert.deepEqual(await counts(`wrong.${SIGNED}`), ['tlsa ok 1']);
    assert.deepEqual(await counts(`good.${SIGNED}`), ['tlsa certificate-not-trusted 1']);
    assert.deepEqual(await counts(`stripped.${SIGNED}`), ['tlsa starttls-not-supported 1']);
  });

  test('DANE: a roll-over that publishes first refuses nothing', async (t) => {
    const domain = `good.${SIGNED}`;
    const [now, next] = [goodCertificate, await issue(root, { names: [`mx-good.${SIGNED}`] })];
    const record = ({ cert }: TestCertificate): TlsaData => tlsaOf(cert, 3, 1, 1);
    const steps: readonly (readonly [string, () => Promise<void>])[] = [
      ['the record of the key in use', () => dns.change(signedRecords([record(now)]), [])],
      ['both', () => dns.change(signedRecords([record(now), record(next)]), [])],
      ['both, the new key in use', () => present(good, next)],
      ['the record of the new key', () => dns.change(signedRecords([record(next)]), [])],
    ];
    let refused = 0;
    let sent = 0;
    for (const [step, take] of steps) {
      await take();
      for (let i = 0; i < 3; i++) {
        clock.advance(1000);
        const { outcome, told } = await send(domain);
        sent++;
        if (outcome.type !== 'attempt.delivered') refused++;
        assert.equal(outcome.type, 'attempt.delivered', `${step}: ${told}`);
      }
    }
    t.diagnostic(`${sent} sent during the roll-over, ${refused} refused`);
    assert.equal(refused, 0);
    await present(good, now);
    const hasty = await send(domain);
    assert.equal(hasty.outcome.type, 'attempt.deferred', 'a key that is not published is refused');
  });

  test('DANE: an authority of the receiver’s own is found in the chain that it presents', async () => {
    await present(good, { key: goodCertificate.key, cert: goodCertificate.cert + root.cert });
    await dns.change(signedRecords([tlsaOf(root.cert, 2, 0, 1)]), unsignedRecords());
    const { outcome, told } = await send(`good.${SIGNED}`);
    assert.equal(outcome.type, 'attempt.delivered', told);
  });

  test('DANE: signed records that were forged make the mail wait, and MTA-STS is no way around', async () => {
    const genuine = signedRecords([tlsaOf(goodCertificate.cert, 3, 1, 1)]);
    const digest = hex(tlsaOf(goodCertificate.cert, 3, 1, 1).certificate);
    await dns.change(genuine, unsignedRecords(), (zone) => {
      const changed = zone.replaceAll(digest, 'ab'.repeat(32));
      assert.notEqual(changed, zone);
      return changed;
    });
    const records = await send(`good.${SIGNED}`);
    assert.equal(records.outcome.type, 'attempt.deferred', records.told);
    assert.match(records.told, /TLSA records of mx-good\.signed\.test .*could not be looked up/);
    assert.match(records.told, /SERVFAIL.*an attacker may be holding them back/);
    assert.ok((await counts(`good.${SIGNED}`)).includes('tlsa dnssec-invalid 1'));
    await dns.change(genuine, unsignedRecords(), (zone) => zone.replaceAll(AT.good, AT.stripped));
    const address = await send(`good.${SIGNED}`);
    assert.equal(address.outcome.type, 'attempt.deferred', address.told);
    assert.match(address.told, /SERVFAIL/);
    await dns.change(genuine, unsignedRecords());
    const healed = await send(`good.${SIGNED}`);
    assert.equal(healed.outcome.type, 'attempt.delivered', healed.told);
  });

  test('DANE: records of a zone that is not signed are no records', async () => {
    const { cert } = wrongCertificate;
    const tlsa = hex(tlsaOf(cert, 3, 1, 1).certificate);
    const records = [...unsignedRecords(), `_25._tcp.mx-good 1 IN TLSA 3 1 1 ${tlsa}`];
    await dns.change(signedRecords([]), records);
    const { outcome, told } = await send(`good-enforce.${UNSIGNED}`);
    assert.equal(outcome.type, 'attempt.delivered', told);
    assert.match(told, /No DANE for mx-good\.unsigned\.test/);
  });
});
