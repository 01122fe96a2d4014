import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { concat, utf8 } from '#bytes';
import { silentLog } from '#log';
import { composeReportMail } from '#protocol/tlsrpt/report-mail';
import { formatTlsReport, type TlsReport } from '#protocol/tlsrpt/report';
import { listTlsReports } from '#store/reports/tls-reports';
import { DAY, openOutbound } from '../../../test/support/smtp/outbound.ts';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { mailToAccount } from '../../../test/support/store/mail-to-account.ts';
import { findTlsReport } from './find-tls-report.ts';
import { takeInReports } from './take-in-reports.ts';

const REPORT: TlsReport = {
  organizationName: 'Big',
  start: 0,
  end: DAY - 1000,
  contactInfo: 'tls@big.test',
  reportId: '1@big.test',
  policies: ['example.test', 'elsewhere.test'].map((domain) => ({
    type: 'no-policy-found',
    domain,
    strings: [],
    mxHosts: [],
    successful: 7,
    failed: 0,
    failures: [],
  })),
};

function mail(compressed: Uint8Array): Uint8Array {
  return composeReportMail({
    policyDomain: 'example.test',
    submitter: 'big.test',
    from: 'tls@big.test',
    to: ['postmaster@example.test'],
    messageId: '1@big.test',
    reportId: REPORT.reportId,
    now: 0,
    start: REPORT.start,
    end: REPORT.end,
    lines: ['A report.'],
    compressed,
    boundary: 'b1',
  });
}

const GOOD = mail(gzipSync(formatTlsReport(REPORT)));

test('a report to postmaster is kept once, for the domains that are here', async () => {
  await using outbound = await openOutbound(new ManualClock());
  const { store } = outbound;
  const signal = new AbortController().signal;
  const take = () => takeInReports(store, silentLog, signal);
  assert.equal(await take(), 0);
  await mailToAccount(store, 'alice@example.test', 'Postmaster@example.test', GOOD);
  await mailToAccount(store, 'alice@example.test', 'alice@example.test', GOOD);
  assert.equal(await take(), 1);
  assert.equal(await take(), 0);
  await mailToAccount(store, 'alice@example.test', 'postmaster@example.test', GOOD);
  assert.equal(await take(), 0);
  const [kept, ...more] = await listTlsReports(store.pool, { since: 0, limit: 10 });
  assert.equal(more.length, 0);
  assert.deepEqual(
    [kept!.domain, kept!.organization, kept!.successful, kept!.failed, kept!.verified],
    ['example.test', 'Big', 7, 0, false],
  );
});

test('who reports is believed only under a signature of theirs that was checked here', async () => {
  const field = (text: string): Uint8Array =>
    utf8(`Authentication-Results: mail.example.test;\r\n ${text}\r\n`);
  for (const [text, verified] of [
    ['dkim=pass header.d=big.test header.s=x', true],
    ['dkim=pass header.d=evil.test; spf=pass', false],
    ['dkim=fail header.d=big.test', false],
    ['dkim=pass header.d=big.test.evil.test', false],
    ['spf=pass smtp.mailfrom="\\"x;dkim=pass header.d=big.test ;\\"@evil.test"', false],
  ] as const) {
    await using outbound = await openOutbound(new ManualClock());
    const { store } = outbound;
    await mailToAccount(
      store,
      'alice@example.test',
      'postmaster@example.test',
      // what stands in the message itself was written by whoever sent it
      concat([field('dkim=pass header.d=big.test'), GOOD]),
      field(text),
    );
    await takeInReports(store, silentLog, new AbortController().signal);
    const [kept] = await listTlsReports(store.pool, { since: 0, limit: 1 });
    assert.equal(kept!.verified, verified, text);
  }
});

test('a bomb, a broken archive and another content are told apart from no report', () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  assert.deepEqual(findTlsReport(mail(bomb)), { kind: 'broken', why: 'compression' });
  assert.deepEqual(findTlsReport(mail(utf8('no gzip'))), { kind: 'broken', why: 'compression' });
  assert.deepEqual(findTlsReport(mail(gzipSync('[1]'))), { kind: 'broken', why: 'content' });
  assert.deepEqual(findTlsReport(utf8('Subject: x\r\n\r\nhello\r\n')), { kind: 'none' });
});

test('a report that PostgreSQL could not store as it is does not keep others from coming in', async () => {
  await using outbound = await openOutbound(new ManualClock());
  const { store } = outbound;
  const [first, ...others] = REPORT.policies;
  const strings = ['\0', '\ud800'];
  const policies = [{ ...first!, strings }, ...others];
  const bad = [
    { ...REPORT, reportId: 'bad', policies },
    {
      ...REPORT,
      reportId: Array.from({ length: 999 }, (_, i) =>
        String.fromCodePoint(0x4e00 + ((i * i * 7) % 20_000)),
      ).join(''),
    },
    { ...REPORT, reportId: 'far', end: 8_640_000_000_000_000 },
  ];
  for (const content of [...bad.map((one) => mail(gzipSync(formatTlsReport(one)))), GOOD])
    await mailToAccount(store, 'alice@example.test', 'postmaster@example.test', content);
  assert.equal(await takeInReports(store, silentLog, new AbortController().signal), 4);
});
