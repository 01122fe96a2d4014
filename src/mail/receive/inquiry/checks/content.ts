/** What the content scanner says of the message (`scanner.ts`), if there is one. */
import type { Check } from '#mail/receive/inquiry/check';
import { knownOf, OFF } from '#mail/receive/inquiry/fact';
import type { ScanReport } from '#mail/receive/inquiry/scanner';

export const content: Check<'content', 'end'> = {
  gather(given, means, fact) {
    const { scanner } = means;
    if (scanner === undefined) return OFF;
    return (async () => {
      const name = knownOf(await fact('iprev'))?.name;
      return scanner.scan(given, name, means.signal);
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
  'too-large': undefined,
  junk: 'content-junk',
  greylist: 'content-greylist',
  reject: 'content-refused',
} as const satisfies Record<ScanReport['result'], string | undefined>;
