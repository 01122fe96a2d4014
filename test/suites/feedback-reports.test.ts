/** Feedback reports that Sisimai and parsedmarc collected: of complaints, and of failed authentication. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findFeedback, originalValues } from '#protocol/arf/find-feedback';
import { formatFeedbackReport } from '#protocol/arf/format-report';
import { parseFeedbackReport } from '#protocol/arf/parse-report';

const SUITE = fileURLToPath(new URL('feedback-reports/', import.meta.url));
const read = (name: string): Buffer => readFileSync(`${SUITE}${name}`);

/** Type, agent, source, reverse-path, recipients, Message-ID of what it is about. */
const EXPECTED: Readonly<Record<string, readonly unknown[] | 'none'>> = {
  'arf-01.eml': ['abuse', 'SMP-FBL', '192.0.2.89', undefined, [], []],
  'arf-11.eml': [
    'abuse',
    'ARF-Agent/1.0',
    undefined,
    undefined,
    [],
    ['ffffffffffffffffffffffffff0000000000@example.net'],
  ],
  'arf-15.eml': [
    'abuse',
    'ReturnPathFBL/1.0',
    '192.0.2.222',
    'kijitora@example.net',
    [],
    ['<ffffffffffffffffffffffff00000000@example.net>'],
  ],
  'arf-17.eml': [
    'abuse',
    'abusix-py/0.1',
    '192.0.2.3',
    'sironeko@example.jp',
    ['kijitora@example.com', 'sabatora@example.net'],
    ['<EEEEEEEE-0000-0000-0000-EEEEEEEE2222@example.net>'],
  ],
  'arf-19.eml': [
    'auth-failure',
    'NtesDmarcReporter/1.0',
    '203.0.113.2',
    'sironeko@neko.example.com',
    [],
    ['<000000000.2222222.0000000000002@example.net>'],
  ],
  'arf-21.eml': [
    'abuse',
    'ReturnPathFBL/1.0',
    '198.51.100.224',
    'sironeko@example.net',
    [],
    ['<00000000000000000000000022222222@example.net>'],
  ],
  'arf-23.eml': [
    'abuse',
    undefined,
    undefined,
    undefined,
    ['kijitora@example.com'],
    ['<0000000000fffffffff0000000000000@example.com>'],
  ],
  'arf-25.eml': [
    'abuse',
    'ReturnPathFBL/2.0',
    '10.0.0.1',
    'alice@example.com',
    ['hashed@example.com'],
    [],
  ],
  'dmarc-domino.eml': [
    'auth-failure',
    'Lua/1.0',
    '10.10.10.10',
    'sharepoint@domain.de',
    ['peter.pan@domain.de'],
    ['<38.E7.30937.BD6E1BB5@ mailrelay.de>'],
  ],
  'dmarc-exim-no-report.eml': 'none',
  'dmarc-linkedin.eml': [
    'auth-failure',
    'Lua/1.0',
    '10.10.10.10',
    undefined,
    ['recipient@linkedin.com'],
    ['<01010101010101010101010101010101@ABAB01MS0016.someserver.loc>'],
  ],
  'dmarc-linkedin-crlf.eml': [
    'auth-failure',
    'Lua/1.0',
    '10.10.10.10',
    undefined,
    ['recipient@linkedin.com'],
    ['<01010101010101010101010101010101@ABAB01MS0016.someserver.loc>'],
  ],
  'dmarc-netease.eml': [
    'auth-failure',
    'NtesDmarcReporter/1.0',
    '167.89.69.24',
    'bounces+1137616-c1ad-xsj399=163.com@email.entrata.com',
    [],
    ['<oguVx1AxQayV5Sv2nYK-rA@ismtpd0007p1las1.sendgrid.net>'],
  ],
};

test('all thirteen samples', () => {
  const names = readdirSync(SUITE).filter((name) => name.endsWith('.eml'));
  assert.equal(names.length, 13);
  for (const name of names) {
    const found = findFeedback(read(name));
    if (found.kind !== 'report') {
      assert.equal(found.kind, EXPECTED[name], name);
      continue;
    }
    const { feedbackType, userAgent, sourceIp, originalMailFrom, originalRcptTo } = found.report;
    const ids = originalValues(found.original, 'Message-ID');
    assert.deepEqual(
      [feedbackType, userAgent, sourceIp, originalMailFrom, originalRcptTo, ids],
      EXPECTED[name],
      name,
    );
  }
});

test('what was read is written so that it is read again', () => {
  for (const name of Object.keys(EXPECTED)) {
    const found = findFeedback(read(name));
    if (found.kind !== 'report') continue;
    const { report } = found;
    assert.deepEqual(
      parseFeedbackReport(formatFeedbackReport(report)),
      { kind: 'report', report },
      name,
    );
  }
});
