/** The conditions that rules of providers are made of, each pure, with what it looked at. Their texts are in `texts.ts`. */
import type { ClientCase, Condition, MessageCase, RecipientCase } from '#lab/providers/rule';
import { spamRate, unknownRate } from '#lab/providers/senders/counts';
import { reputationOf } from '#lab/providers/senders/growth';

/** A DNS that does not answer is no fault of the sender: what it did not say matches nothing. */
export const noReverseName: Condition<ClientCase> = {
  key: 'no-reverse-name',
  test: ({ client: { ip, iprev, name } }) => ({
    matched: iprev === 'fail' || iprev === 'none',
    seen: { ip, iprev, name },
  }),
};

export const listed: Condition<ClientCase> = {
  key: 'listed',
  test: ({ client: { ip, listed: zones } }) => ({
    matched: zones.length > 0,
    seen: { ip, zones: zones.join(' ') },
  }),
};

/** By what ended: the days before today. */
export function badAddress(worst: 'bad' | 'poor'): Condition<ClientCase> {
  return {
    key: 'bad-address',
    test: ({ client: { ip }, address }) => {
      const reputation = reputationOf(address);
      const matched = reputation === 'bad' || (worst === 'poor' && reputation === 'poor');
      return { matched, seen: { ip, reputation, score: address.score } };
    },
  };
}

/** Yesterday the address asked for many mailboxes that are not there. */
export function guessedYesterday(fewest: number, share: number): Condition<ClientCase> {
  return {
    key: 'guessed-yesterday',
    test: ({ client: { ip }, address: { yesterday } }) => ({
      matched: yesterday.unknown >= fewest && unknownRate(yesterday) >= share,
      seen: { ip, unknown: yesterday.unknown, accepted: yesterday.accepted },
    }),
  };
}

export const bulkInClear: Condition<ClientCase> = {
  key: 'bulk-in-clear',
  test: ({ client: { tls }, address: { bulk } }) => ({
    matched: bulk && tls === null,
    seen: { bulk, tls },
  }),
};

export const noSenderDomain: Condition<ClientCase> = {
  key: 'no-sender-domain',
  test: ({ client: { reversePath, senderDomain } }) => ({
    matched: senderDomain === 'unreachable',
    seen: { reversePath, senderDomain },
  }),
};

export const unknownMailbox: Condition<RecipientCase> = {
  key: 'unknown-mailbox',
  test: ({ to, person }) => ({ matched: person === undefined, seen: { to } }),
};

export const fullMailbox: Condition<RecipientCase> = {
  key: 'full-mailbox',
  test: ({ to, person }) => ({ matched: person?.box === 'full', seen: { to } }),
};

export const closedMailbox: Condition<RecipientCase> = {
  key: 'closed-mailbox',
  test: ({ to, person }) => ({ matched: person?.box === 'closed', seen: { to } }),
};

export function tooMuchForOne(most: number): Condition<RecipientCase> {
  return {
    key: 'too-much-for-one',
    test: ({ to, got }) => ({ matched: got >= most, seen: { to, got, most } }),
  };
}

/** RFC 5321 §4.5.3.1.8: a hundred have to be taken. */
export function tooManyRecipients(most: number): Condition<RecipientCase> {
  return {
    key: 'too-many-recipients',
    test: ({ to, taken }) => ({ matched: taken >= most, seen: { to, taken, most } }),
  };
}

/** Notices of failure come from anywhere: a null reverse-path is let in. */
export const notAllowed: Condition<RecipientCase> = {
  key: 'not-allowed',
  test: ({ to, person, client: { reversePath } }) => {
    const domain = reversePath.slice(reversePath.lastIndexOf('@') + 1);
    const allows = person?.allows;
    const matched =
      reversePath !== '' &&
      allows !== undefined &&
      !allows.some((one) => domain === one || domain.endsWith(`.${one}`));
    return { matched, seen: { to, domain, allows: (allows ?? []).join(' ') } };
  },
};

/** Every pair of sender and recipient is put off once; how long, the rule says. */
export const firstTry: Condition<RecipientCase> = {
  key: 'first-try',
  test: ({ to, client: { ip, reversePath } }) => ({
    matched: true,
    seen: { ip, reversePath, to },
  }),
};

export const authenticationUnclear: Condition<MessageCase> = {
  key: 'authentication-unclear',
  test: ({ client: { spf }, message: { dkim, dmarc } }) => {
    const passed = spf === 'pass' || dkim.some(({ result }) => result === 'pass');
    const unclear =
      spf === 'temperror' || spf === 'unknown' || dkim.some(({ result }) => result === 'temperror');
    const matched = (!passed && unclear) || dmarc === 'temperror' || dmarc === 'unknown';
    return { matched, seen: { spf, dkim: dkimWord(dkim), dmarc } };
  },
};

export const nobodyVouches: Condition<MessageCase> = {
  key: 'nobody-vouches',
  test: ({ client: { spf, spfDomain }, message: { dkim } }) => ({
    matched: spf !== 'pass' && !dkim.some(({ result }) => result === 'pass'),
    seen: { spf, spfDomain, dkim: dkimWord(dkim) },
  }),
};

