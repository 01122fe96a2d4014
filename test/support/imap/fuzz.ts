/**
 * Random IMAP commands for fuzzing: every verb that the server knows, well formed or broken in the ways that matter to
 * a parser, and how the octets are cut. What they do to a running server is fuzz-play.ts.
 */
import * as fc from 'fast-check';
import { concat, fromLatin1 } from '#bytes';
import type { Verb } from '#protocol/imap/command';

/**
 * A command without its tag as a client writes it: the first piece at once, each further one after a `+`. One character
 * is one octet; line ends stand in them.
 */
export type Pieces = readonly string[];

export interface FuzzCommand {
  readonly verb: Verb;
  readonly pieces: Pieces;
  /** Where the octets are cut, in parts of a thousand of each piece. */
  readonly cuts: readonly number[];
}

const mailbox = fc.constantFrom(
  'INBOX',
  'inbox',
  'a',
  'a/b',
  '"a b"',
  'Sent',
  '&ZeVnLA-',
  '&Jjo',
  '"a//b"',
  '""',
  '"x\xc3\xa9"',
  '"\xff"',
  'a/%',
  'a/b/c/d/e/f/g/h/i/j/k/l/m',
);
const set = fc.oneof(
  fc.constantFrom('1', '1:*', '*', '2,4:3', '$', '1:*,4294967295', '4294967295:1', '*:*', '999'),
  fc.constantFrom('0', '4294967296', '1:', ',', '1,,2', '1:2:3', '1:4294967295,1:4294967295'),
);
const section = fc.constantFrom(
  '',
  'HEADER',
  'TEXT',
  '1',
  '1.MIME',
  '2.HEADER',
  '1.2.3.4.5',
  'HEADER.FIELDS (From To)',
  'HEADER.FIELDS.NOT ("X-A")',
  '4294967295',
  '1.HEADER.FIELDS ()',
);
const partial = fc.constantFrom('', '', '<0.10>', '<5.4294967295>', '<4294967295.1>', '<0.0>');
const fetchItem = fc.oneof(
  fc.constantFrom('FLAGS', 'UID', 'INTERNALDATE', 'ENVELOPE', 'BODYSTRUCTURE', 'BODY', 'RFC822'),
  fc.constantFrom('RFC822.SIZE', 'MODSEQ', 'SAVEDATE', 'EMAILID', 'THREADID', 'PREVIEW (LAZY)'),
  fc.constantFrom('RFC822.HEADER', 'RFC822.TEXT', 'PREVIEW', 'ALL', 'FAST', 'FULL'),
  fc
    .tuple(fc.constantFrom('BODY', 'BODY.PEEK'), section, partial)
    .map(([word, of, range]) => `${word}[${of}]${range}`),
  fc
    .tuple(
      fc.constantFrom('BINARY', 'BINARY.PEEK', 'BINARY.SIZE'),
      fc.constantFrom('', '1', '2.1'),
      partial,
    )
    .map(([word, of, range]) => `${word}[${of}]${range}`),
);
const flags = fc.constantFrom(
  '(\\Seen)',
  '()',
  '(\\Deleted $Junk)',
  '\\Flagged',
  '(a b c)',
  '(\\Recent)',
  '(\\X)',
  `(${'k'.repeat(100)})`,
);
const key: fc.Arbitrary<string> = fc.letrec<{ key: string }>((tie) => ({
  key: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('ALL', 'SEEN', 'NEW', 'OLD', 'UNKEYWORD x', 'SAVEDATESUPPORTED', 'RECENT'),
    fc.constantFrom('SUBJECT letter', 'TEXT "x"', 'BODY ""', 'FROM a', 'HEADER X ""', 'BCC "\\""'),
    fc.constantFrom('BEFORE 1-Jan-2025', 'SENTON 31-Feb-2025', 'SAVEDSINCE 1-Jan-1970', 'ON x'),
    fc.constantFrom('LARGER 1', 'SMALLER 4294967296', 'OLDER 1', 'YOUNGER 4294967295', 'MODSEQ 1'),
    fc.constantFrom('EMAILID M1', 'THREADID T1', 'MODSEQ "/flags/\\\\Seen" all 9', 'TEXT \xff'),
    set,
    set.map((of) => `UID ${of}`),
    tie('key').map((of) => `NOT ${of}`),
    fc.tuple(tie('key'), tie('key')).map(([a, b]) => `OR ${a} ${b}`),
    fc.tuple(tie('key'), tie('key')).map(([a, b]) => `(${a} ${b})`),
  ),
})).key;
const searchReturn = fc.constantFrom(
  '',
  '',
  'RETURN () ',
  'RETURN (MIN MAX COUNT) ',
  'RETURN (ALL SAVE) ',
  'RETURN (PARTIAL -1:-5) ',
  'RETURN (PARTIAL 1:4294967295 COUNT) ',
  'RETURN (SAVE) ',
);
const charset = fc.constantFrom('UTF-8', 'US-ASCII', 'ISO-2022-JP', 'utf-7', '""', 'X');
const entries = fc.constantFrom(
  '/private/comment',
  '(/private/comment /shared/comment)',
  '"/private/*"',
  '/x',
  '()',
);
const event = fc.constantFrom(
  '(MessageNew MessageExpunge)',
  '(MessageNew (UID BODY.PEEK[TEXT]) MessageExpunge FlagChange)',
  '(MailboxName SubscriptionChange)',
  'NONE',
  '(FlagChange)',
  '(X)',
);
const filter = fc.constantFrom(
  'SELECTED',
  'SELECTED-DELAYED',
  'INBOXES',
  'PERSONAL',
  'SUBSCRIBED',
  'SUBTREE a',
  'MAILBOXES (INBOX a)',
);

