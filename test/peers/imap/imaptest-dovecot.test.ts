/**
 * The scripts of ImapTest against Dovecot, whose authors wrote them: shows that our interpreter reads them as they are
 * meant. It keeps the time of one zone, as one script asks; they call that script broken for it.
 */
import { after, before, describe } from 'node:test';
import { dovecotPeer, startDovecot, type Dovecot } from '../../support/peers/dovecot.ts';
import { imaptestSuite } from '../../suites/imaptest-report.ts';

const { skip } = dovecotPeer();

describe('Dovecot', { skip }, () => {
  let dovecot: Dovecot;
  before(async () => (dovecot = await startDovecot({ timeZone: 'Europe/Helsinki' })));
  after(() => dovecot[Symbol.asyncDispose]());

  imaptestSuite(() => dovecot.account('alice'), {
    skips: {
      'sort-partial': 'no CONTEXT=SORT',
      urlauth: 'no URLAUTH',
      'urlauth-binary': 'no URLAUTH URLAUTH=BINARY',
      urlauth2: 'no URLAUTH second user',
    },
    deviations: {},
  });
});
