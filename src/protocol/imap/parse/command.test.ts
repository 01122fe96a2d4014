import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { latin1 } from '#bytes';
import { STAR, type Command } from '#protocol/imap/command';
import { parseCommand } from './command.ts';

function parsed(line: string, utf8 = false): Command {
  const result = parseCommand(`t ${line}`, { utf8 });
  if ('error' in result) assert.fail(`${line}: ${result.error.text}`);
  assert.equal(result.tag, 't');
  return result.command;
}

function refusal(line: string): string {
  const result = parseCommand(line, { utf8: false });
  if (!('error' in result)) assert.fail(`${line} was parsed`);
  return result.error.text;
}

const ranges = (...pairs: [number, number][]) => ({
  kind: 'ranges',
  ranges: pairs.map(([from, to]) => ({ from, to })),
});

describe('commands of IMAP', () => {
  const table: [string, unknown][] = [
    ['capability', { verb: 'CAPABILITY' }],
    ['ID NIL', { verb: 'ID', fields: [] }],
    [
      'ID ("name" "mutt" "os" NIL)',
      {
        verb: 'ID',
        fields: [
          ['name', 'mutt'],
          ['os', null],
        ],
      },
    ],
    ['ENABLE CONDSTORE qresync', { verb: 'ENABLE', capabilities: ['CONDSTORE', 'QRESYNC'] }],
    ['CREATE Sent (USE (\\Sent))', { verb: 'CREATE', mailbox: 'Sent', use: ['\\Sent'] }],
    ['RENAME "a b" c/d', { verb: 'RENAME', from: 'a b', to: 'c/d' }],
    ['DELETE iNbOx/x', { verb: 'DELETE', mailbox: 'INBOX/x' }],
    ['SUBSCRIBE &ZeVnLIqe-', { verb: 'SUBSCRIBE', mailbox: '日本語' }],
    ['LSUB "" *', { verb: 'LSUB', reference: '', pattern: '*' }],
    ['LIST "" %', { verb: 'LIST', select: [], reference: '', patterns: ['%'], return: undefined }],
    [
      'LIST (SUBSCRIBED RECURSIVEMATCH) "" ("INBOX" "a/%") RETURN (CHILDREN STATUS (MESSAGES SIZE))',
      {
        verb: 'LIST',
        select: ['SUBSCRIBED', 'RECURSIVEMATCH'],
        reference: '',
        patterns: ['INBOX', 'a/%'],
        return: {
          subscribed: false,
          children: true,
          specialUse: false,
          status: ['MESSAGES', 'SIZE'],
          metadata: undefined,
        },
      },
    ],
    [
      'STATUS INBOX (UIDNEXT MESSAGES)',
      { verb: 'STATUS', mailbox: 'INBOX', items: ['UIDNEXT', 'MESSAGES'] },
    ],
    [
      'SELECT INBOX (QRESYNC (67890007 20050715194045000 41,43:211 (1,3 41,44)))',
      {
        verb: 'SELECT',
        mailbox: 'INBOX',
        condstore: false,
        qresync: {
          uidValidity: 67890007,
          modseq: Number.MAX_SAFE_INTEGER,
          knownUids: ranges([41, 41], [43, 211]),
          match: { numbers: ranges([1, 1], [3, 3]), uids: ranges([41, 41], [44, 44]) },
        },
      },
    ],
    ['UID EXPUNGE 1:4,7', { verb: 'EXPUNGE', set: ranges([1, 4], [7, 7]) }],
    ['UID MOVE $ Trash', { verb: 'MOVE', uid: true, set: { kind: 'saved' }, mailbox: 'Trash' }],
    [
      'STORE 2:* (UNCHANGEDSINCE 5) -FLAGS.SILENT (\\Seen $Junk $junk)',
      {
        verb: 'STORE',
        uid: false,
        set: ranges([2, STAR]),
        mode: 'remove',
        silent: true,
        flags: { bits: 1, keywords: ['$Junk'] },
        unchangedSince: 5,
      },
    ],
    [
      'STORE 1 FLAGS \\Answered \\Flagged',
      {
        verb: 'STORE',
        uid: false,
        set: ranges([1, 1]),
        mode: 'replace',
        silent: false,
        flags: { bits: 6, keywords: [] },
        unchangedSince: undefined,
      },
    ],
    ['COMPRESS deflate', { verb: 'COMPRESS', algorithm: 'DEFLATE' }],
    ['UIDBATCHES 2000 4:8', { verb: 'UIDBATCHES', size: 2000, range: { from: 4, to: 8 } }],
    ['UIDBATCHES 2000 8:4', { verb: 'UIDBATCHES', size: 2000, range: { from: 8, to: 4 } }],
    [
      'GETMETADATA (DEPTH infinity) "" /private/Comment',
      {
        verb: 'GETMETADATA',
        mailbox: '',
        entries: ['/private/comment'],
        maxSize: undefined,
        depth: Infinity,
      },
    ],
    ['GETQUOTA ""', { verb: 'GETQUOTA', root: '' }],
  ];
  for (const [line, command] of table) {
    it(line, () => assert.deepEqual(parsed(line), command));
  }

  it('AUTHENTICATE with and without an initial response', () => {
    assert.deepEqual(parsed('AUTHENTICATE plain'), {
      verb: 'AUTHENTICATE',
      mechanism: 'PLAIN',
      initialResponse: undefined,
    });
    const given = parsed('AUTHENTICATE PLAIN AGEAYg==');
    assert(given.verb === 'AUTHENTICATE');
    assert.deepEqual([...given.initialResponse!], [0, 97, 0, 98]);
    const empty = parsed('AUTHENTICATE EXTERNAL =');
    assert(empty.verb === 'AUTHENTICATE' && empty.initialResponse?.length === 0);
  });

  it('FETCH with macros, sections and partial ranges', () => {
    const items = (line: string) => {
      const command = parsed(line);
      assert(command.verb === 'FETCH');
      return command.items;
    };
    assert.deepEqual(
      items('FETCH 1 FULL').map(({ item }) => item),
      ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
    );
    assert.deepEqual(items('FETCH 1 (BODY[] BODY.PEEK[1.2.MIME]<0.100>)'), [
      { item: 'BODY[]', section: { path: [] }, partial: undefined, peek: false },
      {
        item: 'BODY[]',
        section: { path: [1, 2], kind: 'MIME' },
        partial: { origin: 0, octets: 100 },
        peek: true,
      },
    ]);
    assert.deepEqual(items('FETCH 1 BODY[2.HEADER.FIELDS (From "Date")]'), [
      {
        item: 'BODY[]',
        section: { path: [2], kind: 'HEADER.FIELDS', fields: ['From', 'Date'] },
        partial: undefined,
        peek: false,
      },
    ]);
    assert.deepEqual(
      items('UID FETCH 1:2 (BINARY.PEEK[1]<5.6> BINARY.SIZE[] PREVIEW (LAZY) UID)'),
      [
        { item: 'BINARY', path: [1], partial: { origin: 5, octets: 6 }, peek: true },
        { item: 'BINARY.SIZE', path: [] },
        { item: 'PREVIEW', lazy: true },
        { item: 'UID' },
      ],
    );
  });

  it('FETCH with modifiers', () => {
    const command = parsed('UID FETCH 1:* (FLAGS) (CHANGEDSINCE 12 VANISHED)');
    assert(command.verb === 'FETCH');
    assert.equal(command.changedSince, 12);
    assert.equal(command.vanished, true);
    assert.match(refusal('t FETCH 1 FLAGS (VANISHED)'), /UID FETCH/);
  });

  it('SEARCH with options, nesting and all kinds of keys', () => {
    const key = (line: string) => {
      const command = parsed(line);
      assert(command.verb === 'SEARCH');
      return command.key;
    };
    assert.deepEqual(key('SEARCH 1:3 NOT (SEEN OR FROM "a b" TEXT x)'), {
      key: 'AND',
      of: [
        { key: 'SEQUENCE', set: ranges([1, 3]) },
        {
          key: 'NOT',
          of: {
            key: 'AND',
            of: [
              { key: 'FLAG', bit: 1, set: true },
              {
                key: 'OR',
                left: { key: 'HEADER', field: 'from', text: 'a b' },
                right: { key: 'TEXT', text: 'x' },
              },
            ],
          },
        },
      ],
    });
    assert.deepEqual(key('SEARCH SINCE 1-Feb-1994'), {
      key: 'SINCE',
      day: Date.UTC(1994, 1, 1),
    });
    assert.deepEqual(key('SEARCH HEADER X-Spam ""'), { key: 'HEADER', field: 'x-spam', text: '' });
    assert.deepEqual(key('SEARCH MODSEQ "/flags/\\\\draft" all 620162338'), {
      key: 'MODSEQ',
      modseq: 620162338,
    });
    assert.deepEqual(key('SEARCH YOUNGER 3600 UNKEYWORD $x'), {
      key: 'AND',
      of: [
        { key: 'YOUNGER', seconds: 3600 },
        { key: 'KEYWORD', keyword: '$x', set: false },
      ],
    });
  });

  it('SEARCH RETURN', () => {
    const command = parsed('UID SEARCH RETURN (SAVE MIN PARTIAL -1:-100) CHARSET UTF-8 ALL');
    assert(command.verb === 'SEARCH');
    assert.deepEqual(command.return, {
      min: true,
      max: false,
      all: false,
      count: false,
      save: true,
      partial: { from: -1, to: -100 },
    });
    const empty = parsed('SEARCH RETURN () ALL');
    assert(empty.verb === 'SEARCH' && empty.return?.all === true);
  });

  it('a search string in another charset comes out as Unicode', () => {
    const jis = '\x1b$BF|K\\8l\x1b(B';
    const command = parsed(`SEARCH CHARSET ISO-2022-JP SUBJECT "${jis.replace('\\', '\\\\')}"`);
    assert.deepEqual(command.verb === 'SEARCH' && command.key, {
      key: 'HEADER',
      field: 'subject',
      text: '日本語',
    });
    const unknown = parseCommand('t SEARCH CHARSET x-none ALL', { utf8: false });
    assert.equal('error' in unknown && unknown.error.code, 'BADCHARSET');
  });

  it('SETMETADATA with values of all kinds: only the bare word NIL is none', () => {
    const line =
      'SETMETADATA INBOX (/shared/a NIL /shared/b "NIL" /shared/C {3+}\r\nNIL /private/d ~{1}\r\n\0)';
    const command = parsed(line);
    assert(command.verb === 'SETMETADATA');
    const values = command.entries.map(({ entry, value }) => [entry, value && latin1(value)]);
    assert.deepEqual(values, [
      ['/shared/a', null],
      ['/shared/b', 'NIL'],
      ['/shared/c', 'NIL'],
      ['/private/d', '\0'],
    ]);
  });

  it('SORT and THREAD', () => {
    assert.deepEqual(parsed('SORT (REVERSE DATE SUBJECT) UTF-8 ALL'), {
      verb: 'SORT',
      uid: false,
      return: undefined,
      sort: [
        { by: 'DATE', reverse: true },
        { by: 'SUBJECT', reverse: false },
      ],
      key: { key: 'ALL' },
    });
    assert.deepEqual(parsed('UID THREAD REFERENCES US-ASCII SEEN'), {
      verb: 'THREAD',
      uid: true,
      algorithm: 'REFERENCES',
      key: { key: 'FLAG', bit: 1, set: true },
    });
  });

  it('NOTIFY', () => {
    assert.deepEqual(
      parsed(
        'NOTIFY SET STATUS (selected (MessageNew (uid flags) MessageExpunge)) (subtree Lists none)',
      ),
      {
        verb: 'NOTIFY',
        status: true,
        groups: [
          {
            filter: { kind: 'selected' },
            events: ['MessageNew', 'MessageExpunge'],
            fetch: [{ item: 'UID' }, { item: 'FLAGS' }],
          },
          { filter: { kind: 'subtree', mailboxes: ['Lists'] }, events: [], fetch: [] },
        ],
      },
    );
    assert.match(refusal('t NOTIFY SET (personal (MessageNew))'), /go together/);
  });

  it('names in UTF-8 once the client has asked for them', () => {
    const octets = Buffer.from('"日本語 & Co"').toString('latin1');
    assert.deepEqual(parsed(`DELETE ${octets}`, true), {
      verb: 'DELETE',
      mailbox: '日本語 & Co',
    });
  });

  const refusals: [string, RegExp][] = [
    ['', /tag/],
    ['t', /space/],
    ['t ', /atom/],
    ['t FROBNICATE', /no command FROBNICATE/],
    ['t NOOP{9}', /octet 7: \?9\?$/],
    ['t [ALERT]', /^There is no command \[ALERT/],
    ['t __proto__', /no command/],
    ['t UID NOOP', /no command UID NOOP/],
    ['t NOOP x', /end of the command/],
    ['t LOGIN a', /space/],
    ['t LOGIN "a', /end of the quoted string/],
    ['t SELECT &AGE-', /modified UTF-7/],
    ['t SELECT &', /modified UTF-7/],
    ['t FETCH 0 FLAGS', /set of numbers/],
    ['t FETCH 4294967296 FLAGS', /set of numbers/],
    ['t FETCH 1:2: FLAGS', /set of numbers/],
    ['t FETCH 1 BODY[1.NOTHING]', /does not know NOTHING/],
    ['t FETCH 1 BODY[MIME]', /does not know MIME/],
    ['t FETCH 1 ()', /data item/],
    ['t STORE 1 FLAGS (\\Nonsense)', /no system flag/],
    ['t SEARCH', /space/],
    ['t SEARCH SINCE 31-Feb-2020', /A date is/],
    ['t SEARCH RETURN (PARTIAL 1:2 ALL) ALL', /exclude/],
    ['t APPEND INBOX "no literal"', /literal/],
    [`t SEARCH ${'NOT '.repeat(200)}SEEN`, /levels/],
    [`t SEARCH ${'('.repeat(5000)}`, /levels/],
    [`t SEARCH${' SEEN'.repeat(3000)}`, /2000 search keys/],
    ['t SEARCH TEXT "\xff"', /UTF-8/],
  ];
  for (const [line, text] of refusals) {
    it(`refuses ${line.slice(0, 40)}`, () => assert.match(refusal(line), text));
  }

  it('never throws, whatever a command becomes', () => {
    const lines = table.map(([line]) => `t ${line}`);
    fc.assert(
      fc.property(
        fc.constantFrom(...lines),
        fc.nat(200),
        fc.nat(5),
        fc.oneof(
          fc.string({ maxLength: 4 }),
          fc.constantFrom('(', ')', '"', '\\', '{9}', '*', '\0', '\xe3'),
        ),
        (line, at, cut, put) => {
          const place = at % (line.length + 1);
          parseCommand(line.slice(0, place) + put + line.slice(place + cut), {
            utf8: at % 2 === 0,
          });
        },
      ),
      { numRuns: 5000 },
    );
  });
});
