/**
 * The rules of bigmail.test in the order in which they are asked, strict as Gmail's are. Codes and causes follow Google's documents; where the
 * practice Internet chose for itself, the row says `ours`.
 */
import type { MessageCase, Rule } from '#lab/providers/rule';
import {
  authenticationUnclear,
  badForm,
  bulkInClear,
  bulkNotAligned,
  bulkWithoutDkim,
  bulkWithoutOneClick,
  bulkWithoutPolicy,
  bulkWithoutSpf,
  closedMailbox,
  fullMailbox,
  listed,
  manyComplaints,
  manyUnknown,
  nobodyVouches,
  noReverseName,
  poorDomain,
  quarantinedByAuthor,
  refusedByAuthor,
  severalAuthors,
  spfTooWide,
  tooManyRecipients,
  tooMuchForOne,
  unknownMailbox,
} from './conditions.ts';
import {
  addressBlocked,
  addressOverQuota,
  domainBlocked,
  domainOverQuota,
  netblockOverQuota,
} from './rate-conditions.ts';

const CODES = 'Google, Gmail SMTP errors and codes (2026-02)';
const GUIDELINES = 'Google, Email sender guidelines (2026-03)';
const FAQ = 'Google, Email sender guidelines FAQ (2026-03)';

const DAY = 24 * 60 * 60 * 1000;
/** What is put off today is refused from this time on. */
const PATIENCE = DAY / 2;
const MOST_FOR_ONE = 60;
/** RFC 5321 §4.5.3.1.8 asks for no fewer. */
const MOST_AT_ONCE = 100;
/** So many addresses that each use up their quota are one sender in many coats. */
const NETBLOCK_TIMES = 5;

const senderOf = ({ domain }: MessageCase): string => domain.name;

