/** What authors ask of TLS for one message (RFC 8689), through whole attempts and the notices that come of them. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { hex, latin1 } from '#bytes';
import type { Event } from '#events';
import type { QueueOptions } from '#mail/queue/options';
import type { StsFound } from '#mail/tls-policy/sts-policies';
import {
  issue,
  rootAuthority,
  tlsaOf,
  type Authority,
} from '../../../../test/support/certificates/authority.ts';
import type { TestCertificate } from '../../../../test/support/certificates/self-signed.ts';
import type { DeclaredName } from '../../../../test/support/dns/declared-zone.ts';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import {
  openOutbound,
  type Outbound,
  type TestMail,
} from '../../../../test/support/smtp/outbound.ts';
import { startSmtpPeer, type SmtpTestPeer } from '../../../../test/support/smtp/scripted-peer.ts';

const ABLE = ['PIPELINING', 'STARTTLS', 'REQUIRETLS', 'DSN'];
const UNABLE = ['PIPELINING', 'STARTTLS', 'DSN'];
const SIGNED: Record<string, DeclaredName> = {
  'there.test': { MX: '10 mx.there.test', authenticated: true },
  'mx.there.test': { A: '192.0.2.1', authenticated: true },
};
const UNSIGNED: Record<string, DeclaredName> = {
  'there.test': { MX: '10 mx.there.test' },
  'mx.there.test': { A: '192.0.2.1' },
};
const NO_POLICY: StsFound = { policy: undefined, fault: undefined, steps: [] };

let root: Authority;
let good: TestCertificate;
before(async () => {
  root = await rootAuthority('Root');
  good = await issue(root, { names: ['mx.there.test', 'relay.test'] });
});

function policies(sts: StsFound = NO_POLICY): NonNullable<QueueOptions['tlsPolicy']> {
  return { sts: { of: () => sts }, ledger: { note: () => {} }, dane: true };
}

function stsPolicy(mode: 'enforce' | 'testing', mx: string): StsFound {
  const policy = { mode, mx: [mx], maxAge: 86_400, lines: [`mode: ${mode}`, `mx: ${mx}`] };
  return { policy: { id: '1', policy, fetchedAt: 0 }, fault: undefined, steps: [] };
}

interface Given {
  readonly extensions?: readonly string[];
  readonly zone?: Readonly<Record<string, DeclaredName>>;
  readonly certificate?: TestCertificate;
  readonly sts?: StsFound;
  readonly mail: Partial<TestMail>;
}

async function send(
  given: Given,
  look: (seen: { outcome: Event; peer: SmtpTestPeer; outbound: Outbound }) => void | Promise<void>,
): Promise<void> {
  const { extensions = ABLE, certificate = good, zone = SIGNED, sts, mail } = given;
  await using peer = await startSmtpPeer({ extensions, certificate });
  const ca = [root.cert];
  await using outbound = await openOutbound(new ManualClock(), zone, { ca });
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start({ tlsPolicy: policies(sts) });
  const id = await outbound.send({ to: ['ann@there.test'], ...mail });
  const ends = ['attempt.delivered', 'attempt.deferred', 'attempt.failed'] as const;
  await Promise.race(ends.map((type) => outbound.until(type, 1, id)));
  const outcome = outbound.events.find(
    ({ type, ids }) => ids.messageId === id && (ends as readonly string[]).includes(type),
  )!;
  await look({ outcome, peer, outbound });
}

function statusOf({ public: fields }: Event): string {
  return (fields as { status: string }).status;
}

const REQUIRED = { tlsRequired: 'yes' } as const;

test('it goes, and asks for the same further on, where exchange and certificate are proven', async () => {
  await send({ mail: REQUIRED }, ({ outcome, peer }) => {
    assert.equal(outcome.type, 'attempt.delivered');
    assert.match(peer.accepted[0]!.mail, / REQUIRETLS$/);
  });
});

test('MTA-STS proves the exchange too, in either mode, and DANE the certificate', async () => {
  for (const mode of ['enforce', 'testing'] as const) {
    const sts = stsPolicy(mode, 'mx.there.test');
    await send({ mail: REQUIRED, zone: UNSIGNED, sts }, ({ outcome }) =>
      assert.equal(outcome.type, 'attempt.delivered', mode),
    );
  }
  const certificate = await issue(await rootAuthority('X'), { names: ['a.test'] });
  const tlsa = {
    TLSA: `3 1 1 ${hex(tlsaOf(certificate.cert, 3, 1, 1).certificate)}`,
    authenticated: true,
  };
  const zone = { ...SIGNED, '_25._tcp.mx.there.test': tlsa };
  await send({ mail: REQUIRED, zone, certificate }, ({ outcome }) =>
    assert.equal(outcome.type, 'attempt.delivered'),
  );
});

test('an exchange that nobody vouches for gets nothing: 5.7.30', async () => {
  const unnamed = stsPolicy('testing', 'other.there.test');
  for (const sts of [NO_POLICY, unnamed])
    await send({ mail: REQUIRED, zone: UNSIGNED, sts }, ({ outcome, peer }) => {
      assert.equal(outcome.type, 'attempt.failed');
      assert.equal(statusOf(outcome), '5.7.30');
      assert.equal(peer.connections, 0);
    });
});

test('a host that does not promise the same gets nothing: 5.7.30', async () => {
  await send({ mail: REQUIRED, extensions: UNABLE }, ({ outcome, peer }) => {
    assert.equal(outcome.type, 'attempt.failed');
    assert.equal(statusOf(outcome), '5.7.30');
    assert.equal(peer.accepted.length, 0);
  });
});

test('a certificate that is not proven makes it wait, though no policy asks for one', async () => {
  const certificate = await issue(await rootAuthority('X'), { names: ['mx.there.test'] });
  await send({ mail: REQUIRED, certificate }, ({ outcome, peer }) => {
    assert.equal(outcome.type, 'attempt.deferred');
    assert.equal(peer.accepted.length, 0);
  });
  await send({ mail: {}, certificate }, ({ outcome }) =>
    assert.equal(outcome.type, 'attempt.delivered'),
  );
});

test('the notice of a failure asks for the same, and gives back the header alone, whatever RET says', async () => {
  await send(
    { mail: { ...REQUIRED, ret: 'FULL' }, extensions: UNABLE },
    async ({ outcome, outbound }) => {
      assert.equal(outcome.type, 'attempt.failed');
      await outbound.until('attempt.delivered', 1);
      const { rows } = await outbound.store.pool.query<{ text: Uint8Array }>(
        `select string_agg(c.data, null order by c.seq) as text from emails e join blob_chunks c on c.blob_id = e.blob_id group by e.id`,
      );
      const text = latin1(rows[0]!.text);
      assert.match(text, /Subject: Lunch/);
      assert.doesNotMatch(text, /At noon/);
      assert.match(text, /5\.7\.30/);
    },
  );
});

test('a notice asks for TLS where that is offered, and goes without it where it is not', async () => {
  const notice = { ...REQUIRED, reversePath: null };
  await send({ mail: notice }, ({ outcome, peer }) => {
    assert.equal(outcome.type, 'attempt.delivered');
    assert.match(peer.accepted[0]!.mail, /^<> .*REQUIRETLS$|REQUIRETLS/);
  });
  await send({ mail: notice, extensions: UNABLE, zone: UNSIGNED }, ({ outcome, peer }) => {
    assert.equal(outcome.type, 'attempt.delivered');
    assert.doesNotMatch(peer.accepted[0]!.mail, /REQUIRETLS/);
  });
});

test('TLS-Required: No goes past policies that would refuse', async () => {
  const waived = { tlsRequired: 'no' } as const;
  const sts = stsPolicy('enforce', 'other.there.test');
  const clear = ['PIPELINING'];
  await send({ mail: {}, zone: UNSIGNED, sts, extensions: clear }, ({ outcome }) =>
    assert.equal(outcome.type, 'attempt.deferred'),
  );
  await send({ mail: waived, zone: UNSIGNED, sts, extensions: clear }, ({ outcome }) =>
    assert.equal(outcome.type, 'attempt.delivered'),
  );
  const zone = { ...SIGNED, '_25._tcp.mx.there.test': { fault: 'servfail' } } as const;
  await send({ mail: waived, zone }, ({ outcome, peer }) => {
    assert.equal(outcome.type, 'attempt.delivered');
    assert.doesNotMatch(peer.accepted[0]!.mail, /REQUIRETLS/);
  });
});
