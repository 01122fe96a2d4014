/** Format and parse of the report against each other, and parse against what others write. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { latin1, utf8 } from '#bytes';
import { ACTIONS } from './delivery-status.ts';
import type { DeliveryStatus } from './delivery-status.ts';
import { formatDeliveryStatus, needsGlobalForm } from './format-status.ts';
import { MAX_STATUS_OCTETS, parseDeliveryStatus } from './parse-status.ts';

const line = fc.stringMatching(/^[!-~]([ -~]{0,300}[!-~])?$/);
const atom = fc.stringMatching(/^[a-z0-9.+=_-]{1,20}$/);
const type = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/);
const typed = fc.record({ type, value: line }, { noNullPrototype: true });
const seconds = fc.integer({ min: 0, max: 4_000_000_000 }).map((value) => value * 1000);
const ascii = atom.map((name) => ({ addressType: 'rfc822', address: `${name}@example.net` }));
const wide = fc
  .string({
    unit: fc.constantFrom('ü', '飛', '脚', '🦊', 'a', '+', '=', '\\'),
    minLength: 1,
    maxLength: 20,
  })
  .map((name) => ({ addressType: 'utf-8', address: `${name}@example.net` }));
const recipient = fc.oneof(ascii, wide);
const report: fc.Arbitrary<DeliveryStatus> = fc.record(
  {
    originalEnvelopeId: line,
    reportingMta: typed,
    arrivalDate: seconds,
    recipients: fc.array(
      fc.record(
        {
          originalRecipient: recipient,
          finalRecipient: recipient,
          action: fc.constantFrom(...ACTIONS),
          status: fc.constantFrom('5.1.1', '4.4.7', '2.0.0', '5.7.509'),
          remoteMta: typed,
          diagnosticCode: typed,
          lastAttempt: seconds,
          willRetryUntil: seconds,
        },
        { requiredKeys: ['finalRecipient', 'action', 'status'], noNullPrototype: true },
      ),
      { minLength: 1, maxLength: 5 },
    ),
  },
  { requiredKeys: ['reportingMta', 'recipients'], noNullPrototype: true },
);

test('what is formatted is parsed again, in both forms', () => {
  fc.assert(
    fc.property(report, fc.constantFrom('ascii' as const, 'global' as const), (status, form) => {
      const bytes = formatDeliveryStatus(status, form);
      assert.deepEqual(parseDeliveryStatus(bytes), { kind: 'report', report: status, skipped: 0 });
      if (form === 'ascii') assert.ok(bytes.every((octet) => octet < 0x80));
    }),
    { numRuns: 300 },
  );
});

test('no value gets a line of its own, and no line grows beyond what mail allows', () => {
  const hostile = fc.string({
    unit: fc.constantFrom('\r', '\n', ' ', 'x', ':', '\u2028', 'é', '\ud800'),
    maxLength: 3000,
  });
  fc.assert(
    fc.property(
      hostile,
      hostile,
      fc.constantFrom('ascii' as const, 'global' as const),
      (a, b, form) => {
        const bytes = formatDeliveryStatus(
          {
            originalEnvelopeId: a,
            reportingMta: { type: 'dns', value: b },
            recipients: [
              {
                finalRecipient: { addressType: 'rfc822', address: a },
                action: 'failed',
                status: '5.0.0',
                diagnosticCode: { type: 'smtp', value: b },
              },
            ],
          },
          form,
        );
        const lines = latin1(bytes).split('\r\n');
        const names = lines.filter((text) => /^[^ ]/.test(text)).map((text) => text.split(':')[0]);
        assert.deepEqual(names, [
          'Original-Envelope-Id',
          'Reporting-MTA',
          'Final-Recipient',
          'Action',
          'Status',
          'Diagnostic-Code',
        ]);
        assert.ok(lines.every((text) => text.length < 998 && !/[\r\n]/.test(text)));
      },
    ),
    { numRuns: 100 },
  );
});

test('any octets at all give a report or an error', () => {
  const piece = fc.constantFrom(
    'Reporting-MTA: dns; a\r\n',
    'Final-Recipient: rfc822; b@c\r\n',
    'Action: failed\r\n',
    'Status: 5.1.1 (bad)\r\n',
    '\r\n',
    '\n',
    ' folded\r\n',
    'no field\r\n',
    '\u0000',
    ':',
    'From x\n',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const parsed = parseDeliveryStatus(utf8(pieces.join('')));
      assert.ok(parsed.kind === 'error' || parsed.report.recipients.length > 0);
    }),
    { numRuns: 500 },
  );
});

test('the forms that other servers write are read', () => {
  const parsed = parseDeliveryStatus(
    utf8(
      [
        'Reporting-MTA: DNS;mx.example.net (a comment)',
        'X-Postfix-Queue-ID: 4Bq',
        '',
        '',
        'Final-Recipient: RFC822;<User@Example.net>',
        'Action: FAILED (permanent)',
        'Status: 5.2.2 (mailbox full)',
        'Diagnostic-Code: smtp;452',
        '  4.2.2 over quota',
        '',
        'Original-recipient: rfc822; second@example.net',
        'Status: 4.4.7',
        '',
        'X-Nothing: here',
      ].join('\n'),
    ),
  );
  assert.ok(parsed.kind === 'report');
  assert.equal(parsed.skipped, 1);
  assert.equal(parsed.report.reportingMta.type, 'dns');
  assert.deepEqual(parsed.report.recipients, [
    {
      finalRecipient: { addressType: 'rfc822', address: 'User@Example.net' },
      action: 'failed',
      status: '5.2.2',
      diagnosticCode: { type: 'smtp', value: '452  4.2.2 over quota' },
    },
    {
      originalRecipient: { addressType: 'rfc822', address: 'second@example.net' },
      finalRecipient: { addressType: 'rfc822', address: 'second@example.net' },
      action: 'delayed',
      status: '4.4.7',
    },
  ]);
});

const error = (reason: string) => ({ kind: 'error', reason });

test('what is no report says why', () => {
  assert.deepEqual(parseDeliveryStatus(utf8('')), error('no-reporting-mta'));
  assert.deepEqual(parseDeliveryStatus(utf8('Subject: x\r\n')), error('no-reporting-mta'));
  assert.deepEqual(parseDeliveryStatus(utf8('Reporting-MTA: dns; a\r\n')), error('no-recipient'));
  assert.deepEqual(parseDeliveryStatus(new Uint8Array(MAX_STATUS_OCTETS + 1)), error('too-large'));
});

const status = (address: string, addressType: string): DeliveryStatus => ({
  reportingMta: { type: 'dns', value: 'mail.example.test' },
  recipients: [{ finalRecipient: { addressType, address }, action: 'failed', status: '5.1.1' }],
});

test('the global form is wanted only for characters outside ASCII', () => {
  assert.equal(needsGlobalForm(status('bob@example.net', 'rfc822')), false);
  assert.equal(needsGlobalForm(status('飛脚@example.net', 'utf-8')), true);
  const bytes = formatDeliveryStatus(status('飛脚@example.net', 'utf-8'), 'ascii');
  assert.match(latin1(bytes), /^Final-Recipient: utf-8; \\x\{98DB\}\\x\{811A\}@example\.net\r$/m);
});
