import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { latin1 } from '#bytes';
import { silentLog } from '#log';
import { newDkimKeys } from '#mail/accounts/administer';
import { parseTlsReport, type TlsReport } from '#protocol/tlsrpt/report';
import { addDkimKey } from '#store/directory/dkim-keys';
import { countSessions, type SessionCount } from '#store/tls-policy/sessions';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { openOutbound, type Outbound } from '../../../test/support/smtp/outbound.ts';
import { sendTlsReports, type TlsReportOptions } from './send-tls-reports.ts';

const DAY = 86_400_000;
const STS = {
  type: 'sts',
  domain: 'one.test',
  strings: ['version: STSv1', 'mode: enforce'],
  mxPatterns: ['*.one.test'],
} as const;

const FINE = {
  policy: STS,
  result: '',
  reason: '',
  sendingIp: '',
  receivingIp: '',
  mxHost: 'mx.one.test',
  helo: '',
  sessions: 40,
} as const;

const FAILED = {
  ...FINE,
  result: 'certificate-expired',
  reason: 'CERT_HAS_EXPIRED',
  sendingIp: '192.0.2.1',
  receivingIp: '192.0.2.9',
  sessions: 2,
} as const;

function counted(
  recipientDomain: string,
  ...kinds: readonly Omit<SessionCount, 'recipientDomain'>[]
): SessionCount[] {
  return kinds.map((kind) => Object.assign({ recipientDomain }, kind));
}

interface World {
  readonly outbound: Outbound;
  readonly posted: { url: string; report: TlsReport }[];
  readonly send: (signal?: AbortSignal) => Promise<number | undefined>;
}

async function world(run: (world: World) => Promise<void>): Promise<void> {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock);
  const { store, directory } = outbound;
  const posted: World['posted'] = [];
  const options: TlsReportOptions = {
    store,
    directory,
    resolver: outbound.zone,
    clock,
    log: silentLog,
    hostname: 'mail.example.test',
    queueLifetime: DAY,
    post: (url, compressed) => {
      posted.push({ url: url.href, report: read(compressed) });
      return Promise.resolve(true);
    },
    queued() {},
  };
  const yesterday = new Date(clock.now() - DAY).toISOString().slice(0, 10);
  await countSessions(store.pool, yesterday, [
    ...counted('one.test', FINE, FAILED),
    ...counted('quiet.test', FINE),
    ...counted('web.test', FINE),
  ]);
  outbound.zone.declare('_smtp._tls.one.test', {
    TXT: ['v=TLSRPTv1; rua=mailto:tls@one.test,mailto:alice@example.test'],
  });
  outbound.zone.declare('_smtp._tls.web.test', {
    TXT: ['v=TLSRPTv1; rua=https://reports.web.test/v1'],
  });
  const send = (signal = new AbortController().signal) => sendTlsReports(options, signal);
  await run({ outbound, posted, send });
}

function read(compressed: Uint8Array): TlsReport {
  const report = parseTlsReport(latin1(gunzipSync(compressed)));
  assert.ok(report);
  return report;
}

async function queued({ store }: Outbound): Promise<{ to: string[]; text: string }> {
  const { rows } = await store.pool.query<{ id: string; to: string[] }>(
    `select message_id as id, array_agg(forward_path || ' ' || domain order by forward_path) as to
     from queue_recipients group by 1`,
  );
  assert.equal(rows.length, 1);
  const chunks = await store.pool.query<{ data: Buffer }>(
    `select c.data from queue_messages m join blob_chunks c on c.blob_id = m.blob_id where m.id = $1`,
    [rows[0]!.id],
  );
  return { to: rows[0]!.to, text: latin1(chunks.rows[0]!.data) };
}

test('domains that ask for it get yesterday in one report, by mail or by HTTPS', () =>
  world(async ({ outbound, posted, send }) => {
    assert.equal(await send(), 2);
    const { to, text } = await queued(outbound);
    assert.deepEqual(to, ['alice@example.test ', 'tls@one.test one.test']);
    assert.match(text, /^TLS-Report-Domain: one\.test\r$/m);
    assert.match(text, /^TLS-Report-Submitter: example\.test\r$/m);
    assert.match(text, /^TLS-Required: No\r$/m);
    assert.match(text, /report-type="tlsrpt"/);
    assert.match(text, /filename="example\.test!one\.test!\d+!\d+![^"]+\.json\.gz"/);
    const encoded = /base64\r\n[^]*?\r\n\r\n([^]*?)--report/.exec(text)![1]!;
    const report = read(Buffer.from(encoded, 'base64'));
    assert.equal(report.organizationName, 'example.test');
    assert.equal(report.end - report.start, DAY - 1000);
    const [policy] = report.policies;
    assert.equal(report.policies.length, 1);
    assert.deepEqual(
      { ...policy, failures: policy!.failures.length },
      {
        type: 'sts',
        domain: 'one.test',
        strings: STS.strings,
        mxHosts: STS.mxPatterns,
        successful: 40,
        failed: 2,
        failures: 1,
      },
    );
    assert.deepEqual(policy!.failures[0], {
      resultType: 'certificate-expired',
      sendingIp: '192.0.2.1',
      mxHost: 'mx.one.test',
      mxHelo: '',
      receivingIp: '192.0.2.9',
      sessions: 2,
      information: '',
      reasonCode: 'CERT_HAS_EXPIRED',
    });
    assert.equal(posted[0]!.url, 'https://reports.web.test/v1');
    assert.equal(posted[0]!.report.policies[0]!.successful, 40);
  }));

test('a day is reported once, and one that broke off goes on behind the last domain', () =>
  world(async ({ outbound, posted, send }) => {
    const stop = new AbortController();
    const { zone } = outbound;
    const resolve = zone.resolve.bind(zone);
    zone.resolve = ((...asked: Parameters<typeof resolve>) => {
      if (asked[0] === '_smtp._tls.quiet.test') stop.abort();
      return resolve(...asked);
    }) as typeof zone.resolve;
    assert.equal(await send(stop.signal), 1);
    assert.equal(posted.length, 0);
    assert.equal(await send(), 1);
    assert.equal(posted.length, 1);
    assert.equal(await send(), undefined);
    await queued(outbound);
  }));

test('of two nodes one sends', () =>
  world(async ({ send }) => {
    const sent = await Promise.all([send(), send()]);
    assert.deepEqual(
      sent.filter((count) => count !== undefined),
      [2],
    );
  }));

test('a report is signed by the domain that sends it', () =>
  world(async ({ outbound, send }) => {
    const { pool } = outbound.store;
    for (const key of await newDkimKeys(outbound.store.clock.now()))
      await addDkimKey(pool, 'example.test', key, outbound.store.clock.now());
    await send();
    const { rows } = await outbound.store.pool.query<{ prefix: Buffer }>(
      'select prefix from queue_messages',
    );
    assert.match(latin1(rows[0]!.prefix), /^DKIM-Signature: .*[^]*d=example\.test/);
  }));
