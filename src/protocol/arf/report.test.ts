/** Feedback reports: format and parse against each other, and what hostile reporters write. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { latin1, utf8 } from '#bytes';
import { composeFeedbackMail } from './compose-report.ts';
import { findFeedback, originalValues } from './find-feedback.ts';
import { formatFeedbackReport } from './format-report.ts';
import { MAX_REPORT_OCTETS, parseFeedbackReport } from './parse-report.ts';
import { MOST_CHARACTERS, MOST_VALUES, type FeedbackReport } from './report.ts';

const line = fc.stringMatching(/^[!-~]([ -~]{0,200}[!-~])?$/);
const lower = fc.stringMatching(/^[a-z0-9.-]{1,40}$/);
const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,20}$/);
const address = fc.stringMatching(/^[a-z0-9.+=_-]{1,20}@[a-z0-9.-]{1,20}$/);
const report: fc.Arbitrary<FeedbackReport> = fc.record(
  {
    feedbackType: word.filter((type) => type !== 'auth-failure'),
    userAgent: line,
    originalEnvelopeId: line,
    originalMailFrom: fc.oneof(fc.constant(''), address),
    originalRcptTo: fc.array(address, { maxLength: 5 }),
    arrivalDate: fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
    reportingMta: lower,
    sourceIp: fc.oneof(fc.ipV4(), fc.ipV6()),
    incidents: fc.integer({ min: 1, max: 1_000_000 }),
    authenticationResults: fc.array(line, { maxLength: 3 }),
    reportedDomains: fc.array(lower, { maxLength: 3 }),
    reportedUris: fc.array(line, { maxLength: 3 }),
    authFailure: fc.record(
      {
        kind: word,
        deliveryResult: word,
        identityAlignment: lower,
        dkimDomain: lower,
        dkimIdentity: line,
        dkimSelector: lower,
        spfDns: line,
      },
      { requiredKeys: ['kind'], noNullPrototype: true },
    ),
  },
  {
    requiredKeys: [
      'feedbackType',
      'originalRcptTo',
      'incidents',
      'authenticationResults',
      'reportedDomains',
      'reportedUris',
    ],
    noNullPrototype: true,
  },
);

test('what is formatted is parsed again', () => {
  fc.assert(
    fc.property(report, (given) => {
      const parsed = parseFeedbackReport(formatFeedbackReport(given));
      assert.deepEqual(parsed, { kind: 'report', report: given });
    }),
    { numRuns: 300 },
  );
});

test('a report in a mail is found with the message that it is about', () => {
  fc.assert(
    fc.property(report, (given) => {
      const mail = composeFeedbackMail({
        from: 'feedback@purple.test',
        to: 'fbl@example.test',
        subject: 'a complaint\r\nBcc: x@example.test',
        messageId: 'one@purple.test',
        now: 0,
        lines: ['A user complained.'],
        report: given,
        original: {
          header: utf8(
            'Message-ID: <m@example.test>\r\nReceived: by a\r\nReceived: by\r\n b\r\n\r\n',
          ),
          body: [utf8('hello\r\n')],
        },
        boundary: 'parted0',
      });
      const found = findFeedback(mail);
      assert.ok(found.kind === 'report');
      assert.deepEqual(found.report, given);
      assert.deepEqual(originalValues(found.original, 'received'), ['by a', 'by b']);
      assert.doesNotMatch(latin1(mail), /^Bcc:/m);
    }),
    { numRuns: 50 },
  );
});

test('no value gets a line of its own', () => {
  const hostile = fc.string({
    unit: fc.constantFrom('\r', '\n', ' ', 'x', ':', '\u2028', 'é', '\ud800', '\0'),
    maxLength: 1500,
  });
  fc.assert(
    fc.property(hostile, hostile, (a, b) => {
      const text = Buffer.from(
        formatFeedbackReport({
          feedbackType: 'abuse',
          userAgent: a,
          originalMailFrom: b,
          originalRcptTo: [a, b],
          incidents: 1,
          authenticationResults: [b],
          reportedDomains: [],
          reportedUris: [],
        }),
      ).toString('utf8');
      for (const one of text.split('\r\n').slice(0, -1))
        assert.match(one, /^(?:[A-Z][A-Za-z-]+:| )/);
      assert.doesNotMatch(text.replaceAll('\r\n', ''), /[\r\n\0]/);
    }),
  );
});

test('octets of any kind are read without an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      parseFeedbackReport(bytes);
      findFeedback(bytes);
    }),
  );
});

test('a report is bounded: its size, the number and the length of values, what it stands for', () => {
  assert.deepEqual(parseFeedbackReport(new Uint8Array(MAX_REPORT_OCTETS + 1)), {
    kind: 'error',
    reason: 'too-large',
  });
  const many = 'Original-Rcpt-To: <a@b.test>\r\n'.repeat(4000);
  const long = `Source-IP: ${'x'.repeat(20_000)}\r\nIncidents: 99999999999999999999\r\n`;
  const parsed = parseFeedbackReport(utf8(`Feedback-Type: abuse\r\n${many}${long}`));
  assert.ok(parsed.kind === 'report');
  assert.equal(parsed.report.originalRcptTo.length, MOST_VALUES);
  assert.equal(parsed.report.sourceIp?.length, MOST_CHARACTERS);
  assert.equal(parsed.report.incidents, 1_000_000);
});

test('what is no report is none, and what only says so is broken', () => {
  const part = (body: string, encoding = '7bit'): Uint8Array =>
    utf8(
      `Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n` +
        `Content-Transfer-Encoding: ${encoding}\r\n\r\n${body}\r\n--b--\r\n`,
    );
  assert.deepEqual(findFeedback(utf8('Subject: hello\r\n\r\nFeedback-Type: abuse\r\n')), {
    kind: 'none',
  });
  assert.deepEqual(findFeedback(part('Version: 1')), { kind: 'broken', why: 'no-type' });
  assert.deepEqual(findFeedback(part('Feedback-Type: abuse', 'x-unknown')), {
    kind: 'broken',
    why: 'encoding',
  });
});

test('a report inside the message that is complained about counts for nothing', () => {
  const inner =
    'Content-Type: multipart/report; boundary=i\r\n\r\n--i\r\nContent-Type: message/feedback-report\r\n\r\n' +
    'Feedback-Type: abuse\r\n--i--\r\n';
  const mail = utf8(
    `Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n${inner}--o--\r\n`,
  );
  assert.deepEqual(findFeedback(mail), { kind: 'none' });
});
