/** The commands that the RFCs give as examples, as far as we serve what they show: all of them are commands here too. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromLatin1 } from '#bytes';
import { parseCommand } from './parse/command.ts';
import type { ReceiverEvent } from './receiver/event.ts';
import { Receiver } from './receiver/receiver.ts';

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  'RFC 9051': [
    'abcd CAPABILITY',
    'a002 NOOP',
    'A023 LOGOUT',
    'a002 STARTTLS',
    'a001 AUTHENTICATE GSSAPI',
    'A001 AUTHENTICATE PLAIN dGVzdAB0ZXN0AHRlc3Q=',
    'a001 LOGIN SMITH SESAME',
    't1 ENABLE CONDSTORE',
    'a ENABLE IMAP4rev2 X-GOOD-IDEA',
    'A142 SELECT INBOX',
    'A932 EXAMINE blurdybloop',
    'A003 CREATE owatagusiam/',
    'A004 CREATE owatagusiam/blurdybloop',
    'A683 DELETE blurdybloop',
    'A684 DELETE foo',
    'A683 RENAME blurdybloop sarasoop',
    'Z433 RENAME INBOX old-mail',
    'A002 SUBSCRIBE #news.comp.mail.mime',
    'A002 UNSUBSCRIBE #news.comp.mail.mime',
    'A101 LIST "" ""',
    'A102 LIST #news.comp.mail.misc ""',
    'A103 LIST /usr/staff/jones ""',
    'A202 LIST ~/Mail/ %',
    'A01 LIST "" "*"',
    'A02 LIST (SUBSCRIBED) "" "*"',
    'A03 LIST () "" "%" RETURN (CHILDREN)',
    'A04 LIST (REMOTE) "" "%" RETURN (CHILDREN)',
    'A05 LIST (REMOTE SUBSCRIBED) "" "*"',
    'A06 LIST (REMOTE) "" "*" RETURN (SUBSCRIBED)',
    'BBB LIST "" ("INBOX" "Drafts" "Sent/%")',
    'C01 LIST (SUBSCRIBED) "" "%"',
    'C04 LIST (SUBSCRIBED RECURSIVEMATCH) "" "%"',
    'A01 LIST "" "%" RETURN (STATUS (MESSAGES UNSEEN))',
    'A001 NAMESPACE',
    'A042 STATUS blurdybloop (UIDNEXT MESSAGES)',
    'A003 IDLE',
    'A341 CLOSE',
    'A342 UNSELECT',
    'A202 EXPUNGE',
    'A003 UID EXPUNGE 3000:3002',
    'A282 SEARCH RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1994 NOT FROM "Smith"',
    'A283 SEARCH RETURN () FLAGGED SINCE 1-Feb-1994 NOT FROM "Smith"',
    'A284 SEARCH TEXT "string not in mailbox"',
    'A285 SEARCH RETURN (MIN MAX) CHARSET UTF-8 TEXT {12+}\r\n\xd0\xbc\xd0\xb0\xd0\xbc\xd0\xb0\xd0\xbc\xd0\xb0',
    'B282 SEARCH RETURN (SAVE) 1:100 NOT $',
    'C00282 SEARCH RETURN (SAVE) KEYWORD $Junk',
    'C00283 UID SEARCH RETURN (COUNT) UID $ SMALLER 4096',
    'A00283 FETCH $ (UID INTERNALDATE FLAGS)',
    'A654 FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])',
    'A003 STORE 2:4 +FLAGS (\\Deleted)',
    'A003 COPY 2:4 MEETING',
    'A042 UID MOVE 42:69 foo',
    'A999 UID FETCH 4827313:4828442 FLAGS',
    'a FETCH 1 BODY.PEEK[4.2.2.1]',
    'a FETCH 1 (BODY[4.1.MIME] BODY[4.2.HEADER] BODY[4.2.TEXT] BODY[4.2.HEADER.FIELDS.NOT ("X-a")])',
    'a FETCH 1 BODY[]<0.2048>',
    'a FETCH 12 BINARY.PEEK[4.1.2]<7.3>',
    'a FETCH 12 (BINARY.SIZE[1] BINARY[])',
  ],
  'RFC 3501': [
    'A142 CHECK',
    'A002 LSUB "#news." "comp.mail.*"',
    'A002 LSUB "#news." "comp.%"',
    'a006 fetch 12 full',
    'a007 fetch 12 body[header]',
    'a008 store 12 +flags \\deleted',
    'A042 STATUS blurdybloop (UIDNEXT MESSAGES RECENT)',
    'a FETCH 1 (RFC822 RFC822.HEADER RFC822.TEXT RFC822.SIZE)',
    'A FETCH 1 FAST',
    'a SEARCH NEW OLD RECENT',
  ],
  'RFC 2971': [
    'a023 ID ("name" "sodr" "version" "19.34" "vendor" "Pink Floyd Music Limited")',
    'a042 ID NIL',
  ],
  'RFC 4959': ['C1 AUTHENTICATE EXTERNAL =', 'a AUTHENTICATE PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm'],
  'RFC 5032': ['a1 SEARCH YOUNGER 3600', 'a SEARCH UNSEEN OLDER 259200'],
  'RFC 5161': ['a001 ENABLE X-GOOD-IDEA CONDSTORE'],
  'RFC 5182': [
    'A302 UID SEARCH RETURN (SAVE MIN) UNKEYWORD $Junk',
    'C SEARCH RETURN (SAVE) SMALLER 4096',
    'E282 SEARCH OR $ 1,3000:3021 TEXT "Smith"',
    'F282 UID COPY $ "Important Messages"',
  ],
  'RFC 5256': [
    'A282 SORT (SUBJECT) UTF-8 SINCE 1-Feb-1994',
    'A283 SORT (SUBJECT REVERSE DATE) UTF-8 ALL',
    'A284 SORT (SUBJECT) US-ASCII TEXT "not in mailbox"',
    'A283 THREAD ORDEREDSUBJECT UTF-8 SINCE 5-MAR-2000',
    'A284 THREAD REFERENCES US-ASCII TEXT "gewp"',
  ],
  'RFC 5258': [
    'A01 LIST (SUBSCRIBED) "" %',
    'A04 LIST (SUBSCRIBED REMOTE) "" "*"',
    'D02 LIST (RECURSIVEMATCH SUBSCRIBED) "" "foo%"',
    'a1 LIST "" "*" RETURN ()',
  ],
  'RFC 5267': [
    'B01 UID SORT RETURN () (REVERSE DATE) UTF-8 UNDELETED UNKEYWORD $Junk',
    'C01 UID SORT RETURN (COUNT ALL) (DATE) UTF-8 UNDELETED',
  ],
  'RFC 5464': [
    'a GETMETADATA "" /shared/comment',
    'a GETMETADATA "INBOX" /private/comment',
    'a GETMETADATA "INBOX" (DEPTH 1) (/private/filters/values)',
    'a GETMETADATA (MAXSIZE 1024) "INBOX" (/shared/comment /private/comment)',
    'a SETMETADATA INBOX (/private/comment {33+}\r\nMy new comment across\r\ntwo lines.)',
    'a SETMETADATA INBOX (/private/comment NIL)',
    'a SETMETADATA INBOX (/private/comment "My new comment" /shared/comment "This one is for you!")',
  ],
  'RFC 5465': [
    'a notify set (selected (MessageNew (uid body.peek[header.fields (from to subject)]) MessageExpunge)) (subtree Lists (MessageNew MessageExpunge))',
    'a NOTIFY SET STATUS (selected (MessageNew MessageExpunge FlagChange)) (personal (MessageNew MessageExpunge))',
    'a notify set (selected-delayed (MessageNew MessageExpunge)) (inboxes (MailboxName)) (subscribed none)',
    'a NOTIFY SET (mailboxes (INBOX misc) (MessageNew MessageExpunge)) (personal (SubscriptionChange))',
    'a NOTIFY NONE',
  ],
  'RFC 5957': ['a SORT (DISPLAYFROM) UTF-8 ALL', 'a SORT (REVERSE DISPLAYTO DATE) UTF-8 ALL'],
  'RFC 6154': [
    't1 CREATE MyDrafts (USE (\\Drafts))',
    't2 CREATE NewSpecialMailbox (USE (\\All \\Flagged))',
    't1 LIST (SPECIAL-USE) "" "*"',
    't2 LIST "" "%" RETURN (SPECIAL-USE)',
  ],
  'RFC 7162': [
    'A142 SELECT INBOX (CONDSTORE)',
    'd105 STORE 7,5,9 (UNCHANGEDSINCE 320162338) +FLAGS.SILENT (\\Deleted)',
    'a106 STORE 100:150 (UNCHANGEDSINCE 212030000000) +FLAGS.SILENT ($Processed)',
    's100 UID FETCH 1:* (FLAGS) (CHANGEDSINCE 12345)',
    's101 UID FETCH 300:500 (FLAGS) (CHANGEDSINCE 12345 VANISHED)',
    'a FETCH 1:3 (MODSEQ)',
    'a SEARCH MODSEQ "/flags/\\\\draft" all 620162338',
    't SEARCH OR NOT MODSEQ 720162338 LARGER 50000',
    'a042 STATUS blurdybloop (UIDNEXT MESSAGES HIGHESTMODSEQ)',
    'A02 SELECT INBOX (QRESYNC (67890007 20050715194045000 41,43:211,214:541))',
    'A03 SELECT INBOX (QRESYNC (67890007 90060115194045000 41:211,214:541))',
    'A SELECT INBOX (QRESYNC (67890007 90060115205545359 (49,99,150 20000,30000,30010)))',
    'a ENABLE QRESYNC CONDSTORE',
  ],
  'RFC 8437': ['A UNAUTHENTICATE'],
  'RFC 8438': ['A STATUS frop (MESSAGES SIZE)'],
  'RFC 8474': [
    '6 STATUS foo (MAILBOXID)',
    '5 FETCH 1:* (EMAILID THREADID)',
    '27 SEARCH EMAILID M6d99ac3275bb4e',
    '28 UID SEARCH THREADID T6311863d02dd95b5',
  ],
  'RFC 8514': ['C FETCH 1 (SAVEDATE)', 'A SEARCH SAVEDATESUPPORTED SAVEDSINCE 28-Dec-2017'],
  'RFC 8970': ['A FETCH 1 (PREVIEW)', 'B FETCH 1:3 (RFC822.SIZE PREVIEW (LAZY) UID)'],
  'RFC 9208': [
    'G0001 GETQUOTA ""',
    'G0002 GETQUOTAROOT INBOX',
    'S0000 SETQUOTA "" (STORAGE 512)',
    'S0001 STATUS INBOX (MESSAGES DELETED DELETED-STORAGE)',
  ],
  'RFC 9394': [
    'A01 UID SEARCH RETURN (PARTIAL -1:-100) UNDELETED UNKEYWORD $Junk',
    'A02 UID FETCH 25900:26600 (UID FLAGS) (PARTIAL -1:-30)',
    'A03 UID FETCH 1:* (FLAGS) (PARTIAL 1:500 CHANGEDSINCE 5)',
    'A04 UID SEARCH RETURN (PARTIAL 1:500 COUNT) UNSEEN',
  ],
  'RFC 9590': ['A00001 LIST "" % RETURN (METADATA ("/shared/vendor/cmu/cyrus-imapd/color"))'],
  UIDBATCHES: ['A143 UIDBATCHES 2000', 'A144 UIDBATCHES 1000 10:20'],
  'RFC 4978': ['a COMPRESS DEFLATE'],
};

const LINES = Object.values(EXAMPLES).flat();

describe('commands of the RFCs', () => {
  for (const [rfc, lines] of Object.entries(EXAMPLES)) {
    it(`${rfc}: ${lines.length}`, () => {
      for (const line of lines) {
        const parsed = parseCommand(line, { utf8: false });
        assert('command' in parsed, `${line}: ${'error' in parsed ? parsed.error.text : ''}`);
        assert.equal(parsed.tag, line.slice(0, line.indexOf(' ')));
      }
    });
  }

  /** Every example with something cut out, put in, or put twice. */
  const mutated = fc
    .tuple(
      fc.constantFrom(...LINES),
      fc.array(
        fc.tuple(
          fc.nat(),
          fc.nat(6),
          fc.oneof(
            fc.constantFrom(...'()[]<>{}"\\*%$:,. 0'.split('')),
            fc.constantFrom(
              'NIL',
              '{5}',
              '{5+}',
              '~{0+}\r\n',
              '\0',
              '\xff',
              '4294967296',
              '&-',
              '\r\n',
            ),
            fc.constantFrom(...LINES).map((line) => line.slice(line.indexOf(' '))),
          ),
        ),
        { minLength: 1, maxLength: 4 },
      ),
    )
    .map(([line, changes]) =>
      changes.reduce((text, [at, cut, put]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + cut);
      }, line),
    );

  it('are commands or errors with a text, whatever becomes of them', () => {
    fc.assert(
      fc.property(mutated, fc.boolean(), (line, utf8) => {
        const parsed = parseCommand(line, { utf8 });
        if ('error' in parsed) assert.match(parsed.error.text, /^[\x20-\x7e]{1,203}$/);
      }),
      { numRuns: 20_000 },
    );
  });

  it('come out of the receiver one by one, and nothing keeps it from the next one', () => {
    fc.assert(
      fc.property(fc.array(mutated, { maxLength: 5 }), (lines) => {
        const receiver = new Receiver();
        receiver.loggedIn = true;
        // a literal that is announced must not be longer than what follows
        const octets = lines.join('\r\n').replaceAll(/\{[0-9]+(\+?)\}/g, '{3$1}');
        receiver.push(fromLatin1(`${octets}\r\n${'\r\n'.repeat(8)}last NOOP\r\n`));
        let last: ReceiverEvent | undefined;
        for (let event = receiver.next(); event !== undefined; event = receiver.next()) {
          if (event.kind === 'message-begin') receiver.refuseMessage();
          last = event;
        }
        assert(last?.kind === 'command' && last.tag === 'last');
      }),
      { numRuns: 5000 },
    );
  });
});
