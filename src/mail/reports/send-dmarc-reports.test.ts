import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import PostalMime from 'postal-mime';
import { silentLog } from '#log';
import { newDkimKeys } from '#mail/accounts/administer';
import { parseDmarcReport } from '#protocol/dmarc-report/parse';
import type { DmarcAggregateReport } from '#protocol/dmarc-report/report';
import { addDkimKey } from '#store/directory/dkim-keys';
import { seenOf, type SeenKind } from '#store/reports/dmarc-seen';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { DAY, openOutbound, type Outbound } from '../../../test/support/smtp/outbound.ts';
import type { DailyReportOptions } from './daily-reports.ts';
import { DmarcLedger } from './dmarc-ledger.ts';
import { sendDmarcReports } from './send-dmarc-reports.ts';

function kindOf(domain: string, more: Partial<SeenKind['row']> = {}, p = 'reject'): SeenKind {
  return {
    policy: {
      domain,
      discovery: 'treewalk',
      p,
      sp: p,
      np: p,
      fo: '',
      adkim: 'r',
      aspf: 'r',
      testing: 'n',
    },
    row: {
      sourceIp: '192.0.2.1',
      disposition: 'pass',
      reasons: [],
      dkimAligned: true,
      spfAligned: true,
      headerFrom: domain,
      envelopeFrom: domain,
      envelopeTo: '',
      dkim: [{ domain, selector: 's', result: 'pass' }],
      spf: [{ domain, scope: 'mfrom', result: 'pass' }],
      ...more,
    },
  };
}

interface World {
  readonly clock: ManualClock;
  readonly outbound: Outbound;
  readonly ledger: DmarcLedger;
  /** The next day, some hours after midnight. */
  readonly send: (signal?: AbortSignal) => Promise<number | undefined>;
}

async function world(run: (world: World) => Promise<void>): Promise<void> {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock);
  const { store, directory, zone } = outbound;
  for (const [domain, rua] of Object.entries({
    'one.test': 'mailto:dmarc@one.test,mailto:alice@example.test!10m,mailto:small@one.test!1',
    'quiet.test': '',
    'two.test': 'mailto:r@two.test',
  }))
    zone.declare(`_dmarc.${domain}`, {
      TXT: `v=DMARC1; p=reject${rua === '' ? '' : `; rua=${rua}`}`,
    });
  zone.declare('one.test._report._dmarc.example.test', { TXT: 'v=DMARC1' });
  await using ledger = new DmarcLedger({ pool: store.pool, clock, log: silentLog });
  const options: DailyReportOptions = {
    store,
    directory,
    resolver: zone,
    clock,
    log: silentLog,
    hostname: 'mail.example.test',
    queueLifetime: DAY,
    queued() {},
  };
  await run({
    clock,
    outbound,
    ledger,
    send: async (signal = new AbortController().signal) => {
      await ledger.flush();
      return sendDmarcReports(options, signal);
    },
  });
}

interface Queued {
  readonly to: readonly string[];
  readonly mail: Awaited<ReturnType<typeof PostalMime.parse>>;
  readonly report: DmarcAggregateReport;
}

/** As an outside parser of MIME reads it. */
async function queued({ store }: Outbound): Promise<Queued[]> {
  const { rows } = await store.pool.query<{ to: string[]; data: Buffer }>(
    `select array_agg(r.forward_path || ' ' || r.domain order by r.forward_path) as to, c.data
     from queue_recipients r join queue_messages m on m.id = r.message_id join blob_chunks c on c.blob_id = m.blob_id
     group by m.id, c.data order by m.id`,
  );
  return Promise.all(
    rows.map(async ({ to, data }) => {
      const mail = await PostalMime.parse(data);
      const xml = gunzipSync(Buffer.from(mail.attachments[0]!.content as ArrayBuffer));
      const report = parseDmarcReport(xml.toString('utf8'));
      assert.ok(report);
      return { to, mail, report };
    }),
  );
}

