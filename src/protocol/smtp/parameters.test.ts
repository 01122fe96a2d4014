import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  formatMailParameters,
  formatRcptParameters,
  type MailParameters,
  parseMailParameters,
  parseRcptParameters,
  type RcptParameters,
} from './parameters.ts';

const ALL = { auth: true, futureRelease: true, requireTls: true };

function mail(text: string, offered = ALL): unknown {
  const read = parseMailParameters(text, offered);
  return read.kind === 'parameters' ? read.parameters : read;
}

function rcpt(text: string): unknown {
  const read = parseRcptParameters(text);
  return read.kind === 'parameters' ? read.parameters : read;
}

function bad(keyword: string, reason: string): unknown {
  return { kind: 'bad-parameter', keyword, reason };
}

test('no parameters are an empty set', () => {
  assert.deepEqual(mail(''), {});
  assert.deepEqual(mail('  '), {});
  assert.deepEqual(rcpt(''), {});
});

test('the parameters of MAIL are read whatever their case and order', () => {
  const text =
    ' size=4096 Body=8bitmime SMTPUTF8 requiretls  RET=hdrs ENVID=a+2Bb AUTH=e+3Dm@example.com HOLDFOR=60';
  assert.deepEqual(mail(text), {
    size: 4096,
    body: '8BITMIME',
    smtputf8: true,
    requireTls: true,
    ret: 'HDRS',
    envid: 'a+b',
    auth: { localPart: 'e=m', domain: 'example.com' },
    holdFor: 60,
  });
});

test('AUTH=<> says that the submitter is unknown', () => {
  assert.deepEqual(mail(' AUTH=<>'), { auth: null });
});

test('HOLDUNTIL is an instant', () => {
  assert.deepEqual(mail(' HOLDUNTIL=2026-11-24T09:00:00Z'), {
    holdUntil: Date.UTC(2026, 10, 24, 9),
  });
});

test('sizes beyond what a number holds are capped, beyond 20 digits refused', () => {
  assert.deepEqual(mail(` SIZE=${'9'.repeat(20)}`), { size: Number.MAX_SAFE_INTEGER });
  assert.deepEqual(mail(` SIZE=${'9'.repeat(21)}`), bad('SIZE', 'malformed-value'));
});

test('values out of bounds are refused with the reason', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [' SIZE', 'SIZE', 'value-missing'],
    [' SIZE=-1', 'SIZE', 'malformed-value'],
    [' BODY=BINARYMIME', 'BODY', 'binarymime'],
    [' BODY=9BIT', 'BODY', 'malformed-value'],
    [' BODY', 'BODY', 'value-missing'],
    [' REQUIRETLS=YES', 'REQUIRETLS', 'value-not-allowed'],
    [' SMTPUTF8=1', 'SMTPUTF8', 'value-not-allowed'],
    [' RET=ALL', 'RET', 'malformed-value'],
    [' ENVID=a+0D+0Ab', 'ENVID', 'malformed-value'],
    [' ENVID=a+', 'ENVID', 'malformed-value'],
    [` ENVID=${'a'.repeat(101)}`, 'ENVID', 'value-too-long'],
    [' AUTH=nobody', 'AUTH', 'malformed-value'],
    [` AUTH=${'a'.repeat(501)}`, 'AUTH', 'value-too-long'],
    [' HOLDFOR=0', 'HOLDFOR', 'malformed-value'],
    [' HOLDFOR=1000000000', 'HOLDFOR', 'malformed-value'],
    [' HOLDUNTIL=tomorrow', 'HOLDUNTIL', 'malformed-value'],
    [' HOLDFOR=1 HOLDUNTIL=2026-11-24T09:00:00Z', 'HOLDUNTIL', 'both-holds'],
    [' HOLDUNTIL=2026-11-24T09:00:00Z HOLDFOR=1', 'HOLDFOR', 'both-holds'],
  ];
  for (const [text, keyword, reason] of cases)
    assert.deepEqual(mail(text), bad(keyword, reason), text);
});

test('unknown, foreign and inherited keywords are unknown', () => {
  for (const keyword of ['X', 'NOTIFY', 'CONSTRUCTOR', 'TOSTRING'])
    assert.deepEqual(mail(` ${keyword}=1`), { kind: 'unknown-parameter', keyword });
  assert.deepEqual(rcpt(' SIZE=1'), { kind: 'unknown-parameter', keyword: 'SIZE' });
});

