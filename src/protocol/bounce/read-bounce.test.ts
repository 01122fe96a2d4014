import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { utf8 } from '#bytes';
import { computedFor } from '../../../test/support/time/cpu-time.ts';
import { classifyBounce, type Failure } from './reasons.ts';
import { MAX_BOUNCE, readBounce } from './read-bounce.ts';

function report(
  groups: readonly string[],
  { prose = 'It failed.', type = 'delivery-status' } = {},
) {
  return readBounce(
    utf8(
      [
        'From: MAILER-DAEMON@there.example',
        'MIME-Version: 1.0',
        'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        prose,
        '--b',
        `Content-Type: message/${type}`,
        '',
        ['Reporting-MTA: dns; mx.there.example', ...groups].join('\r\n\r\n'),
        '--b--',
        '',
      ].join('\r\n'),
    ),
  );
}

function prose(text: string, fields = ''): ReturnType<typeof readBounce> {
  return readBounce(utf8(`From: MAILER-DAEMON@there.example\r\n${fields}\r\n${text}`));
}

function group(action: string, status: string, more = ''): string {
  return `Final-Recipient: rfc822; ann@there.example\r\nAction: ${action}\r\nStatus: ${status}${more}`;
}

function told(bounce: ReturnType<typeof readBounce>): readonly unknown[] {
  if (bounce.kind !== 'failed') return [bounce.kind];
  const { class: found, reason, status, code, form } = bounce.report;
  return [found, reason, status, code, form];
}

const found = (status: string | undefined, text = '', more: Partial<Failure> = {}): string => {
  const classified = classifyBounce({ status, text, code: undefined, ...more });
  return `${classified.class} ${classified.reason}`;
};

describe('a report (RFC 3464)', () => {
  test('says status, code and words', () => {
    const diagnostic = '\r\nDiagnostic-Code: smtp; 550 5.1.1 No such user here';
    assert.deepEqual(told(report([group('failed', '5.1.1', diagnostic)])), [
      'hard',
      'no-mailbox',
      '5.1.1',
      550,
      'report',
    ]);
  });

  test('is read where it is one of RFC 6533', () => {
    const read = report([group('failed', '5.1.1')], { type: 'global-delivery-status' });
    assert.equal(told(read)[0], 'hard');
  });

  test('the code in the reply goes before the one that the reporter made of it', () => {
    const diagnostic = '\r\nDiagnostic-Code: smtp; 550 5.7.1 listed by a blocklist';
    assert.deepEqual(told(report([group('failed', '5.1.1', diagnostic)])).slice(0, 3), [
      'ours',
      'policy',
      '5.7.1',
    ]);
  });

  test('prose helps where the report says nothing', () => {
    const read = report([group('failed', '5.0.0')], { prose: 'ann: 550 5.1.1 no such user' });
    assert.equal(told(read)[0], 'hard');
  });

  test('of a delay, or of what arrived, is no failure', () => {
    assert.deepEqual(report([group('delayed', '4.4.1')]), {
      kind: 'no-failure',
      action: 'delayed',
    });
    assert.deepEqual(report([group('failed', '5.1.1'), group('delivered', '2.1.5')]), {
      kind: 'no-failure',
      action: 'delivered',
    });
  });

  test('of several who failed says the mildest of the address that led to them', () => {
    const read = report([group('failed', '5.1.1'), group('failed', '5.2.2')]);
    assert.deepEqual(told(read).slice(0, 2), ['soft', 'full']);
  });

  test('«unknown user» after the content is what filters say', () => {
    const diagnostic = '\r\nDiagnostic-Code: smtp; 550 Unknown user ann@there.example';
    const groups = [group('failed', '5.0.0', diagnostic)];
    assert.deepEqual(told(report(groups)).slice(0, 2), ['hard', 'no-mailbox']);
    const late = report(groups, { prose: 'said: 550 (in reply to end of DATA command)' });
    assert.deepEqual(told(late).slice(0, 2), ['soft', 'filtered']);
  });
});

test('Outlook.com says under 5.5.0 that there is no mailbox; the same words of others say nothing of it', () => {
  const words = 'Requested action not taken: mailbox unavailable';
  assert.equal(found('5.5.0', `${words} (S2017062302).`), 'hard no-mailbox');
  assert.equal(found('5.5.0', words), 'ours content');
});

test('Exchange Online says «access denied» of who does not exist under 5.4.1; others say it of us', () => {
  const words = 'Recipient address rejected: Access denied.';
  assert.equal(found('5.4.1', `${words} AS(201806281) [x.prod.outlook.com]`), 'hard no-mailbox');
  assert.equal(found('5.4.1', words, { code: 550 }), 'hard no-mailbox');
  assert.equal(found('4.4.1', words, { code: 450 }), 'soft no-mailbox');
  // Postfix of a list of those who may be written to
  assert.equal(found('5.7.1', `<ann@there.example>: ${words}`), 'ours policy');
  assert.equal(found(undefined, words), 'ours policy');
  assert.equal(found('5.4.1', 'Connection refused'), 'soft unreachable');
  assert.equal(found('5.4.1', 'no answer'), 'soft unreachable');
});

