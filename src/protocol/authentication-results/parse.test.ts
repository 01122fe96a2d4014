import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAuthenticationResults } from './parse.ts';

function told(value: string): string {
  const read = parseAuthenticationResults(value);
  if (read.kind === 'error') return `error at ${read.at}`;
  const results = read.results.map(
    ({ method, result, reason, properties }) =>
      `${method}=${result}${reason === undefined ? '' : ` [${reason}]`}${properties
        .map(({ ptype, property, value }) => ` ${ptype}.${property}=${value}`)
        .join('')}`,
  );
  return [`${read.authservId}/${read.version}`, ...results].join('; ');
}

test('the examples of RFC 8601, appendix B', () => {
  assert.equal(told(' example.org 1; none'), 'example.org/1');
  assert.equal(
    told(' example.com;\r\n          spf=pass smtp.mailfrom=example.net'),
    'example.com/1; spf=pass smtp.mailfrom=example.net',
  );
  assert.equal(
    told(
      ' example.com;\r\n  auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n' +
        '  spf=pass smtp.mailfrom=example.net',
    ),
    'example.com/1; auth=pass smtp.auth=sender@example.net; spf=pass smtp.mailfrom=example.net',
  );
  assert.equal(
    told(
      ' example.com;\r\n  dkim=pass reason="good signature"\r\n    header.i=@mail-router.example.net;\r\n' +
        '  dkim=fail reason="bad signature"\r\n    header.i=@newyork.example.com',
    ),
    'example.com/1; dkim=pass [good signature] header.i=@mail-router.example.net; ' +
      'dkim=fail [bad signature] header.i=@newyork.example.com',
  );
  assert.equal(
    told(
      ' foo.example.net (foobar) 1 (baz);\r\n    dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n' +
        '    policy (A dot can go here) . (like that) expired\r\n    (this surprised me) = (as I wasn’t expecting it) 1362471462',
    ),
    'foo.example.net/1; dkim=fail policy.expired=1362471462',
  );
});

test('versions, quoted ids and a semicolon at the end are read', () => {
  assert.equal(told('a.example 99; spf=pass'), 'a.example/99; spf=pass');
  assert.equal(told('"a b"; spf=pass;'), 'a b/1; spf=pass');
  assert.equal(told('a.example; x/2=pass'), 'a.example/1; x=pass');
  assert.equal(
    told('a.example; SPF=Pass SMTP.MailFrom=A@b.example'),
    'a.example/1; spf=pass smtp.mailfrom=A@b.example',
  );
});

test('what the grammar does not allow is an error, never half read', () => {
  for (const value of [
    '',
    ';',
    'a.example',
    'a.example;',
    'a.example; spf',
    'a.example; spf=',
    'a.example; spf=pass; none',
    'a.example; none; spf=pass',
    'a.example x; spf=pass',
    'a.example 1 2; spf=pass',
    'a.example; spf=pass smtp.mailfrom',
    'a.example; spf=pass smtp.mailfrom=',
    'a.example; spf=pass smtp.mailfrom="x',
    'a.example; spf=pass reason=a reason=b',
    'a.example; spf=pass (',
    'a@b.example; spf=pass',
    'a.example; spf=pass smtp.a=b@',
    'a.example; spf=pass smtp.a=@b@c',
  ]) {
    assert.match(told(value), /^error/, value);
  }
});

test('no text throws, and time is linear', () => {
  const piece = fc.constantFrom(
    'a',
    '.',
    ';',
    '=',
    '(',
    ')',
    '"',
    '\\',
    ' ',
    '\r\n ',
    '1',
    '/',
    '@',
    'none',
    'reason',
    '\0',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      parseAuthenticationResults(pieces.join(''));
    }),
    { numRuns: 3000 },
  );
  for (const value of ['(', 'a.example;', 'a.example; spf=pass a.b=c ', '"', '\\', 'a;b=c;']) {
    parseAuthenticationResults(value.repeat(100_000 / value.length));
  }
});
