import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTlsReport, parseTlsReport, type TlsReport } from './report.ts';
import { computedFor } from '../../../test/support/time/cpu-time.ts';

const REPORT: TlsReport = {
  organizationName: 'Big [Mail] {"Inc"} \\',
  start: Date.UTC(2026, 0, 1),
  end: Date.UTC(2026, 0, 2),
  contactInfo: 'tls@big.test',
  reportId: `${'['.repeat(100)}${'{'.repeat(100)}\\"`,
  policies: [
    {
      type: 'sts',
      domain: 'here.test',
      strings: ['version: STSv1'],
      mxHosts: ['mx.here.test'],
      successful: 3,
      failed: 1,
      failures: [
        {
          resultType: 'certificate-expired',
          sendingIp: '192.0.2.1',
          mxHost: 'mx.here.test',
          mxHelo: '',
          receivingIp: '192.0.2.2',
          sessions: 1,
          information: '',
          reasonCode: '',
        },
      ],
    },
  ],
};

test('a report is read back as it was written, brackets in its texts too', () => {
  assert.deepEqual(parseTlsReport(formatTlsReport(REPORT)), REPORT);
});

test('what is nested without end is no report, and is found to be none at once', () => {
  const before = computedFor();
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"\\"":', '}]'],
  ] as const) {
    const text = `${open.repeat(1_000_000)}1${close.repeat(1_000_000)}`;
    assert.equal(parseTlsReport(text), undefined);
    assert.equal(parseTlsReport(open.repeat(1_000_000)), undefined);
  }
  assert.ok(computedFor() - before < 1000, 'it took more than a second');
});