export const BIGMAIL_RULES: readonly Rule[] = [
  {
    id: 'no-ptr',
    stage: 'connect',
    when: noReverseName,
    reply: {
      code: 421,
      enhanced: '4.7.23',
      lines: [
        'The sending address %ip has no PTR record, or the name in it',
        'does not lead back to that address. Until it does, mail is put off.',
      ],
    },
    later: {
      after: PATIENCE,
      becomes: {
        code: 550,
        enhanced: '5.7.25',
        lines: [
          'The sending address %ip has no PTR record, or the name in it',
          'does not lead back to that address.',
        ],
      },
      subject: ({ client }) => client.ip,
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'listed',
    stage: 'connect',
    when: listed,
    reply: {
      code: 550,
      enhanced: '5.7.1',
      lines: ['%ip is on a block list: https://dnsbl.test/?ip=%ip'],
    },
    source: { of: CODES, ours: 'all' },
  },
  {
    id: 'tls-required',
    stage: 'tls',
    when: bulkInClear,
    reply: {
      code: 421,
      enhanced: '4.7.0',
      lines: ['TLS required: bulk mail from %ip has to come by STARTTLS.'],
    },
    source: { of: `${CODES}: the code of recipients whose policy wants TLS`, ours: 'words' },
  },
  {
    id: 'unknown-user',
    stage: 'rcpt',
    when: unknownMailbox,
    reply: {
      code: 550,
      enhanced: '5.1.1',
      lines: ['The account %to does not exist. Please look for', 'typing errors in the address.'],
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'inactive',
    stage: 'rcpt',
    when: closedMailbox,
    reply: { code: 550, enhanced: '5.2.1', lines: ['The account %to is inactive.'] },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'full',
    stage: 'rcpt',
    when: fullMailbox,
    reply: { code: 452, enhanced: '4.2.2', lines: ['The mailbox of %to is out of space.'] },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'too-fast',
    stage: 'rcpt',
    when: tooMuchForOne(MOST_FOR_ONE),
    reply: {
      code: 450,
      enhanced: '4.2.1',
      lines: [
        '%to is receiving mail at a rate that',
        'keeps further messages from being delivered.',
      ],
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'too-many-recipients',
    stage: 'rcpt',
    when: tooManyRecipients(MOST_AT_ONCE),
    reply: {
      code: 452,
      enhanced: '4.5.3',
      lines: ['This message has too many recipients. Send it to the others', 'by itself.'],
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'bad-from',
    stage: 'data',
    when: severalAuthors,
    reply: {
      code: 550,
      enhanced: '5.7.1',
      lines: [
        'This message is not RFC 5322 compliant: there has to be',
        'one From field with one author.',
      ],
    },
    source: { of: CODES, ours: 'all' },
  },
  {
    id: 'bad-form',
    stage: 'data',
    when: badForm,
    reply: {
      code: 550,
      enhanced: '5.7.1',
      lines: [
        'This message is not RFC 5322 compliant: it needs one Date,',
        'one Message-ID and a header in form.',
      ],
    },
    source: { of: CODES, ours: 'all' },
  },
  {
    id: 'spf-too-wide',
    stage: 'data',
    when: spfTooWide,
    reply: {
      code: 451,
      enhanced: '4.7.24',
      lines: [
        'The SPF record of [%spf] has suspicious entries: it lets',
        'nearly everybody send. Until it names your hosts, mail is put off.',
      ],
    },
    later: {
      after: PATIENCE,
      becomes: {
        code: 550,
        enhanced: '5.7.24',
        lines: [
          'The SPF record of [%spf] has suspicious entries: it lets',
          'nearly everybody send.',
        ],
      },
      subject: ({ client }) => client.spfDomain,
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'dns-trouble',
    stage: 'data',
    when: authenticationUnclear,
    reply: {
      code: 451,
      enhanced: '4.7.26',
      lines: [
        'The DNS did not say whether %spf and %dkim',
        'vouch for this message. Try again later.',
      ],
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'unauthenticated',
    stage: 'data',
    when: nobodyVouches,
    reply: {
      code: 550,
      enhanced: '5.7.26',
      lines: [
        'This mail is blocked because its sender is unauthenticated:',
        'SPF [%spf] with ip [%ip] did not pass, DKIM did not pass.',
        'One of the two has to.',
      ],
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'dmarc-reject',
    stage: 'data',
    when: refusedByAuthor,
    reply: {
      code: 550,
      enhanced: '5.7.26',
      lines: [
        'Unauthenticated mail from %from is not accepted, as the',
        'DMARC policy of that domain asks.',
      ],
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'bulk-spf',
    stage: 'data',
    when: bulkWithoutSpf,
    reply: {
      code: 421,
      enhanced: '4.7.27',
      lines: ['Bulk mail has to pass SPF: [%spf] with ip [%ip] did not.'],
    },
    later: {
      after: PATIENCE,
      becomes: {
        code: 550,
        enhanced: '5.7.27',
        lines: ['Bulk mail has to pass SPF: [%spf] with ip [%ip] did not.'],
      },
      subject: senderOf,
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'bulk-dkim',
    stage: 'data',
    when: bulkWithoutDkim,
    reply: {
      code: 421,
      enhanced: '4.7.30',
      lines: ['Bulk mail of %from has to pass DKIM: it did not.'],
    },
    later: {
      after: PATIENCE,
      becomes: {
        code: 550,
        enhanced: '5.7.30',
        lines: ['Bulk mail of %from has to pass DKIM: it did not.'],
      },
      subject: senderOf,
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'bulk-dmarc',
    stage: 'data',
    when: bulkWithoutPolicy,
    reply: {
      code: 421,
      enhanced: '4.7.31',
      lines: ['Bulk mail has to come from a domain with a DMARC record:', '_dmarc.%from has none.'],
    },
    later: {
      after: PATIENCE,
      becomes: {
        code: 550,
        enhanced: '5.7.40',
        lines: [
          'Bulk mail has to come from a domain with a DMARC record:',
          '_dmarc.%from has none.',
        ],
      },
      subject: senderOf,
    },
    source: { of: `${FAQ} says 4.7.31, ${CODES} 4.7.40 and 5.7.40`, ours: 'words' },
  },
  {
    id: 'bulk-alignment',
    stage: 'data',
    when: bulkNotAligned,
    reply: {
      code: 421,
      enhanced: '4.7.32',
      lines: [
        'In bulk mail the From domain [%from] has to be aligned',
        'with the domain of SPF or DKIM.',
      ],
    },
    later: {
      after: PATIENCE,
      becomes: {
        code: 550,
        enhanced: '5.7.32',
        lines: [
          'In bulk mail the From domain [%from] has to be aligned',
          'with the domain of SPF or DKIM.',
        ],
      },
      subject: senderOf,
    },
    source: { of: FAQ, ours: 'words' },
  },
  {
    id: 'rate-blocked-ip',
    stage: 'rate',
    when: addressBlocked,
    reply: {
      code: 550,
      enhanced: '5.7.28',
      lines: [
        'There is an unusual rate of unwanted mail from your',
        'IP address [%ip]. To protect our users it is blocked.',
      ],
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'rate-blocked-dkim',
    stage: 'rate',
    when: domainBlocked('dkim'),
    reply: {
      code: 550,
      enhanced: '5.7.28',
      lines: [
        'There is an unusual rate of unwanted mail from your',
        'DKIM domain [%dkim]. To protect our users it is blocked.',
      ],
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'rate-blocked-spf',
    stage: 'rate',
    when: domainBlocked('spf'),
    reply: {
      code: 550,
      enhanced: '5.7.28',
      lines: [
        'There is an unusual rate of unwanted mail from your',
        'SPF domain [%spf]. To protect our users it is blocked.',
      ],
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'rate-ip',
    stage: 'rate',
    when: addressOverQuota,
    reply: {
      code: 421,
      enhanced: '4.7.28',
      lines: [
        'There is an unusual rate of mail from your',
        'IP address [%ip]. For now it is limited. Come back later, and slower.',
      ],
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'rate-dkim',
    stage: 'rate',
    when: domainOverQuota('dkim'),
    reply: {
      code: 421,
      enhanced: '4.7.28',
      lines: [
        'There is an unusual rate of mail from your',
        'DKIM domain [%dkim]. For now it is limited. Come back later, and slower.',
      ],
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'rate-spf',
    stage: 'rate',
    when: domainOverQuota('spf'),
    reply: {
      code: 421,
      enhanced: '4.7.28',
      lines: [
        'There is an unusual rate of mail from your',
        'SPF domain [%spf]. For now it is limited. Come back later, and slower.',
      ],
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'rate-netblock',
    stage: 'rate',
    when: netblockOverQuota(NETBLOCK_TIMES),
    reply: {
      code: 421,
      enhanced: '4.7.28',
      lines: [
        'There is an unusual rate of mail from your',
        'IP netblock [%netblock]. For now it is limited. Come back later, and slower.',
      ],
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'spam-quarantine',
    stage: 'after',
    when: quarantinedByAuthor,
    folder: 'spam',
    source: { of: 'RFC 9989 §5.4' },
  },
  {
    id: 'spam-complaints',
    stage: 'after',
    when: manyComplaints(0.003, 2),
    folder: 'spam',
    source: { of: `${GUIDELINES}: 0.30 %`, ours: 'words' },
  },
  {
    id: 'spam-unknown',
    stage: 'after',
    when: manyUnknown(0.1, 5),
    folder: 'spam',
    source: { of: 'our choice', ours: 'all' },
  },
  {
    id: 'spam-one-click',
    stage: 'after',
    when: bulkWithoutOneClick,
    folder: 'spam',
    source: { of: GUIDELINES, ours: 'words' },
  },
  {
    id: 'spam-reputation',
    stage: 'after',
    when: poorDomain,
    folder: 'spam',
    source: { of: 'our choice', ours: 'all' },
  },
];
