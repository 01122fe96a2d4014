/** The interpreter of ImapTest's scripts tells right answers from wrong ones; that it reads them right, Dovecot shows. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseResponse } from '../support/imap/data.ts';
import { matches, Scope } from './imaptest-match.ts';
import { parseMbox } from './imaptest-mbox.ts';
import { parseScript } from './imaptest-script.ts';

/** Whether a server's line satisfies an expected reply; `known` are variables that have a value. */
function satisfied(expected: string, line: string, known: Record<string, string> = {}): boolean {
  const scope = new Scope(known);
  scope.begin(5, 't1');
  return matches(scope, patternOf(expected), parseResponse(Buffer.from(line, 'latin1')));
}

function patternOf(expected: string) {
  const { groups } = parseScript(`state: auth\n\nok noop\n* ${expected}\n`);
  return groups[0]!.replies[0]!.pattern;
}

describe('a reply', () => {
  const cases: [expected: string, line: string, satisfied: boolean][] = [
    ['search 1 2', '* SEARCH 1 2', true],
    ['search 1 2', '* SEARCH 2 1', false],
    ['search 1 2', '* SEARCH 1 2 3', false],
    ['1 fetch (uid 5 flags ())', '* 1 FETCH (FLAGS () UID 5)', true],
    ['1 fetch (uid 5)', '* 1 FETCH (FLAGS (\\Seen) UID 5)', true],
    ['1 fetch (uid 5)', '* 1 FETCH (UID 50)', false],
    ['1 fetch (flags (\\seen))', '* 1 FETCH (FLAGS (\\Recent \\Seen))', true],
    ['1 fetch (flags (\\seen))', '* 1 FETCH (FLAGS (\\Seen \\Draft))', false],
    ['1 fetch (flags ($!unordered \\seen))', '* 1 FETCH (FLAGS (\\Seen \\Draft))', true],
    ['list (\\noselect) "/" a', '* LIST (\\HasChildren \\Noselect) "/" "a"', true],
    ['list ($!unordered $!ban=\\noselect) "/" a', '* LIST (\\Noselect) "/" a', false],
    ['list () "/" ${case:Ab}', '* LIST () "/" Ab', true],
    ['list () "/" ${case:Ab}', '* LIST () "/" AB', false],
    ['list () "/" Ab', '* LIST () "/" AB', true],
    ['1 fetch (body[header.fields (from)] "x")', '* 1 FETCH (BODY[HEADER.FIELDS ("FROM")] x)', true],
    ['1 fetch (body[1] "x")', '* 1 FETCH (BODY[2] "x")', false],
    ['thread (1)(2)', '* THREAD (1)(2)', true],
    ['thread (1)(2)', '* THREAD (1 2)', false],
    ['esearch (tag $tag) min 1', '* ESEARCH (TAG "t1") MIN 1', true],
    ['esearch (tag $tag) min 1', '* ESEARCH (TAG "t2") MIN 1', false],
    ['1 fetch (uid $ flags $)', '* 1 FETCH (UID 7 FLAGS (\\Seen))', true],
    ['ok [uidnext 4]', '* OK [UIDNEXT 4] Predicted', true],
    ['ok [uidnext 4]', '* OK [UIDNEXT 44] Predicted', false],
    ['ok [uidnext 4]', '* NO [UIDNEXT 4] Predicted', false],
    ['$3 expunge', '* 3 EXPUNGE', true],
    ['$9 expunge', '* 9 EXPUNGE', false],
  ];
  for (const [expected, line, outcome] of cases)
    test(`${expected} is ${outcome ? '' : 'not '}${line}`, () =>
      assert.equal(satisfied(expected, line), outcome));
});

describe('variables', () => {
  test('take their first value from the server and hold it, also inside a longer word', () => {
    const scope = new Scope({ mailbox: 'box' });
    const heard = (expected: string, line: string): boolean =>
      matches(scope, patternOf(expected), parseResponse(Buffer.from(line)));
    assert.ok(heard('list () $sep $mailbox${sep}a', '* LIST () "/" box/a'));
    assert.ok(!heard('list () $sep $mailbox${sep}a', '* LIST () "." box.a'));
    assert.ok(heard('ok [copyuid $v $from:$to 7]', '* OK [COPYUID 1 3:5 7] done'));
    assert.equal(scope.expand('fetch $from,$to $$x ${sep}'), 'fetch 3,5 $x /');
    assert.throws(() => scope.expand('fetch $never'), /\$never has no value/);
  });

  test('keep no value from a reply that did not match', () => {
    const scope = new Scope({});
    const pattern = patternOf('1 fetch (uid $uid flags (\\seen))');
    assert.ok(!matches(scope, pattern, parseResponse(Buffer.from('* 1 FETCH (UID 3 FLAGS ())'))));
    assert.equal(scope.get('uid'), undefined);
  });

  test('that count messages follow expunges', () => {
    const scope = new Scope({});
    scope.begin(4, 't1');
    scope.expunged(2);
    assert.deepEqual(['1', '3', '4'].map((n) => scope.get(n)), ['1', '2', '3']);
    assert.match(scope.get('2')!, /no message/);
  });

  test('of modseqs grow with their numbers', () => {
    const scope = new Scope({});
    assert.ok(scope.set('modseq2', '10'));
    assert.ok(!scope.set('modseq5', '12'));
    assert.ok(scope.set('modseq5', '13'));
  });
});

describe('a script', () => {
  test('has groups of commands, by one, with tags, and with the answer behind', () => {
    const { groups, connections } = parseScript(
      'connections: 2\nstate: auth\n\n1 ok noop\n2 tag1 a\n2 tag2 b\n* x\n2 tag1 ok\n2 tag2 no\n' +
        '1 select x\n1 ok [read-only]\n!ifenv X\n1 ok never\n!endif\n1 ok append b {{{\nk: v\n\n}}}\n',
    );
    assert.equal(connections, 2);
    assert.deepEqual(groups.map(({ commands }) => commands.map(({ pieces }) => String(pieces[0]))), [
      ['noop'],
      ['a', 'b'],
      ['select x'],
      ['append b '],
    ]);
    assert.deepEqual(groups[3]!.commands[0]!.pieces[1], Buffer.from('k: v\r\n'));
  });

  for (const [what, text] of Object.entries({
    'an unknown header': 'colour: red\n\nok noop\n',
    'a command without its answer': 'state: auth\n\nselect x\n* 1 exists\n',
    'a literal without end': 'state: auth\n\nok append x {{{\nSubject: x\n',
    'a command of no connection': 'connections: 2\n\nok noop\n',
  }))
    test(`with ${what} is refused`, () => assert.throws(() => parseScript(text)));
});

test('messages of an mbox file have CRLF and the date of their From line', () => {
  const [first, second] = parseMbox(
    'From a@b  Fri Feb  2 17:06:23 2008\nA: b\n\nx\n\nFrom a@b  Sat Mar 24 23:00:00 2007 +0200\nC: d\n',
  );
  assert.equal(first!.date, ' 2-Feb-2008 17:06:23 +0000');
  assert.equal(String(first!.content), 'A: b\r\n\r\nx\r\n\r\n');
  assert.equal(second!.date, '24-Mar-2007 23:00:00 +0200');
});
