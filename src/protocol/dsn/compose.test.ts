import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeUtf8, latin1, utf8 } from '#bytes';
import { composeNotice, finalRecipientOf } from './compose.ts';
import type { Notice, NoticeInput } from './compose.ts';
import type { NoticeRecipient } from './human-part.ts';
import { MAX_HEADER_OCTETS, MAX_RETURNED_OCTETS, returnsBody } from './original-part.ts';
import { parseDeliveryStatus } from './parse-status.ts';

const AT = Date.UTC(2026, 10, 24, 9, 0, 0);

const NOBODY: NoticeRecipient = {
  finalRecipient: finalRecipientOf({ localPart: 'nobody', domain: 'example.net' }),
  action: 'failed',
  status: '5.1.1',
  remoteMta: { type: 'dns', value: 'mx.example.net' },
  diagnosticCode: { type: 'smtp', value: '550 5.1.1 <nobody@example.net>: No such user' },
  lastAttempt: AT,
  attempts: 1,
};

const DELAYED: NoticeRecipient = {
  finalRecipient: finalRecipientOf({ localPart: 'slow', domain: 'xn--r8jz45g.jp' }),
  action: 'delayed',
  status: '4.4.1',
  diagnosticCode: { type: 'x-hikyaku', value: 'no answer within 30 seconds' },
  lastAttempt: AT,
  willRetryUntil: AT + 432_000_000,
  attempts: 7,
};

function notice(changes: Partial<NoticeInput> = {}): Notice {
  return composeNotice({
    host: 'mail.example.test',
    sender: { localPart: 'postmaster', domain: 'example.test' },
    author: { localPart: 'alice', domain: 'example.test' },
    recipients: [NOBODY],
    arrivalDate: AT - 60_000,
    envid: undefined,
    ret: undefined,
    original: {
      header: utf8(
        'From: alice@example.test\r\nSubject: Lunch\r\nMessage-ID: <1@example.test>\r\n\r\n',
      ),
      body: [utf8('At noon?\r\n')],
    },
    languages: ['en'],
    transport: '8bit',
    messageId: '2@mail.example.test',
    date: AT,
    boundary: 'boundary0123456789',
    ...changes,
  });
}

interface Part {
  readonly fields: string;
  readonly content: string;
}

function partsOf({ message }: Notice): {
  readonly header: string;
  readonly parts: readonly Part[];
} {
  const [header, ...rest] = latin1(message).split('\r\n--boundary0123456789');
  assert.equal(rest.pop(), '--\r\n');
  const parts = rest.map((text) => {
    const at = text.indexOf('\r\n\r\n');
    return { fields: text.slice(2, at), content: text.slice(at + 4) };
  });
  return { header: header!, parts };
}

function wordsOf(made: Notice): string {
  const { fields, content } = partsOf(made).parts[0]!;
  return fields.includes('base64') ? Buffer.from(content, 'base64').toString('utf8') : content;
}

test('the header says who, to whom, about what, and that nobody should answer', () => {
  const { header } = partsOf(notice());
  for (const field of [
    'Date: Tue, 24 Nov 2026 09:00:00 +0000',
    'From: Mail Delivery System <postmaster@example.test>',
    'To: <alice@example.test>',
    'Subject: Not delivered: Lunch',
    'Message-ID: <2@mail.example.test>',
    'In-Reply-To: <1@example.test>',
    'Auto-Submitted: auto-replied',
    'Content-Type: multipart/report; report-type=delivery-status;',
    'Content-Language: en',
  ]) {
    assert.ok(header.split('\r\n').includes(field), field);
  }
});

test('a failure is told in plain words: to whom, why, the answer, what to do', () => {
  const words = wordsOf(notice()).replaceAll(/\r\n +/g, ' ');
  for (const phrase of [
    'This is the mail server mail.example.test',
    'Subject: Lunch',
    'COULD NOT BE DELIVERED to:',
    'nobody@example.net',
    'Why: There is no mailbox with this name. [5.1.1]',
    'What the server mx.example.net answered: > 550 5.1.1 <nobody@example.net>: No such user',
    'after 1 attempt',
    'What you can do: Check the part of the address before the @',
    'No further attempt will be made.',
    'a report for programs and your message.',
  ]) {
    assert.ok(words.includes(phrase), phrase);
  }
});