const one = (...texts: readonly string[]): fc.Arbitrary<Pieces> =>
  fc.constantFrom(...texts).map((text) => [`${text}\r\n`]);
const line = (...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<Pieces> =>
  words(...parts).map((text) => [`${text}\r\n`]);

function words(...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> {
  const each = parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part));
  return fc.tuple(...each).map((texts) => texts.join(''));
}

/** A string as the last argument, in each form that there is. */
function withString(head: fc.Arbitrary<string>): fc.Arbitrary<Pieces> {
  const content = fc.constantFrom(
    'a',
    'INBOX',
    '',
    'a b',
    '\xc3\xa9',
    '\0',
    '\r\n',
    '{3}',
    'x {9}',
  );
  return fc
    .tuple(head, content, fc.constantFrom('wait', 'at once', 'binary'))
    .map(([before, text, form]) =>
      form === 'wait'
        ? [`${before} {${text.length}}\r\n`, `${text}\r\n`]
        : [`${before} ${form === 'binary' ? '~' : ''}{${text.length}+}\r\n${text}\r\n`],
    );
}

const uid = fc.constantFrom('', 'UID ');
const message = 'From: a@b.test\r\nSubject: letter\r\nContent-Type: text/plain\r\n\r\nHello\r\n';

function appending(head: fc.Arbitrary<string>): fc.Arbitrary<Pieces> {
  const options = fc.constantFrom(
    '',
    '(\\Seen) ',
    '(a $b) "17-Jul-1996 02:44:25 -0700" ',
    '() ',
    '"x" ',
  );
  const form = fc.constantFrom('{n}', '{n+}', '~{n+}', 'UTF8 (~{n+}', 'two', '{0}', '{0+}');
  return fc.tuple(head, options, form).map(([before, given, how]): Pieces => {
    const start = `${before} ${given}`;
    if (how === '{0}') return [`${start}{0}\r\n`, '\r\n'];
    if (how === '{0+}') return [`${start}{0+}\r\n\r\n`];
    if (how === '{n}') return [`${start}{${message.length}}\r\n`, `${message}\r\n`];
    const mark = `{${message.length}+}\r\n${message}`;
    if (how === 'two') return [`${start}${mark} ${mark}\r\n`];
    if (how === '{n+}') return [`${start}${mark}\r\n`];
    return [`${start}${how.replace('{n+}', mark)}${how.startsWith('UTF8') ? ')' : ''}\r\n`];
  });
}

