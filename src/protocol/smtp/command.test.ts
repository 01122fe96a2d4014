import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fromLatin1, utf8 } from '#bytes';
import { parseCommand } from './command.ts';

const ALL = { auth: true, futureRelease: true, requireTls: true };

function parse(line: string): unknown {
  const parsed = parseCommand(utf8(line), ALL);
  return parsed.kind === 'command' ? parsed.command : parsed;
}

function syntax(verb: string, reason: string): unknown {
  return { kind: 'syntax', verb, reason };
}

const BOB = { localPart: 'bob', domain: 'example.test' };

test('verbs are read in any case, with white space at the end', () => {
  assert.deepEqual(parse('quit'), { verb: 'QUIT' });
  assert.deepEqual(parse('Data \t '), { verb: 'DATA' });
  assert.deepEqual(parse('RSET'), { verb: 'RSET' });
  assert.deepEqual(parse('STARTTLS'), { verb: 'STARTTLS' });
  assert.deepEqual(parse('noop anything at all'), { verb: 'NOOP' });
  assert.deepEqual(parse('HELP'), { verb: 'HELP', argument: '' });
  assert.deepEqual(parse('HELP mail'), { verb: 'HELP', argument: 'mail' });
});

test('verbs without arguments refuse one', () => {
  for (const verb of ['DATA', 'RSET', 'QUIT', 'STARTTLS'])
    assert.deepEqual(parse(`${verb} now`), syntax(verb, 'argument-not-allowed'));
});

test('EHLO and HELO name the client', () => {
  const client = { text: 'a.example', form: 'domain' };
  assert.deepEqual(parse('EHLO a.example'), { verb: 'EHLO', client });
  assert.deepEqual(parse('helo  a.example'), { verb: 'HELO', client });
  assert.deepEqual(parse('EHLO'), syntax('EHLO', 'argument-missing'));
  assert.deepEqual(parse('EHLO a b'), syntax('EHLO', 'bad-client-name'));
});

test('MAIL reads the reverse-path and its parameters', () => {
  assert.deepEqual(parse('MAIL FROM:<bob@example.test> SIZE=5'), {
    verb: 'MAIL',
    reversePath: BOB,
    parameters: { size: 5 },
  });
  assert.deepEqual(parse('mail from:<>'), { verb: 'MAIL', reversePath: null, parameters: {} });
});

test('RCPT reads the forward-path and its parameters', () => {
  const forwardPath = { localPart: 'postmaster', domain: '' };
  assert.deepEqual(parse('RCPT TO:<postmaster> NOTIFY=NEVER'), {
    verb: 'RCPT',
    forwardPath,
    parameters: { notify: [] },
    utf8: false,
  });
});

test('spaces after the colon are read over', () => {
  assert.deepEqual(parse('RCPT TO:  <bob@example.test>'), {
    verb: 'RCPT',
    forwardPath: BOB,
    parameters: {},
    utf8: false,
  });
});

test('brackets, spaces and equal signs within quotes belong to the path', () => {
  const line = String.raw`MAIL FROM:<"a> SIZE=1 \"\\"@example.test> SIZE=2`;
  assert.deepEqual(parse(line), {
    verb: 'MAIL',
    reversePath: { localPart: String.raw`a> SIZE=1 "\ `.trimEnd(), domain: 'example.test' },
    parameters: { size: 2 },
  });
});

test('a path without its keyword, its brackets or its end is refused with the reason', () => {
  assert.deepEqual(parse('MAIL'), syntax('MAIL', 'from-missing'));
  assert.deepEqual(parse('MAIL TO:<bob@example.test>'), syntax('MAIL', 'from-missing'));
  assert.deepEqual(parse('MAIL FROM :<bob@example.test>'), syntax('MAIL', 'from-missing'));
  assert.deepEqual(parse('RCPT FROM:<bob@example.test>'), syntax('RCPT', 'to-missing'));
  const noBrackets = { kind: 'bad-path', reason: 'no-angle-brackets' };
  for (const path of ['', 'bob@example.test', 'bob@example.test SIZE=1', '<bob@example.test'])
    assert.deepEqual(parse(`MAIL FROM:${path}`), { ...noBrackets, verb: 'MAIL' }, path);
  assert.deepEqual(parse('RCPT TO:<>'), { kind: 'bad-path', verb: 'RCPT', reason: 'null-path' });
});

test('what follows the path must be parameters after a space', () => {
  for (const rest of [' <x>', ' "', '<x@example.test>', '>', ' SIZE='])
    assert.deepEqual(
      parse(`MAIL FROM:<bob@example.test>${rest}`),
      syntax('MAIL', 'text-after-path'),
      rest,
    );
  assert.deepEqual(parse('MAIL FROM:<bob@example.test>SIZE=1'), syntax('MAIL', 'text-after-path'));
});