test('a delay says that attempts go on, until when, and gives no advice to send again', () => {
  const made = notice({ recipients: [DELAYED] });
  const words = wordsOf(made).replaceAll(/\r\n */g, ' ');
  assert.ok(partsOf(made).header.includes('Subject: Delayed, still trying: Lunch'));
  assert.ok(words.includes('HAS NOT YET BEEN DELIVERED'));
  assert.ok(words.includes('slow@例え.jp'));
  assert.ok(words.includes('In detail: > no answer within 30 seconds'));
  assert.ok(words.includes('until Sun, 29 Nov 2026 09:00:00 +0000'));
  assert.ok(!words.includes('What you can do'));
});

test('each outcome has its words in each language', () => {
  for (const language of ['en', 'ja'] as const) {
    const seen = new Set<string>();
    for (const action of ['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const) {
      const made = notice({ recipients: [{ ...NOBODY, action }], languages: [language] });
      const words = wordsOf(made);
      assert.ok(words.includes('nobody@example.net'));
      assert.equal(/[ぁ-ん]/.test(words), language === 'ja');
      seen.add(words);
      seen.add(/^Subject: .*$/m.exec(partsOf(made).header)![0]);
    }
    assert.equal(seen.size, 10);
  }
});

test('two languages follow one another, the Subject is in the first', () => {
  const made = notice({ languages: ['ja', 'en'] });
  const words = wordsOf(made);
  assert.ok(words.indexOf('配信できませんでした') < words.indexOf('COULD NOT BE DELIVERED'));
  assert.ok(words.includes('配信できませんでした'));
  assert.match(partsOf(made).header, /Subject: =\?UTF-8\?B\?/);
  assert.match(partsOf(made).header, /^Content-Language: ja, en\r?$/m);
});

test('the report for programs holds every recipient', () => {
  const made = notice({ recipients: [NOBODY, DELAYED], envid: 'QQ314159' });
  const { fields, content } = partsOf(made).parts[1]!;
  assert.equal(fields, 'Content-Type: message/delivery-status');
  const parsed = parseDeliveryStatus(utf8(content));
  assert.ok(parsed.kind === 'report');
  const { attempts: _one, ...nobody } = NOBODY;
  const { attempts: _seven, ...delayed } = DELAYED;
  assert.deepEqual(parsed.report, {
    originalEnvelopeId: 'QQ314159',
    reportingMta: { type: 'dns', value: 'mail.example.test' },
    arrivalDate: AT - 60_000,
    recipients: [nobody, delayed],
  });
});

test('the message comes back whole, octet by octet', () => {
  const made = notice();
  const { fields, content } = partsOf(made).parts[2]!;
  assert.equal(fields, 'Content-Type: message/rfc822');
  assert.equal(
    content,
    'From: alice@example.test\r\nSubject: Lunch\r\nMessage-ID: <1@example.test>\r\n\r\nAt noon?\r\n',
  );
  assert.deepEqual([made.eightBit, made.smtputf8], [false, false]);
});

test('the body is returned for failures of small messages whose author did not ask for the header', () => {
  assert.equal(returnsBody(undefined, ['failed'], 1_000), true);
  assert.equal(returnsBody('FULL', ['delayed', 'failed'], MAX_RETURNED_OCTETS), true);
  assert.equal(returnsBody('FULL', ['failed'], MAX_RETURNED_OCTETS + 1), false);
  assert.equal(returnsBody('HDRS', ['failed'], 1_000), false);
  assert.equal(returnsBody('FULL', ['delayed'], 1_000), false);
  assert.equal(returnsBody('FULL', ['delivered', 'relayed'], 1_000), false);
});

test('without a body the header alone comes back, and the words say so', () => {
  const header = utf8('Subject: Lunch\r\n');
  const made = notice({ original: { header, body: undefined } });
  const { fields, content } = partsOf(made).parts[2]!;
  assert.equal(fields, 'Content-Type: text/rfc822-headers');
  assert.equal(content, 'Subject: Lunch\r\n');
  assert.match(wordsOf(made), /Its content is left out here/);
  const asked = wordsOf(notice({ original: { header, body: undefined }, ret: 'HDRS' }));
  assert.doesNotMatch(asked, /left out/);
});

test('an 8-bit body needs 8BITMIME, and stays behind where that is not to be had', () => {
  const original = { header: utf8('Subject: Lunch\r\n'), body: [utf8('Grüße\r\n')] };
  const made = notice({ original });
  assert.deepEqual([made.eightBit, made.smtputf8], [true, false]);
  assert.match(partsOf(made).header, /^Content-Transfer-Encoding: 8bit\r?$/m);
  assert.match(
    partsOf(made).parts[2]!.fields,
    /message\/rfc822\r\nContent-Transfer-Encoding: 8bit/,
  );
  const narrow = notice({ original, transport: '7bit' });
  assert.equal(narrow.eightBit, false);
  assert.equal(partsOf(narrow).parts[2]!.fields, 'Content-Type: text/rfc822-headers');
});

test('a header outside ASCII makes the parts of RFC 6533, or is encoded', () => {
  const original = { header: utf8('Subject: 昼ご飯\r\n'), body: [utf8('At noon?\r\n')] };
  const recipients = [
    { ...NOBODY, finalRecipient: finalRecipientOf({ localPart: '誰か', domain: 'example.net' }) },
  ];
  const wide = notice({ original, recipients, transport: 'smtputf8' });
  assert.deepEqual([wide.eightBit, wide.smtputf8], [true, true]);
  const [, status, whole] = partsOf(wide).parts;
  assert.match(status!.fields, /^Content-Type: message\/global-delivery-status\r\n/);
  assert.match(whole!.fields, /^Content-Type: message\/global\r\n/);
  assert.ok(decodeUtf8(wide.message)!.includes('Final-Recipient: utf-8; 誰か@example.net'));

  const headerOnly = notice({ original: { ...original, body: undefined }, transport: 'smtputf8' });
  assert.match(partsOf(headerOnly).parts[2]!.fields, /^Content-Type: message\/global-headers\r\n/);

  const narrow = notice({ original, recipients });
  assert.deepEqual([narrow.eightBit, narrow.smtputf8], [false, false]);
  const last = partsOf(narrow).parts[2]!;
  assert.match(last.fields, /text\/rfc822-headers; charset=utf-8\r\n.*base64/);
  assert.equal(Buffer.from(last.content, 'base64').toString('utf8'), 'Subject: 昼ご飯\r\n');
  assert.match(latin1(narrow.message), /^Final-Recipient: utf-8; \\x\{8AB0\}/m);
});

test('an author outside ASCII is written as is, under SMTPUTF8', () => {
  const made = notice({
    author: { localPart: '飛脚', domain: 'example.test' },
    transport: 'smtputf8',
  });
  assert.equal(made.smtputf8, true);
  assert.ok(decodeUtf8(made.message)!.includes('To: <飛脚@example.test>'));
});

test('an endless header is cut at the end of a line', () => {
  const header = utf8(`Subject: x\r\n${`X-Filler: ${'y'.repeat(90)}\r\n`.repeat(2_000)}\r\n`);
  const made = notice({ original: { header, body: undefined } });
  const { content } = partsOf(made).parts[2]!;
  assert.ok(content.length <= MAX_HEADER_OCTETS && content.length > MAX_HEADER_OCTETS - 200);
  assert.ok(content.endsWith('y\r\n'));
});

test('many recipients are counted in words and all named in the report', () => {
  const recipients = Array.from({ length: 120 }, (_, index) => ({
    ...NOBODY,
    finalRecipient: finalRecipientOf({ localPart: `user${index}`, domain: 'example.net' }),
  }));
  const made = notice({ recipients });
  assert.match(wordsOf(made), /\(\+70\)/);
  const parsed = parseDeliveryStatus(utf8(partsOf(made).parts[1]!.content));
  assert.ok(parsed.kind === 'report' && parsed.report.recipients.length === 120);
});

test('what peers and headers say never breaks out of its place', () => {
  const hostile = fc.string({
    unit: fc.constantFrom(
      '\r\n',
      '\n',
      '--boundary',
      '<',
      '>',
      ' ',
      'é',
      '\u202e',
      '\0',
      'x',
      '=?',
    ),
    maxLength: 200,
  });
  fc.assert(
    fc.property(hostile, hostile, (subject, answer) => {
      const header = utf8(`Subject: =?utf-8?B?${Buffer.from(subject).toString('base64')}?=\r\n`);
      const made = notice({
        original: { header, body: undefined },
        recipients: [
          {
            ...NOBODY,
            diagnosticCode: { type: 'smtp', value: answer },
            remoteMta: { type: 'dns', value: subject },
          },
        ],
      });
      const { header: top, parts } = partsOf(made);
      assert.equal(parts.length, 3);
      assert.equal(top.split('\r\n').filter((text) => /^\S/.test(text)).length, 9);
      assert.ok(
        latin1(made.message)
          .split('\r\n')
          .every((text) => text.length < 998),
      );
      assert.ok(!/[^\r]\n|\r[^\n]/.test(latin1(made.message)));
    }),
    { numRuns: 150 },
  );
});
