/** Whose name the message bears: the From field, read so strictly that no two programs can read two authors (RFC 9989 §5.3.1). */
import { readAuthor, type Author } from '#protocol/dmarc/author';
import type { Check } from '#mail/receive/inquiry/check';
import type { FindingReason } from '#mail/receive/inquiry/findings';

export const author: Check<'author', 'header'> = {
  gather: ({ fields, head }) => ({ author: readAuthor(fields, head) }),

  outline: ({ author: read }) => ({
    result: read.kind,
    steps: [
      { step: `author-${read.kind}`, rfc: 'RFC 9989 §5.3.1', ...factsOf(read) },
      ...tricksOf(read).map((trick) =>
        trick.kind === 'address-in-name'
          ? { step: `trick-${trick.kind}`, rfc: 'RFC 9989 §11.4', shown: trick.shown }
          : { step: `trick-${trick.kind}` },
      ),
    ],
  }),

  find({ author: read }) {
    const reason = REASONS[read.kind];
    if (reason !== undefined) return [{ check: 'author', reason }];
    return tricksOf(read).flatMap((trick) =>
      trick.kind === 'address-in-name'
        ? [{ check: 'author', reason: 'author-shows-another', subject: trick.shown }]
        : [],
    );
  },
};

const REASONS = {
  author: undefined,
  none: 'author-missing',
  'several-fields': 'author-repeated',
  'several-domains': 'author-several-domains',
  unreadable: 'author-unreadable',
} as const satisfies Record<Author['kind'], FindingReason | undefined>;

function tricksOf(read: Author) {
  return read.kind === 'author' ? read.tricks : [];
}

function factsOf(read: Author) {
  switch (read.kind) {
    case 'author':
      return { domain: read.domain, authors: read.mailboxes.length };
    case 'none':
      return { fields: read.fields };
    case 'several-fields':
      return { count: read.count };
    case 'several-domains':
      return { domains: read.domains };
    case 'unreadable':
      return { reason: read.reason };
  }
}
