/** The TLS reports that parsedmarc has as samples: the one of RFC 8460, one of Mail.ru, one by mail from Google. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { findTlsReport } from '#mail/reports/find-tls-report';
import { formatTlsReport, parseTlsReport, type TlsReport } from '#protocol/tlsrpt/report';

const SUITE = fileURLToPath(new URL('tlsrpt-parsedmarc/', import.meta.url));
const read = (name: string): Buffer => readFileSync(`${SUITE}${name}`);

function reportIn(name: string): TlsReport {
  const found = name.endsWith('.eml')
    ? findTlsReport(read(name))
    : { kind: 'report' as const, report: parseTlsReport(read(name).toString('utf8')) };
  assert.ok(found.kind === 'report' && found.report, name);
  return found.report;
}

const EXPECTED: Readonly<Record<string, readonly unknown[]>> = {
  'rfc8460.json': ['Company-X', 'company-y.example', 'sts', 5326, 303, [100, 200, 3]],
  'mail.ru.json': ['Mail.ru', 'example.com', 'sts', 0, 1, [1, 1]],
  'smtp_tls.json': ['Example Inc.', 'example.com', 'sts', 0, 3, [2, 1]],
  'google.com_smtp_tls_report.eml': ['Google Inc.', 'cardinalhealth.ca', 'no-policy-found', 48, 0, []],
};

test('all four samples', (t) => {
  const names = readdirSync(SUITE).filter((name) => /\.(json|eml)$/.test(name));
  assert.equal(names.length, 4);
  t.diagnostic(`cases: ${names.length}`);
  for (const name of names) {
    const { organizationName, policies } = reportIn(name);
    assert.equal(policies.length, 1);
    const { domain, type, successful, failed, failures } = policies[0]!;
    const sessions = failures.map((one) => one.sessions);
    assert.deepEqual(
      [organizationName, domain, type, successful, failed, sessions],
      EXPECTED[name],
      name,
    );
  }
});

test('what was read is written so that it is read again', () => {
  for (const name of Object.keys(EXPECTED)) {
    const report = reportIn(name);
    assert.deepEqual(parseTlsReport(formatTlsReport(report)), report, name);
  }
});