test('what was seen goes, a day later, to each address of the domain', () =>
  world(async ({ clock, outbound, ledger, send }) => {
    const failed = { sourceIp: '203.0.113.7', dkimAligned: false, spfAligned: false } as const;
    for (let i = 0; i < 3; i++) ledger.note(kindOf('one.test'));
    ledger.note(kindOf('one.test', { ...failed, disposition: 'reject' }));
    ledger.note(kindOf('quiet.test'));
    const day = Date.parse(new Date(clock.now()).toISOString().slice(0, 10));
    assert.equal(await send(), 0);
    clock.advance(DAY);
    assert.equal(await send(), 1);
    const [{ to, mail, report }, ...others] = (await queued(outbound)) as [Queued];
    assert.equal(others.length, 0);
    assert.deepEqual(to, ['alice@example.test ', 'dmarc@one.test one.test']);
    assert.equal(
      mail.subject,
      `Report Domain: one.test Submitter: example.test Report-ID: <${report.reportId}>`,
    );
    assert.equal(mail.messageId, `<${report.reportId}>`);
    const [attachment] = mail.attachments;
    assert.equal(attachment!.mimeType, 'application/gzip');
    assert.equal(
      attachment!.filename,
      `example.test!one.test!${day / 1000}!${day / 1000 + 86_399}.xml.gz`,
    );
    assert.match(mail.text!, /4 messages came, 1 of them did not pass DMARC/);
    assert.match(mail.text!, /203\.0\.113\.7 as one\.test: 1/);
    assert.deepEqual(report, {
      organization: 'example.test',
      email: 'postmaster@example.test',
      extraContact: '',
      reportId: report.reportId,
      begin: day,
      end: day + DAY - 1000,
      errors: [],
      generator: 'Hikyaku',
      policy: kindOf('one.test').policy,
      rows: [
        { ...kindOf('one.test').row, messages: 3 },
        { ...kindOf('one.test', failed).row, disposition: 'reject', messages: 1 },
      ],
    });
  }));

test('a day is reported once, by one of two nodes, and goes on behind the domain where it broke off', () =>
  world(async ({ clock, outbound, ledger, send }) => {
    ledger.note(kindOf('one.test'));
    ledger.note(kindOf('two.test'));
    await ledger.flush();
    clock.advance(DAY);
    const stop = new AbortController();
    const { zone } = outbound;
    const resolve = zone.resolve.bind(zone);
    zone.resolve = ((...asked: Parameters<typeof resolve>) => {
      if (asked[0] === '_dmarc.two.test') stop.abort();
      return resolve(...asked);
    }) as typeof zone.resolve;
    assert.equal(await send(stop.signal), 1);
    const sent = await Promise.all([send(), send()]);
    assert.deepEqual(
      sent.filter((count) => count !== undefined),
      [1],
    );
    assert.equal(await send(), undefined);
    const domains = (await queued(outbound)).map(({ report }) => report.policy.domain);
    assert.deepEqual(domains, ['one.test', 'two.test']);
  }));

test('a report is signed by the domain that sends it, so that it passes DMARC itself', () =>
  world(async ({ clock, outbound, ledger, send }) => {
    const { pool } = outbound.store;
    for (const key of await newDkimKeys(clock.now()))
      await addDkimKey(pool, 'example.test', key, clock.now());
    ledger.note(kindOf('two.test'));
    await ledger.flush();
    clock.advance(DAY);
    await send();
    const { rows } = await pool.query<{ prefix: Buffer }>('select prefix from queue_messages');
    assert.match(rows[0]!.prefix.toString('latin1'), /^DKIM-Signature: .*[^]*d=example\.test/);
    const [{ mail }] = (await queued(outbound)) as [Queued];
    assert.equal(mail.from?.address, 'postmaster@example.test');
  }));

test('the policy that was found last is reported, and whoever wants no report any more gets none', () =>
  world(async ({ clock, outbound, ledger, send }) => {
    ledger.note(kindOf('one.test', {}, 'none'));
    await ledger.flush();
    ledger.note(kindOf('one.test', {}, 'reject'));
    ledger.note(kindOf('two.test'));
    await ledger.flush();
    outbound.zone.declare('_dmarc.two.test', { TXT: 'v=DMARC1; p=none' });
    clock.advance(DAY);
    assert.equal(await send(), 1);
    const [{ report }] = (await queued(outbound)) as [Queued];
    assert.equal(report.policy.p, 'reject');
    assert.deepEqual(
      report.rows.map(({ messages }) => messages),
      [2],
    );
  }));

test('nobody fills the table with kinds of messages: each domain has room for so many a day', () =>
  world(async ({ clock, outbound, ledger }) => {
    const day = new Date(clock.now()).toISOString().slice(0, 10);
    for (let i = 0; i < 3000; i++)
      ledger.note(kindOf('one.test', { envelopeFrom: `${i}.one.test` }));
    ledger.note(kindOf('one.test', { envelopeFrom: '0.one.test' }));
    ledger.note(kindOf('two.test'));
    await ledger.flush();
    const { pool } = outbound.store;
    const seen = await seenOf(pool, day, 'one.test', 10_000);
    assert.equal(seen?.rows.length, 2000);
    assert.equal(seen.rows[0]?.messages, 2);
    assert.equal((await seenOf(pool, day, 'two.test', 10))?.rows.length, 1);
  }));
