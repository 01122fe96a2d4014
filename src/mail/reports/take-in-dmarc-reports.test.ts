import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { utf8 } from '#bytes';
import { silentLog } from '#log';
import { formatDmarcReport } from '#protocol/dmarc-report/format';
import { composeDmarcReportMail } from '#protocol/dmarc-report/report-mail';
import type { DmarcAggregateReport, ReportedRow } from '#protocol/dmarc-report/report';
import {
  forgetDmarcReports,
  listDmarcReports,
  readDmarcReport,
  reportedPolicy,
  reportedSources,
} from '#store/reports/dmarc-reports';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { mailToAccount } from '../../../test/support/store/mail-to-account.ts';
import { DAY, openOutbound, type Outbound } from '../../../test/support/smtp/outbound.ts';
import { findDmarcReport } from './find-dmarc-report.ts';
import { takeInReports } from './take-in-reports.ts';

const ROW: ReportedRow = {
  sourceIp: '192.0.2.1',
  messages: 7,
  disposition: 'pass',
  dkimAligned: true,
  spfAligned: false,
  reasons: [],
  headerFrom: 'example.test',
  envelopeFrom: 'example.test',
  envelopeTo: '',
  dkim: [{ domain: 'example.test', selector: 's', result: 'pass' }],
  spf: [{ domain: 'example.test', scope: 'mfrom', result: 'fail' }],
};
const FAILED: ReportedRow = {
  ...ROW,
  sourceIp: '203.0.113.7',
  messages: 12,
  disposition: 'quarantine',
  dkimAligned: false,
  reasons: [{ type: 'local_policy', comment: '\u001b[31m' }],
  dkim: [],
};

function reportOf(more: Partial<DmarcAggregateReport> = {}): DmarcAggregateReport {
  return {
    organization: 'Big',
    email: 'dmarc@big.test',
    extraContact: '',
    reportId: '1@big.test',
    begin: 0,
    end: DAY - 1000,
    errors: [],
    generator: '',
    policy: {
      domain: 'example.test',
      discovery: 'treewalk',
      p: 'none',
      sp: 'none',
      np: 'none',
      fo: '',
      adkim: 'r',
      aspf: 'r',
      testing: 'n',
    },
    rows: [ROW, FAILED],
    ...more,
  };
}

function mailWith(compressed: Uint8Array, report = reportOf()): Uint8Array {
  return composeDmarcReportMail({
    from: 'dmarc@big.test',
    to: ['postmaster@example.test'],
    now: 0,
    lines: ['A report.'],
    boundary: 'b1',
    submitter: 'big.test',
    report,
    compressed,
  });
}

const mailOf = (report: DmarcAggregateReport): Uint8Array =>
  mailWith(gzipSync(formatDmarcReport(report)), report);

const FROM_BIG = 'dmarc=pass header.from=big.test';

async function arrive({ store }: Outbound, content: Uint8Array, results = FROM_BIG): Promise<void> {
  const prefix = utf8(`Authentication-Results: mail.example.test;\r\n ${results}\r\n`);
  await mailToAccount(store, 'alice@example.test', 'postmaster@example.test', content, prefix);
}

const takeIn = ({ store }: Outbound): Promise<number> =>
  takeInReports(store, silentLog, new AbortController().signal);

test('a report is kept row by row, once, for a domain that is here', async () => {
  await using outbound = await openOutbound(new ManualClock());
  const { pool } = outbound.store;
  const elsewhere = { ...reportOf().policy, domain: 'elsewhere.test' };
  for (const report of [reportOf(), reportOf(), reportOf({ policy: elsewhere })])
    await arrive(outbound, mailOf(report));
  assert.equal(await takeIn(outbound), 1);
  assert.equal(await takeIn(outbound), 0);
  const [kept, ...more] = await listDmarcReports(pool, { limit: 10 });
  assert.equal(more.length, 0);
  assert.deepEqual(
    [kept!.domain, kept!.organization, kept!.signer, kept!.messages, kept!.passed],
    ['example.test', 'Big', 'big.test', 19, 7],
  );
  const read = await readDmarcReport(pool, kept!.id);
  const { envelopeTo: _, ...failed } = FAILED;
  assert.deepEqual(read?.rows[0], {
    ...failed,
    reasons: [{ type: 'local_policy', comment: '[31m' }],
  });
  assert.equal(read.rows[1]?.sourceIp, '192.0.2.1');
  await forgetDmarcReports(pool, outbound.store.clock.now() + 1);
  assert.equal(await readDmarcReport(pool, kept!.id), undefined);
});