export const spfTooWide: Condition<MessageCase> = {
  key: 'spf-too-wide',
  test: ({ client: { spfTooWide: term, spfDomain } }) => ({
    matched: term !== null,
    seen: { spfDomain, term },
  }),
};

export const refusedByAuthor: Condition<MessageCase> = {
  key: 'refused-by-author',
  test: ({ message: { dmarc, policy, authorDomain } }) => ({
    matched: dmarc === 'fail' && policy === 'reject',
    seen: { dmarc, policy, domain: authorDomain },
  }),
};

export const quarantinedByAuthor: Condition<MessageCase> = {
  key: 'quarantined-by-author',
  test: ({ message: { dmarc, policy, authorDomain } }) => ({
    matched: dmarc === 'fail' && policy === 'quarantine',
    seen: { dmarc, policy, domain: authorDomain },
  }),
};

export const bulkWithoutSpf: Condition<MessageCase> = {
  key: 'bulk-without-spf',
  test: ({ client: { spf, spfDomain }, domain: { bulk, name } }) => ({
    matched: bulk && spf !== 'pass',
    seen: { bulk, domain: name, spf, spfDomain },
  }),
};

export const bulkWithoutDkim: Condition<MessageCase> = {
  key: 'bulk-without-dkim',
  test: ({ message: { dkim }, domain: { bulk, name } }) => ({
    matched: bulk && !dkim.some(({ result }) => result === 'pass'),
    seen: { bulk, domain: name, dkim: dkimWord(dkim) },
  }),
};

export const bulkWithoutPolicy: Condition<MessageCase> = {
  key: 'bulk-without-policy',
  test: ({ message: { hasPolicy, authorDomain }, domain: { bulk, name } }) => ({
    matched: bulk && !hasPolicy,
    seen: { bulk, domain: name, author: authorDomain },
  }),
};

export const bulkNotAligned: Condition<MessageCase> = {
  key: 'bulk-not-aligned',
  test: ({ message: { alignedSpf, alignedDkim, authorDomain }, domain: { bulk, name } }) => ({
    matched: bulk && !alignedSpf && !alignedDkim,
    seen: { bulk, domain: name, author: authorDomain, alignedSpf, alignedDkim },
  }),
};

/** All of what Microsoft asks of bulk mail has one reply. */
export const bulkNotAuthenticated: Condition<MessageCase> = {
  key: 'bulk-not-authenticated',
  test: ({ client: { spf }, message: { dkim, dmarc, hasPolicy }, domain: { bulk, name } }) => {
    const signed = dkim.some(({ result }) => result === 'pass');
    return {
      matched: bulk && (spf !== 'pass' || !signed || !hasPolicy || dmarc !== 'pass'),
      seen: { bulk, domain: name, spf, dkim: dkimWord(dkim), dmarc },
    };
  },
};

export const severalAuthors: Condition<MessageCase> = {
  key: 'several-authors',
  test: ({ message: { author } }) => ({ matched: author !== 'author', seen: { author } }),
};

export const badForm: Condition<MessageCase> = {
  key: 'bad-form',
  test: ({ message: { wellFormed } }) => ({ matched: !wellFormed, seen: { wellFormed } }),
};

/** Of the seven days before today. */
export function manyComplaints(share: number, fewest: number): Condition<MessageCase> {
  return {
    key: 'many-complaints',
    test: ({ domain: { name, week } }) => ({
      matched: week.complaints >= fewest && spamRate(week) >= share,
      seen: {
        domain: name,
        complaints: week.complaints,
        inbox: week.inbox,
        rate: percent(spamRate(week)),
        line: percent(share),
      },
    }),
  };
}

export function manyUnknown(share: number, fewest: number): Condition<MessageCase> {
  return {
    key: 'many-unknown',
    test: ({ address: { name, week } }) => ({
      matched: week.unknown >= fewest && unknownRate(week) >= share,
      seen: {
        ip: name,
        unknown: week.unknown,
        rate: percent(unknownRate(week)),
        line: percent(share),
      },
    }),
  };
}

export const bulkWithoutOneClick: Condition<MessageCase> = {
  key: 'bulk-without-one-click',
  test: ({ message: { marked, oneClick }, domain: { bulk, name } }) => ({
    matched: bulk && marked && !oneClick,
    seen: { bulk, domain: name, marked, oneClick },
  }),
};

export const poorDomain: Condition<MessageCase> = {
  key: 'poor-domain',
  test: ({ domain }) => {
    const reputation = reputationOf(domain);
    return {
      matched: reputation === 'bad' || reputation === 'poor',
      seen: { domain: domain.name, reputation, score: domain.score },
    };
  },
};

function dkimWord(signatures: readonly { readonly result: string }[]): string {
  if (signatures.some(({ result }) => result === 'pass')) return 'pass';
  return signatures[0]?.result ?? 'none';
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