test('errors of parameters name verb and keyword', () => {
  assert.deepEqual(parse('RCPT TO:<bob@example.test> X=1'), {
    kind: 'unknown-parameter',
    verb: 'RCPT',
    keyword: 'X',
  });
});

test('a reverse-path in UTF-8 needs SMTPUTF8', () => {
  const error = { kind: 'needs-smtputf8', verb: 'MAIL' };
  assert.deepEqual(parse('MAIL FROM:<é@example.test>'), error);
  assert.deepEqual(parse('MAIL FROM:<bob@bücher.example>'), error);
  assert.deepEqual(parse('MAIL FROM:<é@example.test> SMTPUTF8'), {
    verb: 'MAIL',
    reversePath: { localPart: 'é', domain: 'example.test' },
    parameters: { smtputf8: true },
  });
});

test('RCPT tells that it is in UTF-8', () => {
  const command = parse('RCPT TO:<é@example.test>') as { utf8: boolean };
  assert.equal(command.utf8, true);
  const orcpt = parse('RCPT TO:<bob@example.test> ORCPT=utf-8;é@example.test') as { utf8: boolean };
  assert.equal(orcpt.utf8, true);
});

test('BDAT reads its size and LAST', () => {
  assert.deepEqual(parse('BDAT 0'), { verb: 'BDAT', size: 0, last: false });
  assert.deepEqual(parse('bdat 86 last'), { verb: 'BDAT', size: 86, last: true });
  const capped = { verb: 'BDAT', size: Number.MAX_SAFE_INTEGER, last: false };
  assert.deepEqual(parse(`BDAT ${'9'.repeat(20)}`), capped);
  for (const text of ['', ' -1', ' 1 FIRST', ' 1LAST', ` ${'9'.repeat(21)}`, ' 0x1', ' 1 LAST x'])
    assert.deepEqual(parse(`BDAT${text}`), syntax('BDAT', 'bad-chunk-size'), text);
});

test('VRFY and EXPN need something to look up', () => {
  assert.deepEqual(parse('VRFY Bob B'), { verb: 'VRFY', argument: 'Bob B', smtputf8: false });
  assert.deepEqual(parse('EXPN é smtputf8'), { verb: 'EXPN', argument: 'é', smtputf8: true });
  assert.deepEqual(parse('VRFY'), syntax('VRFY', 'argument-missing'));
});

test('AUTH reads the mechanism and the initial response', () => {
  assert.deepEqual(parse('AUTH login'), { verb: 'AUTH', mechanism: 'LOGIN' });
  assert.deepEqual(parse('AUTH'), syntax('AUTH', 'argument-missing'));
  assert.deepEqual(parse('AUTH PLAIN !'), syntax('AUTH', 'not-base64'));
  assert.deepEqual(parse('AUTH é'), syntax('AUTH', 'bad-mechanism'));
});

test('verbs that are none, foreign or not offered are told apart', () => {
  assert.deepEqual(parse('ETRN example.test'), { kind: 'not-implemented', verb: 'ETRN' });
  assert.deepEqual(parse('GET / HTTP/1.1'), { kind: 'foreign-protocol', verb: 'GET' });
  assert.deepEqual(parse('XYZZY 1'), { kind: 'unknown-verb', verb: 'XYZZY' });
  assert.deepEqual(parse(''), { kind: 'unknown-verb', verb: '' });
  assert.deepEqual(parse(' QUIT'), { kind: 'unknown-verb', verb: '' });
  assert.deepEqual(parse('constructor'), { kind: 'unknown-verb', verb: 'CONSTRUCTOR' });
  assert.deepEqual(parse('x'.repeat(99)), { kind: 'unknown-verb', verb: 'X'.repeat(32) });
});

test('control characters and malformed UTF-8 are refused', () => {
  for (const line of ['NOOP\rQUIT', 'NOOP\0', 'MAIL FROM:<a\x7f@b.example>', 'EHLO\ta'])
    assert.deepEqual(parse(line), { kind: 'control-character' }, line);
  assert.deepEqual(parseCommand(fromLatin1('RCPT TO:<\xe9@b.example>'), ALL), { kind: 'not-utf8' });
});

test('any octets give a command or an error', () => {
  const words = fc.constantFrom(
    'MAIL FROM:<',
    'RCPT TO:',
    'AUTH ',
    'BDAT 1',
    '"',
    '\\',
    '@a.b',
    '> ',
    'SIZE=',
    '=',
  );
  const octets = fc.string({ unit: 'binary', maxLength: 4 });
  const line = fc.array(fc.oneof(words, octets), { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(line.map(utf8), fc.uint8Array({ maxLength: 40 })), (bytes) => {
      assert.ok(parseCommand(bytes, ALL).kind.length > 0);
    }),
    { numRuns: 500 },
  );
});
