/** DMARC (RFC 9989): does what SPF and DKIM vouch for belong to the author's domain, and what does that domain want if not. */
import { judgeDmarc } from '#protocol/dmarc/judge';
import type { Check } from '#mail/receive/inquiry/check';
import { knownOf, NO_DNS, NOTHING_TO_ASK } from '#mail/receive/inquiry/fact';
import { identifiersFor } from '#mail/receive/inquiry/vouching';

export const dmarc: Check<'dmarc', 'header'> = {
  gather(_given, means, fact) {
    const { resolver } = means;
    if (resolver === undefined) return NO_DNS;
    return (async () => {
      const author = knownOf(await fact('author'))?.author;
      // without an author there is no domain to ask (§5.3.1), and the message has its finding
      if (author?.kind !== 'author') return NOTHING_TO_ASK;
      const asking = { author: author.domain, resolver, signal: means.signal };
      // its records are asked for while the body still comes; no question is asked twice in an inquiry
      await judgeDmarc({ ...asking, dkim: [] });
      const [spf, dkim] = await Promise.all([fact('spf'), fact('dkim')]);
      return judgeDmarc({ ...asking, ...identifiersFor(author.domain, spf, dkim) });
    })();
  },

  outline: ({ result, steps }) => ({ result, steps }),

  find({ result, policy, domain, wouldAsk }) {
    // who asks for nothing need not be asked again
    if (result === 'temperror')
      return wouldAsk === 'none'
        ? []
        : [{ check: 'dmarc', reason: 'dmarc-temporary', subject: domain }];
    if (result !== 'fail') return [];
    return [{ check: 'dmarc', reason: `dmarc-${policy}`, subject: domain }];
  },

  findUnknown: () => [{ check: 'dmarc', reason: 'dmarc-temporary' }],
};