/** Every verb has its commands: one without does not compile. */
const COMMANDS: Readonly<Record<Verb, fc.Arbitrary<Pieces>>> = {
  CAPABILITY: one('CAPABILITY', 'capability', 'CAPABILITY x'),
  NOOP: one('NOOP', 'noop ', 'NOOP x'),
  LOGOUT: one('LOGOUT', 'LOGOUT now'),
  STARTTLS: one('STARTTLS'),
  IDLE: fc.constantFrom(['IDLE\r\n', 'DONE\r\n'], ['IDLE\r\n', 'done\r\n'], ['IDLE\r\n', 'x\r\n']),
  CHECK: one('CHECK'),
  CLOSE: one('CLOSE'),
  UNSELECT: one('UNSELECT'),
  NAMESPACE: one('NAMESPACE'),
  UNAUTHENTICATE: one('UNAUTHENTICATE'),
  ID: one('ID NIL', 'ID ("name" "x")', 'ID ("name" NIL)', 'ID ()', 'ID ("a")', 'ID x'),
  ENABLE: one('ENABLE QRESYNC', 'ENABLE CONDSTORE', 'ENABLE UTF8=ACCEPT', 'ENABLE X', 'ENABLE'),
  AUTHENTICATE: fc.constantFrom<Pieces[]>(
    ['AUTHENTICATE PLAIN\r\n', '*\r\n'],
    ['AUTHENTICATE PLAIN\r\n', 'AHgAeQ==\r\n'],
    ['AUTHENTICATE PLAIN AHgAeQ==\r\n'],
    ['AUTHENTICATE PLAIN =\r\n'],
    ['AUTHENTICATE SCRAM-SHA-256 biwsbj14LHI9eQ==\r\n', 'Yz1iaXdzLHI9eSxwPXg=\r\n'],
    ['AUTHENTICATE SCRAM-SHA-256\r\n', 'biwsbj14LHI9eQ==\r\n', '!\r\n'],
    ['AUTHENTICATE LOGIN\r\n', 'YQ==\r\n', 'YQ==\r\n'],
    ['AUTHENTICATE X !\r\n'],
  ),
  LOGIN: fc.oneof(one('LOGIN a b', 'LOGIN "a" ""', 'LOGIN \xff b'), withString(words('LOGIN a'))),
  SELECT: fc.oneof(
    line(
      'SELECT ',
      mailbox,
      fc.constantFrom(
        '',
        ' (CONDSTORE)',
        ' (QRESYNC (1 1))',
        ' (QRESYNC (1 1 1:* (1:* 1:*)))',
        ' ()',
      ),
    ),
    withString(words('SELECT')),
  ),
  EXAMINE: line('EXAMINE ', mailbox, fc.constantFrom('', ' (CONDSTORE)')),
  CREATE: line(
    'CREATE ',
    mailbox,
    fc.constantFrom('', '', ' (USE (\\Sent))', ' (USE ())', ' (USE (\\X \\Y))'),
  ),
  DELETE: line('DELETE ', mailbox),
  SUBSCRIBE: fc.oneof(line('SUBSCRIBE ', mailbox), withString(words('SUBSCRIBE'))),
  UNSUBSCRIBE: line('UNSUBSCRIBE ', mailbox),
  RENAME: line('RENAME ', mailbox, ' ', mailbox),
  LIST: line(
    'LIST ',
    fc.constantFrom(
      '',
      '(SUBSCRIBED) ',
      '(SUBSCRIBED RECURSIVEMATCH) ',
      '(RECURSIVEMATCH) ',
      '() ',
    ),
    fc.constantFrom('"" ', 'a ', '"a/" '),
    fc.constantFrom('*', '%', '"%/%"', '(* "")', '*%*%*%*%*%*%*%*%*%*%*%x', '()', '""'),
    fc.constantFrom(
      '',
      ' RETURN (CHILDREN SPECIAL-USE)',
      ' RETURN (STATUS (MESSAGES UNSEEN SIZE))',
      ' RETURN (METADATA (/private/comment))',
      ' RETURN (X)',
    ),
  ),
  LSUB: line('LSUB "" ', fc.constantFrom('*', '%', '"*/%"')),
  STATUS: line(
    'STATUS ',
    mailbox,
    fc.constantFrom(
      ' (MESSAGES UIDNEXT UIDVALIDITY UNSEEN RECENT)',
      ' (SIZE DELETED HIGHESTMODSEQ MAILBOXID APPENDLIMIT DELETED-STORAGE)',
      ' ()',
      ' (X)',
    ),
  ),
  APPEND: appending(words('APPEND ', mailbox)),
  REPLACE: appending(
    words(uid, 'REPLACE ', fc.constantFrom('1', '0', '4294967295', '*'), ' ', mailbox),
  ),
  EXPUNGE: fc.oneof(one('EXPUNGE'), line('UID EXPUNGE ', set)),
  SEARCH: fc.oneof(
    line(uid, 'SEARCH ', searchReturn, fc.constantFrom('', 'CHARSET UTF-8 '), key),
    line(uid, 'SEARCH ', searchReturn, 'CHARSET ', charset, ' TEXT "\xa4\xa2"'),
    withString(words(uid, 'SEARCH ', fc.constantFrom('TEXT', 'SUBJECT', 'HEADER X'))),
  ),
  SORT: line(
    uid,
    'SORT ',
    searchReturn,
    fc.constantFrom('(DATE)', '(REVERSE SUBJECT FROM)', '(DISPLAYTO ARRIVAL SIZE)', '(X)', '()'),
    ' ',
    charset,
    ' ',
    key,
  ),
  THREAD: line(
    uid,
    'THREAD ',
    fc.constantFrom('REFERENCES', 'ORDEREDSUBJECT', 'X'),
    ' ',
    charset,
    ' ',
    key,
  ),
  FETCH: fc.oneof(
    line(uid, 'FETCH ', set, ' ', fetchItem),
    fc
      .tuple(
        uid,
        set,
        fc.array(fetchItem, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(
          '',
          '',
          ' (CHANGEDSINCE 1)',
          ' (CHANGEDSINCE 1 VANISHED)',
          ' (PARTIAL -1:-9)',
        ),
      )
      .map(([by, of, items, more]) => [`${by}FETCH ${of} (${items.join(' ')})${more}\r\n`]),
  ),
  STORE: line(
    uid,
    'STORE ',
    set,
    fc.constantFrom(' ', ' (UNCHANGEDSINCE 0) ', ' (UNCHANGEDSINCE 9223372036854775807) '),
    fc.constantFrom('FLAGS', '+FLAGS', '-FLAGS.SILENT', '+X'),
    ' ',
    flags,
  ),
  COPY: line(uid, 'COPY ', set, ' ', mailbox),
  MOVE: line(uid, 'MOVE ', set, ' ', mailbox),
  NOTIFY: fc.oneof(
    one('NOTIFY NONE', 'NOTIFY SET', 'NOTIFY SET ()'),
    line('NOTIFY SET (', filter, ' ', event, ')'),
    line('NOTIFY SET STATUS (', filter, ' ', event, ') (', filter, ' ', event, ')'),
  ),
  GETMETADATA: line(
    'GETMETADATA ',
    fc.constantFrom('', '(MAXSIZE 1) ', '(DEPTH infinity) ', '(DEPTH 7) '),
    fc.oneof(mailbox, fc.constant('""')),
    ' ',
    entries,
  ),
  SETMETADATA: fc.oneof(
    line(
      'SETMETADATA ',
      mailbox,
      fc.constantFrom(' (/private/comment "x")', ' (/private/comment NIL)', ' (/x)', ' ()'),
    ),
    withString(words('SETMETADATA ', mailbox, ' (/private/comment')).map((pieces) =>
      pieces.map((piece, i) => (i < pieces.length - 1 ? piece : piece.replace(/\r\n$/, ')\r\n'))),
    ),
  ),
  GETQUOTA: one('GETQUOTA ""', 'GETQUOTA x', 'GETQUOTA "\xff"'),
  GETQUOTAROOT: line('GETQUOTAROOT ', mailbox),
  SETQUOTA: one('SETQUOTA "" (STORAGE 512)', 'SETQUOTA x ()', 'SETQUOTA "" (STORAGE)'),
  COMPRESS: one('COMPRESS DEFLATE', 'COMPRESS X', 'COMPRESS', 'COMPRESS DEFLATE x'),
  UIDBATCHES: one('UIDBATCHES 500', 'UIDBATCHES 1000 1:3', 'UIDBATCHES 0', 'UIDBATCHES 500 9:1'),
};

export const VERBS = Object.keys(COMMANDS) as readonly Verb[];

/** A command of this verb. */
export function commandOf(verb: Verb, broken: boolean): fc.Arbitrary<FuzzCommand> {
  const pieces = broken ? breaking(COMMANDS[verb]) : COMMANDS[verb];
  const cuts = fc.oneof(
    fc.constant<number[]>([]),
    fc.array(fc.nat(999), { maxLength: 6 }),
    fc.constant(Array.from({ length: 200 }, (_, i) => i * 5)),
  );
  return fc.record({ verb: fc.constant(verb), pieces, cuts });
}

const SPLINTERS = ['"', '(', ')', '{', '}', '\\', '*', '%', ' ', '[', ']', '\0', '\xff', '\r', '$'];
const splinter = fc.oneof(
  fc.constantFrom(...SPLINTERS),
  fc.constantFrom('99999999999999999999', 'NIL', '()', '""', 'a'.repeat(3000), '('.repeat(300)),
  fc.constantFrom('NOT '.repeat(300), '1,'.repeat(2000), '&AAAA-', '-1', '<1.2>', '\xe2\x82'),
);

/** Something is put in, cut out or written twice before the first literal, so that what follows stays what it is. */
function breaking(whole: fc.Arbitrary<Pieces>): fc.Arbitrary<Pieces> {
  const kind = fc.constantFrom('in', 'out', 'twice', 'end');
  return fc
    .tuple(whole, kind, fc.nat(999), fc.nat(12), splinter)
    .map(([[first, ...rest], how, place, length, put]) => {
      const mark = /~?\{\d+\+?\}\r\n/.exec(first!)?.index ?? first!.length - 2;
      const [head, tail] = [first!.slice(0, mark), first!.slice(mark)];
      const at = Math.floor((place * head.length) / 1000);
      const [before, after] = [head.slice(0, at), head.slice(at)];
      const broken = {
        in: before + put + after,
        out: before + after.slice(length),
        twice: before + after.slice(0, length).repeat(3) + after,
        end: before,
      }[how];
      // what is cut might end as the mark of a literal that nobody sends
      const line = (tail === '\r\n' ? broken.replace(/\}$/, '} ') : broken) + tail;
      return [line].concat(rest);
    });
}

