/** The scripts of ImapTest (imaptest/SOURCE.md) against our IMAP server. */
import { ownImap } from '../support/imap/own-server.ts';
import { imaptestSuite } from './imaptest-report.ts';

// in whose zone broken/search-intdate was written
const own = ownImap({ timeZone: 'Europe/Helsinki' });

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
  deviations: {},
});
