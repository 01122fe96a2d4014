/** What the content scanner says of the message (`scanner.ts`), if there is one. It is asked last, and told what is known by then. */
import { resultsOf } from '#mail/receive/authentication-results';
import type { Check } from '#mail/receive/check';
import { OFF } from '#mail/receive/facts';
import type { ScanReport } from '#mail/receive/scanner';

export const content: Check<'content', 'end'> = {
  gather(given, means, fact) {
    const { scanner } = means;
    if (scanner === undefined) return OFF;
    return (async () => {
      const [iprev, spf, author, dkim, arc, dmarc] = await Promise.all([
        fact('iprev'),
        fact('spf'),
        fact('author'),
        fact('dkim'),
        fact('arc'),
        fact('dmarc'),
      ]);
      const known = resultsOf(given, { iprev, spf, author, dkim, arc, dmarc });
      return scanner.scan(given, known, means.signal);
    })();
  },

  outline: ({ result, steps }) => ({ result, steps }),

  find({ result }) {
    const reason = REASONS[result];
    return reason === undefined ? [] : [{ check: 'content', reason }];
  },
};

const REASONS = {
  accept: undefined,
  unavailable: undefined,
  junk: 'content-junk',
  greylist: 'content-greylist',
  reject: 'content-refused',
} as const satisfies Record<ScanReport['result'], string | undefined>;