test('what a report says of our own mail is an event, once', async () => {
  await using outbound = await openOutbound(new ManualClock());
  const { store } = outbound;
  for (const report of [reportOf(), reportOf()]) await arrive(outbound, mailOf(report));
  const ours = new Set([FAILED.sourceIp]);
  const { signal } = new AbortController();
  assert.equal(await takeInReports(store, silentLog, signal, () => Promise.resolve(ours)), 1);
  const { rows } = await store.pool.query(
    `select fields from events where type = 'dmarc.reported'`,
  );
  assert.deepEqual(rows, [
    {
      fields: {
        domain: 'example.test',
        reporter: 'big.test',
        verified: true,
        messages: 19,
        failed: 12,
        own: 12,
        ownFailed: 12,
      },
    },
  ]);
});

test('nobody takes the id of a report of somebody else', async () => {
  await using outbound = await openOutbound(new ManualClock());
  const { pool } = outbound.store;
  await arrive(outbound, mailOf(reportOf({ rows: [FAILED] })), 'dmarc=fail header.from=big.test');
  await arrive(outbound, mailOf(reportOf({ rows: [FAILED] })), 'dmarc=pass header.from=evil.test');
  await arrive(outbound, mailOf(reportOf()));
  assert.equal(await takeIn(outbound), 3);
  const signers = (await listDmarcReports(pool, { limit: 10 })).map(({ signer }) => signer);
  assert.deepEqual(signers, ['big.test', 'evil.test', '']);
});

test('a domain has room for so many reports a day, apart for those that nobody vouches for', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock);
  for (let i = 0; i < 53; i++)
    await arrive(outbound, mailOf(reportOf({ reportId: `${i}@x` })), 'dmarc=none');
  await arrive(outbound, mailOf(reportOf()));
  assert.equal(await takeIn(outbound), 51);
  clock.advance(DAY + 1);
  await arrive(outbound, mailOf(reportOf({ reportId: 'next@x' })), 'dmarc=none');
  // the last three are looked at again with it, since ids overlap
  assert.equal(await takeIn(outbound), 4);
});

test('sources are summed over the reports that somebody vouches for', async () => {
  await using outbound = await openOutbound(new ManualClock());
  const { pool } = outbound.store;
  await arrive(outbound, mailOf(reportOf()));
  await arrive(outbound, mailOf(reportOf({ reportId: '2', begin: DAY, end: 2 * DAY - 1000 })));
  await arrive(outbound, mailOf(reportOf({ reportId: '3' })), 'dmarc=none');
  await takeIn(outbound);
  assert.deepEqual(await reportedSources(pool, { domain: 'example.test', since: 0, limit: 10 }), [
    {
      sourceIp: '203.0.113.7',
      messages: 24,
      aligned: 0,
      dkimAligned: 0,
      spfAligned: 0,
      stopped: 24,
      names: [],
      reporters: ['big.test'],
    },
    {
      sourceIp: '192.0.2.1',
      messages: 14,
      aligned: 14,
      dkimAligned: 14,
      spfAligned: 0,
      stopped: 0,
      names: ['example.test'],
      reporters: ['big.test'],
    },
  ]);
});