/** What is no command at all. */
export const garbage: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc
    .constantFrom(
      '\r\n'.repeat(20),
      '\0'.repeat(9),
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
      'EHLO x\r\nMAIL FROM:<>\r\n',
      'x SELECT {5}\r\n',
      'x SELECT {5+}\r\nab',
      'x APPEND INBOX {999999999999}\r\n',
      'x APPEND INBOX {20+}\r\nSubject: x\r\n\r\n',
      'x LOGIN {99999+}\r\n',
      'x IDLE\r\n',
      'x AUTHENTICATE PLAIN\r\n',
      `x NOOP ${'y'.repeat(300_000)}\r\n`,
      'x SELECT {2}\r\nab {2}\r\nab\r\n',
    )
    .map(fromLatin1),
);

/** Octets of many commands in the order of a client that waits for nothing, cut at random; tags are `f0`, `f1` and so on. */
export function wildSession(tagged: boolean): fc.Arbitrary<readonly Uint8Array[]> {
  // what follows COMPRESS would be deflated
  const verbs = VERBS.filter((verb) => verb !== 'COMPRESS');
  const command = fc.constantFrom(...verbs).chain((verb) => commandOf(verb, false));
  const any = fc.oneof(
    { weight: 5, arbitrary: command },
    { weight: tagged ? 0 : 2, arbitrary: garbage },
  );
  return fc
    .tuple(fc.array(any, { maxLength: 14 }), fc.array(fc.nat(999), { maxLength: 12 }))
    .map(([steps, cuts]) => {
      const parts = steps.map((step, i) =>
        step instanceof Uint8Array ? step : fromLatin1(`f${i} ${step.pieces.join('')}`),
      );
      return cutAt(concat(parts), cuts);
    });
}

/** The octets in pieces: the cuts are parts of a thousand. */
export function cutAt(octets: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const places = cuts.map((cut) => Math.floor((cut * octets.length) / 1000));
  const bounds = [0, ...places.sort((a, b) => a - b), octets.length];
  return bounds
    .slice(1)
    .map((end, i) => octets.subarray(bounds[i], end))
    .filter((piece) => piece.length > 0);
}
