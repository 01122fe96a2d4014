/**
 * Who is shown where nobody is named as author: without From some programs show Sender, Resent-From or Reply-To instead, and DMARC, which
 * asks for the domain of From alone, has nothing to ask (RFC 9989 §5.3.1). So the domains of those fields are judged as an author's would be. A letter
 * that names nobody at all, as typed by hand, is left alone.
 */
import { readAuthorField } from '#protocol/dmarc/author';
import { judgeDmarc } from '#protocol/dmarc/judge';
import { fieldsNamed, type Header } from '#protocol/message/header/fields';
import type { Check } from '#mail/receive/inquiry/check';
import { knownOf, NO_DNS, NOTHING_TO_ASK } from '#mail/receive/inquiry/fact';
import type { StandIn } from '#mail/receive/inquiry/facts';
import { identifiersFor } from '#mail/receive/inquiry/vouching';

const FIELDS = ['Sender', 'Resent-From', 'Reply-To'] as const;

/** Domains that are looked up; no honest message without an author has more. */
const MOST_NAMED = 4;

export const standIn: Check<'standIn', 'header'> = {
  gather({ fields, head }, means, fact) {
    const read = fact('author');
    // read at once, from the header alone
    const author = read instanceof Promise ? undefined : knownOf(read)?.author;
    if (author?.kind !== 'none') return NOTHING_TO_ASK;
    const { named, isUnclear } = namedIn(fields, head);
    if (named.length === 0) return isUnclear ? { result: 'unclear', named: [] } : NOTHING_TO_ASK;
    const { resolver } = means;
    if (resolver === undefined) return NO_DNS;
    return (async () => {
      const [spf, dkim] = await Promise.all([fact('spf'), fact('dkim')]);
      const judged = await Promise.all(
        named.map(async ({ field, domain }): Promise<StandIn> => {
          const { result, policy } = await judgeDmarc({
            ...identifiersFor(domain, spf, dkim),
            author: domain,
            resolver,
            signal: means.signal,
          });
          return { field, domain, dmarc: result, policy };
        }),
      );
      const result = judged.some(isForged) ? 'forged' : isUnclear ? 'unclear' : 'pass';
      return { result, named: judged };
    })();
  },

  outline: ({ result, named }) => ({
    result,
    steps: [
      ...named.map(({ field, domain, dmarc, policy }) => ({
        step: 'stand-in-named',
        field,
        domain,
        dmarc,
        policy,
      })),
      { step: `stand-in-${result}`, rfc: 'RFC 9989 §5.3.1' },
    ],
  }),

  find({ result, named }) {
    if (result === 'pass') return [];
    const forged = named.find(isForged);
    return [
      {
        check: 'standIn',
        reason: result === 'forged' ? 'author-replaced' : 'author-unclear',
        ...(forged && { subject: forged.domain }),
      },
    ];
  },
};

function isForged({ dmarc, policy }: StandIn): boolean {
  return dmarc === 'fail' && policy !== 'none';
}

interface Named {
  readonly named: readonly { readonly field: string; readonly domain: string }[];
  readonly isUnclear: boolean;
}

function namedIn(header: Header, head: Uint8Array): Named {
  const byDomain = new Map<string, string>();
  let isUnclear = false;
  for (const field of FIELDS) {
    for (const one of fieldsNamed(header, field)) {
      const read = readAuthorField(head, one);
      if (read.kind === 'unreadable') isUnclear = true;
      const domains =
        read.kind === 'author'
          ? [read.domain]
          : read.kind === 'several-domains'
            ? read.domains
            : [];
      for (const domain of domains) {
        if (byDomain.size < MOST_NAMED) byDomain.set(domain, byDomain.get(domain) ?? field);
        else if (!byDomain.has(domain)) isUnclear = true;
      }
    }
  }
  return { named: [...byDomain].map(([domain, field]) => ({ domain, field })), isUnclear };
}