test('parameters of extensions that the listener does not offer are unknown', () => {
  const none = { auth: false, futureRelease: false, requireTls: false };
  for (const [text, keyword] of [
    [' AUTH=<>', 'AUTH'],
    [' REQUIRETLS', 'REQUIRETLS'],
    [' HOLDFOR=1', 'HOLDFOR'],
    [' HOLDUNTIL=x', 'HOLDUNTIL'],
  ] as const)
    assert.deepEqual(mail(text, none), { kind: 'unknown-parameter', keyword });
});

test('a parameter given twice is refused', () => {
  assert.deepEqual(mail(' SIZE=1 size=1'), { kind: 'duplicate-parameter', keyword: 'SIZE' });
});

test('what is no parameter is malformed', () => {
  for (const text of [
    'SIZE=1',
    ' =1',
    ' SIZE=',
    ' SIZE=1=2',
    ' -A=1',
    ' A_B',
    ' "x"',
    ' <b>',
    ' é=1',
  ])
    assert.deepEqual(mail(text), { kind: 'malformed-parameter' }, text);
});

test('NOTIFY is NEVER alone or conditions, each once', () => {
  assert.deepEqual(rcpt(' NOTIFY=never'), { notify: [] });
  assert.deepEqual(rcpt(' NOTIFY=delay,SUCCESS'), { notify: ['SUCCESS', 'DELAY'] });
  const refused = ['NEVER,DELAY', 'DELAY,DELAY', 'DELAY,', 'ALWAYS', 'SUCCESS,FAILURE,DELAY,DELAY'];
  for (const value of refused)
    assert.deepEqual(rcpt(` NOTIFY=${value}`), bad('NOTIFY', 'malformed-value'), value);
  assert.deepEqual(rcpt(' NOTIFY'), bad('NOTIFY', 'value-missing'));
});

test('ORCPT is decoded, or refused', () => {
  assert.deepEqual(rcpt(' ORCPT=rfc822;a+2Bb@c.example'), {
    orcpt: { addressType: 'rfc822', address: 'a+b@c.example' },
  });
  assert.deepEqual(rcpt(' ORCPT=a@c.example'), bad('ORCPT', 'malformed-value'));
  assert.deepEqual(rcpt(' ORCPT'), bad('ORCPT', 'value-missing'));
});

const mailbox = fc.record(
  {
    localPart: fc.constantFrom('a', 'a+b', 'a=b', 'two words', 'é'),
    domain: fc.constantFrom('example.com', '[192.0.2.1]', 'xn--bcher-kva.example'),
  },
  { noNullPrototype: true },
);
const hold: fc.Arbitrary<MailParameters> = fc.oneof(
  fc.constant({}),
  fc.integer({ min: 1, max: 999_999_999 }).map((holdFor) => ({ holdFor })),
  fc.integer({ min: 0, max: 4e9 }).map((seconds) => ({ holdUntil: seconds * 1000 })),
);
const mailParameters: fc.Arbitrary<MailParameters> = fc
  .tuple(
    fc.record(
      {
        size: fc.maxSafeNat(),
        body: fc.constantFrom('7BIT' as const, '8BITMIME' as const),
        smtputf8: fc.constant(true as const),
        ret: fc.constantFrom('FULL' as const, 'HDRS' as const),
        envid: fc.string({ minLength: 1, maxLength: 33 }),
        auth: fc.option(mailbox),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
    hold,
  )
  .map(([most, hold]) => Object.assign(most, hold));

test('the parameters of MAIL come back from their text', () => {
  fc.assert(
    fc.property(mailParameters, (parameters) => {
      assert.deepEqual(mail(formatMailParameters(parameters)), parameters);
    }),
  );
});

const rcptParameters: fc.Arbitrary<RcptParameters> = fc.record(
  {
    notify: fc.subarray(['SUCCESS' as const, 'FAILURE' as const, 'DELAY' as const]),
    orcpt: fc.record(
      { addressType: fc.constantFrom('rfc822', 'utf-8'), address: fc.string({ minLength: 1 }) },
      { noNullPrototype: true },
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
);

test('the parameters of RCPT come back from their text', () => {
  fc.assert(
    fc.property(rcptParameters, fc.boolean(), (parameters, smtputf8) => {
      assert.deepEqual(rcpt(formatRcptParameters(parameters, smtputf8)), parameters);
    }),
  );
});