test('Exchange says 5.1.10 of who does not exist, others of a domain without mail', () => {
  const words = 'RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup';
  assert.equal(found('5.1.10', words), 'hard no-mailbox');
  assert.equal(found('5.1.10', 'null MX'), 'hard takes-no-mail');
});

describe('a doubt never suppresses anybody:', () => {
  for (const [status, text] of [
    ['5.1.1', 'Rejected as spam'],
    ['5.1.1', '<ann@there.example>: blocked by policy, see https://www.spamhaus.org/x'],
    ['5.1.1', 'Sender address rejected: not welcome'],
    ['5.1.2', 'No DMARC record of your domain'],
    ['5.1.6', 'listed by a blocklist'],
    ['5.2.1', 'mailbox unavailable: your IP has a poor reputation'],
  ] as const)
    test(`${status} ${text}`, () => {
      for (const afterContent of [false, true]) {
        assert.equal(found(status, text, { code: 550, afterContent }), 'ours policy');
      }
    });

  test('but what stands in an address is no word of who refuses', () => {
    const text = 'The account <spam.dkim@rblmail.example> is not here';
    assert.equal(found('5.1.1', text, { code: 550 }), 'hard no-mailbox');
    assert.equal(found('5.0.0', 'ann@spam.example: user unknown'), 'hard no-mailbox');
  });
});

describe('prose', () => {
  test('is read up to the message that it brings back', () => {
    const back = '\r\n--- Below this line is a copy of the message.\r\n550 5.1.1 no such user\r\n';
    assert.deepEqual(told(prose(`<ann@there.example>:\r\nmailbox full${back}`)).slice(0, 2), [
      'soft',
      'full',
    ]);
  });

  test('the status may stand as qmail writes it', () => {
    assert.deepEqual(told(prose('Sorry, no mailbox here by that name. (#5.1.1)')), [
      'hard',
      'no-mailbox',
      '5.1.1',
      undefined,
      'text',
    ]);
  });

  test('without a word of failure is unclear, or an answer', () => {
    assert.deepEqual(prose('I am on holiday until Monday.'), { kind: 'unclear' });
    const fields = 'Auto-Submitted: auto-replied (vacation)\r\n';
    assert.deepEqual(prose('I am on holiday.', fields), { kind: 'auto-reply' });
  });

  test('addresses and versions are no codes', () => {
    assert.deepEqual(prose('Exim 4.96.1 at 192.0.2.55 and 5.1.1.4'), { kind: 'unclear' });
  });
});

describe('what it says of the address', () => {
  for (const [status, text, expected] of [
    ['5.1.1', '', 'hard no-mailbox'],
    ['5.1.2', '', 'hard no-domain'],
    ['5.1.6', '', 'hard moved'],
    ['5.1.10', '', 'hard takes-no-mail'],
    ['4.1.1', '', 'soft no-mailbox'],
    ['5.2.1', '', 'hard disabled'],
    ['5.2.1', 'receiving mail at a rate that prevents additional messages', 'ours policy'],
    ['5.2.2', '', 'soft full'],
    ['5.3.4', '', 'ours content'],
    ['5.4.4', '', 'soft unreachable'],
    ['4.4.7', '', 'soft expired'],
    ['5.7.1', '', 'ours policy'],
    ['5.7.26', 'This mail is unauthenticated', 'ours policy'],
    ['5.7.1', 'User unknown', 'hard no-mailbox'],
    ['5.1.8', 'Domain of sender address x does not exist', 'ours policy'],
    ['5.0.0', 'User unknown', 'hard no-mailbox'],
    ['5.0.0', 'User unknown; your address is on a blocklist', 'ours policy'],
    [undefined, 'Mailbox  FULL', 'soft full'],
    [undefined, '', 'soft unknown'],
    ['5.0.0', 'something else', 'soft unknown'],
    ['5.6.7', '', 'ours content'],
  ] as const)
    test(`${status ?? 'no status'} ${text}: ${expected}`, () => {
      assert.equal(found(status, text), expected);
    });

  test('a reply code for now goes before a status for good', () => {
    assert.equal(found('5.1.1', '', { code: 450 }), 'soft no-mailbox');
  });
});

describe('whatever comes', () => {
  test('it is read without a failure of ours', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        assert.ok(readBounce(bytes).kind);
      }),
      { numRuns: 300 },
    );
  });

  test('only so much of it is looked at, in linear time', () => {
    for (const piece of [
      '5.1.1 ',
      '550-',
      '550 5.1.1\r\n',
      '--b\r\n',
      '\r\n\r\n',
      '<a@b> ',
      '5.',
      'x',
    ]) {
      const head = 'Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\n';
      const began = computedFor();
      readBounce(utf8(head + piece.repeat((4 * MAX_BOUNCE) / piece.length)));
      assert.ok(computedFor() - began < 1000, piece);
    }
  });
});
