/** purple.test: as Yahoo is. It defers long before it refuses, by codes in brackets, and tells complaints to whoever signed (ARF). */
import type { Provider, Reply, Rule } from '#lab/providers/rule';
import {
  badAddress,
  bulkNotAuthenticated,
  bulkWithoutOneClick,
  fullMailbox,
  listed,
  manyComplaints,
  nobodyVouches,
  noReverseName,
  noSenderDomain,
  poorDomain,
  quarantinedByAuthor,
  refusedByAuthor,
  unknownMailbox,
} from './conditions.ts';
import { addressOverQuota, domainOverQuota } from './rate-conditions.ts';

const CODES = 'Yahoo, Sender Hub, SMTP error codes (2026-02)';
const PRACTICES = 'Yahoo, Sender best practices (2025-04)';
const REPORTED = 'senders, as reported to bounce lists (2024–2025)';

const DAY = 24 * 60 * 60 * 1000;

const UNEXPECTED: Reply = {
  code: 421,
  enhanced: '4.7.0',
  lines: [
    '[TSS04] Messages from %ip temporarily deferred due to',
    'unexpected volume or user complaints.',
  ],
};

const RULES: readonly Rule[] = [
  {
    id: 'listed',
    stage: 'connect',
    when: listed,
    reply: {
      code: 553,
      enhanced: '5.7.1',
      lines: [
        '[BL21] Connections will not be accepted from %ip,',
        'because the address is on a block list: https://dnsbl.test/?ip=%ip',
      ],
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'no-ptr',
    stage: 'connect',
    when: noReverseName,
    reply: {
      code: 421,
      enhanced: '4.7.1',
      lines: [
        '[TS01] Messages from %ip temporarily deferred: the address',
        'has no reverse name that leads back to it.',
      ],
    },
    source: { of: `${PRACTICES} ask for reverse names`, ours: 'all' },
  },
  {
    id: 'tss09',
    stage: 'connect',
    when: badAddress('bad'),
    reply: {
      code: 553,
      enhanced: '5.7.2',
      lines: [
        '[TSS09] All messages from %ip will be permanently deferred;',
        'Retrying will NOT succeed.',
      ],
    },
    source: { of: REPORTED },
  },
  {
    id: 'ts03',
    stage: 'connect',
    when: badAddress('poor'),
    reply: {
      code: 421,
      enhanced: '4.7.1',
      lines: [
        '[TS03] All messages from %ip will be permanently deferred;',
        'Retrying will NOT succeed.',
      ],
    },
    source: { of: CODES },
  },
  {
    id: 'no-domain',
    stage: 'connect',
    when: noSenderDomain,
    reply: {
      code: 553,
      enhanced: '5.1.8',
      lines: ['The domain of the sender cannot be answered: it has no MX and no address.'],
    },
    source: { of: `${PRACTICES} ask for a domain that is there`, ours: 'all' },
  },
  {
    id: 'unknown-user',
    stage: 'rcpt',
    when: unknownMailbox,
    reply: {
      code: 554,
      enhanced: '5.1.1',
      lines: ['delivery error: dd There is no account here for this user (%to)'],
    },
    source: { of: REPORTED, ours: 'words' },
  },
  {
    id: 'full',
    stage: 'rcpt',
    when: fullMailbox,
    reply: { code: 552, enhanced: '5.2.2', lines: ['Mailbox of %to is full'] },
    source: { of: REPORTED, ours: 'words' },
  },
  {
    id: 'unauthenticated',
    stage: 'data',
    when: nobodyVouches,
    reply: {
      code: 550,
      enhanced: '5.7.9',
      lines: [
        'This mail has been blocked because its sender is unauthenticated:',
        'SPF or DKIM has to pass.',
      ],
    },
    source: { of: CODES, ours: 'words' },
  },
  {
    id: 'dmarc-reject',
    stage: 'data',
    when: refusedByAuthor,
    reply: { code: 554, enhanced: '5.7.9', lines: ['Message not accepted for policy reasons'] },
    source: { of: CODES },
  },
  {
    id: 'bulk-authentication',
    stage: 'data',
    when: bulkNotAuthenticated,
    reply: {
      code: 421,
      enhanced: '4.7.9',
      lines: ['Bulk mail of %from has to pass SPF, DKIM and DMARC: deferred.'],
    },
    later: {
      after: DAY,
      becomes: {
        code: 554,
        enhanced: '5.7.9',
        lines: ['Bulk mail of %from has to pass SPF, DKIM and DMARC.'],
      },
      subject: ({ domain }) => domain.name,
    },
    source: { of: `${PRACTICES} name no code`, ours: 'all' },
  },
  {
    id: 'tss04-ip',
    stage: 'rate',
    when: addressOverQuota,
    reply: UNEXPECTED,
    source: { of: CODES },
  },
  {
    id: 'tss04-dkim',
    stage: 'rate',
    when: domainOverQuota('dkim'),
    reply: UNEXPECTED,
    source: { of: CODES },
  },
  {
    id: 'tss04-spf',
    stage: 'rate',
    when: domainOverQuota('spf'),
    reply: UNEXPECTED,
    source: { of: CODES },
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
    source: { of: `${PRACTICES}: 0.3 % of what reached the inbox` },
  },
  {
    id: 'spam-one-click',
    stage: 'after',
    when: bulkWithoutOneClick,
    folder: 'spam',
    source: { of: PRACTICES, ours: 'words' },
  },
  {
    id: 'spam-reputation',
    stage: 'after',
    when: poorDomain,
    folder: 'spam',
    source: { of: 'our choice', ours: 'all' },
  },
];

export const PURPLE: Provider = {
  name: 'purple',
  domain: 'purple.test',
  shown: 'Purple',
  mx: 'mx.purple.test',
  out: 'out.purple.test',
  people: [
    { name: 'sora', shown: 'Sora', temper: 'friend', asked: true, language: 'ja' },
    { name: 'ella', shown: 'Ella', temper: 'reader', asked: true, language: 'en' },
    { name: 'max', shown: 'Max', temper: 'saver', asked: true, language: 'en' },
    { name: 'greta', shown: 'Greta', temper: 'grumbler', asked: false, language: 'en' },
    { name: 'boris', shown: 'Boris', temper: 'grumbler', asked: false, language: 'en' },
    { name: 'fuller', shown: 'Fuller', temper: 'busy', box: 'full', asked: true, language: 'en' },
  ],
  crowds: [
    {
      prefix: 'reader',
      count: 5000,
      asked: true,
      language: 'en',
      tempers: { reader: 5, busy: 4, saver: 1 },
    },
    {
      prefix: 'guest',
      count: 5000,
      asked: false,
      language: 'en',
      tempers: { reader: 2, busy: 5, grumbler: 3 },
    },
  ],
  rules: RULES,
  growth: {
    first: 20,
    least: 5,
    most: 3000,
    bulkLine: 50,
    bad: { spamRate: 0.003, fewestComplaints: 2, unknownRate: 0.1, fewestUnknown: 5, pressed: 1 },
    noOneClick: 5,
    forgets: 30,
  },
  dnsList: 'dnsbl.test',
  reports: { dmarc: true, tls: false, complaints: true },
  mtaSts: false,
  language: 'en',
  charset: 'utf-8',
  signature: 'purple',
};
