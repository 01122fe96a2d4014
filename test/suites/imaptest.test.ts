/** The scripts of ImapTest (imaptest/SOURCE.md) against our IMAP server. */
import { ownImap } from '../support/own-imap.ts';
import { imaptestSuite } from './imaptest-report.ts';

const own = ownImap();

imaptestSuite(() => own.imap.account('alice'), {
  skips: {
    catenate: 'no CATENATE',
    'catenate-multiappend': 'no CATENATE',
    'search-context-update': 'no CONTEXT=SEARCH',
    'search-context-update2': 'no CONTEXT=SEARCH',
    'search-context-update3': 'no CONTEXT=SEARCH',
    'search-partial': 'no CONTEXT=SEARCH',
    'sort-partial': 'no CONTEXT=SORT',
    urlauth: 'no URLAUTH',
    'urlauth-binary': 'no URLAUTH URLAUTH=BINARY',
    urlauth2: 'no URLAUTH second user',
  },
  deviations: {
    'append-binary': {
      why:
        'a message is given as it came, octet by octet, since signatures stand and fall with it, although RFC 9051 §7.5.2 wants ' +
        'binary data encoded before it is sent in BODY[]; BINARY[] (§6.4.5.1) is for it',
      lines: [20],
    },
    'broken/search-intdate': {
      why:
        'INTERNALDATE is an instant, as JMAP has it (RFC 8621 §4.1.1 receivedAt), and its day is that in UTC; RFC 9051 §2.3.3 and ' +
        '§6.4.4 leave the zone to the server, and its authors call the script broken where that is not the one it was given in',
      lines: [9, 11, 19, 21, 23, 29, 31, 40, 42, 50, 52, 54, 60, 62, 68, 70, 72, 74],
    },
  },
});