test('since when a policy holds is read from the reports', async () => {
  await using outbound = await openOutbound(new ManualClock());
  const { pool } = outbound.store;
  const { policy } = reportOf();
  const days = ['none', 'none', 'quarantine', 'quarantine'];
  for (const [day, p] of days.entries())
    await arrive(
      outbound,
      mailOf(
        reportOf({
          reportId: String(day),
          begin: day * DAY,
          end: (day + 1) * DAY - 1000,
          policy: { ...policy, p },
        }),
      ),
    );
  await takeIn(outbound);
  const found = await reportedPolicy(pool, { domain: 'example.test', since: 0 });
  assert.equal(found?.policy.p, 'quarantine');
  assert.deepEqual(
    [found.sinceAt.getTime(), found.lastAt.getTime(), found.lastFrom, found.reports],
    [2 * DAY, 4 * DAY - 1000, 'big.test', 4],
  );
  assert.equal(await reportedPolicy(pool, { domain: 'other.test', since: 0 }), undefined);
  // two who report the same day need not have seen the same policy
  const sameDay = { begin: 3 * DAY, end: 4 * DAY - 1000, policy: { ...policy, p: 'reject' } };
  await arrive(outbound, mailOf(reportOf({ reportId: 'x', ...sameDay })));
  await takeIn(outbound);
  const newest = await reportedPolicy(pool, { domain: 'example.test', since: 0 });
  assert.deepEqual([newest?.policy.p, newest?.sinceAt.getTime()], ['reject', 3 * DAY]);
});

function zip(content: Uint8Array, name: string, method = 8): Uint8Array {
  const file = utf8(name);
  const data = method === 8 ? deflateRawSync(content) : content;
  const header = (signature: number, size: number): DataView => {
    const view = new DataView(new ArrayBuffer(size));
    view.setUint32(0, signature, true);
    return view;
  };
  const local = header(0x04034b50, 30);
  local.setUint16(8, method, true);
  local.setUint32(18, data.length, true);
  local.setUint16(26, file.length, true);
  const central = header(0x02014b50, 46);
  central.setUint16(10, method, true);
  central.setUint32(20, data.length, true);
  central.setUint16(28, file.length, true);
  const end = header(0x06054b50, 22);
  end.setUint16(10, 1, true);
  end.setUint32(16, 30 + file.length + data.length, true);
  const octets = (view: DataView): Uint8Array => new Uint8Array(view.buffer);
  return Buffer.concat([octets(local), file, data, octets(central), file, octets(end)]);
}

test('bombs, broken archives and other content are told apart from no report', async () => {
  const xml = utf8(formatDmarcReport(reportOf()));
  const kindOf = async (content: Uint8Array): Promise<string> => {
    const found = await findDmarcReport(mailWith(content));
    return found.kind === 'broken' ? found.why : found.kind;
  };
  const large = Buffer.alloc(64 * 1024 * 1024);
  assert.equal(await kindOf(gzipSync(xml)), 'report');
  assert.equal(await kindOf(xml), 'report');
  assert.equal(await kindOf(zip(xml, 'a.xml')), 'report');
  assert.equal(await kindOf(zip(xml, 'a.xml', 0)), 'report');
  assert.equal(await kindOf(zip(xml, 'a.exe')), 'compression');
  assert.equal(await kindOf(zip(xml, 'a.xml', 99)), 'compression');
  assert.equal(await kindOf(gzipSync(large)), 'compression');
  assert.equal(await kindOf(zip(large, 'a.xml')), 'compression');
  assert.equal(await kindOf(gzipSync(zip(xml, 'a.xml'))), 'content');
  assert.equal(await kindOf(utf8('no archive')), 'content');
  assert.deepEqual(await findDmarcReport(utf8('Subject: x\r\n\r\nhello\r\n')), { kind: 'none' });
});

test('no cut or change of an archive makes more of it than a broken one', async () => {
  const whole = zip(utf8(formatDmarcReport(reportOf())), 'a.xml');
  for (let at = 0; at < whole.length; at += 7) {
    const changed = Buffer.from(whole);
    changed[at] = changed[at]! ^ 0xff;
    for (const content of [changed, whole.subarray(0, at)])
      assert.match((await findDmarcReport(mailWith(content))).kind, /^(?:report|broken)$/);
  }
});
